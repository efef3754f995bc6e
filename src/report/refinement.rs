//! Why a step is none of the abstract specification: the abstract states, and what is false in each abstract action.

use super::why::why;
use crate::check::Explanation;

/// The explanation, indented, at most 75 columns where the specification's own lines allow it.
pub(crate) fn explanation(explanation: &Explanation) -> String {
    let Explanation {
        before,
        after,
        initial,
        blames,
    } = explanation;
    let width = before.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut text = String::new();
    if after.is_empty() {
        let when = if initial.is_empty() { "for ever" } else { "at the start" };
        text += &format!("  in the terms of the abstract specification, {when}:\n");
        for (name, value) in before {
            text += &fitting(&format!("    {name:width$} = {value}"));
        }
        return text + &why(initial, "that is no first state of it");
    }
    text += "  in the terms of the abstract specification:\n";
    for ((name, before), (_, after)) in before.iter().zip(after) {
        if before == after {
            text += &fitting(&format!("    {name:width$} = {before}"));
        } else {
            text += &fitting(&format!("    {name:width$} : {before}"));
            text += &fitting(&format!("    {:width$}-> {after}", ""));
        }
    }
    text += "  which is a step of none of its actions:\n";
    for blame in blames {
        let place = format!(
            "    {:14} {}.tla:{}",
            blame.action.replace('"', ""),
            blame.module,
            blame.line
        );
        text += &fitting(&format!("{place}  {}", blame.conjunct));
    }
    text
}

/// A line cut to what fits in a mail.
fn fitting(line: &str) -> String {
    const WIDTH: usize = 75;
    if line.chars().count() <= WIDTH {
        return format!("{line}\n");
    }
    let start: String = line.chars().take(WIDTH - 4).collect();
    format!("{} ...\n", start.trim_end())
}
