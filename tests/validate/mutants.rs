//! Traces that are changed so that no kernel could have written them.

use super::lines::{Line, Lines};

/// What is done to a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Swapped,
    Repeated,
    Missing,
    ResultFlipped,
    FlagTwice,
    NeverReleased,
    UsersOff,
    GivenAway,
    TablesBeforeLock,
    UnmapBeforeLock,
    WalkAfterFlag,
    ReapBeforeTimer,
    FlagBeforeUnmap,
}

/// All kinds.
pub(super) const KINDS: [Kind; 13] = [
    Kind::Swapped,
    Kind::Repeated,
    Kind::Missing,
    Kind::ResultFlipped,
    Kind::FlagTwice,
    Kind::NeverReleased,
    Kind::UsersOff,
    Kind::GivenAway,
    Kind::TablesBeforeLock,
    Kind::UnmapBeforeLock,
    Kind::WalkAfterFlag,
    Kind::ReapBeforeTimer,
    Kind::FlagBeforeUnmap,
];

/// The mutants of one kind, at most so many, spread over the trace.
pub(super) fn mutants(kind: Kind, lines: &Lines, most: usize) -> Vec<Lines> {
    let all: Vec<Lines> = (0..lines.0.len()).filter_map(|at| mutant(kind, lines, at)).collect();
    let step = all.len().div_ceil(most.max(1)).max(1);
    all.into_iter().step_by(step).collect()
}

/// Changed at this line, if there is such a change.
fn mutant(kind: Kind, lines: &Lines, at: usize) -> Option<Lines> {
    let line = &lines.0[at];
    let is = |names: &[&str]| names.contains(&line.bare());
    // Lines that no listing has anything to say of are left as they are.
    let told = ![
        "sched_switch",
        "task_will_free_mem",
        "task_will_free_mem__return",
        "sched_process_exit",
        "exit_oom_victim",
    ]
    .contains(&line.bare())
        && ![
            "signal_generate",
            "skip_task_reaping",
            "set_MMF_UNSTABLE",
            "__put_task_struct",
            "__mmdrop",
        ]
        .contains(&line.bare())
        && lines.is_about(line);
    let mut changed = lines.0.clone();
    match kind {
        Kind::Swapped => {
            let other = (at + 1..changed.len())
                .find(|&other| changed[other].pid == line.pid && changed[other].bare() != "sched_switch")?;
            let alike = changed[other].bare() == line.bare() || !lines.is_about(&changed[other]);
            if !told || alike {
                return None;
            }
            exchange(&mut changed, at, other);
        }
        Kind::Repeated => {
            if !told || is(&["unmap_page_range", "tlb_finish_mmu"]) {
                return None;
            }
            changed.insert(at, line.clone());
        }
        Kind::Missing => {
            let alone = lines.0.iter().filter(|other| other.bare() == line.bare()).count() < 2;
            if !told || alone || is(&["unmap_page_range", "tlb_finish_mmu"]) || line.bare().ends_with("trylock__return")
            {
                return None;
            }
            changed.remove(at);
        }
        Kind::ResultFlipped => {
            let flipped = match line.bare() {
                "down_read_trylock__return" | "__oom_reap_task_mm__return" => line
                    .text
                    .replace("ret=1", "ret=#")
                    .replace("ret=0", "ret=1")
                    .replace("ret=#", "ret=0"),
                "mmap_lock_acquire_returned" if line.comm == "oom_reaper" => line
                    .text
                    .replace("success=true", "success=#")
                    .replace("success=false", "success=true")
                    .replace("success=#", "success=false"),
                _ => return None,
            };
            changed[at].text = flipped;
        }
        Kind::FlagTwice => {
            if line.bare() != "set_MMF_OOM_SKIP" || !told {
                return None;
            }
            changed.insert(at, line.clone());
        }
        Kind::NeverReleased => {
            if !is(&["up_read", "up_write"]) || !told {
                return None;
            }
            changed.remove(at);
            let before = (0..at).rev().find(|&before| changed[before].pid == line.pid)?;
            if changed[before].bare() == "mmap_lock_released" {
                changed.remove(before);
            }
        }
        Kind::UsersOff => {
            let users = line.number("users")?;
            if !told {
                return None;
            }
            changed[at].text = line
                .text
                .replace(&format!("users={users}"), &format!("users={}", users + 1));
        }
        Kind::GivenAway => {
            let other = lines
                .0
                .iter()
                .find(|other| other.pid != line.pid && other.pid != 0 && other.bare() == "do_exit")?;
            if !told || is(&["wake_oom_reaper", "wake_reaper", "unmap_page_range", "tlb_finish_mmu"]) {
                return None;
            }
            changed[at].give(&other.comm, other.pid);
        }
        Kind::TablesBeforeLock => {
            let lock = (0..at)
                .rev()
                .find(|&lock| changed[lock].pid == line.pid && changed[lock].bare() == "down_write")?;
            if line.bare() != "free_pgtables" || !told {
                return None;
            }
            shift(&mut changed, at, lock);
        }
        Kind::UnmapBeforeLock => {
            let lock = (0..at)
                .rev()
                .find(|&lock| changed[lock].pid == line.pid && changed[lock].bare().starts_with("down_read"))?;
            if line.bare() != "unmap_vmas" || !told {
                return None;
            }
            shift(&mut changed, at, lock);
        }
        Kind::WalkAfterFlag => {
            let walk = (0..at)
                .rev()
                .find(|&walk| changed[walk].pid == line.pid && changed[walk].bare() == "unmap_page_range")?;
            if line.bare() != "set_MMF_OOM_SKIP" || line.comm != "oom_reaper" {
                return None;
            }
            shift(&mut changed, at, walk);
        }
        Kind::ReapBeforeTimer => {
            let timer = (0..at)
                .rev()
                .find(|&timer| changed[timer].bare() == "wake_oom_reaper")?;
            if line.bare() != "start_task_reaping" {
                return None;
            }
            shift(&mut changed, at, timer);
        }
        Kind::FlagBeforeUnmap => {
            let unmap = (0..at)
                .rev()
                .find(|&unmap| changed[unmap].pid == line.pid && changed[unmap].bare() == "exit_mmap")?;
            if line.bare() != "set_MMF_OOM_SKIP" || line.comm == "oom_reaper" || !told {
                return None;
            }
            shift(&mut changed, at, unmap + 1);
        }
    }
    let changed = Lines(changed);
    (changed.0 != lines.0).then_some(changed)
}

/// Two lines change places; the times stay where they are.
fn exchange(lines: &mut [Line], left: usize, right: usize) {
    let (first, second) = (lines[left].clone(), lines[right].clone());
    lines[left] = second.at(&first);
    lines[right] = first.at(&second);
}

/// A line goes to an earlier place, with the time of the one that was there.
fn shift(lines: &mut Vec<Line>, from: usize, to: usize) {
    let line = lines.remove(from);
    let moved = line.at(&lines[to]);
    lines.insert(to, moved);
}
