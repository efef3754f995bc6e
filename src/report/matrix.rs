//! The matrix: a row for each protocol or scenario, a two-letter column for each property.

use indexmap::IndexMap;

use crate::c::ast::Cause;
use crate::check::{Checked, Finding, Verdict};
use crate::model::property::Property;

/// What stands in a cell, from what says least to what says most: a cell over several scenarios shows the last of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    /// `-`: not asked here.
    NotAsked,
    /// `v`: holds, but what it speaks of never happens.
    Vacuous,
    /// `.`: holds.
    Holds,
    /// `x`: broken by design, as the listing says.
    Designed,
    /// `X`: broken by mistake, as the listing says.
    Known,
    /// `?`: not decided.
    Incomplete,
    /// `!`: broken though nobody said so, or not broken though somebody did.
    Unexpected,
}

impl Mark {
    /// The mark of one verdict.
    pub(crate) fn of(finding: &Finding) -> Self {
        match finding.verdict {
            Verdict::Violated => match &finding.known {
                Some(reason) if matches!(reason.cause, Cause::Design) => Mark::Designed,
                Some(_) => Mark::Known,
                None => Mark::Unexpected,
            },
            Verdict::Incomplete => Mark::Incomplete,
            Verdict::NotApplicable => Mark::NotAsked,
            Verdict::Holds | Verdict::Vacuous if finding.known.is_some() => Mark::Unexpected,
            Verdict::Vacuous => Mark::Vacuous,
            Verdict::Holds => Mark::Holds,
        }
    }

    /// Its character.
    pub(crate) fn sign(self) -> char {
        match self {
            Mark::NotAsked => '-',
            Mark::Holds => '.',
            Mark::Vacuous => 'v',
            Mark::Designed => 'x',
            Mark::Known => 'X',
            Mark::Incomplete => '?',
            Mark::Unexpected => '!',
        }
    }
}

/// How the rows are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// A row for each protocol, over all its scenarios.
    Protocols,
    /// A row for each scenario of one protocol.
    Scenarios,
    /// A row for each protocol in each scenario.
    Pairs,
}

/// The columns of a terminal.
const COLUMNS: usize = 80;
/// What a column of the matrix takes: a space and two letters.
const COLUMN: usize = 3;

/// The matrix with its legend, no line of which is wider than a terminal.
pub fn matrix(checked: &[Checked], rows: Rows) -> String {
    let properties = columns(checked);
    let row_name = |checked: &Checked| match rows {
        Rows::Protocols => checked.instance.protocol.clone(),
        Rows::Scenarios => checked.instance.scenario.clone(),
        Rows::Pairs => format!("{} in {}", checked.instance.protocol, checked.instance.scenario),
    };
    let mut rows: IndexMap<String, Vec<&Checked>> = IndexMap::new();
    for checked in checked {
        rows.entry(row_name(checked)).or_default().push(checked);
    }
    let mut text = String::new();
    for properties in groups(&properties, name_width(&rows)) {
        text += &group(&rows, properties);
        text += "\n";
    }
    text + &legend(&properties, checked)
}

fn name_width(rows: &IndexMap<String, Vec<&Checked>>) -> usize {
    rows.keys().map(|name| name.chars().count()).max().unwrap_or(0)
}

/// The columns in as few groups as fit a terminal, about equally wide.
fn groups(properties: &[Property], name_width: usize) -> impl Iterator<Item = &[Property]> {
    let most = (COLUMNS.saturating_sub(name_width + 1) / COLUMN).max(1);
    let count = properties.len().div_ceil(most).max(1);
    properties.chunks(properties.len().div_ceil(count).max(1))
}

fn group(rows: &IndexMap<String, Vec<&Checked>>, properties: &[Property]) -> String {
    let width = name_width(rows);
    let mut text = format!("{:width$} ", "");
    for property in properties {
        text += &format!(" {}", property.code);
    }
    text += "\n";
    for (name, checked) in rows {
        text += &format!("{name:width$} ");
        for property in properties {
            let findings = checked.iter().flat_map(|checked| &checked.findings);
            let marks = findings
                .filter(|finding| finding.property.name == property.name)
                .map(Mark::of);
            text += &format!("  {}", marks.max().unwrap_or(Mark::NotAsked).sign());
        }
        text += "\n";
    }
    text
}

/// All properties asked of any instance, in the order of first appearance.
pub(crate) fn columns<'a>(checked: impl IntoIterator<Item = &'a Checked>) -> Vec<Property> {
    let mut properties: Vec<Property> = Vec::new();
    for finding in checked.into_iter().flat_map(|checked| &checked.findings) {
        if !properties.iter().any(|property| property.name == finding.property.name) {
            properties.push(finding.property.clone());
        }
    }
    properties
}

fn legend(properties: &[Property], checked: &[Checked]) -> String {
    let width = properties.iter().map(|property| property.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for property in properties {
        let head = format!("  {}  {:width$}  ", property.code, property.name);
        let indent = " ".repeat(head.len());
        let options = textwrap::Options::new(COLUMNS)
            .initial_indent(&head)
            .subsequent_indent(&indent);
        text += &textwrap::fill(&property.description, options);
        text += "\n";
    }
    let findings = || checked.iter().flat_map(|checked| &checked.findings);
    let mut marks =
        ".  holds, in sequentially consistent memory\n  X  broken by mistake   x  broken by design   !  not as the listing says"
            .to_string();
    if findings().any(|finding| finding.verdict == Verdict::Incomplete) {
        marks += "\n  ?  not decided: the graph is not complete";
    }
    if findings().any(|finding| finding.verdict == Verdict::Vacuous) {
        marks += "\n  v  holds, but what it speaks of never happens";
    }
    if findings().any(|finding| finding.verdict == Verdict::NotApplicable) {
        marks += "\n  -  n/a after error: every run that would show it may end in an error first";
    }
    format!("{text}\n  {marks}\n")
}
