//! What README.md and docs/ show is what the program prints.
//!
//! A block ```` ```c NAME ```` becomes a file; the commands of ```` ```console ```` blocks are run in order, and a line `[...]` in
//! what they print stands for any lines. To write what is printed into the documents: `OOMSPEC_BLESS=1 cargo test --test readme`.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::Command;

const ANY: &str = "[...]";

/// A document in pieces; what a command prints stands apart.
enum Part {
    Text(String),
    File { name: String, lines: Vec<String> },
    Output { command: String, lines: Vec<String> },
}

#[test]
fn readme_shows_what_is_printed() {
    holds("README.md");
}

#[test]
fn the_page_on_listings_shows_what_is_printed() {
    holds("docs/listings.md");
}

fn holds(document: &str) {
    let path = root().join(document);
    let parts = parts(&std::fs::read_to_string(&path).unwrap());
    let folder = tempfile::tempdir().unwrap();
    for shown in ["spec", "tests"] {
        std::os::unix::fs::symlink(root().join(shown), folder.path().join(shown)).unwrap();
    }
    let mut commands = 0;
    let mut blessed = String::new();
    let mut wrong = Vec::new();
    for part in parts {
        match part {
            Part::Text(line) => blessed += &format!("{line}\n"),
            Part::File { name, lines } => {
                let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
                std::fs::write(folder.path().join(name), &text).unwrap();
                blessed += &text;
            }
            Part::Output { command, lines } => {
                commands += 1;
                let printed = run(&command, folder.path());
                for line in elided(&lines, &printed) {
                    blessed += &format!("{line}\n");
                }
                if !matches(&lines, &printed) {
                    wrong.push(format!("$ {command}\n{}", printed.join("\n")));
                }
            }
        }
    }
    assert!(commands > 0, "{document} shows no command");
    if std::env::var_os("OOMSPEC_BLESS").is_some() {
        std::fs::write(path, blessed).unwrap();
    } else {
        assert!(
            wrong.is_empty(),
            "{document} does not show what is printed:\n{}",
            wrong.join("\n\n")
        );
    }
}

/// Runs a line of shell with `oomspec` in the path; what it prints on both streams.
fn run(command: &str, folder: &Path) -> Vec<String> {
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_oomspec"));
    let mut path = binary.parent().unwrap().as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let output = Command::new("sh")
        .args(["-c", &format!("{{ {command}\n}} 2>&1")])
        .env("PATH", path)
        .current_dir(folder)
        .output()
        .unwrap();
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(str::to_string)
        .collect()
}

fn parts(document: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut fence = "";
    for line in document.lines() {
        if line.starts_with("```") {
            fence = line;
            parts.push(Part::Text(line.into()));
            if let Some(name) = line.strip_prefix("```c ") {
                let (name, lines) = (name.into(), Vec::new());
                parts.push(Part::File { name, lines });
            }
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| fence == "```console") {
            parts.push(Part::Text(line.into()));
            let (command, lines) = (command.into(), Vec::new());
            parts.push(Part::Output { command, lines });
        } else if let Some(Part::Output { lines, .. } | Part::File { lines, .. }) = parts.last_mut() {
            lines.push(line.into());
        } else {
            parts.push(Part::Text(line.into()));
        }
    }
    parts
}

/// Whether the stretches between the gaps are printed in their order, the first at the beginning and the last at the end.
fn matches(shown: &[String], printed: &[String]) -> bool {
    let stretches: Vec<&[String]> = shown.split(|line| line == ANY).collect();
    let (Some((head, rest)), true) = (stretches.split_first(), stretches.len() > 1) else {
        return shown == printed;
    };
    let Some(mut left) = printed.strip_prefix(*head) else {
        return false;
    };
    let Some((tail, middle)) = rest.split_last() else {
        return false;
    };
    for stretch in middle.iter().filter(|stretch| !stretch.is_empty()) {
        let Some(at) = left.windows(stretch.len()).position(|lines| lines == *stretch) else {
            return false;
        };
        left = &left[at + stretch.len()..];
    }
    left.ends_with(tail)
}

/// What is printed, with as many lines before and after a gap as are shown.
fn elided(shown: &[String], printed: &[String]) -> Vec<String> {
    if matches(shown, printed) {
        return shown.to_vec();
    }
    match shown.iter().position(|line| line == ANY) {
        Some(at) if printed.len() >= shown.len() => {
            let tail = printed.len() - (shown.len() - at - 1);
            [&printed[..at], &[ANY.to_string()], &printed[tail..]].concat()
        }
        _ => printed.to_vec(),
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_gap_stands_for_any_lines() {
    let lines = |text: &str| -> Vec<String> { text.lines().map(str::to_string).collect() };
    let printed = lines("a\nb\nc\nd");
    assert!(matches(&lines("a\n[...]\nd"), &printed));
    assert!(matches(&lines("[...]\nd"), &printed));
    assert!(!matches(&lines("a\n[...]\nc"), &printed));
    assert!(!matches(&lines("a\nb\nc\n[...]\nc\nd"), &printed));
    assert!(!matches(&lines("a\nb\nc"), &printed));
    assert!(matches(&lines("a\n[...]\nc\n[...]"), &printed));
    assert!(matches(&lines("[...]\nb\n[...]\nd"), &printed));
    assert!(!matches(&lines("[...]\nc\n[...]\nb\n[...]"), &printed));
    assert!(!matches(&lines("[...]\nd\n[...]\nd"), &printed));
    assert_eq!(elided(&lines("x\n[...]\ny"), &printed), lines("a\n[...]\nd"));
}
