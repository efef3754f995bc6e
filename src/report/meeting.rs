//! Which threads a diagram is about: the one that went wrong, and the one it met; or the ones that wait.

use super::events::{Cell, Event, failed_object, nulls};
use super::waits::waiting;
use crate::machine::program::ThreadId;
use crate::machine::{ErrorKind, Machine};

/// The threads of an error: who led there, then who ran into it. Fewer than two if nobody else moved.
pub fn lanes_of_error(machine: &Machine, events: &[Event]) -> Vec<ThreadId> {
    let Some((last, earlier)) = events.split_last() else {
        return Vec::new();
    };
    let erring = last.thread();
    let partner = partner(machine, last, earlier).map(|step| earlier[step].thread());
    let partner = partner.or_else(|| busiest(earlier, erring));
    partner.into_iter().chain([erring]).collect()
}

/// The steps that no diagram of an error can do without: the last, and the one of the other thread that led there.
pub fn keys_of_error(machine: &Machine, events: &[Event]) -> Vec<usize> {
    let Some((last, earlier)) = events.split_last() else {
        return Vec::new();
    };
    partner(machine, last, earlier).into_iter().chain([earlier.len()]).collect()
}

/// The threads of a standstill or of a loop that leads nowhere: two that wait, tasks before daemons, else two that go round.
pub fn lanes_of_standstill(machine: &Machine, events: &[Event], looping: &[Event]) -> Vec<ThreadId> {
    let Some(last) = looping.last().or(events.last()) else {
        return Vec::new();
    };
    let mut lanes: Vec<ThreadId> = waiting(machine, &last.after, looping)
        .into_iter()
        .filter(|wait| wait.counts)
        .map(|wait| wait.thread)
        .collect();
    for event in looping.iter().chain(events.iter().rev()) {
        if !lanes.contains(&event.thread()) {
            lanes.push(event.thread());
        }
    }
    lanes.truncate(2);
    lanes
}

/// The step of another thread that made the last one go wrong.
fn partner(machine: &Machine, last: &Event, earlier: &[Event]) -> Option<usize> {
    let erring = last.thread();
    let others = || earlier.iter().enumerate().rev().filter(|(_, event)| event.thread() != erring);
    let last_writer = |cells: &[Cell]| {
        others()
            .find(|(_, event)| cells.iter().any(|cell| event.writes.contains(cell)))
            .map(|(at, _)| at)
    };
    let kind = last.error(machine).map(|error| error.kind);
    let object = failed_object(machine, last);
    match (kind, object) {
        (Some(ErrorKind::UseAfterFree | ErrorKind::DoubleFree), Some((ty, number))) => {
            let root = machine.program.types[ty].objects[number].root;
            others()
                .find(|(_, event)| event.freed().any(|freed| freed == root))
                .map(|(at, _)| at)
        }
        (Some(ErrorKind::NullDereference), _) => {
            let own = earlier.iter().rev().filter(|event| event.thread() == erring);
            std::iter::once(last).chain(own).find_map(|event| last_writer(&nulls(machine, event)))
        }
        (
            Some(ErrorKind::NotHeld | ErrorKind::HeldTwice | ErrorKind::FreesHeld | ErrorKind::EndsHolding),
            Some((ty, number)),
        ) => {
            let inside = |cell: &Cell| match cell {
                Cell::Field(field, element) => {
                    let field = &machine.program.fields[*field];
                    machine.program.types[field.owner].objects[element / field.elements()].root == (ty, number)
                        || field.owner == ty && element / field.elements() == number
                }
                Cell::Life(..) => false,
            };
            others()
                .find(|(_, event)| event.writes.iter().any(inside))
                .map(|(at, _)| at)
        }
        _ => {
            let fields: Vec<Cell> = last
                .reads
                .union(&last.writes)
                .filter(|cell| matches!(cell, Cell::Field(..)))
                .copied()
                .collect();
            last_writer(&fields)
        }
    }
}

fn busiest(events: &[Event], except: ThreadId) -> Option<ThreadId> {
    let steps = |thread: ThreadId| events.iter().filter(|event| event.thread() == thread).count();
    let threads = events.iter().map(Event::thread).filter(|&thread| thread != except);
    threads.max_by_key(|&thread| (steps(thread), std::cmp::Reverse(thread)))
}
