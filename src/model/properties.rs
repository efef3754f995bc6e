//! The properties of a TLA+ module: its definitions of temporal formulas, each with the comment above it.

use super::property::{self, Property, PropertyKind};
use super::variables::Variable;
use crate::machine::Machine;
use crate::source::{Diagnostic, Diagnostics, File, without_folders};
use crate::tla::{Definition, Expr, Level, Refinement, Specification, SubscriptedAction, Temporal};

/// A module with the properties that it defines.
#[derive(Debug)]
pub struct PropertyModule {
    /// The module and all it extends.
    pub spec: Specification,
    /// Its properties, in the order of the text.
    pub formulas: Vec<(Property, Meaning)>,
}

/// How a property is decided.
#[derive(Debug, Clone)]
pub enum Meaning {
    /// A temporal formula over the concrete state.
    Formula(Temporal),
    /// The concrete states, seen through an instance, behave as its specification says.
    Refinement(Refinement),
}

impl Meaning {
    /// Whether it speaks of what happens in the end: after an error, which ends a run, that says nothing about the protocol.
    pub(crate) fn promises_progress(&self) -> bool {
        match self {
            Meaning::Formula(formula) => kind(formula) == PropertyKind::Liveness,
            Meaning::Refinement(refinement) => !refinement.progress.is_empty(),
        }
    }
}

