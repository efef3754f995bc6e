//! A user's patch to v4.15 that takes something away from its handshake: each is reported as new, with a diagram for a changelog.

mod common;

use std::process::{Command, Output};

use oomspec::spec::Spec;

use common::{replace, spec_folder};

/// A change, the scenario that shows it, and the property that it breaks.
struct Mutant {
    change: fn(&str) -> String,
    scenario: &'static str,
    property: &'static str,
    /// What the diagram has to mention.
    shows: &'static [&'static str],
}

const HANDSHAKE: &str = "\tif (test_bit(MMF_OOM_VICTIM, &mm->flags)) {
\t\tset_bit(MMF_OOM_SKIP, &mm->flags);
\t\tdown_write(&mm->mmap_sem);
\t\tup_write(&mm->mmap_sem);
\t}
";
const FREE: &str = "\tfree_pgtables(mm);\n";
const SET: &str = "\t\tset_bit(MMF_OOM_SKIP, &mm->flags);\n";
const UP: &str = "\t\tup_write(&mm->mmap_sem);\n";

/// The reaper looks at the flag, then takes the lock.
const TESTED_EARLY: &str = "
bool __oom_reap_task_mm(struct mm_struct *mm, bool last)
{
\tif (test_bit(MMF_OOM_SKIP, &mm->flags))
\t\treturn true;
\tif (!down_read_trylock(&mm->mmap_sem)) {
\t\tif (last)
\t\t\tmm->gave_up = true;
\t\treturn false;
\t}
\toom_reap_vmas(mm);
\tup_read(&mm->mmap_sem);
\treturn true;
}
";

const UP_WRITE_REMOVED: Mutant = Mutant {
    change: |text| handshake(text, &HANDSHAKE.replace(UP, "")),
    scenario: "quick-exit",
    property: "LocksBalanced",
    shows: &["thread ended with a lock held: hog_mm.mmap_sem", "down_write(mmap_sem)"],
};

const FLAG_AFTER_UP_WRITE: Mutant = Mutant {
    change: |text| handshake(text, &HANDSHAKE.replace(SET, "").replace(UP, &format!("{UP}{SET}"))),
    scenario: "quick-exit",
    property: "NoUseAfterFree",
    shows: &["set_bit(MMF_OOM_SKIP)", "test_bit(MMF_OOM_SKIP) = 0", "<-- BUG"],
};

const FLAG_BEFORE_TRYLOCK: Mutant = Mutant {
    change: |text| format!("{}{TESTED_EARLY}", without_the_function(text, "__oom_reap_task_mm")),
    scenario: "quick-exit",
    property: "NoUseAfterFree",
    shows: &[
        "test_bit(MMF_OOM_SKIP) = 0",
        "down_read_trylock(mmap_sem) = 1",
        "<-- BUG",
    ],
};

const KEYED_ON_CURRENT: Mutant = Mutant {
    change: |text| {
        let condition = HANDSHAKE.replace("test_bit(MMF_OOM_VICTIM, &mm->flags)", "tsk_is_oom_victim(current)");
        handshake(text, &condition)
    },
    scenario: "foreign-mmput",
    property: "NoUseAfterFree",
    shows: &["tsk_is_oom_victim(current) = 0", "free_pgtables()", "<-- BUG"],
};

const PGTABLES_BEFORE_HANDSHAKE: Mutant = Mutant {
    change: |text| replace(text, &format!("{HANDSHAKE}{FREE}"), &format!("{FREE}{HANDSHAKE}")),
    scenario: "quick-exit",
    property: "NoUseAfterFree",
    shows: &[
        "free_pgtables()",
        "zap_pte()   <-- BUG",
        "use-after-free of struct page_table",
    ],
};

const HANDSHAKE_DELETED: Mutant = Mutant {
    change: |text| handshake(text, ""),
    scenario: "quick-exit",
    property: "NoUseAfterFree",
    shows: &["free_pgtables()", "<-- BUG"],
};

