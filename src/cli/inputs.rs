//! What the names on a command line stand for: protocols and scenarios of the spec or files of the user's, and properties.

use std::path::Path;

use oomspec::c::library::Listing;
use oomspec::model::Instance;
use oomspec::model::properties::PropertyModule;
use oomspec::source::Diagnostics;
use oomspec::spec::Spec;

/// A protocol of the spec, or a file of the user.
pub fn listing(spec: &Spec, name: &str) -> Result<Listing, Diagnostics> {
    if is_file(name) {
        return Listing::from_file(Path::new(name)).map_err(Diagnostics::from);
    }
    spec.protocol(name).map_err(Diagnostics::from)
}

/// A scenario of the spec, or a file of the user.
pub fn scenario(spec: &Spec, name: &str) -> Result<Listing, Diagnostics> {
    if is_file(name) {
        return Listing::from_file(Path::new(name)).map_err(Diagnostics::from);
    }
    spec.scenario(name).map_err(Diagnostics::from)
}

/// Whether a name is a file's. A folder may happen to be called as a protocol is.
fn is_file(name: &str) -> bool {
    let path = Path::new(name);
    path.exists() && (!path.is_dir() || name.contains('/'))
}

/// Reads and compiles a protocol in a scenario. A function of the user's that nothing calls is misspelt, and refused.
pub fn instance(spec: &Spec, protocol: &Listing, scenario: &Listing) -> Result<Instance, Diagnostics> {
    if protocol.folder.is_some() || scenario.folder.is_some() {
        spec.refuse_uncalled(protocol, Some(scenario))?;
    }
    spec.instance(protocol, scenario)
}

// A comment for rustdoc would be the help of the commands that have these.
#[allow(missing_docs)]
#[derive(Debug, clap::Args)]
pub struct Pair {
    /// A protocol (see `oomspec list`), or a listing of yours
    #[arg(value_name = "PROTOCOL|FILE.c")]
    protocol: String,

    /// The scenario, or one of yours
    #[arg(short, long, value_name = "SCENARIO|FILE.c")]
    scenario: String,
}

impl Pair {
    /// The protocol in the scenario, compiled.
    pub fn instance(&self, spec: &Spec) -> Result<Instance, Diagnostics> {
        instance(spec, &listing(spec, &self.protocol)?, &scenario(spec, &self.scenario)?)
    }
}

/// The properties of the spec, then those of a module of the user.
pub fn modules(spec: &Spec, properties: Option<&Path>) -> Result<Vec<PropertyModule>, Diagnostics> {
    let mut modules = vec![spec.properties()?];
    if let Some(path) = properties {
        modules.push(spec.properties_of(path)?);
    }
    Ok(modules)
}
