//! A line for each broken cell: in which scenarios, how long, and what fixed it.

use crate::c::ast::Commit;
use crate::check::{Checked, Finding, Verdict};

/// Columns of a line that fits in a mail.
const WIDTH: usize = 75;

/// The lines; `commit` finds the commit of a protocol by its name.
pub fn broken(checked: &[Checked], commit: &dyn Fn(&str) -> Option<Commit>) -> String {
    let mut cells: Vec<(&Checked, &Finding, usize)> = Vec::new();
    for checked in checked {
        for finding in checked
            .findings
            .iter()
            .filter(|finding| finding.verdict == Verdict::Violated)
        {
            let same = |(other, cell, _): &&mut (&Checked, &Finding, usize)| {
                other.instance.protocol == checked.instance.protocol
                    && cell.property.name == finding.property.name
                    && cell.known_words() == finding.known_words()
            };
            match cells.iter_mut().find(same) {
                Some((_, _, scenarios)) => *scenarios += 1,
                None => cells.push((checked, finding, 1)),
            }
        }
    }
    let mut text = String::new();
    let mut protocol = "";
    for (checked, finding, scenarios) in &cells {
        if protocol != checked.instance.protocol {
            protocol = &checked.instance.protocol;
            text += &format!("{protocol}\n");
        }
        text += &line(checked, finding, *scenarios, commit);
    }
    text
}

fn line(checked: &Checked, finding: &Finding, scenarios: usize, commit: &dyn Fn(&str) -> Option<Commit>) -> String {
    let length = finding.counterexample.as_ref().map_or(0, |found| found.steps.len());
    let more = match scenarios {
        1 => String::new(),
        more => format!(" and {} more", more - 1),
    };
    let why = match &finding.known {
        None => "UNEXPECTED".to_string(),
        Some(reason) => match reason
            .fixed_by()
            .and_then(|name| commit(name).map(|commit| (name, commit)))
        {
            Some((name, commit)) => format!("fixed by {name} {}", short(&commit.hash)),
            None => reason.words.clone(),
        },
    };
    let start = format!(
        "  {}  {:38} ",
        finding.property.code,
        format!("{}, {length} steps{more}", checked.instance.scenario)
    );
    let line = format!("{start}{why}\n");
    if line.len() <= WIDTH {
        return line;
    }
    // A long reason stands below, in lines of its own.
    let mut text = start.trim_end().to_string();
    let mut column = WIDTH;
    for word in why.split_whitespace() {
        if column + 1 + word.len() > WIDTH {
            text += "\n     ";
            column = 5;
        }
        text += " ";
        text += word;
        column += 1 + word.len();
    }
    text + "\n"
}

/// The first twelve digits of a commit.
pub(crate) fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

/// `4 violations, all expected`: the last line.
pub fn total(checked: &[Checked]) -> String {
    let findings = || checked.iter().flat_map(|checked| &checked.findings);
    let violations = findings()
        .filter(|finding| finding.verdict == Verdict::Violated)
        .count();
    let surprises = findings()
        .filter(|finding| finding.verdict == Verdict::Violated && !finding.expected())
        .count();
    let fresh = findings()
        .filter(|finding| finding.new_against.is_some() && !finding.expected())
        .count();
    let undecided = findings()
        .filter(|finding| finding.verdict == Verdict::Incomplete)
        .count();
    let missing: Vec<String> = checked.iter().flat_map(missing).collect();
    let mut text = match (violations, surprises) {
        (0, _) if undecided > 0 => "no violation in what was explored".to_string(),
        (0, _) => "no violation".to_string(),
        (1, 0) => "1 violation, expected".to_string(),
        (_, 0) => format!("{violations} violations, all expected"),
        _ => format!(
            "{violations} violation{}, {surprises} unexpected",
            if violations == 1 { "" } else { "s" }
        ),
    };
    if fresh > 0 {
        text += &format!(", {fresh} new");
    }
    if undecided > 0 {
        text += &format!(", {undecided} not decided");
    }
    text += "\n";
    for cell in missing {
        text += &format!("not found, though the listing says so: {cell}\n");
    }
    for cell in checked.iter().flat_map(speaking) {
        text += &format!("not vacuous, though the listing says so: {cell}\n");
    }
    text
}

fn missing(checked: &Checked) -> Vec<String> {
    let absent = |finding: &Finding| {
        let fine = matches!(
            finding.verdict,
            Verdict::Holds | Verdict::Vacuous | Verdict::NotApplicable
        );
        finding.known.is_some() && fine
    };
    cells(checked, absent)
}

fn speaking(checked: &Checked) -> Vec<String> {
    cells(checked, Finding::speaks_after_all)
}

/// `NoUseAfterFree in quick-exit (v4.15)`
fn cells(checked: &Checked, which: impl Fn(&Finding) -> bool) -> Vec<String> {
    let instance = &checked.instance;
    let found = checked.findings.iter().filter(|finding| which(finding));
    found
        .map(|finding| {
            format!(
                "{} in {} ({})",
                finding.property.name, instance.scenario, instance.protocol
            )
        })
        .collect()
}
