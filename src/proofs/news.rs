//! Which cells say something new. What a protocol has inherited is shown once, where it came up first, and what breaks in many
//! scenarios for one reason is shown in the one with the shortest run.

use std::collections::{HashMap, HashSet};

use super::Evidence;
use crate::check::{Finding, Verdict};
use crate::model::Instance;

/// A broken property in one scenario of a protocol.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Cell {
    pub protocol: String,
    pub scenario: String,
    pub property: String,
}

/// What is told where.
pub(crate) struct News {
    /// Where a violation is shown, if not on its own page.
    told: HashMap<Cell, Cell>,
    /// What holds here, and did not in the protocol before.
    holds: HashSet<Cell>,
}

/// Property, scenario, reason, steps, start of the loop: of two violations that have these in common, one says nothing new.
type Kind<'a> = (&'a str, &'a str, &'a str, usize, Option<usize>);

impl News {
    /// The evidence is of every protocol, in historical order.
    pub(crate) fn of(evidence: &[Evidence]) -> Self {
        let (mut told, mut holds) = (HashMap::new(), HashSet::new());
        let mut first: HashMap<Kind, Cell> = HashMap::new();
        let mut held: HashSet<(&str, &str)> = HashSet::new();
        for chapter in evidence.chunk_by(|a, b| a.checked.instance.protocol == b.checked.instance.protocol) {
            let mut shortest: HashMap<(&str, &str), Cell> = HashMap::new();
            // What nobody has announced is shown wherever it is found.
            let announced = |(_, finding): &(&Instance, &Finding)| finding.known.is_some();
            for (instance, finding) in violations(chapter).into_iter().filter(announced) {
                let here = place(instance, finding);
                let (property, why) = (finding.property.name.as_str(), finding.known_words());
                let (steps, start) = length(finding);
                let kind = (property, instance.scenario.as_str(), why, steps, start);
                let inherited = || first.get(&kind).unwrap_or(&here).clone();
                let shown = shortest.entry((property, why)).or_insert_with(inherited).clone();
                first.entry(kind).or_insert_with(|| shown.clone());
                if shown != here {
                    told.insert(here, shown);
                }
            }
            let mut holding = HashSet::new();
            for (instance, finding) in cells(chapter).filter(|(_, finding)| finding.verdict != Verdict::Violated) {
                let cell = (instance.scenario.as_str(), finding.property.name.as_str());
                if !held.contains(&cell) {
                    holds.insert(place(instance, finding));
                }
                holding.insert(cell);
            }
            held = holding;
        }
        News { told, holds }
    }

    /// Where a violation is shown, if not on the page of its scenario.
    pub(crate) fn told(&self, instance: &Instance, finding: &Finding) -> Option<&Cell> {
        self.told.get(&place(instance, finding))
    }

    /// Whether a verdict says something new: a violation that is shown on its own page, or what holds and did not before.
    pub(crate) fn is(&self, instance: &Instance, finding: &Finding) -> bool {
        match finding.verdict {
            Verdict::Violated => self.told(instance, finding).is_none(),
            _ => self.holds.contains(&place(instance, finding)),
        }
    }
}

fn place(instance: &Instance, finding: &Finding) -> Cell {
    Cell {
        protocol: instance.protocol.clone(),
        scenario: instance.scenario.clone(),
        property: finding.property.name.clone(),
    }
}

fn cells(chapter: &[Evidence]) -> impl Iterator<Item = (&Instance, &Finding)> {
    chapter.iter().flat_map(|Evidence { checked, .. }| {
        let findings = checked.findings.iter();
        findings.map(|finding| (&checked.instance, finding))
    })
}

/// What is broken, the shortest runs first.
fn violations(chapter: &[Evidence]) -> Vec<(&Instance, &Finding)> {
    let broken = cells(chapter).filter(|(_, finding)| finding.verdict == Verdict::Violated);
    let mut broken: Vec<_> = broken.collect();
    broken.sort_by_key(|(_, finding)| length(finding).0);
    broken
}

fn length(finding: &Finding) -> (usize, Option<usize>) {
    let run = finding.counterexample.as_ref();
    run.map_or((0, None), |run| (run.steps.len(), run.loop_start))
}
