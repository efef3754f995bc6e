//! The exit code of a check.

use oomspec::check::{Checked, Verdict};
use oomspec::model::property::PropertyKind;

use super::exit;

/// The exit code of a run: see [`exit`].
pub fn of(checked: &[Checked]) -> u8 {
    let findings = || checked.iter().flat_map(|checked| &checked.findings);
    let surprise = |kinds: &[PropertyKind]| {
        findings().any(|finding| {
            finding.verdict == Verdict::Violated && !finding.expected() && kinds.contains(&finding.property.kind)
        })
    };
    if surprise(&[PropertyKind::Safety, PropertyKind::Action, PropertyKind::Refinement]) {
        exit::SAFETY
    } else if surprise(&[PropertyKind::Deadlock]) {
        exit::DEADLOCK
    } else if surprise(&[PropertyKind::Liveness]) {
        exit::LIVENESS
    } else if checked.iter().any(|checked| checked.incomplete.is_some())
        || findings().any(|finding| finding.verdict == Verdict::Incomplete)
    {
        exit::INCOMPLETE
    } else if findings().any(|finding| !finding.expected()) {
        exit::NOT_FOUND
    } else if vacuous_everywhere(checked) {
        exit::VACUOUS
    } else {
        exit::FINE
    }
}

/// True if some property has nothing to say in any of several scenarios of a protocol.
fn vacuous_everywhere(checked: &[Checked]) -> bool {
    let mut protocols: Vec<&str> = checked
        .iter()
        .map(|checked| checked.instance.protocol.as_str())
        .collect();
    protocols.dedup();
    protocols.iter().any(|protocol| {
        let mine: Vec<&Checked> = checked
            .iter()
            .filter(|checked| checked.instance.protocol == *protocol)
            .collect();
        let Some(first) = mine.first() else { return false };
        mine.len() > 1
            && first
                .findings
                .iter()
                .filter(|finding| !finding.said_vacuous)
                .any(|finding| {
                    let same = mine.iter().flat_map(|checked| &checked.findings);
                    let mut same = same.filter(|other| other.property.name == finding.property.name);
                    same.all(|other| other.verdict == Verdict::Vacuous)
                })
    })
}
