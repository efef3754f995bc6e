//! Why a step is none of the abstract specification: the abstract states, and what is false in each abstract action.

use crate::check::Explanation;

/// The explanation, indented, at most 75 columns where the specification's own lines allow it.
pub fn explanation(explanation: &Explanation) -> String {
    let Explanation { before, after, blames } = explanation;
    let width = before.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut text = String::new();
    if after.is_empty() {
        text += "  in the terms of the abstract specification, for ever:\n";
        for (name, value) in before {
            text += &format!("    {name:width$} = {value}\n");
        }
        return text;
    }
    text += "  in the terms of the abstract specification:\n";
    for ((name, before), (_, after)) in before.iter().zip(after) {
        if before == after {
            text += &format!("    {name:width$} = {before}\n");
        } else {
            text += &format!("    {name:width$} : {before}\n    {:width$}-> {after}\n", "");
        }
    }
    text += "  which is a step of none of its actions:\n";
    for blame in blames {
        text += &format!(
            "    {:14} {}.tla:{}  {}\n",
            blame.action, blame.module, blame.line, blame.conjunct
        );
    }
    text
}
