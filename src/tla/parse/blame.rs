//! What is wrong with a text that is no module. A parser that recovers from an error says where it gave up, which may be far from
//! where the mistake is; what never ends, and what was never begun, is found by reading the text once.

use crate::source::{Diagnostic, FileId, Span};

/// The first thing in a module that does not end, or that nothing has begun: its head, comments, strings and brackets.
pub(super) fn unbalanced(text: &str, file: FileId) -> Option<Diagnostic> {
    let at = |start: usize, length: usize| Span {
        file,
        start: start as u32,
        end: (start + length) as u32,
    };
    let Some(head) = head(text) else {
        let line = text.lines().next().unwrap_or("");
        return Some(
            Diagnostic::at(at(0, line.len()), "a module does not start here")
                .help("a module starts with `---- MODULE Name ----` and ends with `====`"),
        );
    };
    let mut open: Vec<(usize, &str)> = Vec::new();
    let mut rest = head;
    while let Some(token) = Token::first(&text[rest..]) {
        let (start, length) = (rest + token.start, token.length);
        rest = start + length;
        match token.kind {
            Sort::Comment | Sort::String if !token.ends => {
                let what = if token.kind == Sort::Comment {
                    "comment"
                } else {
                    "string"
                };
                return Some(Diagnostic::at(at(start, length), format!("this {what} does not end")));
            }
            Sort::Comment | Sort::String => {}
            Sort::Open => open.push((start, &text[start..rest])),
            Sort::Close => match open.pop() {
                Some((_, bracket)) if closing(bracket) == &text[start..rest] => {}
                Some((before, bracket)) => {
                    let label = format!("`{}` comes first, on line {}", &text[start..rest], line(text, start));
                    return Some(never_closed(at(before, bracket.len()), bracket).label(label));
                }
                None => {
                    let message = format!("nothing has opened this `{}`", &text[start..rest]);
                    return Some(Diagnostic::at(at(start, length), message));
                }
            },
            Sort::End => {
                return open
                    .last()
                    .map(|&(start, bracket)| never_closed(at(start, bracket.len()), bracket));
            }
        }
    }
    if let Some(&(start, bracket)) = open.last() {
        return Some(never_closed(at(start, bracket.len()), bracket));
    }
    let last = text.trim_end();
    let line = last.rfind('\n').map_or(0, |newline| newline + 1);
    Some(
        Diagnostic::at(at(line, last.len() - line), "the module does not end")
            .help("write `====` behind the last definition"),
    )
}

fn never_closed(span: Span, bracket: &str) -> Diagnostic {
    Diagnostic::at(span, format!("this `{bracket}` is never closed"))
}

fn closing(bracket: &str) -> &'static str {
    match bracket {
        "(" => ")",
        "[" => "]",
        "{" => "}",
        "⟨" => "⟩",
        "〈" => "〉",
        _ => ">>",
    }
}

fn line(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// Where the first line of the module is over: `---- MODULE Name ----`.
fn head(text: &str) -> Option<usize> {
    let dashes = text
        .match_indices("MODULE")
        .find(|(at, _)| text[..*at].trim_end_matches([' ', '\t']).ends_with("----"))?;
    let (at, word) = dashes;
    let name = at + word.len();
    Some(text[name..].find('\n').map_or(text.len(), |end| name + end))
}

#[derive(Clone, Copy, PartialEq)]
enum Sort {
    Comment,
    String,
    Open,
    Close,
    /// `====`
    End,
}

/// A stretch of text that may hold or be a bracket.
struct Token {
    kind: Sort,
    start: usize,
    length: usize,
    ends: bool,
}

impl Token {
    /// The first such stretch of a text.
    fn first(text: &str) -> Option<Token> {
        let (start, kind) = text.char_indices().find_map(|(at, _)| Some((at, sort(&text[at..])?)))?;
        let rest = &text[start..];
        let (length, ends) = match kind {
            Sort::Comment if rest.starts_with("\\*") => (rest.find('\n').unwrap_or(rest.len()), true),
            Sort::Comment => comment(rest),
            Sort::String => string(rest),
            Sort::End => (4, true),
            Sort::Open | Sort::Close if rest.starts_with(['<', '>']) => (2, true),
            Sort::Open | Sort::Close => (rest.chars().next().map_or(1, char::len_utf8), true),
        };
        Some(Token {
            kind,
            start,
            length,
            ends,
        })
    }
}

fn sort(rest: &str) -> Option<Sort> {
    let starts = |with: &[&str]| with.iter().any(|with| rest.starts_with(with));
    if starts(&["\\*", "(*"]) {
        Some(Sort::Comment)
    } else if starts(&["\""]) {
        Some(Sort::String)
    } else if starts(&["===="]) {
        Some(Sort::End)
    } else if starts(&["(", "[", "{", "<<", "⟨", "〈"]) {
        Some(Sort::Open)
    } else if starts(&[")", "]", "}", ">>", "⟩", "〉"]) {
        Some(Sort::Close)
    } else {
        None
    }
}

/// The length of a comment, with those inside it, and whether it ends; else the length of its mark.
fn comment(text: &str) -> (usize, bool) {
    let mut depth = 0u32;
    let mut at = 0;
    while let Some(next) = text[at..].find(['(', '*']) {
        at += next;
        let step = match &text.as_bytes()[at..] {
            [b'(', b'*', ..] => {
                depth += 1;
                2
            }
            [b'*', b')', ..] => {
                depth -= 1;
                2
            }
            _ => 1,
        };
        at += step;
        if depth == 0 {
            return (at, true);
        }
    }
    (2, false)
}

/// The length of a string, and whether it ends on its line.
fn string(text: &str) -> (usize, bool) {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\n' => return (text[..at].trim_end().len(), false),
            '"' if !escaped => return (at + 1, true),
            _ => escaped = c == '\\' && !escaped,
        }
    }
    (text.trim_end().len(), false)
}
