//! Level-synchronous breadth-first search on any number of threads, with one and the same result.
//!
//! Workers expand slices of the frontier against the states of earlier levels, which nobody changes meanwhile; what they
//! did not find is inserted in the order of the frontier by one thread. So the numbers of states do not depend on timing.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::budget::Budget;
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
    /// What the process may use.
    pub budget: Budget,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            threads: 1,
            max_states: 10_000_000,
            budget: Budget::default(),
        }
    }
}

/// Told how far the search is; for progress bars.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// The words of the states that are expanded before what they led to is added: what is not added yet stays small.
const BATCH_WORDS: usize = 1 << 20;
/// The states of a batch, at most.
const BATCH: usize = 8192;
/// Into so many slices a batch is divided, for the threads to take from.
const SLICES: usize = 16;
/// More edges than this have no number.
const MAX_EDGES: usize = u32::MAX as usize - 1;
/// The number of an edge whose target is not known yet.
const UNKNOWN: StateId = StateId::MAX;

/// Explores all reachable states; `progress` hears of states and transitions now and then.
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
    let batch = (BATCH_WORDS / words.max(1)).clamp(1, BATCH);
    let mut frontier = 0..1;
    let mut cut = None;
    while !frontier.is_empty() && cut.is_none() {
        graph.levels.push(frontier.end as StateId);
        let mut firsts = frontier.clone().step_by(batch);
        while let (None, Some(first)) = (&cut, firsts.next()) {
            let part = first..(first + batch).min(frontier.end);
            for found in expand(machine, &visited, part, limits.threads) {
                add(&mut graph, &mut visited, found);
            }
            progress(visited.len(), graph.targets.len());
            cut = limits.budget.ends_search().or_else(|| too_large(&graph));
        }
        frontier = frontier.end..visited.len();
        if visited.len() > limits.max_states {
            cut = cut.or_else(|| Some(format!("more than {} distinct states", limits.max_states)));
        }
    }
    if graph.offsets.len() <= visited.len() {
        graph.incomplete = cut;
    }
    if !frontier.is_empty() {
        graph.levels.push(frontier.end as StateId);
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
    // Fewer states are not worth a thread.
    let slice = frontier.len().div_ceil(SLICES).max(BATCH / SLICES);
    let slices: Vec<_> = frontier
        .clone()
        .step_by(slice)
        .map(|first| first..(first + slice).min(frontier.end))
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

/// Why a graph cannot grow any more: a level may still add as many edges as there are.
fn too_large(graph: &Graph) -> Option<String> {
    (graph.targets.len() > MAX_EDGES / 2).then(|| format!("more than {} steps", MAX_EDGES / 2))
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