fn handshake(text: &str, new: &str) -> String {
    replace(text, HANDSHAKE, new)
}

/// A flattened listing holds every function once: what is to be written anew has to go first.
fn without_the_function(text: &str, name: &str) -> String {
    let Some(at) = text.find(&format!("bool {name}(")) else {
        return text.to_string();
    };
    let end = at + text[at..].find("\n}\n").expect("the end of the function") + 3;
    format!("{}{}", &text[..at], &text[end..])
}

impl Mutant {
    /// A change to what `oomspec show v4.15` prints.
    fn of_the_flat_listing(&self) {
        let spec = Spec::builtin();
        let listing = spec.protocol("v4.15").expect("v4.15");
        let text = spec.flatten(&listing).expect("a flattened listing");
        self.is_reported(&text);
    }

    /// A change to a copy of the listing, which includes its predecessor from the built-in spec.
    fn of_the_listing(&self) {
        let text = std::fs::read_to_string(spec_folder().join("linux/v4.15.c")).expect("v4.15");
        let tags = " * @protocol mine\n * @after    v4.15\n";
        self.is_reported(&replace(&text, " * @protocol v4.15\n", tags));
    }

    fn is_reported(&self, text: &str) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("mine.c"), (self.change)(text)).expect("a file");
        let output = Command::new(env!("CARGO_BIN_EXE_oomspec"))
            .args(["check", "mine.c", "-s", self.scenario])
            .current_dir(folder.path())
            .output()
            .expect("oomspec runs");
        self.judge(&output);
    }

    fn judge(&self, output: &Output) {
        let text = String::from_utf8(output.stdout.clone()).expect("UTF-8");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(12), "{text}{errors}");
        let head = format!(": {} is violated, new against v4.15", self.property);
        let mut parts = text.split("\n\n").skip_while(|part| !part.contains(&head));
        let Some(first) = parts.next() else {
            panic!("no `{head}`:\n{text}");
        };
        // Why, the lanes, and the foot; then comes the next violation.
        let rest = parts.take_while(|part| !part.contains(" is violated"));
        let diagram = std::iter::once(first).chain(rest).collect::<Vec<_>>().join("\n\n");
        for words in self.shows {
            assert!(diagram.contains(words), "no `{words}`:\n{diagram}");
        }
        let pictures = text.split_once(" is violated").map_or("", |(_, rest)| rest);
        for line in pictures.lines() {
            assert!(line.len() <= 75, "{} columns: {line}", line.len());
        }
        assert!(
            text.chars().all(|c| c == '\n' || (' '..='~').contains(&c)),
            "no plain text:\n{text}"
        );
        assert!(
            !text.contains(env!("CARGO_MANIFEST_DIR")),
            "a path of this machine:\n{text}"
        );
    }
}

#[test]
fn up_write_removed() {
    UP_WRITE_REMOVED.of_the_flat_listing();
    UP_WRITE_REMOVED.of_the_listing();
}

#[test]
fn flag_set_after_the_up_write() {
    FLAG_AFTER_UP_WRITE.of_the_flat_listing();
    FLAG_AFTER_UP_WRITE.of_the_listing();
}

#[test]
fn flag_tested_before_the_trylock() {
    FLAG_BEFORE_TRYLOCK.of_the_flat_listing();
    FLAG_BEFORE_TRYLOCK.of_the_listing();
}

#[test]
fn handshake_keyed_on_current_212925802454() {
    KEYED_ON_CURRENT.of_the_flat_listing();
    KEYED_ON_CURRENT.of_the_listing();
}

#[test]
fn page_tables_freed_before_the_handshake() {
    PGTABLES_BEFORE_HANDSHAKE.of_the_flat_listing();
    PGTABLES_BEFORE_HANDSHAKE.of_the_listing();
}

#[test]
fn handshake_deleted() {
    HANDSHAKE_DELETED.of_the_flat_listing();
    HANDSHAKE_DELETED.of_the_listing();
}

