//! Who cannot go on, and what for.

use super::events::{Cell, Event, frames};
use super::text;
use crate::machine::program::{Instr, PointKind, Role, ThreadId};
use crate::machine::{Machine, Outcome};

/// A thread that has not finished and makes no step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wait {
    /// Who.
    pub thread: ThreadId,
    /// `left waits in take(second) for !lock->taken, held by right`
    pub text: String,
    /// False for a daemon that merely has nothing to do.
    pub counts: bool,
    /// True if it could make a step.
    pub able: bool,
    /// What it looks at.
    pub looks_at: Vec<Cell>,
    /// The call or the function in which it waits: `take(second)`
    pub place: String,
    /// What it waits for, as the listing says it.
    pub condition: Option<String>,
    /// Who holds the lock that it looks at.
    pub holders: Vec<ThreadId>,
}

/// The threads that wait in a state and make no step in the loop that follows it; those that matter first.
pub(crate) fn waiting(machine: &Machine, state: &[u64], looping: &[Event]) -> Vec<Wait> {
    let threads = 0..machine.program.threads.len();
    let mut waits: Vec<Wait> = threads
        .filter(|&thread| looping.iter().all(|event| event.thread() != thread))
        .filter_map(|thread| wait(machine, state, thread))
        .collect();
    waits.sort_by_key(|wait| (!wait.counts, machine.program.threads[wait.thread].role != Role::Task));
    waits
}

/// The threads that cannot make a step in a state, those that matter first.
pub(crate) fn blocked(machine: &Machine, state: &[u64]) -> Vec<Wait> {
    let mut waits = waiting(machine, state, &[]);
    waits.retain(|wait| !wait.able);
    waits
}

fn wait(machine: &Machine, state: &[u64], thread: ThreadId) -> Option<Wait> {
    let program = &machine.program;
    let point = machine.point(state, thread)?;
    let site = machine.site(thread, point);
    let outcomes = 0..machine.outcomes(state, thread);
    let tried: Vec<_> = outcomes
        .map(|outcome| machine.observe(state, thread, outcome))
        .collect();
    let name = &program.threads[thread].name;
    if tried.iter().any(|(outcome, ..)| *outcome == Outcome::Stepped) {
        let function = &program.functions[site.function].name;
        return Some(Wait {
            thread,
            text: format!("{name} could go on in {function}(), but never does"),
            counts: false,
            able: true,
            looks_at: Vec::new(),
            place: format!("{function}()"),
            condition: None,
            holders: Vec::new(),
        });
    }
    let place = match point.kind {
        PointKind::Call(call) => {
            let call = text::call(machine, thread, call);
            // What goes by a parameter's name here is named by the caller.
            match text::called(machine, thread, &frames(machine, state, thread)) {
                Some(caller) if call.arguments.is_empty() && !caller.arguments.is_empty() => caller.to_string(),
                _ => call.to_string(),
            }
        }
        _ => format!("{}()", program.functions[site.function].name),
    };
    let condition = condition(machine, thread, point.at);
    // The lock is the object that the condition looks at, if somebody holds it.
    let accessed = || tried.iter().flat_map(|(.., view)| &view.accessed);
    let looked_at: Vec<(usize, usize)> = accessed()
        .map(|&(field, element, _)| {
            let field = &program.fields[field];
            (field.owner, element / field.elements())
        })
        .collect();
    let holds = |other: &ThreadId| {
        let held = machine.locks_held(state, *other);
        held.iter().any(|lock| looked_at.contains(lock))
    };
    let holders: Vec<ThreadId> = (0..program.threads.len()).filter(holds).collect();
    let mut words = format!("{name} waits in {place}");
    if let Some(condition) = &condition {
        words += &format!(" for {condition}");
    }
    if !holders.is_empty() {
        let names: Vec<&str> = holders
            .iter()
            .map(|&other| program.threads[other].name.as_str())
            .collect();
        words += &format!(", held by {}", names.join(" and "));
    }
    // A daemon that stands in its outermost function and holds nothing is idle.
    let idle = program.threads[thread].role != Role::Task && site.stack.is_empty();
    Some(Wait {
        thread,
        text: words,
        looks_at: accessed()
            .map(|&(field, element, _)| Cell::Field(field, element))
            .collect(),
        able: false,
        place,
        condition,
        holders,
        counts: !idle || !machine.locks_held(state, thread).is_empty(),
    })
}

/// Who moves in a loop that changes nothing for anybody else.
pub(crate) fn round(machine: &Machine, looping: &[Event]) -> Vec<String> {
    let mut threads: Vec<ThreadId> = looping.iter().map(Event::thread).collect();
    threads.sort_unstable();
    threads.dedup();
    threads
        .iter()
        .filter_map(|&thread| {
            let event = looping
                .iter()
                .filter(|event| event.thread() == thread)
                .min_by_key(|event| event.frames.len())?;
            let function = &machine.program.functions[event.frames.last()?.function].name;
            Some(format!(
                "[{}] goes round in {function}()",
                machine.program.threads[thread].name
            ))
        })
        .collect()
}

/// What the step at a point waits for, as the listing says it.
fn condition(machine: &Machine, thread: ThreadId, at: usize) -> Option<String> {
    let program = &machine.program;
    let code = &program.threads[thread];
    let rest = code.code.iter().enumerate().skip(at + 1);
    let (at, _) = rest
        .take_while(|(_, instr)| !matches!(instr, Instr::Point(_)))
        .find(|(_, instr)| matches!(instr, Instr::Await(_)))?;
    let site = code.sites.get(*code.at.get(at)? as usize)?;
    Some(text::one_line(program.sources.text(site.condition?)))
}
