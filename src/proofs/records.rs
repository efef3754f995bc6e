//! What other commands leave beside the pages, and where the pages mention it.

use crate::check::{Checked, Finding};
use crate::spec::Instance;

/// Texts that lie in the folder already.
#[derive(Debug, Clone, Default)]
pub struct Records {
    /// `tlc.json`, if there is one: what TLC made of the exported modules.
    pub tlc: Option<String>,
}

impl Records {
    /// What TLC says about a protocol in a scenario, as an entry of the list of engines.
    pub fn tlc(&self, _checked: &Checked) -> Option<String> {
        None
    }

    /// A link to the certificate of a verdict, relative to the folder of the protocol.
    pub fn certificate(&self, _instance: &Instance, _finding: &Finding) -> Option<String> {
        None
    }
}