/// The properties that a kernel with some functions written anew breaks in a scenario, and that it does not break itself.
fn new_against(kernel: &str, functions: &str, scenario: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = format!("/**\n * @protocol mine\n * @after {kernel}\n */\n#include \"{kernel}.c\"\n{functions}");
    std::fs::write(folder.path().join("mine.c"), text).expect("a file");
    let output = Command::new(env!("CARGO_BIN_EXE_oomspec"))
        .args(["check", "mine.c", "-s", scenario])
        .current_dir(folder.path())
        .output()
        .expect("oomspec runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 11..=13)), "{errors}");
    let text = String::from_utf8_lossy(&output.stdout)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let new = format!(" is violated, new against {kernel}");
    let heads = text.split(&new).collect::<Vec<_>>();
    let (_, heads) = heads.split_last().expect("a text");
    heads
        .iter()
        .filter_map(|head| head.split(' ').next_back())
        .map(ToString::to_string)
        .collect()
}

const SCENARIOS_OF_AN_EXIT: [&str; 4] = ["quick-exit", "foreign-mmput", "mlocked", "second-oom"];

/// v4.17's exit of a victim: flag, lock or unlock stand elsewhere.
fn exit_of_27ae357fa82b(reap: &str) -> String {
    format!(
        "void exit_mmap(struct mm_struct *mm)\n{{\n\tif (test_bit(MMF_OOM_VICTIM, &mm->flags)) {{\n{reap}\t}}\n\
         \tmunlock_all(mm);\n\tunmap_vmas(mm);\n\tfree_pgtables(mm);\n\tremove_vmas(mm);\n}}\n"
    )
}

#[test]
fn a_flag_set_before_the_reap_is_hidden_by_oom_lock() {
    let exit = exit_of_27ae357fa82b(
        "mutex_lock(&oom_lock);\nset_bit(MMF_OOM_SKIP, &mm->flags);\noom_reap_vmas(mm);\nmutex_unlock(&oom_lock);\n\
         down_write(&mm->mmap_sem);\nup_write(&mm->mmap_sem);\n",
    );
    for scenario in SCENARIOS_OF_AN_EXIT {
        assert_eq!(
            new_against("v4.17", &exit, scenario),
            Vec::<String>::new(),
            "{scenario}"
        );
    }
}

#[test]
fn the_exit_s_own_lock_does_not_excuse_the_reaper() {
    let exit = exit_of_27ae357fa82b(
        "down_write(&mm->mmap_sem);\noom_reap_vmas(mm);\nset_bit(MMF_OOM_SKIP, &mm->flags);\nup_write(&mm->mmap_sem);\n",
    );
    let new = new_against("v4.17", &exit, "quick-exit");
    assert!(new.iter().any(|name| name == "NoNeedlessKill"), "{new:?}");
}

#[test]
fn a_flag_set_only_by_who_gives_up_holds_the_next_oom_back() {
    let reaper = "void oom_reap_task(struct task_struct *tsk)
{
\tstruct mm_struct *mm = tsk->signal->oom_mm;
\tbool done = false;
\tu8 i;

\tfor (i = 0; i < MAX_OOM_REAP_RETRIES; i++) {
\t\tdone = oom_reap_task_mm(mm, i == MAX_OOM_REAP_RETRIES - 1);
\t\tif (done)
\t\t\tbreak;
\t}
\tunlink_victim(tsk);
\tif (!done)
\t\tset_bit(MMF_OOM_SKIP, &mm->flags);
\tput_task_struct(tsk);
}
";
    let new = new_against("v4.15", reaper, "second-oom");
    assert!(new.iter().any(|name| name == "OomResolves"), "{new:?}");
}

#[test]
fn a_forgotten_mmdrop_is_a_leak() {
    let kill = "void oom_kill_process(struct task_struct *victim)
{
\tstruct mm_struct *mm = kill_and_mark(victim);

\tif (!mm)
\t\treturn;
\tkill_sharers(mm);
\tqueue_oom_reaper(victim);
}
";
    assert_eq!(new_against("v6.1", kill, "quick-exit"), ["NoLeak"]);
}

#[test]
fn a_sharer_that_is_not_killed_keeps_its_lock() {
    let spare = "bool kill_sharers(struct mm_struct *mm) __atomic\n{\n\treturn true;\n}\n";
    let new = new_against("v4.15", spare, "sharer");
    assert!(new.iter().any(|name| name == "ExitProgresses"), "{new:?}");
}

#[test]
fn a_reaper_that_reaps_nothing_leaves_the_memory_owed() {
    let idle = "void oom_reap_vmas(struct mm_struct *mm)\n{\n}\n";
    let new = new_against("v4.15", idle, "aio-never");
    assert!(new.iter().any(|name| name == "MemoryReaped"), "{new:?}");
}

#[test]
fn a_reaper_that_marks_nothing_unstable_lets_zeros_into_a_file() {
    let mark = "void set_mm_unstable(struct mm_struct *mm)\n{\n}\n";
    let new = new_against("v4.15", mark, "writer-fault");
    assert!(new.iter().any(|name| name == "NoZeroPage"), "{new:?}");
}

#[test]
fn a_group_kill_with_the_queue_of_v4_19_queues_a_victim_twice() {
    let queue = "void queue_oom_reaper(struct task_struct *tsk)
{
\tif (queued_already(tsk))
\t\tput_task_struct(tsk);
\telse
\t\tpush_victim(tsk);
}
";
    let new = new_against("v6.1", queue, "group-kill");
    assert!(new.iter().any(|name| name == "QueuedOnce"), "{new:?}");
}

#[test]
fn a_dump_of_core_that_counts_as_dying_is_queued_twice() {
    let dying = "bool task_will_free_mem(struct task_struct *tsk) __atomic
{
\treturn tsk->mm && tsk->killed && !test_bit(MMF_OOM_SKIP, &tsk->mm->flags);
}
";
    let new = new_against("v4.17", dying, "coredump");
    assert!(new.iter().any(|name| name == "QueuedOnce"), "{new:?}");
}

/// f798a1d4f94d: the flag is looked at again with the lock held.
#[test]
fn process_mrelease_that_does_not_look_again_walks_what_was_freed() {
    let release = "void process_mrelease(struct task_struct *tsk)
{
\tstruct mm_struct *mm = pin_dying_mm(tsk);

\tif (!mm)
\t\treturn;
\tdown_read(&mm->mmap_lock);
\toom_reap_vmas(mm);
\tup_read(&mm->mmap_lock);
\tmmdrop(mm);
}

void exit_mmap(struct mm_struct *mm)
{
\tdown_read(&mm->mmap_lock);
\tunmap_vmas(mm);
\tup_read(&mm->mmap_lock);
\tset_bit(MMF_OOM_SKIP, &mm->flags);
\tdown_write(&mm->mmap_lock);
\tfree_pgtables(mm);
\tremove_vmas(mm);
\tup_write(&mm->mmap_lock);
}
";
    for scenario in ["mrelease", "mrelease-oom"] {
        let new = new_against("v6.1", release, scenario);
        assert!(new.iter().any(|name| name == "NoUseAfterFree"), "{scenario}: {new:?}");
    }
}

#[test]
fn an_unchanged_copy_breaks_nothing_new() {
    let text = std::fs::read_to_string(spec_folder().join("linux/v4.15.c")).expect("v4.15");
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("mine.c"), text).expect("a file");
    let output = Command::new(env!("CARGO_BIN_EXE_oomspec"))
        .args(["check", "mine.c", "-s", "quick-exit", "-s", "mlocked"])
        .current_dir(folder.path())
        .output()
        .expect("oomspec runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(!text.contains("new against"), "{text}");
}