impl PropertyModule {
    /// Reads a module; its properties are the definitions without parameters that are temporal formulas. What it assumes has to
    /// be true.
    pub fn load(library: &dyn crate::tla::Library, module: &str) -> Result<Self, Diagnostics> {
        let spec = Specification::load(library, module)?;
        let mut formulas = Vec::new();
        let mut errors = Vec::from_iter(spec.check_assumptions().err());
        for definition in spec.all_definitions() {
            match formula(&spec, definition) {
                Ok(Some(found)) => formulas.push(found),
                Ok(None) => {}
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() {
            return Ok(PropertyModule { spec, formulas });
        }
        Err(Diagnostics {
            sources: spec.sources().clone(),
            errors,
        })
    }

    /// A variable that it speaks of and a program does not have, if there is one: then it says nothing about that program.
    pub fn missing(&self, machine: &Machine) -> Option<&str> {
        let mut variables = self.spec.variables().iter();
        let missing = variables.find(|name| Variable::named(machine, name).is_none());
        missing.map(|name| &**name)
    }

    /// The properties.
    pub fn properties(&self) -> impl Iterator<Item = &Property> {
        self.formulas.iter().map(|(property, _)| property)
    }
}

/// The properties that a machine's errors can break and that no module defines: the built-in ones, then those that listings name.
pub fn of_machine(machine: &Machine, modules: &[PropertyModule]) -> Vec<Property> {
    let mut properties = property::built_in();
    for error in machine.errors() {
        if !properties.iter().any(|property| property.name == error.property) {
            let description = format!("no step breaks {}", error.property);
            properties.push(Property::new(
                &error.property,
                &property::initials(&error.property),
                PropertyKind::Safety,
                &description,
            ));
        }
    }
    let defined = |name: &str| {
        modules
            .iter()
            .flat_map(PropertyModule::properties)
            .any(|property| property.name == name)
    };
    properties.retain(|property| !defined(&property.name));
    properties
}

/// Refuses an error that bears the name of something in a module which is no property.
pub(crate) fn refuse_other_names(machine: &Machine, modules: &[PropertyModule]) -> Result<(), Diagnostics> {
    let all = of_machine(machine, modules);
    // Deadlock is asked without a formula of that name.
    for property in all.iter().filter(|property| property.name != property::DEADLOCK) {
        let name = property.name.as_str();
        let is_other =
            |module: &&PropertyModule| module.spec.definition(name).is_some() || module.spec.variable(name).is_some();
        if let Some(module) = modules.iter().find(is_other) {
            let message = format!(
                "an error breaks `{name}`, which {}.tla has, but not as a property",
                module.spec.name()
            );
            let mut sites = machine.program.threads.iter().flat_map(|thread| &thread.sites);
            let mut error = Diagnostic::general(message).help("name a property, or choose a name that no module has");
            error.span = sites
                .find(|site| site.breaks.as_deref() == Some(name))
                .map(|site| site.span);
            return Err(error.within(&machine.program.sources));
        }
    }
    Ok(())
}

/// Refuses two properties of one name: one of them would be answered for both. What a module has because it extends another is
/// one property, as long as both read the same texts.
pub(crate) fn refuse_two_meanings(modules: &[PropertyModule]) -> Result<(), Diagnostics> {
    for (before, module) in modules.iter().enumerate() {
        for name in module.properties().map(|property| &property.name) {
            let defines = |other: &&PropertyModule| other.properties().any(|property| property.name == *name);
            let mut others = modules[..before].iter().filter(defines);
            let Some(other) = others.find(|other| !read_alike(&other.spec, &module.spec, name)) else {
                continue;
            };
            let of = other.spec.name();
            let message = format!("`{name}` is a property that {of}.tla has, too, and there it is defined otherwise");
            let help = "choose another name, so that each has its own verdict; to change what the spec itself says, use --spec";
            let mut error = Diagnostic::general(message).help(help);
            error.span = module.spec.definition(name).map(|definition| definition.name.span);
            return Err(error.within(module.spec.sources()));
        }
    }
    Ok(())
}

/// True if two specifications have a definition from the same module, and all modules that both of them read have the same text.
fn read_alike(one: &Specification, other: &Specification, name: &str) -> bool {
    let module = |spec: &Specification| {
        let span = spec.definition(name)?.span;
        Some(without_folders(&spec.sources().file(span.file).name).to_string())
    };
    let same_text = |file: &File| {
        let named = |(_, theirs): &(_, &File)| without_folders(&theirs.name) == without_folders(&file.name);
        other
            .sources()
            .files()
            .filter(named)
            .all(|(_, theirs)| theirs.text == file.text)
    };
    module(one) == module(other) && one.sources().files().all(|(_, file)| same_text(file))
}

fn formula(spec: &Specification, definition: &Definition) -> Result<Option<(Property, Meaning)>, Diagnostic> {
    let name = definition.name.text.to_string();
    if !definition.parameters.is_empty() || definition.local || spec.operator(&name)?.level() < Level::Temporal {
        return Ok(None);
    }
    let (meaning, kind) = match spec.refinement(&name)? {
        Some(refinement) => (Meaning::Refinement(refinement), PropertyKind::Refinement),
        None => {
            let temporal = spec.temporal(&name)?;
            let kind = kind(&temporal);
            (Meaning::Formula(temporal), kind)
        }
    };
    let (code, description) = legend(&spec.comment(definition), &name);
    Ok(Some((
        Property {
            name,
            code,
            kind,
            description,
        },
        meaning,
    )))
}

/// `UF  nothing is used after it was freed`: two letters and the words, from the first line of the comment.
fn legend(comment: &str, name: &str) -> (String, String) {
    let first = comment.lines().next().unwrap_or("").trim();
    let (code, words) = first.split_at(first.find(' ').unwrap_or(first.len()));
    let is_code = code.chars().count() == 2 && code.chars().all(|c| c.is_ascii_uppercase());
    if is_code {
        (code.to_string(), words.trim().to_string())
    } else {
        (property::initials(name), first.to_string())
    }
}

/// What it takes to refute a formula.
fn kind(formula: &Temporal) -> PropertyKind {
    match formula {
        Temporal::State(_) => PropertyKind::Safety,
        Temporal::Always(inner) => match &**inner {
            Temporal::State(_) => PropertyKind::Safety,
            Temporal::Action(_) => PropertyKind::Action,
            _ => PropertyKind::Liveness,
        },
        Temporal::And(parts) => parts
            .iter()
            .map(kind)
            .max_by_key(|kind| *kind as usize)
            .unwrap_or(PropertyKind::Safety),
        _ => PropertyKind::Liveness,
    }
}

/// The step formula of an action property, if it is one.
pub(crate) fn action(formula: &Temporal) -> Option<&SubscriptedAction> {
    match formula {
        Temporal::Always(inner) => match &**inner {
            Temporal::Action(step) => Some(step),
            _ => None,
        },
        _ => None,
    }
}

/// `P`, if the formula is `[]P` for a state predicate.
pub(crate) fn invariant(formula: &Temporal) -> Option<&Expr> {
    match formula {
        Temporal::Always(inner) => match &**inner {
            Temporal::State(predicate) => Some(predicate),
            _ => None,
        },
        _ => None,
    }
}
