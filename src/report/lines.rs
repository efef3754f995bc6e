//! Text in lines that fit in a mail.

use crate::counterexample::text::whole;

/// Columns of a line.
const WIDTH: usize = 75;

/// The text in lines of its own, each with this indentation; nothing for nothing.
pub(crate) fn wrapped(indent: &str, text: &str) -> String {
    wrapped_after(indent, indent, text)
}

/// The same, with something else before the first line.
pub(crate) fn wrapped_after(first: &str, indent: &str, text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let options = whole(WIDTH).initial_indent(first).subsequent_indent(indent);
    let lines = textwrap::wrap(text, options);
    lines.iter().map(|line| format!("{line}\n")).collect()
}
