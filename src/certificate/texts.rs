//! Digests of the texts that a claim speaks of: so that a claim about one text is not taken for one about another.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::Instance;
use crate::model::properties::PropertyModule;

/// Digests of what was read. Names of files are not in them: a text may be moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// The listing, and what it and the scenario include.
    pub listing: String,
    /// The scenario itself.
    pub scenario: String,
    /// The module that defines the property, and those it is made of; absent if the language itself defines it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modules: Option<String>,
}

impl Texts {
    /// The digests of a protocol in a scenario, and of the module that defines the property.
    pub(crate) fn of(instance: &Instance, module: Option<&PropertyModule>) -> Self {
        let files = || instance.machine.program.sources.files().map(|(_, file)| file);
        let is_scenario = |name: &str| name == instance.scenario_source;
        let scenario = files().filter(|file| is_scenario(&file.name));
        let listing = files().filter(|file| !is_scenario(&file.name));
        let modules =
            |module: &PropertyModule| digest(module.spec.sources().files().map(|(_, file)| file.text.as_str()));
        Texts {
            listing: digest(listing.map(|file| file.text.as_str())),
            scenario: digest(scenario.map(|file| file.text.as_str())),
            modules: module.map(modules),
        }
    }
}

fn digest<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    }
    let bytes = hash.finalize();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}
