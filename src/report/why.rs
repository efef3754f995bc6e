//! Why a predicate is false: its parts, the ones that fail marked, with what they were before the last step and what they are.

use super::lines::wrapped_after;
use crate::tla::{Part, Value};

/// Columns of a value.
const VALUE: usize = 60;

/// The parts, at most 75 columns wide, behind a line that says of what; of one that wraps another no more than whom it speaks of.
pub(crate) fn why(parts: &[Part], of: &str) -> String {
    let mut text = String::new();
    // By depth: whether the part around is shown.
    let mut shown: Vec<bool> = Vec::new();
    for part in parts {
        if part.depth == 0 {
            text += &format!("  {of}, in {}.tla:{}\n", part.module, part.line);
        }
        shown.truncate(part.depth);
        let depth = shown.iter().filter(|&&shown| shown).count();
        shown.push(part.of.is_some() || !part.wraps);
        let of = part.of.as_ref().map(|of| format!("for {of}:"));
        let value = match &part.before {
            _ if part.wraps => String::new(),
            Some(before) => format!("{} is {}, was {}", part.text, short(&part.now), short(before)),
            None => format!("{} is {}", part.text, short(&part.now)),
        };
        let words: Vec<String> = of
            .into_iter()
            .chain([value])
            .filter(|words| !words.is_empty())
            .collect();
        let mark = if part.fails && !part.wraps { "X" } else { " " };
        let indent = " ".repeat(2 * depth);
        text += &wrapped_after(
            &format!("  {mark} {indent}"),
            &format!("      {indent}"),
            &words.join(" "),
        );
    }
    text
}

/// The values of a formula are short; those of other expressions may be as long as a state.
fn short(value: &Value) -> String {
    let value = value.to_string();
    match value.chars().count() <= VALUE {
        true => value,
        false => value.chars().take(VALUE - 3).collect::<String>() + "...",
    }
}
