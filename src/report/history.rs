//! The mistakes of all kernels in the order in which they came, and one of them as a story.

use std::collections::BTreeMap;

use super::lines::{wrapped, wrapped_after};
use crate::c::ast::{Cause, Commit};
use crate::counterexample::history::{History, Mistake};
use crate::counterexample::retraced::{End, Retraced};
use crate::model::property::Property;

/// A row for each kernel, a column for each property that some kernel breaks.
pub fn matrix(history: &History, properties: &[Property]) -> String {
    let broken = |property: &&Property| {
        let mut breaks = history.kernels().flat_map(|(_, tags)| &tags.breaks);
        breaks.any(|breaks| breaks.property.name == property.name)
    };
    let columns: Vec<&Property> = properties.iter().filter(broken).collect();
    let width = history.kernels().map(|(name, _)| name.len()).max().unwrap_or(0);
    let head = columns.iter().map(|property| format!(" {}", property.code));
    let mut text = format!("{:width$} {}\n", "", head.collect::<String>());
    for (name, tags) in history.kernels() {
        let mark = |property: &&Property| {
            let of = tags
                .breaks
                .iter()
                .filter(|breaks| breaks.property.name == property.name);
            let mistakes: Vec<bool> = of
                .map(|breaks| matches!(breaks.reason.cause, Cause::Mistake { .. }))
                .collect();
            match (mistakes.contains(&true), mistakes.is_empty()) {
                (true, _) => "  X",
                (_, false) => "  x",
                _ => "  .",
            }
        };
        text += &format!("{name:width$} {}\n", columns.iter().map(mark).collect::<String>());
    }
    text += "X by mistake in some scenario   x by design only   . in none\n\n";
    for property in columns {
        text += &wrapped_after(&format!("{}  ", property.code), "    ", &property.description);
    }
    text
}

/// The mistakes, those of one kernel together, each with the commits that brought and mended it.
pub fn mistakes(mistakes: &[Mistake]) -> String {
    let mut text = String::new();
    let mut first = "";
    for mistake in mistakes {
        let came = all(mistake).next().unwrap_or_default();
        if came != first {
            first = came;
            text += &format!("\n{came}\n");
        }
        text += &wrapped("  ", &format!("{}{}", mistake.property, why(mistake)));
        text += &cited(mistake);
        text += &wrapped("      ", &format!("in {}", mistake.scenarios.join(", ")));
        let others: Vec<&str> = all(mistake).skip(1).collect();
        if !others.is_empty() {
            text += &wrapped("      ", &format!("also {}", others.join(", ")));
        }
    }
    text
}

/// The kernels that have it, those of stable trees last.
fn all(mistake: &Mistake) -> impl Iterator<Item = &str> {
    mistake.kernels.iter().chain(&mistake.stable).map(String::as_str)
}

fn why(mistake: &Mistake) -> String {
    match mistake.why.as_str() {
        "" => String::new(),
        why => format!(": {why}"),
    }
}

/// Who brought it, and until when it stayed; a fix as its changelog would cite it.
fn cited(mistake: &Mistake) -> String {
    let mut text = match &mistake.introduced_by {
        Some(commit) => wrapped_after("    Fixes: ", "      ", &cite(commit)),
        None => "    there since the first listing, or since a change that names no commit\n".to_string(),
    };
    let gone = if mistake.is_fix { "fixed in" } else { "gone in" };
    text += &match (&mistake.gone_in, &mistake.gone_with) {
        (Some(kernel), Some(commit)) => wrapped_after(
            &format!("    {gone} "),
            "      ",
            &format!("{kernel}: {}", cite(commit)),
        ),
        (Some(kernel), None) => format!("    {gone} {kernel}\n"),
        (None, _) => "    still there\n".to_string(),
    };
    text
}

/// `212925802454 ("mm: oom: let oom_reap_task and exit_mmap run concurrently")`
fn cite(commit: &Commit) -> String {
    let hash: String = commit.hash.chars().take(12).collect();
    match commit.subject.as_str() {
        "" => hash,
        subject => format!("{hash} (\"{subject}\")"),
    }
}

/// The head of a mistake's story.
pub fn headline(mistake: &Mistake) -> String {
    let kernels: Vec<&str> = all(mistake).collect();
    let kernels = kernels.join(", ");
    let title = format!("{} in {kernels}{}", mistake.property, why(mistake));
    wrapped("", &title) + &cited(mistake)
}

/// What stands in the way of an old counterexample.
pub fn retraced(retraced: &Retraced, kernel: &str) -> String {
    let Retraced { made, of, .. } = retraced;
    let mut text = String::new();
    let said = match &retraced.end {
        End::Waits { .. } | End::OtherWay { .. } => {
            format!("The old run in {kernel} comes as far as step {made} of {of}.")
        }
        End::NoThread(name) => format!("The old run cannot be made in {kernel}: there is no thread `{name}`."),
        End::Made { error: true } => format!("The old run can be made in {kernel}, and ends in an error there, too."),
        End::Made { error: false } => {
            format!("The old run can be made in {kernel}, and does not end in an error there.")
        }
    };
    text += &wrapped("", &said);
    if let Some((then, now)) = &retraced.otherwise {
        text += &wrapped_after("  before: ", "          ", then);
        text += &wrapped_after("  now:    ", "          ", now);
    }
    match &retraced.end {
        End::Waits { who, before } => {
            text += &wrapped_after("  now:    ", "          ", who);
            text += &wrapped_after("  before what was: ", "          ", before);
        }
        End::OtherWay { at, before } => {
            let now = at.as_deref().unwrap_or("it has ended");
            text += &wrapped_after("  now at: ", "          ", now);
            text += &wrapped_after("  and no more at: ", "          ", before);
        }
        End::NoThread(_) | End::Made { .. } => {}
    }
    text
}

/// The scenarios with how many mistakes each shows, for who asks for one that there is not.
pub fn known(mistakes: &[Mistake]) -> BTreeMap<&str, usize> {
    let mut known = BTreeMap::new();
    for mistake in mistakes {
        for name in std::iter::once(&mistake.property).chain(&mistake.scenarios) {
            *known.entry(name.as_str()).or_default() += 1;
        }
    }
    known
}
