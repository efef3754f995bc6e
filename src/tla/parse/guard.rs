//! What must hold of a text before it may be given to the grammar's scanner, which keeps its state in a fixed buffer.

use std::collections::HashSet;

use crate::source::{Diagnostic, FileId, Span};

/// Junction lists nest at most as deep as there are columns with a bullet; the scanner's buffer of 1024 bytes takes 3 for each.
const MAX_BULLET_COLUMNS: usize = 200;
/// The scanner also remembers nested proof steps, in 4 bytes each; the subset has none.
const MAX_PROOF_LEVELS: usize = 50;

/// The text as the grammar may see it: same length, PlusCal hidden.
pub(super) fn parsable(text: &str, file: FileId) -> Result<String, Diagnostic> {
    if u32::try_from(text.len()).is_err() {
        return Err(Diagnostic::general("a module may have at most 4 GiB"));
    }
    if let Some(at) = text.find('\0') {
        return Err(Diagnostic::at(span(file, at, 1), "a zero byte in a module"));
    }
    bullets(text, file)?;
    proofs(text, file)?;
    Ok(text.replace("--algorithm", "  algorithm").replace("--fair", "  fair"))
}

fn bullets(text: &str, file: FileId) -> Result<(), Diagnostic> {
    let mut columns = HashSet::new();
    let mut offset = 0;
    for line in text.split('\n') {
        let mut previous = ' ';
        for (column, (at, c)) in line.char_indices().enumerate() {
            let ascii = matches!((previous, c), ('/', '\\') | ('\\', '/'));
            if ascii || matches!(c, '∧' | '∨') {
                columns.insert(column);
            }
            if columns.len() > MAX_BULLET_COLUMNS {
                let place = span(file, offset + at, c.len_utf8());
                let message =
                    format!("`/\\` and `\\/` stand in more than {MAX_BULLET_COLUMNS} different columns of this module");
                return Err(Diagnostic::at(place, message).help("break long lines, one conjunct on each"));
            }
            previous = c;
        }
        offset += line.len() + 1;
    }
    Ok(())
}

fn proofs(text: &str, file: FileId) -> Result<(), Diagnostic> {
    let mut levels = HashSet::new();
    for (at, _) in text.match_indices('<') {
        let rest = &text[at + 1..];
        let level = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let digits = &rest[..rest.len() - level.len()];
        let new = match level.as_bytes() {
            // `<+>` opens one level more each time
            [b'+' | b'*', b'>', ..] => levels.insert((at, "")),
            [b'>', ..] => levels.insert((0, digits)),
            _ => false,
        };
        if new && levels.len() > MAX_PROOF_LEVELS {
            return Err(Diagnostic::at(span(file, at, 1), "proofs are outside the subset")
                .help("keep proofs in a module of their own"));
        }
    }
    Ok(())
}

fn span(file: FileId, at: usize, len: usize) -> Span {
    Span {
        file,
        start: at as u32,
        end: (at + len) as u32,
    }
}
