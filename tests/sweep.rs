//! Worlds that grow: how far verdicts stand, and what changes with a size.

use std::path::Path;
use std::process::{Command, Output};

const PROTOCOL: &str = "/** @protocol counts */
struct task { bool done; };
struct counter { unsigned n : 3; };
";
/// Each task counts up, in two steps: three of them may come to 3.
const SCENARIO: &str = "/**
 * @scenario many: tasks count
 *
 * @size NR_TASKS 1 to 4: tasks
 */
#define NR_TASKS 1
struct counter c;
struct task tasks[NR_TASKS];
void count(void) __task(tasks)
{
	unsigned n = c.n;
	c.n = n + 1;
	BUG_ON(c.n == 3);
}
";

fn run(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oomspec"));
    command.args(args).current_dir(folder).output().expect("oomspec")
}

fn written(scenario: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("p.c"), PROTOCOL).expect("a file");
    std::fs::write(folder.path().join("s.c"), scenario).expect("a file");
    folder
}

#[test]
fn a_verdict_that_changes_with_a_size_is_news() {
    let folder = written(SCENARIO);
    let output = run(folder.path(), &["sweep", "p.c", "-s", "s.c", "--budget", "60s"]);
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(27), "{text}{errors}");
    for part in [
        "counts in many with NR_TASKS=4",
        "  NR_TASKS=1: ",
        "  NR_TASKS=4: ",
        "NEWS: NoBug holds with NR_TASKS=2, and is violated with NR_TASKS=3.",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("NR_TASKS=5"), "{text}");
}

#[test]
fn what_is_not_explored_to_its_end_has_not_changed() {
    let folder = written(SCENARIO);
    let output = run(folder.path(), &["sweep", "p.c", "-s", "s.c", "--max-states", "8"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("and more: more than 8 distinct states"), "{text}");
    assert!(!text.contains("NEWS"), "{text}");
}

/// A size is what it says: the same graph as that of a text that is edited.
#[test]
fn a_size_is_as_good_as_an_edit() {
    let folder = written(SCENARIO);
    let edited = SCENARIO.replace("NR_TASKS 1\n", "NR_TASKS 3\n");
    std::fs::write(folder.path().join("e.c"), edited).expect("a file");
    let counts = |args: &[&str]| {
        let output = run(folder.path(), args);
        let text = String::from_utf8_lossy(&output.stdout).to_string();
        let line: serde_json::Value = serde_json::from_str(text.lines().next().unwrap_or_default()).expect("JSON");
        ["generated", "distinct", "depth"].map(|count| line[count].clone())
    };
    assert_eq!(
        counts(&["check", "p.c", "-s", "s.c", "-D", "NR_TASKS=3", "--format", "json"]),
        counts(&["check", "p.c", "-s", "e.c", "--format", "json"])
    );
}

#[test]
fn sizes_out_of_range_and_no_sizes_are_errors() {
    let check = ["check", "p.c", "-s", "s.c"].as_slice();
    let with = |size: &'static str| ["check", "p.c", "-s", "s.c", "-D", size];
    let edited = |old: &str, new: &str| {
        assert!(SCENARIO.contains(old));
        SCENARIO.replace(old, new)
    };
    for (scenario, args, why) in [
        (
            SCENARIO.to_string(),
            with("NR_TASKS=5").as_slice(),
            "`NR_TASKS` is 5, and may be 1 to 4",
        ),
        (SCENARIO.to_string(), &with("NR_TASKS=0"), "0"),
        (
            edited("NR_TASKS 1\n", "NR_TASKS 7\n"),
            check,
            "`NR_TASKS` is 7, and may be 1 to 4",
        ),
        (
            edited("@size NR_TASKS", "@size NR_TASK"),
            check,
            "there is no `#define NR_TASK` with a number",
        ),
        (edited("1 to 4: tasks", "4 to 1: tasks"), check, "@size NAME 2 to 5"),
        (edited("1 to 4: tasks", "1 to 4"), check, "@size NAME 2 to 5"),
        (
            edited(" * @size NR_TASKS 1 to 4: tasks\n", ""),
            &["sweep", "p.c", "-s", "s.c"],
            "has no size",
        ),
    ] {
        let folder = written(&scenario);
        let output = run(folder.path(), args);
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(150), "{text}");
        assert!(text.contains(why), "{why}: {text}");
    }
    for budget in ["0s", "10", "m", "-1s", "99999999999999999999h", "5124095576030431h", ""] {
        let folder = written(SCENARIO);
        let output = run(folder.path(), &["sweep", "p.c", "-s", "s.c", "--budget", budget]);
        assert_eq!(output.status.code(), Some(2), "{budget}");
    }
}
