//! Violations: a trace or a lasso, step by step.

use super::Refused;
use super::end;
use super::fairness::Condition;
use super::lasso::Lasso;
use super::statement::{Meant, Statement, exempt};
use super::states::{States, after};
use super::view::{Abstract, Concrete, Seen, View};
use crate::certificate::format::StepLabel;
use crate::machine::Machine;
use crate::source::Diagnostic;
use crate::tla::{Refinement, Temporal, eval_predicate};

/// The longest run that is followed.
const MAX_STEPS: usize = 1_000_000;

/// Steps run again.
struct Run {
    /// By step: the thread.
    threads: Vec<usize>,
    /// The states, one more than there are steps.
    states: Vec<Vec<u64>>,
}

impl Run {
    fn new(machine: &Machine, steps: &[StepLabel]) -> Result<Self, Refused> {
        if steps.len() > MAX_STEPS {
            return Err(Refused::at(
                "evidence",
                format!("there are more than {MAX_STEPS} steps"),
            ));
        }
        let mut run = Run {
            threads: Vec::new(),
            states: vec![machine.initial()],
        };
        for (number, step) in steps.iter().enumerate() {
            let refused = |why: String| Refused::at(format!("step {}", number + 1), why);
            let (name, outcome) = step
                .parts()
                .ok_or_else(|| refused(format!("`{}` is no thread and outcome", step.0)))?;
            let mut threads = machine.program.threads.iter();
            let thread = threads
                .position(|thread| thread.name == name)
                .ok_or_else(|| refused(format!("there is no thread `{name}`")))?;
            // There is always the initial state.
            let next = after(machine, &run.states[number], thread, outcome)
                .ok_or_else(|| refused(format!("{name} does not have this step here")))?;
            run.threads.push(thread);
            run.states.push(next);
        }
        Ok(run)
    }

    fn last(&self) -> &[u64] {
        &self.states[self.states.len() - 1]
    }
}

/// Checks that the steps lead to a bad state, or that the last one is a bad step.
pub(crate) fn trace(machine: &Machine, meant: &Meant<'_>, steps: &[StepLabel]) -> Result<(), Refused> {
    let run = Run::new(machine, steps)?;
    if end::breaks(machine, run.last(), meant.name) {
        return Ok(());
    }
    let states = States::of_path(machine.words(), &run.states);
    let (bad, what) = match meant.statement {
        Statement::NoError => (false, "the last state"),
        Statement::NoDeadlock => (end::is_deadlock(machine, run.last()), "the last state"),
        Statement::Formula(module, formula) => {
            let view = Concrete::new(machine, &states, &module.spec)?;
            (broken_at_end(&view, formula)?, "the end of the trace")
        }
        Statement::Refinement(module, refinement) => {
            let concrete = Concrete::new(machine, &states, &module.spec)?;
            let view = Abstract::new(&concrete, &refinement.abstraction(&module.spec)?).map_err(Diagnostic::from)?;
            (leaves_behaviour(&view, refinement)?, "the end of the trace")
        }
    };
    if bad {
        return Ok(());
    }
    Err(Refused::at(what, "does not violate the property"))
}

/// Whether a run that begins with these states breaks the formula, whatever follows: the last state or the last step does.
fn broken_at_end(view: &dyn View, formula: &Temporal) -> Result<bool, Diagnostic> {
    let last = view.states() - 1;
    let at = |state| Seen::new(view, state);
    Ok(match formula {
        Temporal::State(predicate) => last == 0 && !eval_predicate(predicate, &at(0))?,
        Temporal::Always(inner) => match &**inner {
            Temporal::State(predicate) => !eval_predicate(predicate, &at(last))?,
            Temporal::Action(step) => last > 0 && !step.allows(&at(last - 1), &at(last))?,
            _ => false,
        },
        Temporal::And(parts) => {
            for part in parts {
                if broken_at_end(view, part)? {
                    return Ok(true);
                }
            }
            false
        }
        _ => false,
    })
}

/// Whether the initial state, or else the last step, is none of the specification.
fn leaves_behaviour(view: &Abstract, refinement: &Refinement) -> Result<bool, Diagnostic> {
    let last = view.states() - 1;
    let at = |state| Seen::new(view, state);
    if last == 0 {
        for predicate in &refinement.init {
            if !eval_predicate(predicate, &at(0))? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    if view.same(last - 1, last) {
        return Ok(false);
    }
    for step in &refinement.next {
        if !step.allows(&at(last - 1), &at(last))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Checks that the steps are a path into a fair loop, and that the run which goes round it for ever violates the formula.
pub(crate) fn lasso(
    machine: &Machine,
    statement: Statement<'_>,
    steps: &[StepLabel],
    start: usize,
) -> Result<(), Refused> {
    let run = Run::new(machine, steps)?;
    let Some(home) = run.states.get(start) else {
        return Err(Refused::at(
            "loop_start",
            format!("there are {} steps only", steps.len()),
        ));
    };
    if home != run.last() {
        return Err(Refused::at(
            "the loop",
            format!("does not return to the state after step {start}"),
        ));
    }
    fair(machine, &run, start)?;
    let states = States::of_path(machine.words(), &run.states);
    let word = Lasso::of_lasso(steps.len(), start);
    let violated = match statement {
        Statement::NoError | Statement::NoDeadlock => {
            return Err(Refused::at(
                "evidence",
                "a lasso says nothing about this property: it takes a trace",
            ));
        }
        Statement::Formula(module, formula) => {
            let view = Concrete::new(machine, &states, &module.spec)?;
            !word.satisfies(&view, formula)?
        }
        Statement::Refinement(module, refinement) => {
            let concrete = Concrete::new(machine, &states, &module.spec)?;
            let view = Abstract::new(&concrete, &refinement.abstraction(&module.spec)?).map_err(Diagnostic::from)?;
            let mut violated = false;
            for excused in &refinement.progress {
                let excuse = exempt(excused, &concrete)?.contains(&true);
                violated |= !excuse && !word.satisfies(&view, &excused.promise)?;
            }
            violated
        }
    };
    if violated {
        return Ok(());
    }
    Err(Refused::at("the lasso", "satisfies the property"))
}

/// Checks that going round the loop ignores nobody who is fair.
fn fair(machine: &Machine, run: &Run, start: usize) -> Result<(), Refused> {
    // A loop without a step stutters in its only state, which is also the last one.
    let states = &run.states[start..(run.states.len() - 1).max(start + 1)];
    let steps = &run.threads[start..];
    for condition in Condition::all(machine) {
        let counts = |state: &[u64]| condition.counts(machine, state);
        let enabled = states
            .iter()
            .filter(|state| counts(state) && end::enabled(machine, state, condition.thread));
        let enabled = enabled.count();
        let mut taken = steps.iter().zip(states);
        let taken = taken.any(|(&thread, state)| thread == condition.thread && counts(state));
        let ignored = if condition.strong {
            enabled > 0
        } else {
            enabled == states.len()
        };
        if ignored && !taken {
            let thread = &machine.program.threads[condition.thread].name;
            let sort = if condition.strong { "strongly" } else { "weakly" };
            return Err(Refused::at("the loop", format!("is not {sort} fair to {thread}")));
        }
    }
    Ok(())
}
