//! The same behaviour with fewer switches between threads: steps that do not meet may change places.
//!
//! A breadth-first search returns the first shortest path, not the most readable one. Every step of the reordered path
//! reads and writes exactly what it did, and the last state is the same.

use std::collections::VecDeque;

use super::events::Event;
use crate::machine::program::ThreadId;
use crate::machine::{Label, Machine};

/// With more threads than this, not every order of preference is tried.
const MOST_ORDERS: usize = 120;

/// The steps in a readable order: each thread runs on as long as it can, the threads of the `lanes` last.
///
/// The last step stays the last.
pub(crate) fn readable(machine: &Machine, events: &[Event], lanes: &[ThreadId]) -> Vec<Label> {
    let original: Vec<Label> = events.iter().map(|event| event.label).collect();
    let before = predecessors(events);
    let mut best = (cost(events, &identity(events.len()), lanes), identity(events.len()));
    for preference in orders(machine.program.threads.len()) {
        let order = schedule(events, &before, &preference);
        let cost = cost(events, &order, lanes);
        if cost < best.0 {
            best = (cost, order);
        }
    }
    let steps: Vec<Label> = best.1.iter().map(|&at| original[at]).collect();
    // The argument above is checked, not trusted.
    let same_end = match events.last() {
        Some(last) => {
            let states = machine.replay(&steps);
            states.len() == steps.len() + 1 && states.last() == Some(&last.after)
        }
        None => true,
    };
    if same_end { steps } else { original }
}

fn identity(length: usize) -> Vec<usize> {
    (0..length).collect()
}

/// By step: the steps that have to come before it.
fn predecessors(events: &[Event]) -> Vec<Vec<usize>> {
    let last = events.len().saturating_sub(1);
    let must_precede = |early: usize, late: usize| {
        late == last || events[early].thread() == events[late].thread() || events[early].meets(&events[late])
    };
    (0..events.len())
        .map(|late| (0..late).filter(|&early| must_precede(early, late)).collect())
        .collect()
}

/// Runs the threads in an order of preference; a thread that runs goes on while it can.
fn schedule(events: &[Event], before: &[Vec<usize>], preference: &[ThreadId]) -> Vec<usize> {
    let mut waiting: Vec<VecDeque<usize>> = vec![VecDeque::new(); preference.len()];
    for (at, event) in events.iter().enumerate() {
        waiting[event.thread()].push_back(at);
    }
    let mut done = vec![false; events.len()];
    let mut order = Vec::with_capacity(events.len());
    let mut running = None;
    while order.len() < events.len() {
        let ready = |thread: ThreadId| {
            let next = *waiting[thread].front()?;
            before[next].iter().all(|&at| done[at]).then_some(next)
        };
        let candidates = running.into_iter().chain(preference.iter().copied());
        let Some(next) = candidates.into_iter().find_map(ready) else {
            return identity(events.len()); // not reached: the first step that is not done is always ready
        };
        let thread = events[next].thread();
        waiting[thread].pop_front();
        done[next] = true;
        running = Some(thread);
        order.push(next);
    }
    order
}

/// Switches between threads; then how late the others run, so that the lanes stay together.
fn cost(events: &[Event], order: &[usize], lanes: &[ThreadId]) -> (usize, usize) {
    let thread = |at: &usize| events[*at].thread();
    let switches = order.windows(2).filter(|pair| thread(&pair[0]) != thread(&pair[1]));
    let others = order.iter().enumerate().filter(|(_, at)| !lanes.contains(&thread(at)));
    (switches.count(), others.map(|(place, _)| place).sum())
}

/// Every order of the threads, or some if they are many.
fn orders(threads: usize) -> Vec<Vec<ThreadId>> {
    let mut orders = vec![Vec::new()];
    for thread in 0..threads {
        let longer = orders.iter().flat_map(|order: &Vec<ThreadId>| {
            (0..=order.len()).map(move |place| {
                let mut order = order.clone();
                order.insert(place, thread);
                order
            })
        });
        orders = longer.take(MOST_ORDERS).collect();
    }
    orders
}
