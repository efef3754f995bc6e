//! Everything that the pages are about, in order: a chapter for each protocol, a section for each scenario.

use std::collections::BTreeMap;

use super::news::{Cell, News};
use super::verdict::by_mistake;
use super::{Evidence, Records};
use crate::c::ast::Program;
use crate::c::library::Listing;
use crate::check::{Checked, Counterexample, Finding, Verdict};
use crate::counterexample::history::History;
use crate::export::tla::export;
use crate::model::Instance;
use crate::model::properties::PropertyModule;
use crate::source::Diagnostics;
use crate::spec::Spec;
use crate::tlc::Record;

/// What there is to tell.
pub(crate) struct Contents<'a> {
    pub module: &'a PropertyModule,
    pub history: History,
    pub chapters: Vec<Chapter<'a>>,
    /// There is a page of costs.
    pub has_costs: bool,
}

/// A protocol.
pub(crate) struct Chapter<'a> {
    pub name: String,
    pub listing: Listing,
    pub program: Program,
    pub sections: Vec<Section<'a>>,
}

/// A protocol in a scenario.
pub(crate) struct Section<'a> {
    pub checked: &'a Checked,
    pub evidence: &'a Evidence,
    /// What TLC made of the very module that would be exported now.
    pub tlc: Option<&'a Record>,
    /// The bounds that have a name.
    pub numbers: Vec<(String, i64)>,
    /// Mistakes first.
    pub violations: Vec<Violation<'a>>,
    /// By property: the certificates that lie beside the page.
    pub certificates: BTreeMap<String, String>,
}

/// A broken property in one scenario.
pub(crate) struct Violation<'a> {
    pub instance: &'a Instance,
    pub finding: &'a Finding,
    pub counterexample: &'a Counterexample,
    /// A certificate lies beside the page.
    pub certified: bool,
    /// Where it is shown.
    pub shown: Shown,
}

/// Where a violation is shown: its picture, its diagram, its states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shown {
    /// On the page of its scenario.
    Here,
    /// On that page, under another property that the same run breaks.
    Above(String),
    /// On another page: it says nothing new here.
    Elsewhere(Cell),
}

impl<'a> Contents<'a> {
    pub(crate) fn new(
        spec: &'a Spec,
        module: &'a PropertyModule,
        evidence: &'a [Evidence],
        records: &'a Records,
    ) -> Result<Self, Diagnostics> {
        let news = News::of(evidence);
        let mut chapters: Vec<Chapter> = Vec::new();
        for evidence in evidence {
            let instance = &evidence.checked.instance;
            if chapters.last().is_none_or(|last| last.name != instance.protocol) {
                let listing = spec.protocol(&instance.protocol)?;
                chapters.push(Chapter {
                    name: instance.protocol.clone(),
                    program: spec.read(&listing, None)?,
                    listing,
                    sections: Vec::new(),
                });
            }
            let scenario = spec.scenario(&instance.scenario)?;
            // There is one: it was pushed above.
            if let Some(chapter) = chapters.last_mut() {
                let instance = &evidence.checked.instance;
                let certificates = evidence.certificates(module, |finding| news.is(instance, finding))?;
                chapter.sections.push(Section {
                    tlc: record(module, &evidence.checked, records)?,
                    numbers: spec.numbers(&chapter.listing, &scenario)?,
                    checked: &evidence.checked,
                    violations: violations(evidence, &news, &certificates),
                    certificates,
                    evidence,
                });
            }
        }
        Ok(Contents {
            history: History::of(spec),
            module,
            chapters,
            has_costs: !records.costs.is_empty(),
        })
    }

    /// True if there is a page for a protocol of this name.
    pub(crate) fn has(&self, protocol: &str) -> bool {
        self.chapters.iter().any(|chapter| chapter.name == protocol)
    }

    pub(crate) fn sections(&self) -> impl Iterator<Item = &Section<'a>> {
        self.chapters.iter().flat_map(|chapter| &chapter.sections)
    }
}

impl Chapter<'_> {
    /// What the scenarios say about a property, in their order.
    pub(crate) fn findings<'b>(&'b self, property: &'b str) -> impl Iterator<Item = (&'b Section<'b>, &'b Finding)> {
        self.sections
            .iter()
            .filter_map(move |section| Some((section, section.finding(property)?)))
    }
}

impl Section<'_> {
    pub(crate) fn name(&self) -> &str {
        &self.checked.instance.scenario
    }

    /// The file of a certificate, beside the page.
    pub(crate) fn certificate_name(&self, property: &str) -> String {
        super::certificate_name(self.name(), property)
    }

    pub(crate) fn finding(&self, property: &str) -> Option<&Finding> {
        self.checked.finding(property)
    }
}

/// A comparison with TLC that speaks of this text.
fn record<'a>(
    module: &PropertyModule,
    checked: &Checked,
    records: &'a Records,
) -> Result<Option<&'a Record>, Diagnostics> {
    let instance = &checked.instance;
    let Some(record) = records.tlc.find(&instance.protocol, &instance.scenario) else {
        return Ok(None);
    };
    let export = export(instance, std::slice::from_ref(module))?;
    let same =
        record.is_of(&export) && record.distinct == checked.counts.distinct && record.depth == checked.counts.depth;
    Ok(same.then_some(record))
}

/// Mistakes first; a run that breaks several properties is shown with the first of them.
fn violations<'a>(evidence: &'a Evidence, news: &News, certificates: &BTreeMap<String, String>) -> Vec<Violation<'a>> {
    let checked = &evidence.checked;
    let findings = checked.findings.iter();
    let mut broken: Vec<&Finding> = findings
        .filter(|finding| finding.verdict == Verdict::Violated)
        .collect();
    broken.sort_by_key(|finding| !by_mistake(finding));
    let mut violations: Vec<Violation> = Vec::new();
    for finding in broken {
        let Some(counterexample) = &finding.counterexample else {
            continue;
        };
        let instance = &checked.instance;
        let mut before = violations.iter().filter(|known| known.shown == Shown::Here);
        let same = before.find(|known| known.counterexample == counterexample);
        let name = &finding.property.name;
        let shown = match (news.told(instance, finding), same) {
            (Some(place), _) => Shown::Elsewhere(place.clone()),
            (None, Some(known)) => Shown::Above(known.finding.property.name.clone()),
            (None, None) => Shown::Here,
        };
        violations.push(Violation {
            instance,
            certified: certificates.contains_key(name),
            finding,
            counterexample,
            shown,
        });
    }
    violations
}
