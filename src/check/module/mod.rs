//! A TLA+ specification by itself: its states, explored breadth first, and what its .cfg asks of them.

mod decide;
mod world;

use super::{Counts, Verdict};
use crate::explore::Limits;
use crate::model::property::{DEADLOCK, PropertyKind};
use crate::source::{Diagnostic, Diagnostics};
use crate::tla::{self, Behaviour, Config, Expr, Level, Name, Specification, Temporal};
use decide::{Answer, Decider, deadlock, invariant};
use world::World;

/// What came of a module.
#[derive(Debug)]
pub struct Checked {
    /// The size of the graph.
    pub counts: Counts,
    /// Why the graph is only a part, if it is.
    pub incomplete: Option<String>,
    /// One for each invariant and property, and one for a deadlock if none is wanted and none is ruled out.
    pub findings: Vec<Finding>,
}

/// What came of one question.
#[derive(Debug)]
pub struct Finding {
    /// What was asked, in the words of the .cfg.
    pub name: String,
    /// What it takes to refute it; of a conjunction that is violated, the part that is.
    pub kind: PropertyKind,
    /// The answer.
    pub verdict: Verdict,
    /// The states that show a violation, one a line.
    pub trace: Vec<String>,
}

/// Explores the module `name` as the text of its .cfg says.
pub fn check(library: &dyn tla::Library, name: &str, config: &str, limits: Limits) -> Result<Checked, Diagnostics> {
    let mut spec = Specification::load(library, name)?;
    let file = spec.add_text(format!("{name}.cfg"), config);
    let fail = |spec: &Specification, error| Diagnostics {
        sources: spec.sources().clone(),
        errors: vec![error],
    };
    let config = Config::parse(config, file).map_err(|error| fail(&spec, error))?;
    config.bind(&mut spec).map_err(|error| fail(&spec, error))?;
    decide(&spec, &config, limits).map_err(|error| fail(&spec, error))
}

fn decide(spec: &Specification, config: &Config, limits: Limits) -> Result<Checked, Diagnostic> {
    spec.check_assumptions()?;
    let behaviour = behaviour(spec, config)?;
    let invariants: Vec<Expr> = each(&config.invariants, |name| predicate(spec, name))?;
    let properties: Vec<Temporal> = each(&config.properties, |name| {
        spec.temporal(&name.text).map_err(|error| name.blame(spec, error))
    })?;
    let world = World::explore(spec, &behaviour, limits)?;
    let mut findings = Vec::new();
    for (name, predicate) in config.invariants.iter().zip(&invariants) {
        findings.push(finding(&name.text, invariant(&world, predicate)?));
    }
    if !properties.is_empty() {
        let mut decider = Decider::new(&world, &behaviour)?;
        for (name, formula) in config.properties.iter().zip(&properties) {
            findings.push(finding(&name.text, decider.property(formula)?));
        }
    }
    if config.check_deadlock != Some(false) {
        let answer = deadlock(&world);
        if answer.verdict != Verdict::Holds {
            findings.push(finding(DEADLOCK, answer));
        }
    }
    Ok(Checked {
        counts: world.counts(),
        incomplete: world.graph.incomplete.clone(),
        findings,
    })
}

fn finding(name: &str, answer: Answer) -> Finding {
    Finding {
        name: name.to_string(),
        kind: answer.kind,
        verdict: answer.verdict,
        trace: answer.trace,
    }
}

fn each<T>(names: &[Name], read: impl FnMut(&Name) -> Result<T, Diagnostic>) -> Result<Vec<T>, Diagnostic> {
    names.iter().map(read).collect()
}

fn predicate(spec: &Specification, name: &Name) -> Result<Expr, Diagnostic> {
    let predicate = spec.operator(&name.text).map_err(|error| name.blame(spec, error))?;
    if predicate.level() > Level::State {
        let message = format!("the INVARIANT `{}` does not speak of one state", name.text);
        return Err(Diagnostic::at(name.span, message).help("ask for it as a PROPERTY"));
    }
    Ok(predicate)
}

fn behaviour(spec: &Specification, config: &Config) -> Result<Behaviour, Diagnostic> {
    match (&config.specification, &config.init, &config.next) {
        (Some(name), None, None) => {
            let behaviour = spec.behaviour(&name.text).map_err(|error| name.blame(spec, error))?;
            subscripted(spec, name, &behaviour)?;
            Ok(behaviour)
        }
        (None, Some(init), Some(next)) => Ok(Behaviour {
            init: vec![predicate(spec, init)?],
            next: vec![
                spec.unsubscripted(&next.text)
                    .map_err(|error| next.blame(spec, error))?,
            ],
            ..Behaviour::default()
        }),
        (Some(_), Some(name), _) | (Some(_), _, Some(name)) => Err(Diagnostic::at(
            name.span,
            "the .cfg names a SPECIFICATION and an INIT or NEXT beside it",
        )
        .help("leave out one or the other")),
        (None, ..) => Err(
            Diagnostic::general("the .cfg names neither a SPECIFICATION nor INIT and NEXT")
                .help("write `SPECIFICATION Spec`"),
        ),
    }
}

/// Refuses a specification that is not `Init /\ [][Next]_v /\ ...` with all variables in `v`: the others could change at any time.
fn subscripted(spec: &Specification, name: &Name, behaviour: &Behaviour) -> Result<(), Diagnostic> {
    let refuse = |what: &str| {
        let message = format!("the SPECIFICATION `{}` has {what}", name.text);
        Err(Diagnostic::at(name.span, message).help("write it as `Init /\\ [][Next]_vars /\\ ...`"))
    };
    if behaviour.init.is_empty() {
        return refuse("no initial predicate");
    }
    let next = match behaviour.next.as_slice() {
        [next] => next,
        [] => return refuse("no next-state action"),
        _ => return refuse("more than one next-state action"),
    };
    let kept = next.subscript();
    let mut variables = spec.variables().iter().enumerate();
    match variables.find(|(variable, _)| !kept.contains(variable)) {
        None => Ok(()),
        Some((_, variable)) => {
            let message = format!("the subscript of this next-state action does not have the variable `{variable}`");
            Err(Diagnostic::at(next.stutter.span(), message)
                .label("a step that leaves this as it is may do anything to the variable")
                .help("write `[][Next]_vars`, where `vars` is the tuple of all variables"))
        }
    }
}
