//! A search that is killed goes on from its checkpoint: the same counts and verdicts; and what is no checkpoint is refused.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// A protocol of its own, small enough for a test and large enough to be killed in the middle.
fn check(more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oomspec"));
    command
        .args([
            "check",
            "--spec",
            "benches/mm",
            "reaper",
            "-s",
            "faults",
            "-D",
            "NR_PAGES=1",
            "--format",
            "json",
        ])
        .args(more)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(more: &[&str]) -> Output {
    check(more).output().expect("oomspec")
}

/// What it says, without how long it took.
fn said(output: &Output) -> Vec<serde_json::Value> {
    let text = String::from_utf8_lossy(&output.stdout);
    let lines = text.lines().map(|line| serde_json::from_str(line).expect("JSON"));
    let without_time = |mut line: serde_json::Value| {
        line.as_object_mut().expect("an object").remove("seconds");
        line
    };
    lines.map(without_time).collect()
}

fn file(folder: &Path) -> Option<std::path::PathBuf> {
    let files = folder.read_dir().ok()?.flatten();
    files
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|kind| kind == "checkpoint"))
}

/// Killed at so many moments, on one thread and on two: the answer is the one of a run that nobody disturbed.
#[test]
fn kill_9_changes_nothing() {
    let kills = std::env::var("OOMSPEC_KILLS")
        .ok()
        .and_then(|kills| kills.parse().ok())
        .unwrap_or(6);
    let undisturbed = run(&[]);
    let expected = said(&undisturbed);
    assert!(!expected.is_empty());
    let start = std::time::Instant::now();
    assert_eq!(said(&run(&["--threads", "1"])), expected);
    let whole = start.elapsed().as_millis() as u64;
    let folder = tempfile::tempdir().expect("a folder");
    let kept = folder.path().to_str().expect("text");
    let (mut random, mut killed) = (1u64, 0);
    while killed < kills {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let threads = (1 + killed % 2).to_string();
        let how = if file(folder.path()).is_some() {
            "--resume"
        } else {
            "--checkpoint"
        };
        let mut child = check(&[how, kept, "--checkpoint-every", "0", "--threads", &threads])
            .spawn()
            .expect("oomspec");
        std::thread::sleep(Duration::from_millis((random >> 33) % whole.max(1)));
        // It may have come to its end.
        let _ = child.kill();
        let output = child.wait_with_output().expect("it ended");
        if output.status.code().is_some() {
            assert_eq!(said(&output), expected, "{}", String::from_utf8_lossy(&output.stderr));
            std::fs::remove_file(file(folder.path()).expect("a checkpoint")).expect("it is there");
        }
        killed += 1;
    }
    let how = if file(folder.path()).is_some() {
        "--resume"
    } else {
        "--checkpoint"
    };
    let last = run(&[how, kept, "--checkpoint-every", "0"]);
    assert_eq!(said(&last), expected);
    // And again, from the end.
    let again = run(&["--resume", kept]);
    assert_eq!((said(&again), again.status), (expected, undisturbed.status));
}

#[test]
fn what_is_no_checkpoint_of_this_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let kept = folder.path().to_str().expect("text");
    let refused = |more: &[&str], why: &str| {
        let output = run(more);
        let text = String::from_utf8_lossy(&output.stderr).to_string();
        assert!(text.contains(why), "{more:?}: {text}");
        assert_eq!(output.status.code(), Some(150), "{more:?}: {text}");
    };
    refused(&["--resume", kept], "there is no checkpoint of this");
    let cut = ["--max-states", "20000", "--checkpoint-every", "0"];
    let first = run(&[&["--checkpoint", kept], cut.as_slice()].concat());
    assert_eq!(
        first.status.code(),
        Some(20),
        "{}",
        String::from_utf8_lossy(&first.stderr)
    );
    refused(&["--checkpoint", kept], "there is a checkpoint of this already");
    // Of another size it is another program.
    let mut other = Command::new(env!("CARGO_BIN_EXE_oomspec"));
    other.args([
        "check",
        "--spec",
        "benches/mm",
        "reaper",
        "-s",
        "faults",
        "--resume",
        kept,
    ]);
    let other = other.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("oomspec");
    assert_eq!(
        other.status.code(),
        Some(150),
        "{}",
        String::from_utf8_lossy(&other.stderr)
    );
    let file = file(folder.path()).expect("a checkpoint");
    let whole = std::fs::read(&file).expect("it is there");
    let mut random = 5u64;
    for round in 0..40 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let at = (random >> 33) as usize % whole.len();
        let mut damaged = whole.clone();
        match round % 3 {
            0 => damaged[at] ^= 1 << (round % 8),
            1 => damaged.truncate(at),
            _ => damaged.insert(at, 7),
        }
        std::fs::write(&file, &damaged).expect("a file");
        refused(&["--resume", kept], "is damaged");
        assert!(std::fs::read(&file).expect("it is there") == damaged);
    }
    // With more states it goes on to the end.
    std::fs::write(&file, &whole).expect("a file");
    let on = run(&["--resume", kept]);
    assert_eq!(said(&on), said(&run(&[])));
}

#[test]
fn flags_that_have_no_effect_are_refused() {
    for args in [
        ["check", "v4.14", "--checkpoint-every", "5"].as_slice(),
        &["check", "v4.14", "--checkpoint", "a", "--resume", "b"],
        &["check", "mine.c", "--watch", "--checkpoint", "a"],
        &["check", "Mine.tla", "--resume", "a"],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_oomspec"));
        assert_eq!(
            command.args(args).output().expect("oomspec").status.code(),
            Some(2),
            "{args:?}"
        );
    }
}
