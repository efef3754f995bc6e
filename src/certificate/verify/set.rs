//! What holds: on every state of a set that no step leaves, and on every step of it.

use std::collections::HashSet;

use super::Refused;
use super::end;
use super::obligations::{Obligation, obligations};
use super::ranking::{self, Size};
use super::region::Region;
use super::statement::{Meant, Statement, exempt};
use super::states::{Closed, States};
use super::view::{Abstract, Concrete, Seen, View, truth};
use crate::certificate::format::{self, MAX_EMBEDDED, Ranking};
use crate::certificate::packed::unpack;
use crate::machine::{Machine, Scratch};
use crate::source::Diagnostic;
use crate::tla::SubscriptedAction;

/// How many states are walked at most.
const MAX_WALKED: usize = 10_000_000;

/// What was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered {
    /// States of the set.
    pub states: usize,
    /// Steps between them.
    pub steps: usize,
    /// The set was not in the file, and was walked.
    pub regenerated: bool,
    /// For each promise of progress, its ranking.
    pub progress: Vec<Size>,
}

/// Checks that the set is closed and that the property is true on it.
pub(crate) fn check(
    machine: &Machine,
    meant: &Meant<'_>,
    set: &format::States,
    progress: &[Ranking],
) -> Result<Covered, Refused> {
    let closed = Closed::new(machine, states(machine, set)?)?;
    let progress = on(machine, meant, &closed, progress)?;
    Ok(Covered {
        states: closed.states.len(),
        steps: closed.count_steps(),
        regenerated: matches!(set, format::States::Regenerated { .. }),
        progress,
    })
}

/// The states of a certificate.
fn states(machine: &Machine, set: &format::States) -> Result<States, Refused> {
    match *set {
        format::States::Embedded { count, ref packed } => {
            if count > MAX_EMBEDDED {
                let why = format!("{count} states are more than the {MAX_EMBEDDED} that a certificate embeds");
                return Err(Refused::at("the set of states", why));
            }
            let packed = unpack(packed, count, machine.words()).map_err(|why| Refused::at("the set of states", why))?;
            States::of_set(machine, packed)
        }
        format::States::Regenerated { count } => walk(machine, count),
    }
}

/// Walks all states from the initial one.
fn walk(machine: &Machine, count: usize) -> Result<States, Refused> {
    let refused = |why: String| Err(Refused::at("the set of states", why));
    if count > MAX_WALKED {
        return refused(format!("{count} states are more than the {MAX_WALKED} that are walked"));
    }
    let initial = machine.initial();
    let mut met = HashSet::from([initial.clone()]);
    let mut open = vec![initial];
    let mut scratch = Scratch::new(machine);
    let mut next = vec![0; machine.words()];
    while let Some(state) = open.pop() {
        machine.successors(&state, &mut next, &mut scratch, |_, _, to| {
            if !met.contains(to) {
                met.insert(to.to_vec());
                open.push(to.to_vec());
            }
        });
        if met.len() > count {
            return refused(format!("there are more than {count} states"));
        }
    }
    if met.len() != count {
        return refused(format!("there are {} states, not {count}", met.len()));
    }
    let mut states: Vec<Vec<u64>> = met.into_iter().collect();
    states.sort_unstable();
    States::of_set(machine, states.concat())
}

