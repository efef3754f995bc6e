//! What the names on a command line stand for: protocols and scenarios of the spec or files of the user's, and properties.

use std::path::Path;

use oomspec::c::library::Listing;
use oomspec::model::Instance;
use oomspec::model::properties::{self, PropertyModule};
use oomspec::model::property::Property;
use oomspec::source::{Diagnostic, Diagnostics};
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

/// The protocol and the scenario of these names, compiled.
pub fn pair(spec: &Spec, protocol: &str, scenario: &str) -> Result<Instance, Diagnostics> {
    instance(spec, &listing(spec, protocol)?, &self::scenario(spec, scenario)?)
}

/// The properties of the spec, then those of a module of the user.
pub fn modules(spec: &Spec, properties: Option<&Path>) -> Result<Vec<PropertyModule>, Diagnostics> {
    let mut modules = vec![spec.properties()?];
    if let Some(path) = properties {
        modules.push(spec.properties_of(path)?);
    }
    Ok(modules)
}

/// Refuses names of properties and scenarios that do not exist, on the command line and in `@breaks`.
pub fn known_names(
    modules: &[PropertyModule],
    instances: &[Instance],
    spec: &Spec,
    asked: &[String],
) -> Result<(), Diagnostics> {
    let mut properties: Vec<Property> = modules.iter().flat_map(PropertyModule::properties).cloned().collect();
    for instance in instances {
        for property in properties::of_machine(&instance.machine, modules) {
            if properties.iter().all(|known| known.name != property.name) {
                properties.push(property);
            }
        }
    }
    let names: Vec<&str> = properties.iter().map(|property| property.name.as_str()).collect();
    for name in asked {
        if !names.contains(&name.as_str()) {
            return Err(Diagnostics::from(unknown(name, "property", &names)));
        }
    }
    let mut scenarios = spec.scenarios();
    scenarios.extend(instances.iter().map(|instance| instance.scenario.clone()));
    let scenarios: Vec<&str> = scenarios.iter().map(String::as_str).collect();
    let protocols = spec.protocols();
    let protocols: Vec<&str> = protocols.iter().map(String::as_str).collect();
    for instance in instances {
        for breaks in &instance.tags.breaks {
            let others = breaks.reason.protocols().map(|other| (other, "protocol", &protocols));
            let said = [
                (&breaks.property, "property", &names),
                (&breaks.scenario, "scenario", &scenarios),
            ];
            let mut said = said.into_iter().chain(others);
            if let Some((name, what, known)) = said.find(|(name, _, known)| !known.contains(&name.name.as_str())) {
                let mut error = unknown(&name.name, what, known);
                error.span = Some(name.span);
                return Err(error.within(&instance.machine.program.sources));
            }
        }
    }
    Ok(())
}

/// `there is no property `NoUseAfterFre``
fn unknown(name: &str, what: &str, known: &[&str]) -> Diagnostic {
    let all = format!("there are {}", known.join(", "));
    let help = oomspec::c::nearest::did_you_mean(name, known.iter().copied(), all);
    Diagnostic::general(format!("there is no {what} `{name}`")).help(help)
}
