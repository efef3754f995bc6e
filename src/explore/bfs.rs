//! Level-synchronous breadth-first search on any number of threads, with one and the same result.
//!
//! Workers expand slices of the frontier against the states of earlier levels, which nobody changes meanwhile; what they
//! did not find is inserted in the order of the frontier by one thread. So the numbers of states do not depend on timing.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::visited::{Visited, hash_words};
use super::{Graph, StateId};
use crate::machine::{Label, Machine, Scratch};

/// Where to stop.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Worker threads, at least 1.
    pub threads: usize,
    /// Distinct states; the graph says so if it has more.
    pub max_states: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            threads: 1,
            max_states: 10_000_000,
        }
    }
}

/// Told about each level; for progress bars.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// Frontiers shorter than this are not worth a thread.
const SLICE: usize = 512;
/// The number of an edge whose target is not known yet.
const UNKNOWN: StateId = StateId::MAX;

/// Explores all reachable states; `progress` hears of states and transitions after each level.
pub fn explore(machine: &Machine, limits: Limits, progress: Progress) -> Graph {
    let words = machine.words();
    let mut visited = Visited::new(words);
    let initial = machine.initial();
    visited.insert(hash_words(&initial), &initial);
    let mut graph = Graph {
        words,
        states: Vec::new(),
        offsets: vec![0],
        targets: Vec::new(),
        labels: Vec::new(),
        levels: vec![0],
        parents: vec![u32::MAX],
        incomplete: None,
        expanded: 0,
        visited_bytes: 0,
    };
    let mut frontier = 0..1;
    while !frontier.is_empty() {
        graph.levels.push(frontier.end as StateId);
        for found in expand(machine, &visited, frontier.clone(), limits.threads) {
            add(&mut graph, &mut visited, found);
        }
        frontier = frontier.end..visited.len();
        progress(visited.len(), graph.targets.len());
        if visited.len() > limits.max_states && !frontier.is_empty() {
            graph.incomplete = Some(format!("more than {} distinct states", limits.max_states));
            graph.levels.push(frontier.end as StateId);
            break;
        }
    }
    graph.close();
    graph.visited_bytes = visited.bytes();
    graph.states = visited.into_states();
    graph
}

/// What a worker found from one slice of the frontier.
#[derive(Default)]
struct Found {
    /// Edges of each state of the slice.
    counts: Vec<u32>,
    labels: Vec<Label>,
    /// Targets met on earlier levels; [`UNKNOWN`] for the others, which stand in `fresh`, in order.
    targets: Vec<StateId>,
    fresh: Vec<u64>,
    hashes: Vec<u64>,
}

fn expand(machine: &Machine, visited: &Visited, frontier: std::ops::Range<usize>, threads: usize) -> Vec<Found> {
    let slices: Vec<_> = frontier
        .clone()
        .step_by(SLICE)
        .map(|first| first..(first + SLICE).min(frontier.end))
        .collect();
    let workers = threads.min(slices.len()).max(1);
    if workers == 1 {
        return slices
            .into_iter()
            .map(|slice| expand_slice(machine, visited, slice))
            .collect();
    }
    let next = AtomicUsize::new(0);
    let mut found: Vec<(usize, Found)> = std::thread::scope(|scope| {
        let work = || {
            let mut mine = Vec::new();
            while let Some((number, slice)) = take(&next, &slices) {
                mine.push((number, expand_slice(machine, visited, slice)));
            }
            mine
        };
        let handles: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let join = |handle: std::thread::ScopedJoinHandle<Vec<(usize, Found)>>| match handle.join() {
            Ok(found) => found,
            // A panic in a worker is never a pass.
            Err(panic) => std::panic::resume_unwind(panic),
        };
        handles.into_iter().flat_map(join).collect()
    });
    found.sort_by_key(|(number, _)| *number);
    found.into_iter().map(|(_, found)| found).collect()
}

fn take(next: &AtomicUsize, slices: &[std::ops::Range<usize>]) -> Option<(usize, std::ops::Range<usize>)> {
    let number = next.fetch_add(1, Ordering::Relaxed);
    slices.get(number).map(|slice| (number, slice.clone()))
}

fn expand_slice(machine: &Machine, visited: &Visited, slice: std::ops::Range<usize>) -> Found {
    let mut found = Found::default();
    let mut scratch = Scratch::new(machine);
    let mut next = vec![0; machine.words()];
    for id in slice {
        let before = found.labels.len();
        machine.successors(
            visited.state(id as StateId),
            &mut next,
            &mut scratch,
            |thread, outcome, state| {
                let hash = hash_words(state);
                found.labels.push(Label {
                    thread: thread as u16,
                    outcome: outcome as u16,
                });
                match visited.find(hash, state) {
                    Some(id) => found.targets.push(id),
                    None => {
                        found.targets.push(UNKNOWN);
                        found.fresh.extend_from_slice(state);
                        found.hashes.push(hash);
                    }
                }
            },
        );
        found.counts.push((found.labels.len() - before) as u32);
    }
    found
}

fn add(graph: &mut Graph, visited: &mut Visited, found: Found) {
    let mut fresh = found.fresh.chunks_exact(graph.words).zip(found.hashes);
    for target in found.targets {
        let id = match target {
            // A worker pushes one fresh state for each target it does not know.
            UNKNOWN => fresh.next().map_or(UNKNOWN, |(state, hash)| {
                let (id, new) = visited.insert(hash, state);
                if new {
                    graph.parents.push(graph.targets.len() as u32);
                }
                id
            }),
            known => known,
        };
        graph.targets.push(id);
    }
    graph.labels.extend(found.labels);
    for count in found.counts {
        let last = graph.offsets[graph.offsets.len() - 1];
        graph.offsets.push(last + count);
    }
}
