//! Which threads a diagram is about: the one that went wrong, and the one it met; or the ones that wait.

use super::events::{Cell, Event, failed_object, nulls};
use super::waits::Wait;
use crate::machine::program::ThreadId;
use crate::machine::{ErrorKind, Machine};

/// What a path turned on: no diagram can do without.
#[derive(Debug, Clone, Default)]
pub(crate) struct Turns {
    /// Steps that are shown; the functions around them stand open.
    pub open: Vec<usize>,
    /// The step with which it went wrong.
    pub fatal: Option<usize>,
    /// What threads look at, in vain, at the end.
    pub awaited: Vec<Cell>,
}

/// The threads of an error: who led there, then who ran into it. One if nobody else had a part in it.
pub(crate) fn lanes_of_error(machine: &Machine, events: &[Event]) -> Vec<ThreadId> {
    let Some((last, earlier)) = events.split_last() else {
        return Vec::new();
    };
    let erring = last.thread();
    let partner = match culprit(machine, last, earlier) {
        Some(step) => Some(earlier[step].thread()),
        None => busiest(earlier, erring),
    };
    partner
        .into_iter()
        .filter(|&partner| partner != erring)
        .chain([erring])
        .collect()
}

/// The steps that an error turned on.
pub(crate) fn turns_of_error(machine: &Machine, events: &[Event]) -> Turns {
    let Some((last, earlier)) = events.split_last() else {
        return Turns::default();
    };
    Turns {
        open: culprit(machine, last, earlier)
            .into_iter()
            .chain([earlier.len()])
            .collect(),
        fatal: Some(earlier.len()),
        awaited: Vec::new(),
    }
}

/// The threads of a standstill or of a loop that leads nowhere: two that wait, tasks before daemons, else two that go round.
pub(crate) fn lanes_of_standstill(waits: &[Wait], events: &[Event], looping: &[Event]) -> Vec<ThreadId> {
    let waiting = waits.iter().filter(|wait| wait.counts).map(|wait| wait.thread);
    let moving = looping.iter().chain(events.iter().rev()).map(Event::thread);
    let mut lanes: Vec<ThreadId> = Vec::new();
    for thread in waiting.chain(moving) {
        if !lanes.contains(&thread) {
            lanes.push(thread);
        }
    }
    lanes.truncate(2);
    lanes
}

/// The steps that made the threads of a standstill wait: the last to change what they look at.
pub(crate) fn turns_of_standstill(waits: &[Wait], events: &[Event]) -> Turns {
    let awaited: Vec<Cell> = waits
        .iter()
        .filter(|wait| wait.counts)
        .flat_map(|wait| wait.looks_at.iter().copied())
        .collect();
    let last_writer = |cell: &Cell| events.iter().rposition(|event| event.writes.contains(cell));
    Turns {
        open: awaited.iter().filter_map(last_writer).collect(),
        fatal: None,
        awaited,
    }
}

/// The step that made the last one go wrong.
pub(super) fn culprit(machine: &Machine, last: &Event, earlier: &[Event]) -> Option<usize> {
    let erring = last.thread();
    let others = || {
        earlier
            .iter()
            .enumerate()
            .rev()
            .filter(|(_, event)| event.thread() != erring)
    };
    let last_writer = |cells: &[Cell]| {
        others()
            .find(|(_, event)| cells.iter().any(|cell| event.writes.contains(cell)))
            .map(|(at, _)| at)
    };
    match last.error(machine).map(|error| error.kind) {
        Some(ErrorKind::UseAfterFree | ErrorKind::DoubleFree) => {
            let (ty, number) = failed_object(machine, last)?;
            let root = machine.program.types[ty].objects[number].root;
            let freed_it = |(_, event): &(usize, &Event)| event.freed().any(|freed| freed == root);
            earlier.iter().enumerate().rev().find(freed_it).map(|(at, _)| at)
        }
        Some(ErrorKind::NullDereference) => {
            let own = earlier.iter().rev().filter(|event| event.thread() == erring);
            std::iter::once(last)
                .chain(own)
                .find_map(|event| last_writer(&nulls(machine, event)))
        }
        Some(ErrorKind::HeldTwice | ErrorKind::EndsHolding | ErrorKind::FreesHeld | ErrorKind::NotHeld) => {
            let held_or_not = |event: &Event| {
                let locks = |state: &[u64]| {
                    (0..machine.program.threads.len())
                        .map(|t| machine.locks_held(state, t))
                        .collect::<Vec<_>>()
                };
                (locks(&event.before), locks(&event.after))
            };
            let concerned = locks_of_error(machine, last);
            let mut steps = earlier.iter().enumerate().rev();
            // Who took the lock that is held, or gave back the one that is not.
            let step = steps.find(|(_, event)| {
                let (before, after) = held_or_not(event);
                let has = |locks: &[Vec<(usize, usize)>], lock| locks.iter().any(|held| held.contains(lock));
                concerned.iter().any(|lock| has(&before, lock) != has(&after, lock))
            });
            step.map(|(at, _)| at)
        }
        _ => {
            let fields = last
                .reads
                .union(&last.writes)
                .filter(|cell| matches!(cell, Cell::Field(..)));
            last_writer(&fields.copied().collect::<Vec<_>>())
        }
    }
}

/// The locks that an error of locking is about.
fn locks_of_error(machine: &Machine, last: &Event) -> Vec<(usize, usize)> {
    match failed_object(machine, last) {
        None => machine.locks_held(&last.before, last.thread()),
        Some(object) => {
            let inside = |&(ty, number): &(usize, usize)| {
                (ty, number) == object || machine.program.types[ty].objects[number].root == object
            };
            let threads = 0..machine.program.threads.len();
            let held = threads.flat_map(|thread| machine.locks_held(&last.before, thread));
            held.filter(inside).chain([object]).collect()
        }
    }
}

fn busiest(events: &[Event], except: ThreadId) -> Option<ThreadId> {
    let steps = |thread: ThreadId| events.iter().filter(|event| event.thread() == thread).count();
    let threads = events.iter().map(Event::thread).filter(|&thread| thread != except);
    threads.max_by_key(|&thread| (steps(thread), std::cmp::Reverse(thread)))
}