/// Checks that a property is true on a closed set, given a ranking for each of its promises.
fn on(machine: &Machine, meant: &Meant<'_>, closed: &Closed, rankings: &[Ranking]) -> Result<Vec<Size>, Refused> {
    let states = &closed.states;
    for from in 0..states.len() {
        for (_, step) in closed
            .steps(from)
            .filter(|(_, step)| end::is_error(machine, states.state(step.to as usize)))
        {
            if let Some(why) = end::exceeded(machine, states.state(from), step.label) {
                return Err(Refused::at(format!("state {from}"), why));
            }
        }
    }
    if meant.needs_no_error
        && let Some(state) = states.iter().position(|state| end::is_error(machine, state))
    {
        let why = "a run ends in an error here: that says nothing about what happens in the end";
        return Err(Refused::at(format!("state {state}"), why));
    }
    let none_is = |bad: &dyn Fn(usize) -> bool| match (0..states.len()).find(|&state| bad(state)) {
        Some(state) => Err(Refused::at(format!("state {state}"), "violates the property")),
        None => Ok(()),
    };
    none_is(&|state| end::breaks(machine, states.state(state), meant.name))?;
    let mut sizes = Vec::new();
    match meant.statement {
        Statement::NoError => {}
        // A state without a step is rare: only there the threads are asked again.
        Statement::NoDeadlock => {
            none_is(&|state| closed.steps(state).next().is_none() && end::is_deadlock(machine, states.state(state)))?
        }
        Statement::Formula(module, formula) => {
            let view = Concrete::new(machine, states, &module.spec)?;
            let exempt = vec![false; states.len()];
            for obligation in obligations(formula)? {
                check_piece(machine, closed, &view, &obligation, &exempt, rankings, &mut sizes)?;
            }
        }
        Statement::Refinement(module, refinement) => {
            let concrete = Concrete::new(machine, states, &module.spec)?;
            let view = Abstract::new(&concrete, &refinement.abstraction(&module.spec)?).map_err(Diagnostic::from)?;
            let none = vec![false; states.len()];
            for predicate in &refinement.init {
                let obligation = Obligation::Initially(predicate.clone());
                check_piece(machine, closed, &view, &obligation, &none, rankings, &mut sizes)?;
            }
            for step in &refinement.next {
                let same = |from: usize, to: usize| view.same(from, to);
                check_steps(machine, closed, &view, step, &same)?;
            }
            for excused in &refinement.progress {
                let exempt = exempt(excused, &concrete)?;
                for obligation in obligations(&excused.promise)? {
                    check_piece(machine, closed, &view, &obligation, &exempt, rankings, &mut sizes)?;
                }
            }
        }
    }
    if sizes.len() != rankings.len() {
        let why = format!("{} rankings for {} promises of progress", rankings.len(), sizes.len());
        return Err(Refused::at("progress", why));
    }
    Ok(sizes)
}

fn check_piece(
    machine: &Machine,
    closed: &Closed,
    view: &dyn View,
    obligation: &Obligation,
    exempt: &[bool],
    rankings: &[Ranking],
    sizes: &mut Vec<Size>,
) -> Result<(), Refused> {
    let refused = |state: usize| Err(Refused::at(format!("state {state}"), "violates the property"));
    match obligation {
        Obligation::Initially(predicate) => match truth(view, predicate)?[closed.initial] {
            true => Ok(()),
            false => refused(closed.initial),
        },
        Obligation::Always(predicate) => {
            let truth = truth(view, predicate)?;
            match truth.iter().zip(exempt).position(|(truth, exempt)| !truth && !exempt) {
                Some(state) => refused(state),
                None => Ok(()),
            }
        }
        Obligation::Steps(step) => check_steps(machine, closed, view, step, &|_, to| exempt[to]),
        Obligation::Progress(promise) => {
            let number = sizes.len();
            let at = format!("promise of progress {}", number + 1);
            let Some(ranking) = rankings.get(number) else {
                return Err(Refused::at(at, "has no ranking"));
            };
            let region = Region::new(closed, view, promise, exempt)?;
            sizes.push(ranking::check(machine, &region, ranking, &at)?);
            Ok(())
        }
    }
}

fn check_steps(
    machine: &Machine,
    closed: &Closed,
    view: &dyn View,
    action: &SubscriptedAction,
    exempt: &dyn Fn(usize, usize) -> bool,
) -> Result<(), Refused> {
    for state in 0..closed.states.len() {
        let before = Seen::new(view, state);
        for (_, step) in closed.steps(state) {
            let to = step.to as usize;
            if !exempt(state, to) && !action.allows(&before, &Seen::new(view, to))? {
                let thread = &machine.program.threads[usize::from(step.label.thread)].name;
                let why = format!("a step of {thread} to state {to} violates the property");
                return Err(Refused::at(format!("state {state}"), why));
            }
        }
    }
    Ok(())
}
