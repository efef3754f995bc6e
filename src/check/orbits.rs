//! What is asked of single states, where one state stands for all that differ only in which of the alike threads is which. Whoever
//! looks is held to that, too: a formula that tells them apart is decided on all states.

use std::time::Instant;

use super::indifferent::seen_alike;
use super::labelling::{Concrete, states};
use super::{Answer, Checked, Counterexample, Counts, Finding, Symmetry, Verdict};
use super::{check, deadlock, finding, invariant};
use crate::explore::{Limits, Orbits, Progress, StateId, orbits};
use crate::machine::{Machine, Reached, Unlike};
use crate::model::Instance;
use crate::model::properties::{self, Meaning, PropertyModule};
use crate::model::property::{Property, PropertyKind};
use crate::source::{Diagnostic, Diagnostics, without_folders};
use crate::tla::{Expr, State, Temporal, falsehood};

/// Whether properties of this kind speak of single states.
pub fn is_of_single_states(kind: PropertyKind) -> bool {
    matches!(kind, PropertyKind::Safety | PropertyKind::Deadlock)
}

/// The same as [`check()`] for properties of single states, and no others are decided; what is alike is explored once.
pub fn check_orbits(
    instance: Instance,
    modules: &[PropertyModule],
    limits: Limits,
    wanted: &[String],
    progress: Progress,
) -> Result<Checked, Diagnostics> {
    let start = Instant::now();
    let of_machine = properties::of_machine(&instance.machine, modules);
    let all = modules.iter().flat_map(PropertyModule::properties).chain(&of_machine);
    let asked = |property: &&Property| {
        is_of_single_states(property.kind) && (wanted.is_empty() || wanted.contains(&property.name))
    };
    let wanted: Vec<String> = all.filter(asked).map(|property| property.name.clone()).collect();
    let told_apart = match orbits(&instance.machine, limits, progress) {
        Err(unlike) => unlike,
        Ok(orbits) => match findings(&instance, &orbits, modules, &wanted)? {
            Err(unlike) => unlike,
            Ok(findings) => {
                let graph = &orbits.graph;
                return Ok(Checked {
                    counts: Counts {
                        generated: graph.generated(),
                        distinct: graph.distinct(),
                        depth: graph.depth(),
                    },
                    incomplete: graph.incomplete.clone(),
                    symmetry: Symmetry::Alike(orbits.symmetry().threads(&instance.machine)),
                    findings,
                    time: start.elapsed(),
                    instance,
                });
            }
        },
    };
    let sources = &instance.machine.program.sources;
    let place = told_apart.span.map(|span| {
        let file = without_folders(&sources.file(span.file).name);
        format!(" ({file}:{})", sources.line(span))
    });
    let why = told_apart.why + &place.unwrap_or_default();
    let mut checked = check(instance, modules, limits, &wanted, progress)?;
    // Where none of single states was asked, that was a check of all.
    checked
        .findings
        .retain(|finding| wanted.contains(&finding.property.name));
    Ok(Checked {
        symmetry: Symmetry::ToldApart(why),
        time: start.elapsed(),
        ..checked
    })
}

/// What is found out about each of the properties of these names; or what tells the threads apart.
fn findings(
    instance: &Instance,
    orbits: &Orbits,
    modules: &[PropertyModule],
    wanted: &[String],
) -> Result<Result<Vec<Finding>, Unlike>, Diagnostics> {
    let machine = &instance.machine;
    properties::refuse_other_names(machine, modules)?;
    properties::refuse_two_meanings(modules)?;
    let asked = |property: &Property| wanted.contains(&property.name);
    let broken = invariant::violations(machine, &orbits.graph);
    let whole = |answer: Answer| match answer.verdict {
        Verdict::Holds | Verdict::Vacuous if orbits.graph.incomplete.is_some() => Answer::of(Verdict::Incomplete),
        _ => answer,
    };
    let mut findings: Vec<Finding> = Vec::new();
    for module in modules {
        let fail = |error: Diagnostic| error.within(module.spec.sources());
        for (property, meaning) in module.formulas.iter().filter(|(property, _)| asked(property)) {
            let Meaning::Formula(formula) = meaning else { continue };
            if findings.iter().any(|finding| finding.property.name == property.name) {
                continue;
            }
            let question = Question::new(orbits, machine, module).map_err(fail)?;
            let answer = match question.formula(formula).map_err(fail)? {
                Ok(answer) => answer,
                Err(unlike) => return Ok(Err(unlike)),
            };
            let error = at(orbits, broken.get(&property.name).copied())?;
            findings.push(finding(instance, property.clone(), whole(answer).and(error)));
        }
    }
    for property in properties::of_machine(machine, modules).into_iter().filter(asked) {
        let stuck = match property.kind {
            PropertyKind::Deadlock => deadlock::violation(machine, &orbits.graph),
            _ => None,
        };
        let answer = at(orbits, stuck)?.and(at(orbits, broken.get(&property.name).copied())?);
        findings.push(finding(instance, property, whole(answer)));
    }
    Ok(Ok(findings))
}

