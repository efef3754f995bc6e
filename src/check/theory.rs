//! The properties of a TLA+ module: its definitions of temporal formulas, each with the comment above it.

use std::sync::Arc;

use super::property::{Kind, Property};
use crate::source::{Diagnostic, Diagnostics};
use crate::tla::{Abstraction, Behaviour, Definition, Expr, Level, Spec, Step, Temporal};

/// A module with the properties that it defines.
#[derive(Debug)]
pub struct Theory {
    /// The module and all it extends.
    pub spec: Spec,
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

/// `Refines == Abs!Spec`, or `Abs!SafeSpec /\ (Abs!Fair \/ <>Failed)`.
#[derive(Debug, Clone)]
pub struct Refinement {
    /// `Abs`
    pub instance: Arc<str>,
    /// `Spec`
    pub specification: Arc<str>,
    /// Its fairness, where it does not bind every run.
    pub excused: Option<Excused>,
}

/// A fairness that some runs are excused from.
#[derive(Debug, Clone)]
pub struct Excused {
    /// `Fair`
    pub fairness: Arc<str>,
    /// `Failed`, a predicate of the concrete state: a run in which it is true once is excused.
    pub excuse: Arc<str>,
}

impl Refinement {
    /// What the abstract specification says, fairness included.
    pub fn behaviour(&self, abstraction: &Abstraction<'_>) -> Result<Behaviour, Diagnostic> {
        let mut behaviour = abstraction.behaviour(&self.specification)?;
        if let Some(excused) = &self.excused {
            if !(behaviour.fairness.is_empty() && behaviour.liveness.is_empty()) {
                let name = &self.specification;
                return Err(Diagnostic::general(format!(
                    "`{name}` binds every run to a fairness, and another one excuses some"
                ))
                .help("name a specification without fairness before the `/\\`"));
            }
            let fair = abstraction.behaviour(&excused.fairness)?;
            behaviour.fairness = fair.fairness;
            behaviour.liveness = fair.liveness;
        }
        Ok(behaviour)
    }

    /// The predicate that excuses a run from fairness, over the concrete state.
    pub fn excuse(&self, spec: &Spec) -> Result<Option<Expr>, Diagnostic> {
        let excused = self.excused.as_ref();
        excused.map(|excused| spec.operator(&excused.excuse)).transpose()
    }
}

impl Theory {
    /// Reads a module; its properties are the definitions without parameters that are temporal formulas.
    pub fn load(library: &dyn crate::tla::Library, module: &str) -> Result<Self, Diagnostics> {
        let spec = Spec::load(library, module)?;
        let mut formulas = Vec::new();
        let mut errors = Vec::new();
        for definition in spec.all_definitions() {
            match formula(&spec, definition) {
                Ok(Some(found)) => formulas.push(found),
                Ok(None) => {}
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() {
            return Ok(Theory { spec, formulas });
        }
        Err(Diagnostics {
            sources: spec.sources().clone(),
            errors,
        })
    }

    /// The properties.
    pub fn properties(&self) -> impl Iterator<Item = &Property> {
        self.formulas.iter().map(|(property, _)| property)
    }
}

fn formula(spec: &Spec, definition: &Definition) -> Result<Option<(Property, Meaning)>, Diagnostic> {
    let name = definition.name.text.to_string();
    if !definition.parameters.is_empty() || definition.local || spec.operator(&name)?.level() < Level::Temporal {
        return Ok(None);
    }
    let (meaning, kind) = match specification(spec, definition) {
        Some(meaning) => (meaning, Kind::Refinement),
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

/// `Refines == Abs!Spec`, or `Abs!SafeSpec /\ (Abs!Fair \/ <>Failed)`, is decided step by step, through the mapping.
fn specification(spec: &Spec, definition: &Definition) -> Option<Meaning> {
    let text = spec.sources().text(definition.span);
    let (_, body) = text.split_once("==")?;
    let mut parts = body.trim().trim_start_matches("/\\").split("/\\").map(str::trim);
    let (instance, specification) = parts.next()?.split_once('!')?;
    let excused = match parts.next() {
        None => None,
        Some(part) => {
            let part = part
                .strip_prefix('(')
                .and_then(|part| part.strip_suffix(')'))
                .unwrap_or(part);
            let (fairness, excuse) = part.split_once("\\/")?;
            let fairness = fairness.trim().strip_prefix(instance)?.strip_prefix('!')?;
            Some((fairness, excuse.trim().strip_prefix("<>")?.trim()))
        }
    };
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let names = [instance, specification]
        .into_iter()
        .chain(excused.iter().flat_map(|&(a, b)| [a, b]));
    if !names.into_iter().all(is_name) || parts.next().is_some() {
        return None;
    }
    Some(Meaning::Refinement(Refinement {
        instance: instance.into(),
        specification: specification.into(),
        excused: excused.map(|(fairness, excuse)| Excused {
            fairness: fairness.into(),
            excuse: excuse.into(),
        }),
    }))
}

/// `UF  nothing is used after it was freed`: two letters and the words, from the first line of the comment.
fn legend(comment: &str, name: &str) -> (String, String) {
    let first = comment.lines().next().unwrap_or("").trim();
    let (code, words) = first.split_at(first.find(' ').unwrap_or(first.len()));
    let is_code = code.chars().count() == 2 && code.chars().all(|c| c.is_ascii_uppercase());
    if is_code {
        (code.to_string(), words.trim().to_string())
    } else {
        (super::property::initials(name), first.to_string())
    }
}

/// What it takes to refute a formula.
fn kind(formula: &Temporal) -> Kind {
    match formula {
        Temporal::State(_) => Kind::Safety,
        Temporal::Always(inner) => match &**inner {
            Temporal::State(_) => Kind::Safety,
            Temporal::Step(_) => Kind::Action,
            _ => Kind::Liveness,
        },
        Temporal::And(parts) => parts
            .iter()
            .map(kind)
            .max_by_key(|kind| *kind as usize)
            .unwrap_or(Kind::Safety),
        _ => Kind::Liveness,
    }
}

/// The step formula of an action property, if it is one.
pub fn action(formula: &Temporal) -> Option<&Step> {
    match formula {
        Temporal::Always(inner) => match &**inner {
            Temporal::Step(step) => Some(step),
            _ => None,
        },
        _ => None,
    }
}

/// `P`, if the formula is `[]P` for a state predicate.
pub fn invariant(formula: &Temporal) -> Option<&Expr> {
    match formula {
        Temporal::Always(inner) => match &**inner {
            Temporal::State(predicate) => Some(predicate),
            _ => None,
        },
        _ => None,
    }
}
