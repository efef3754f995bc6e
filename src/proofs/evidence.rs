//! What the pages are made of: verdicts, the second opinion, and the certificates that are small enough to lie beside a page.

use std::collections::BTreeMap;

use crate::actors::compare::Opinion;
use crate::certificate::Maker;
use crate::check::{Checked, Finding, Verdict};
use crate::explore::{Limits, explore};
use crate::model::properties::PropertyModule;
use crate::source::Diagnostic;

/// What holds is certified with all states: on larger graphs on demand only.
const MOST_STATES: usize = 1_000;
/// A certificate of more bytes is made on demand only.
const MOST_BYTES: usize = 24 * 1024;

/// One protocol in one scenario.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Our verdicts.
    pub checked: Checked,
    /// What stateright makes of the same model.
    pub stateright: Opinion,
}

impl Evidence {
    /// By property: certificates, as `oomspec certify` writes them, of what is `news` and small enough.
    pub(super) fn certificates(
        &self,
        module: &PropertyModule,
        news: impl Fn(&Finding) -> bool,
    ) -> Result<BTreeMap<String, String>, Diagnostic> {
        let checked = &self.checked;
        let wanted = |verdict| match verdict {
            Verdict::Violated => true,
            Verdict::Holds | Verdict::Vacuous => checked.counts.distinct <= MOST_STATES,
            Verdict::Incomplete | Verdict::NotApplicable => false,
        };
        let findings = checked.findings.iter();
        let wanted: Vec<&Finding> = findings
            .filter(|finding| wanted(finding.verdict) && news(finding))
            .collect();
        let mut certificates = BTreeMap::new();
        if wanted.is_empty() {
            return Ok(certificates);
        }
        let limits = Limits {
            threads: 1,
            ..Limits::default()
        };
        let graph = explore(&checked.instance.machine, limits, &|_, _| {});
        let maker = Maker::new(&checked.instance, std::slice::from_ref(module), &graph);
        for finding in wanted {
            let text = maker.certificate(finding)?.to_json();
            if text.len() <= MOST_BYTES {
                certificates.insert(finding.property.name.clone(), text);
            }
        }
        Ok(certificates)
    }
}
