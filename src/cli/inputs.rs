//! What the names on a command line stand for: protocols and scenarios of the spec or files of the user's, and properties.

use std::path::Path;

use clap::ValueEnum;
use oomspec::c::library::Listing;
use oomspec::model::Instance;
use oomspec::model::properties::PropertyModule;
use oomspec::source::{Diagnostic, Diagnostics};
use oomspec::spec::Spec;

/// A protocol of the spec, or a file of the user.
pub fn listing(spec: &Spec, name: &str) -> Result<Listing, Diagnostics> {
    named(name, |name| spec.protocol(name))
}

/// A scenario of the spec, or a file of the user.
pub fn scenario(spec: &Spec, name: &str) -> Result<Listing, Diagnostics> {
    named(name, |name| spec.scenario(name))
}

/// A file, or what the spec has by that name. What can only be a file's name and is none is answered with the files there.
fn named(name: &str, of_spec: impl Fn(&str) -> Result<Listing, Diagnostic>) -> Result<Listing, Diagnostics> {
    let path = Path::new(name);
    if is_file(name) {
        return Listing::from_file(path).map_err(Diagnostics::from);
    }
    of_spec(name).map_err(|unknown| {
        if !name.ends_with(".c") {
            return unknown.into();
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let entries = folder.read_dir().into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let mut listings: Vec<String> = names.filter(|name| name.ends_with(".c")).collect();
        listings.sort();
        let there = match (folder.is_dir(), listings.is_empty()) {
            (false, _) => format!("there is no folder {}", folder.display()),
            (true, true) => format!("there is no listing in {}", folder.display()),
            (true, false) => format!("in {} there are {}", folder.display(), listings.join(", ")),
        };
        Diagnostic::general(format!("there is no file `{name}`"))
            .help(there)
            .into()
    })
}

/// Those of some names that are a file's, whether it is there or not.
pub fn files<'n>(names: impl Iterator<Item = &'n String>) -> impl Iterator<Item = &'n Path> {
    let paths = names.map(Path::new);
    paths.filter(|path| path.extension().is_some_and(|kind| kind == "c" || kind == "tla"))
}

/// Whether a name is a file's. A folder may happen to be called as a protocol is.
fn is_file(name: &str) -> bool {
    let path = Path::new(name);
    path.exists() && (!path.is_dir() || name.contains('/'))
}

/// Reads and compiles a protocol in a scenario. A function of the user's that nothing calls is misspelt, and refused.
pub fn instance(spec: &Spec, protocol: &Listing, scenario: &Listing) -> Result<Instance, Diagnostics> {
    refuse_uncalled(spec, protocol, std::slice::from_ref(scenario))?;
    spec.instance(protocol, scenario)
}

/// Refuses functions of the user's that nothing calls in any of these scenarios. Where all of those are built in, and the name
/// is like no other, it may be an entry point for scenarios to come: that is said, and no error.
pub fn refuse_uncalled(spec: &Spec, protocol: &Listing, scenarios: &[Listing]) -> Result<(), Diagnostics> {
    if protocol.folder.is_none() && scenarios.iter().all(|scenario| scenario.folder.is_none()) {
        return Ok(());
    }
    let mut uncalled: Option<Diagnostics> = None;
    for scenario in scenarios {
        let mut here = spec.uncalled(protocol, Some(scenario))?;
        if let Some(before) = &uncalled {
            here.errors.retain(|error| before.errors.contains(error));
        }
        uncalled = Some(here);
    }
    let Some(mut uncalled) = uncalled else { return Ok(()) };
    if scenarios.iter().all(|scenario| scenario.folder.is_none()) {
        let misspelt = |error: &Diagnostic| error.help.as_ref().is_some_and(|help| help.starts_with("did you mean"));
        for error in uncalled.errors.iter().filter(|error| !misspelt(error)) {
            super::note(&format!("{}: a scenario of yours may", error.message));
        }
        uncalled.errors.retain(misspelt);
    }
    match uncalled.errors.is_empty() {
        true => Ok(()),
        false => Err(uncalled),
    }
}

/// How an answer looks, where there are two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Text that fits in a mail
    Human,
    /// JSON, an object a line
    Json,
}

