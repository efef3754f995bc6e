//! Says of a trace that no kernel can have written it, from what every kernel promises: it knows no listing.
//!
//! Locks exclude each other, a thread does things in one order, flags of an address space never go back, users are counted.

use std::collections::{BTreeMap, BTreeSet};

use super::lines::{Line, Lines};

/// What a thread that kills does, in this order.
const KILL: [&str; 6] = [
    "out_of_memory",
    "oom_kill_process",
    "__oom_kill_process",
    "mark_oom_victim",
    "queue_oom_reaper",
    "__oom_kill_process__return",
];
/// What a thread that exits does, in this order.
const EXIT: [&str; 12] = [
    "do_exit",
    "exit_mm_release",
    "mmput",
    "uprobe_clear_state",
    "exit_aio",
    "exit_aio__return",
    "exit_mmap",
    "unmap_vmas",
    "unmap_vmas__return",
    "free_pgtables",
    "free_pgtables__return",
    "exit_mmap__return",
];
/// What the reaper does with a victim, in this order.
const REAP: [&str; 5] = [
    "start_task_reaping",
    "__oom_reap_task_mm",
    "__oom_reap_task_mm__return",
    "finish_task_reaping",
    "set_MMF_OOM_SKIP",
];

/// Why the trace is impossible, if it is.
pub(super) fn impossible(before: &Lines, lines: &Lines) -> Option<String> {
    order(before, lines)
        .or_else(|| locks(before, lines))
        .or_else(|| flags(lines))
        .or_else(|| users(lines))
        .or_else(|| timer(lines))
}

/// Each thread's own order: an event that it had in the original may be missing, but nothing comes before what leads to it.
fn order(before: &Lines, lines: &Lines) -> Option<String> {
    let about = |lines: &Lines| -> BTreeMap<u32, Vec<String>> {
        let mut threads: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        for line in lines.0.iter().filter(|line| lines.is_about(line)) {
            threads.entry(line.pid).or_default().push(line.bare().to_string());
        }
        threads
    };
    let (original, changed) = (about(before), about(lines));
    for (pid, events) in &changed {
        for sequence in [&KILL[..], &EXIT[..], &REAP[..]] {
            let own: Vec<&String> = events
                .iter()
                .filter(|event| sequence.contains(&event.as_str()))
                .collect();
            let empty = Vec::new();
            let of: Vec<&String> = original
                .get(pid)
                .unwrap_or(&empty)
                .iter()
                .filter(|event| sequence.contains(&event.as_str()))
                .collect();
            if own != of {
                return Some(format!("task {pid} does {own:?}, and in this order: {of:?}"));
            }
        }
    }
    None
}

/// Readers and writers of one lock.
fn locks(before: &Lines, lines: &Lines) -> Option<String> {
    let mut held: BTreeMap<(u64, u32), bool> = BTreeMap::new();
    let seen: BTreeSet<&str> = before.0.iter().map(Line::bare).collect();
    let acquire = match seen.contains("mmap_lock_acquire_returned") {
        true => "mmap_lock_acquire_returned",
        false => return None,
    };
    for line in lines.0.iter().filter(|line| lines.is_about(line)) {
        let Some(mm) = line.number("mm") else { continue };
        let write = line.text.contains("write=true");
        if line.bare() == acquire && line.text.contains("success=true") {
            let others: Vec<&u32> = held
                .iter()
                .filter(|((of, pid), _)| *of == mm && *pid != line.pid)
                .map(|((_, pid), _)| pid)
                .collect();
            let writers = held
                .iter()
                .any(|((of, pid), write)| *of == mm && *pid != line.pid && *write);
            if write && !others.is_empty() || writers {
                return Some(format!("task {} takes a lock that {others:?} hold", line.pid));
            }
            if held.insert((mm, line.pid), write).is_some() {
                return Some(format!("task {} takes a lock twice", line.pid));
            }
        }
        if line.bare() == "mmap_lock_released" {
            held.remove(&(mm, line.pid));
        }
        if line.bare() == "free_pgtables" && held.get(&(mm, line.pid)) != Some(&true) {
            return Some(format!("task {} frees page tables without the lock", line.pid));
        }
        if line.bare() == "unmap_vmas" && !held.contains_key(&(mm, line.pid)) {
            return Some(format!("task {} unmaps without the lock", line.pid));
        }
    }
    // Two events of one acquisition say the same of it.
    let mut tried: BTreeMap<u32, u64> = BTreeMap::new();
    for line in &lines.0 {
        if line.bare() == "down_read_trylock__return" {
            tried.extend(line.number("ret").map(|ret| (line.pid, ret)));
        }
        if line.bare() == acquire
            && let Some(ret) = tried.remove(&line.pid)
            && (ret == 1) != line.text.contains("success=true")
        {
            return Some(format!("task {} has a lock and has it not", line.pid));
        }
    }
    None
}

/// Flags of an address space never go back, and what is set is there.
fn flags(lines: &Lines) -> Option<String> {
    let mut known: BTreeMap<u64, u64> = BTreeMap::new();
    for line in lines.0.iter().filter(|line| lines.is_about(line)) {
        if let (Some(mm), Some(flags)) = (line.number("mm"), line.number("flags")) {
            let before = known.insert(mm, flags).unwrap_or(0);
            // Bits that are about the reaper: everything from MMF_OOM_SKIP on.
            if (before & !flags) >> 21 != 0 {
                return Some(format!("flags of {mm:#x} go from {before:#x} to {flags:#x}"));
            }
        }
    }
    None
}

/// A user more or less is one that came or went.
fn users(lines: &Lines) -> Option<String> {
    let mut known: BTreeMap<u64, u64> = BTreeMap::new();
    let comers = lines.0.iter().any(|line| {
        line.bare() == "mmput"
            && !lines
                .0
                .iter()
                .any(|other| other.pid == line.pid && other.bare() == "exit_mm_release")
    });
    if comers {
        return None;
    }
    for line in lines.0.iter().filter(|line| lines.is_about(line)) {
        if let (Some(mm), Some(users)) = (line.number("mm"), line.number("users")) {
            if known.get(&mm).is_some_and(|before| users > *before) {
                return Some(format!("{mm:#x} has {users} users, and nobody came"));
            }
            known.insert(mm, users);
            let torn = ["uprobe_clear_state", "exit_aio", "exit_mmap"].contains(&line.bare());
            if torn && users != 0 {
                return Some(format!("{mm:#x} is torn down with {users} users"));
            }
        }
    }
    None
}

/// Nobody is reaped before the timer.
fn timer(lines: &Lines) -> Option<String> {
    let timer = lines.0.iter().position(|line| line.bare() == "wake_oom_reaper")?;
    let reap = lines.0.iter().position(|line| line.bare() == "start_task_reaping")?;
    (reap < timer).then(|| "reaped before the timer".to_string())
}
