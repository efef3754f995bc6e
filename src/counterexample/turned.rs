//! The branch that decided: which guard, turned round, would have kept two threads out of each other's way.

use super::events::Event;
use super::retraced::{End, retrace_from};
use super::waits::{Wait, blocked};
use crate::machine::program::ThreadId;
use crate::machine::{Label, Machine, Reached};

/// Branches that are tried, the last ones first: each costs a run.
const MOST: usize = 200;

/// A branch, and what would have come of the other one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Turned {
    /// The step that branched, counted from zero.
    pub step: usize,
    /// Who branched.
    pub thread: ThreadId,
    /// The instruction at which it did.
    pub at: usize,
    /// What the thread would have waited for; nothing if it would not have come there at all.
    pub waits: Option<Wait>,
}

/// The last branch of one of two threads that, turned round, makes one wait for the other; without one, the last that looks at
/// what the other writes and leads its thread elsewhere.
pub(crate) fn turned(machine: &Machine, events: &[Event], sides: [ThreadId; 2]) -> Option<Turned> {
    let steps: Vec<Label> = events.iter().map(|event| event.label).collect();
    let (mut elsewhere, mut tried) = (None, 0);
    for (at, event) in events.iter().enumerate().rev().skip(1) {
        let thread = event.thread();
        let Some(side) = sides.iter().position(|&side| side == thread) else {
            continue;
        };
        let other = sides[1 - side];
        for (branch, after) in others(machine, event) {
            tried += 1;
            if tried > MOST {
                return elsewhere;
            }
            let run = retrace_from(machine, &steps, at + 1, after);
            if run.thread != Some(thread) {
                continue;
            }
            let waits = match run.end {
                End::Waits { .. } => blocked(machine, &run.state)
                    .into_iter()
                    .find(|wait| wait.thread == thread),
                End::OtherWay { .. } => None,
                _ => continue,
            };
            // Where it merely comes sooner to what it comes to anyway, nothing was left out.
            let held = |wait: &Wait| wait.holders.contains(&other) && is_inside(machine, thread, branch, &run.state);
            let turned = Turned {
                step: at,
                thread,
                at: branch,
                waits: waits.filter(held),
            };
            if turned.waits.is_some() {
                return Some(turned);
            }
            if elsewhere.is_none() && looks_at_writes(event, events, other) {
                elsewhere = Some(turned);
            }
        }
    }
    elsewhere
}

/// Where the step would have led by its other branches, those of the functions that it stands in.
fn others<'a>(machine: &'a Machine, event: &'a Event) -> impl Iterator<Item = (usize, Vec<u64>)> + 'a {
    let thread = event.thread();
    let outcome = u32::from(event.label.outcome);
    let code = &machine.program.threads[thread];
    let own = |at: usize| {
        let function = code.sites[code.at[at] as usize].function;
        event.frames.iter().any(|frame| frame.function == function)
    };
    let branches = machine.branches(&event.before, thread, outcome).into_iter();
    branches
        .filter(move |&(at, _)| own(at))
        .filter_map(move |branch| Some((branch.0, machine.turned(&event.before, thread, outcome, branch)?)))
        .filter(|(_, after)| *after != event.after && machine.reached(after) == Reached::Nothing)
}

/// True if a thread stands in the very call in which it branched.
fn is_inside(machine: &Machine, thread: ThreadId, branch: usize, state: &[u64]) -> bool {
    let code = &machine.program.threads[thread];
    let site = |at: usize| &code.sites[code.at[at] as usize];
    let Some(point) = machine.point(state, thread) else {
        return false;
    };
    let (inner, call) = (site(point.at), site(branch).frame);
    let mut frames = std::iter::successors(Some(inner.frame), |&frame| code.frames[frame as usize].parent);
    frames.any(|frame| frame == call)
}

fn looks_at_writes(event: &Event, events: &[Event], other: ThreadId) -> bool {
    let mut writes = events.iter().filter(|event| event.thread() == other);
    writes.any(|write| event.reads.intersection(&write.writes).next().is_some())
}