// A comment for rustdoc would be the help of the commands that have these.
#[allow(missing_docs)]
#[derive(Debug, clap::Args)]
pub struct Sizes {
    /// Another value for a `#define` of the scenario, the listing or a header, such as MAX_OOM_REAP_RETRIES=4; what the listing
    /// announces it announces for its own values
    #[arg(short = 'D', long = "define", value_name = "NAME=VALUE", value_parser = size)]
    bounds: Vec<(String, String)>,
}

/// `NAME=4`, `NAME=true`
fn size(text: &str) -> Result<(String, String), String> {
    let Some((name, value)) = text.split_once('=') else {
        return Err("write NAME=VALUE".to_string());
    };
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_name {
        return Err(format!("`{name}` is no name of a #define"));
    }
    match value.parse::<u32>().is_ok() || ["true", "false"].contains(&value) {
        true => Ok((name.to_string(), value.to_string())),
        false => Err(format!("`{value}` is no number, and neither true nor false")),
    }
}

impl Sizes {
    /// Whether some size is given.
    pub fn any(&self) -> bool {
        !self.bounds.is_empty()
    }

    /// A scenario of these sizes.
    pub fn of(&self, scenario: Listing) -> Result<Listing, Diagnostics> {
        let mut names: Vec<&str> = self.bounds.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|two| two[0] == two[1]) {
            let error = Diagnostic::general(format!("`{}` is given twice with -D", twice[0]));
            return Err(error.help("give each size once").into());
        }
        let bounds = self.bounds.clone();
        Ok(Listing { bounds, ..scenario })
    }
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
    /// The same, in a scenario of these sizes.
    pub fn instance_of(&self, spec: &Spec, sizes: &Sizes) -> Result<Instance, Diagnostics> {
        let scenario = sizes.of(scenario(spec, &self.scenario)?)?;
        instance(spec, &listing(spec, &self.protocol)?, &scenario)
    }

    /// The names that are files of the user's.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        files([&self.protocol, &self.scenario].into_iter())
    }

    /// The protocol.
    pub fn listing(&self, spec: &Spec) -> Result<Listing, Diagnostics> {
        listing(spec, &self.protocol)
    }

    /// Another protocol in the same scenario.
    pub fn instance_in(&self, spec: &Spec, protocol: &Listing) -> Result<Instance, Diagnostics> {
        spec.instance(protocol, &scenario(spec, &self.scenario)?)
    }

    /// The protocol in the scenario, compiled.
    pub fn instance(&self, spec: &Spec) -> Result<Instance, Diagnostics> {
        instance(spec, &listing(spec, &self.protocol)?, &scenario(spec, &self.scenario)?)
    }
}

/// The properties that a run is about.
pub struct Modules {
    /// Those of the spec, then those of a module of the user.
    pub modules: Vec<PropertyModule>,
    /// That the spec's are left out, and why.
    pub left_out: Option<String>,
}

/// The properties of the spec, then those of a module of the user. The spec's are left out where no program has what they speak of.
pub fn modules(spec: &Spec, properties: Option<&Path>, instances: &[Instance]) -> Result<Modules, Diagnostics> {
    let own = spec.properties()?;
    let missing: Option<Vec<&str>> = instances
        .iter()
        .map(|instance| own.missing(&instance.machine))
        .collect();
    let left_out = missing.and_then(|missing| missing.first().copied()).map(|missing| {
        let name = own.spec.name();
        format!("{name}.tla is left out: it speaks of `{missing}`, and there is none here")
    });
    let mut modules = Vec::new();
    if left_out.is_none() {
        modules.push(own);
    }
    if let Some(path) = properties {
        modules.push(spec.properties_of(path)?);
    }
    Ok(Modules { modules, left_out })
}

/// The same for one program; what is left out is said on stderr.
pub fn modules_of(
    spec: &Spec,
    properties: Option<&Path>,
    instance: &Instance,
) -> Result<Vec<PropertyModule>, Diagnostics> {
    let Modules { modules, left_out } = modules(spec, properties, std::slice::from_ref(instance))?;
    if let Some(left_out) = left_out {
        super::note(&left_out);
    }
    Ok(modules)
}
