//! How much of the machine a command may use, and what ends it early.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use bytesize::ByteSize;
use oomspec::explore::{Budget, Graph, Limits};
use oomspec::model::Instance;
use oomspec::source::{Diagnostic, Diagnostics};
use signal_hook::consts::{SIGINT, SIGTERM};

use super::exit;

/// How often somebody looks whether the memory suffices: a machine writes some 10 MB in between.
const LOOKS: Duration = Duration::from_millis(5);

/// The user has pressed Ctrl-C.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);
/// What the searches have found so far.
static STATES: AtomicUsize = AtomicUsize::new(0);

/// The budget of this process; without a limit from the user, three quarters of what is free.
///
/// A search stops by itself. Whatever else outgrows the memory is ended from outside, and nothing is decided.
pub fn start(max_memory: Option<ByteSize>) -> Budget {
    let memory = max_memory.map(|size| size.as_u64());
    let budget = Budget {
        memory: memory.or_else(|| Some(free(Path::new("/"))? / 4 * 3)),
        interrupted: None,
    };
    if budget.memory.is_some() {
        std::thread::spawn(move || watch(budget));
    }
    budget
}

/// From now on Ctrl-C, or SIGTERM, ends a search, so that what it found is still said; the second time it ends the program.
pub fn until_interrupted(budget: Budget) -> Budget {
    for signal in [SIGINT, SIGTERM] {
        let again =
            signal_hook::flag::register_conditional_shutdown(signal, i32::from(exit::INTERRUPTED), &INTERRUPTED);
        // Without a handler the first one ends the program.
        let _ = again.and_then(|_| signal_hook::flag::register(signal, &INTERRUPTED));
    }
    Budget {
        interrupted: Some(&INTERRUPTED),
        ..budget
    }
}

/// The graph of a protocol in a scenario, or a part of it if that is more than may be used.
pub fn explore(instance: &Instance, max_states: usize, budget: Budget) -> Graph {
    let limits = Limits {
        threads: super::check::available_threads(),
        max_states,
        budget: until_interrupted(budget),
        ..Limits::default()
    };
    oomspec::explore::explore(&instance.machine, limits, &|states, _| explored(states))
}

/// Remembers how far a search is.
pub fn explored(states: usize) {
    STATES.fetch_max(states, Ordering::Relaxed);
}

fn watch(budget: Budget) {
    loop {
        std::thread::sleep(LOOKS);
        if let Some(why) = budget.ends_all() {
            let states = match STATES.load(Ordering::Relaxed) {
                0 => String::new(),
                states => format!("; {states} distinct states were explored"),
            };
            let error = Diagnostic::general(format!("not decided: {why}{states}"))
                .help("take a smaller scenario or smaller constants, or allow more with --max-memory");
            super::complain(&Diagnostics::from(error));
            std::process::exit(i32::from(exit::INCOMPLETE));
        }
    }
}

/// The memory that is free below a root: what the kernel could give, and what the control groups of this process allow.
fn free(root: &Path) -> Option<u64> {
    let text = |path: &str| std::fs::read_to_string(root.join(path)).ok();
    let available = field(&text("proc/meminfo")?, "MemAvailable:")?.saturating_mul(1024);
    let groups = text("proc/self/cgroup").unwrap_or_default();
    let allowed = groups.lines().filter_map(|line| group(root, line)).min();
    Some(available.min(allowed.unwrap_or(u64::MAX)))
}

/// What a control group, given as a line of `/proc/self/cgroup`, and those around it still allow.
fn group(root: &Path, line: &str) -> Option<u64> {
    let (controllers, path) = line.split_once(':')?.1.split_once(':')?;
    let (folder, names) = match controllers {
        "" => ("sys/fs/cgroup", ["memory.max", "memory.current", "inactive_file"]),
        _ if controllers.split(',').any(|controller| controller == "memory") => (
            "sys/fs/cgroup/memory",
            ["memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"],
        ),
        _ => return None,
    };
    let top: PathBuf = root.join(folder);
    let inner = top.join(path.trim_start_matches('/'));
    let groups = inner.ancestors().take_while(|folder| folder.starts_with(&top));
    groups.filter_map(|folder| left(folder, names)).min()
}

/// What one group allows beyond what it has. Pages of files that nobody used of late will make room.
fn left(folder: &Path, [limit, usage, inactive]: [&str; 3]) -> Option<u64> {
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
    let number = |name| text(name)?.trim().parse::<u64>().ok();
    // Where there is no limit, it says `max`.
    let limit = number(limit)?;
    let inactive = text("memory.stat").and_then(|stat| field(&stat, inactive)).unwrap_or(0);
    Some(limit.saturating_sub(number(usage)?.saturating_sub(inactive)))
}

/// The number behind a name at the start of a line.
fn field(text: &str, name: &str) -> Option<u64> {
    let mut words = text.lines().map(str::split_whitespace);
    let mut line = words.find_map(|mut words| (words.next()? == name).then_some(words))?;
    line.next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        root
    }

    const MEMINFO: (&str, &str) = ("proc/meminfo", "MemTotal: 9000 kB\nMemAvailable:    4000 kB\n");

    #[test]
    fn without_groups_what_the_kernel_has_is_free() {
        assert_eq!(free(machine(&[MEMINFO]).path()), Some(4000 * 1024));
        assert_eq!(free(machine(&[]).path()), None);
        let unlimited = machine(&[
            MEMINFO,
            ("proc/self/cgroup", "0::/a\n"),
            ("sys/fs/cgroup/a/memory.max", "max\n"),
            ("sys/fs/cgroup/a/memory.current", "7\n"),
        ]);
        assert_eq!(free(unlimited.path()), Some(4000 * 1024));
    }

    #[test]
    fn the_tightest_group_counts_and_file_pages_make_room() {
        let second = machine(&[
            MEMINFO,
            ("proc/self/cgroup", "0::/a/b\n"),
            ("sys/fs/cgroup/a/b/memory.max", "max\n"),
            ("sys/fs/cgroup/a/memory.max", "5000\n"),
            ("sys/fs/cgroup/a/memory.current", "3000\n"),
            ("sys/fs/cgroup/a/memory.stat", "anon 2000\ninactive_file 900\n"),
        ]);
        assert_eq!(free(second.path()), Some(2900));
    }

    #[test]
    fn groups_of_the_first_version_count_too() {
        // In a container the path is one of the host, and the root is the container's own.
        let first = machine(&[
            MEMINFO,
            ("proc/self/cgroup", "5:cpu:/\n4:hugetlb,memory:/docker/0123\n0::/\n"),
            ("sys/fs/cgroup/memory/memory.limit_in_bytes", "6000\n"),
            ("sys/fs/cgroup/memory/memory.usage_in_bytes", "1000\n"),
        ]);
        assert_eq!(free(first.path()), Some(5000));
    }
}
