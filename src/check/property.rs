//! A property is a value with a name, a kind and a description, wherever it comes from.

use serde::Serialize;

use super::theory::Theory;
use crate::machine::Machine;
use crate::source::{Diagnostic, Diagnostics};

/// What it takes to refute a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A path to a bad state.
    Safety,
    /// A path to a state where nothing moves and somebody has not finished.
    Deadlock,
    /// A path with a bad step.
    Action,
    /// A path and a fair loop.
    Liveness,
    /// A path with a step that the abstract specification does not allow, or a fair loop that it does not.
    Refinement,
}

/// Something that must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Property {
    /// Its name, also in `@breaks`.
    pub name: String,
    /// Two letters, for the matrix.
    pub code: String,
    /// Its kind.
    pub kind: Kind,
    /// In plain words.
    pub description: String,
}

impl Property {
    fn new(name: &str, code: &str, kind: Kind, description: &str) -> Self {
        Property {
            name: name.into(),
            code: code.into(),
            kind,
            description: description.into(),
        }
    }
}

/// The properties of the language itself: what the machine's own errors and a standstill break.
pub fn built_in() -> Vec<Property> {
    vec![
        Property::new(
            "NoUseAfterFree",
            "UF",
            Kind::Safety,
            "nothing is used after it was freed",
        ),
        Property::new("NoNullDereference", "ND", Kind::Safety, "no NULL pointer is followed"),
        Property::new(
            "NoOverflow",
            "OF",
            Kind::Safety,
            "no counter and no index leaves its range",
        ),
        Property::new(
            "LocksBalanced",
            "LB",
            Kind::Safety,
            "locks are released by their holder, and only once",
        ),
        Property::new("NoBug", "NB", Kind::Safety, "no BUG_ON() fires"),
        Property::new(
            DEADLOCK,
            "DL",
            Kind::Deadlock,
            "while a task has not finished, some thread can step (polling counts)",
        ),
    ]
}

/// The name of the deadlock property.
pub const DEADLOCK: &str = "NoDeadlock";

/// The properties that a machine's errors can break and that no module defines: the built-in ones, then those that listings name.
pub fn of_machine(machine: &Machine, theories: &[Theory]) -> Vec<Property> {
    let mut properties = built_in();
    for error in machine.errors() {
        if !properties.iter().any(|property| property.name == error.property) {
            let description = format!("no step breaks {}", error.property);
            properties.push(Property::new(
                &error.property,
                &initials(&error.property),
                Kind::Safety,
                &description,
            ));
        }
    }
    let defined = |name: &str| {
        theories
            .iter()
            .flat_map(Theory::properties)
            .any(|property| property.name == name)
    };
    properties.retain(|property| !defined(&property.name));
    properties
}

/// Refuses an error that bears the name of something in a module which is no property.
pub fn refuse_other_names(machine: &Machine, theories: &[Theory]) -> Result<(), Diagnostics> {
    let all = of_machine(machine, theories);
    // Deadlock is asked without a formula of that name.
    for property in all.iter().filter(|property| property.name != DEADLOCK) {
        let name = property.name.as_str();
        let is_other =
            |theory: &&Theory| theory.spec.definition(name).is_some() || theory.spec.variable(name).is_some();
        if let Some(theory) = theories.iter().find(is_other) {
            let message = format!(
                "an error breaks `{name}`, which {}.tla has, but not as a property",
                theory.spec.name()
            );
            let mut sites = machine.program.threads.iter().flat_map(|thread| &thread.sites);
            let mut error = Diagnostic::general(message).help("name a property, or choose a name that no module has");
            error.span = sites
                .find(|site| site.breaks.as_deref() == Some(name))
                .map(|site| site.span);
            return Err(Diagnostics {
                sources: machine.program.sources.clone(),
                errors: vec![error],
            });
        }
    }
    Ok(())
}

/// `NoDoubleUnmap` is `DU`.
pub fn initials(name: &str) -> String {
    let letters: Vec<char> = name
        .strip_prefix("No")
        .unwrap_or(name)
        .chars()
        .filter(|c| c.is_uppercase())
        .collect();
    match letters.as_slice() {
        [first, .., last] => format!("{first}{last}"),
        _ => name.chars().take(2).collect::<String>().to_uppercase(),
    }
}
