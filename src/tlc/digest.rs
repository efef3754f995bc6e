//! Which text a comparison speaks of: everything that TLC read, but for where in a listing a step stands.
//!
//! To TLC a line of a listing is part of the name of a position, or a number beside the name of a function. A comment above a
//! function moves its lines and changes nothing else; so a line counts as the first, second, … of those that the module names of
//! that function, and comments and layout do not count. Where a module asks for lines, all of its text counts.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::export::tla::Export;

/// SHA-256 of what TLC reads, as hexadecimal digits.
pub(crate) fn digest(export: &Export) -> String {
    let module = format!("{}.tla", export.name);
    let files = export.files();
    let asks = files.iter().any(|(name, text)| *name != module && asks_for_lines(text));
    let mut hash = Sha256::new();
    for (name, text) in files {
        let text = if name == module && !asks {
            without_lines(&text)
        } else {
            text
        };
        // Lengths keep one file's end apart from the next one's start.
        hash.update(format!("{name} {}\n", text.len()));
        hash.update(&text);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn asks_for_lines(text: &str) -> bool {
    [".line", "\"line\"", "line |->"].iter().any(|form| text.contains(form))
}

/// The module with lines counted by function.
fn without_lines(text: &str) -> String {
    let words: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("\\*"))
        .flat_map(str::split_whitespace)
        .collect();
    let text = words.join(" ");
    let mut lines: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    with_lines(&text, |function, line| {
        lines.entry(function.to_string()).or_default().insert(line);
        line as usize
    });
    with_lines(&text, |function, line| lines[function].range(..line).count())
}

/// The text with another number for each line: in `"f:12.1"`, in `"f", line |-> 12]` and in `Fail("P", "why", "t", "f", 12)`.
fn with_lines(text: &str, mut number: impl FnMut(&str, u32) -> usize) -> String {
    let mut parts = text.split('"');
    let mut written = parts.next().unwrap_or_default().to_string();
    let mut strings = 1;
    while let (Some(string), Some(between)) = (parts.next(), parts.next()) {
        let function = string.split(':').next().unwrap_or_default();
        let position = string.len().min(function.len() + 1);
        written.push('"');
        written += &renumbered(string, position, '.', |line| number(function, line));
        written.push('"');
        written += &match (between.strip_prefix(FRAME), between.strip_prefix(COMMA)) {
            (Some(_), _) => renumbered(between, FRAME.len(), ']', |line| number(string, line)),
            (None, Some(_)) if strings == ERROR => renumbered(between, COMMA.len(), ')', |line| number(string, line)),
            _ => between.to_string(),
        };
        strings = if between == COMMA { strings + 1 } else { 1 };
    }
    written
}

const FRAME: &str = ", line |-> ";
const COMMA: &str = ", ";
/// What an error says of itself before its line: property, kind, thread, function.
const ERROR: usize = 4;

/// The text with another number at a place, if there is one, and this follows it.
fn renumbered(text: &str, at: usize, end: char, number: impl FnOnce(u32) -> usize) -> String {
    let (head, rest) = text.split_at(at);
    let tail = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    match rest[..rest.len() - tail.len()].parse() {
        Ok(line) if tail.starts_with(end) => format!("{head}{}{tail}", number(line)),
        _ => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE: &str = "pc = \"f:30.1~2\" :> <<[function |-> \"f\", line |-> 30],\n   [function |-> \"g\", line |-> 7]>>\n\
        \\* a.h:31\n  Fail(\"P\", \"use after free: no 1.2\", \"t\", \"f\", 31) \\/ F(\"x\", 3)";

    #[test]
    fn a_comment_that_moves_lines_makes_the_same_module() {
        let moved = MODULE
            .replace("30", "40")
            .replace("31", "55")
            .replace("  Fail", " Fail");
        assert_ne!(MODULE, moved);
        assert_eq!(without_lines(MODULE), without_lines(&moved));
    }

    #[test]
    fn another_step_makes_another_module() {
        let changes = [
            ("f:30.1", "f:30.2"),
            ("~2", "~3"),
            ("30", "31"),
            ("\"g\", line |-> 7", "\"f\", line |-> 7"),
            ("no 1.2", "no 2.2"),
            ("x\", 3)", "x\", 4)"),
        ];
        for (old, new) in changes {
            assert_ne!(without_lines(MODULE), without_lines(&MODULE.replace(old, new)), "{old}");
        }
    }

    #[test]
    fn a_module_that_asks_for_lines_counts_as_it_is() {
        assert!(asks_for_lines("P == [](stack.t[1].line # 12)"));
        assert!(!asks_for_lines("\\* its first line says so"));
    }
}