/// Holds, unless there is a bad state.
fn at(orbits: &Orbits, bad: Option<StateId>) -> Result<Answer, Diagnostics> {
    let Some(state) = bad else {
        return Ok(Answer::of(Verdict::Holds));
    };
    Ok(Answer::violated(run(orbits, state)?.0))
}

/// A run of the machine to what a state stands for, and its states.
fn run(orbits: &Orbits, state: StateId) -> Result<(Counterexample, Vec<Vec<u64>>), Diagnostic> {
    let found = orbits.run(state);
    let (steps, states) = found.ok_or_else(|| {
        Diagnostic::general("there is no run to a state that was found: a bug of oomspec")
            .help("ask again without --symmetry, and tell us")
    })?;
    let counterexample = Counterexample {
        steps,
        loop_start: None,
    };
    Ok((counterexample, states))
}

/// A module that looks at the states.
struct Question<'a> {
    orbits: &'a Orbits<'a>,
    machine: &'a Machine,
    module: &'a PropertyModule,
    view: Concrete<'a>,
}

impl<'a> Question<'a> {
    fn new(orbits: &'a Orbits<'a>, machine: &'a Machine, module: &'a PropertyModule) -> Result<Self, Diagnostic> {
        Ok(Question {
            orbits,
            machine,
            module,
            view: Concrete::new(machine, &orbits.graph, &module.spec)?,
        })
    }

    fn formula(&self, formula: &Temporal) -> Result<Result<Answer, Unlike>, Diagnostic> {
        match formula {
            Temporal::And(parts) => {
                let mut all = Answer::of(Verdict::Holds);
                for part in parts {
                    match self.formula(part)? {
                        Ok(answer) => all = all.and(answer),
                        unlike => return Ok(unlike),
                    }
                }
                Ok(Ok(all))
            }
            Temporal::State(predicate) => self.invariant(predicate, 1),
            _ => match properties::invariant(formula) {
                Some(predicate) => self.invariant(predicate, self.orbits.graph.distinct() as StateId),
                None => Err(Diagnostic::general(
                    "this speaks of more than single states: a bug of oomspec",
                )),
            },
        }
    }

    /// A predicate of the first states, by number.
    fn invariant(&self, predicate: &Expr, first: StateId) -> Result<Result<Answer, Unlike>, Diagnostic> {
        if let Err(unlike) = seen_alike(&self.view, self.orbits.symmetry(), predicate) {
            return Ok(Err(unlike));
        }
        let holds = states(&self.view, predicate)?;
        if let Some(bad) = (0..first).find(|&state| !holds.contains(state)) {
            let (counterexample, states) = run(self.orbits, bad)?;
            let seen: Vec<_> = states.iter().rev().take(2).map(|state| self.view.seen(state)).collect();
            let before = seen.get(1).map(|before| before as &dyn State);
            let why = match self.machine.reached(&states[states.len() - 1]) {
                Reached::Error(_) => Vec::new(),
                _ => falsehood(&self.module.spec, predicate, before, &seen[0]).unwrap_or_default(),
            };
            return Ok(Ok(Answer {
                why,
                ..Answer::violated(counterexample)
            }));
        }
        let Some(weaker) = predicate.without_consequents() else {
            return Ok(Ok(Answer::of(Verdict::Holds)));
        };
        if let Err(unlike) = seen_alike(&self.view, self.orbits.symmetry(), &weaker) {
            return Ok(Err(unlike));
        }
        let holds = states(&self.view, &weaker)?;
        Ok(Ok(match (0..first).all(|state| holds.contains(state)) {
            true => Answer::of(Verdict::Vacuous).because("what it speaks of never happens"),
            false => Answer::of(Verdict::Holds),
        }))
    }
}
