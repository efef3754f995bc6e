//! Level-synchronous breadth-first search on any number of threads, with one and the same result.
//!
//! A part of the frontier at a time: workers make the keys of all that it leads to, each from slices of its own; then each looks
//! up those that belong to its own table. States get their numbers in the order of the frontier, so timing changes nothing.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::budget::Budget;
use super::checkpoint::{self, Checkpoints, Keeper};
use super::exceeded::exceeded;
use super::keys::Keys;
use super::packing::Packing;
use super::parents::Parents;
use super::table::Table;
use super::worker::{ASKED, Apart, Found, Worker};
use super::{Edges, Graph, StateId};
use crate::machine::{Machine, Symmetry};

/// Where to stop.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Worker threads, at least 1.
    pub threads: usize,
    /// Distinct states; the graph says so if it has more.
    pub max_states: usize,
    /// What the process may use.
    pub budget: Budget,
    /// Where searches keep what they have found, if they do.
    pub checkpoints: Option<&'static Checkpoints>,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            threads: 1,
            max_states: 10_000_000,
            budget: Budget::default(),
            checkpoints: None,
        }
    }
}

/// Told how far the search is; for progress bars.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// The states that are expanded, for each worker, before what they led to is added: what is not added yet stays small.
const BATCH: usize = 4096;
/// A slice of this many states is not worth dividing.
const SLICE: usize = 256;
/// More states, or more edges where they are kept, have no number: what comes behind is no state's.
const MOST: usize = ASKED as usize - 1;

/// Explores all reachable states and keeps their steps; `progress` hears of states and transitions now and then.
pub fn explore(machine: &Machine, limits: Limits, progress: Progress) -> Graph {
    whole(
        machine,
        search(machine, limits, progress, Some(Edges::default()), None).0,
    )
}

/// Explores all reachable states, and counts their steps without keeping them: enough to decide what holds in every state.
pub fn reach(machine: &Machine, limits: Limits, progress: Progress) -> Graph {
    whole(machine, search(machine, limits, progress, None, None).0)
}

/// A graph whose world was too small is a part of one.
fn whole(machine: &Machine, mut graph: Graph) -> Graph {
    if graph.incomplete.is_none() {
        let states = |state| Some(graph.way(state).into_iter().map(|id| graph.state(id)).collect());
        graph.incomplete = exceeded(machine, &graph, states);
    }
    graph
}

/// The graph, and where a step tells apart what was taken to be alike, which ends the search.
pub(super) fn search(
    machine: &Machine,
    limits: Limits,
    progress: Progress,
    edges: Option<Edges>,
    symmetry: Option<&Symmetry>,
) -> (Graph, Option<Apart>) {
    let threads = limits.threads.max(1);
    let mut keeper = limits
        .checkpoints
        .map(|checkpoints| Keeper::new(checkpoints, machine, edges.is_some()));
    let (mut search, mut cut) = match keeper.as_ref().map_or(Ok(None), |keeper| keeper.found(machine)) {
        Ok(None) => (Search::new(machine, threads, edges, symmetry), None),
        Ok(Some(found)) => (Search::resumed(machine, threads, found), None),
        Err(error) => (Search::new(machine, threads, edges, symmetry), Some(error.to_string())),
    };
    // A file that nobody can go on from is left as it is.
    keeper = keeper.filter(|_| cut.is_none());
    let mut looked = search.expanded;
    while cut.is_none() {
        let end = search.frontier();
        let batch = BATCH * search.workers.len();
        while cut.is_none() && search.expanded < end {
            let part = search.expanded..(search.expanded + batch).min(end);
            cut = search.expand(part).err();
            if let Some(apart) = search.workers.iter().filter_map(Worker::apart).min() {
                return (search.finish(cut), Some(apart));
            }
            progress(search.keys.len(), search.transitions);
            // A look at the budget costs more than a small level.
            if search.expanded >= looked + BATCH {
                looked = search.expanded;
                cut = cut.or_else(|| limits.budget.ends_search());
            }
            if let Some(keeper) = keeper.as_mut().filter(|keeper| cut.is_some() || keeper.is_due()) {
                keeper.write(&search.kept());
            }
        }
        if search.keys.len() == end {
            break;
        }
        if search.keys.len() > limits.max_states {
            cut = cut.or_else(|| Some(format!("more than {} distinct states", limits.max_states)));
        }
        if cut.is_none() {
            search.levels.push(search.keys.len() as StateId);
        }
    }
    // To go on from the end is to be there at once.
    if let Some(keeper) = keeper.as_mut().filter(|keeper| cut.is_none() && keeper.is_behind()) {
        keeper.write(&search.kept());
    }
    (search.finish(cut), None)
}

struct Search<'m> {
    packing: Packing,
    keys: Keys,
    /// One for each worker, as the tables.
    workers: Vec<Worker<'m>>,
    tables: Vec<Table>,
    edges: Option<Edges>,
    parents: Parents,
    ends: Vec<StateId>,
    expanded: usize,
    transitions: usize,
    /// First state of each level, the one that is being expanded included, and one more.
    levels: Vec<StateId>,
}

impl<'m> Search<'m> {
    fn new(machine: &'m Machine, threads: usize, edges: Option<Edges>, symmetry: Option<&'m Symmetry>) -> Self {
        let initial = machine.initial();
        let packing = Packing::new(&initial);
        let mut search = Search {
            keys: Keys::new(packing.words()),
            workers: workers(machine, threads, &packing, symmetry),
            packing,
            tables: (0..threads as u32)
                .map(|table| Table::new((table, threads as u32)))
                .collect(),
            edges,
            parents: Parents::default(),
            ends: Vec::new(),
            expanded: 0,
            transitions: 0,
            levels: vec![0, 1],
        };
        let mut key = vec![0; search.packing.words()];
        search.packing.pack(&initial, &mut key);
        search.keys.push(&key);
        search.tables.iter_mut().for_each(|table| table.rebuild(&search.keys));
        search.parents.met();
        search.parents.next();
        search
    }

    /// A search that goes on from what was found before.
    fn resumed(machine: &'m Machine, threads: usize, found: checkpoint::Found) -> Self {
        let keys = found.keys;
        let tables = (0..threads as u32).map(|table| {
            let mut table = Table::new((table, threads as u32));
            table.fill(&keys);
            table
        });
        Search {
            tables: tables.collect(),
            workers: workers(machine, threads, &found.packing, None),
            packing: found.packing,
            keys,
            edges: found.edges,
            parents: found.parents,
            ends: found.ends,
            expanded: found.expanded,
            transitions: found.transitions,
            levels: found.levels,
        }
    }

    /// What to go on from.
    fn kept(&self) -> checkpoint::Kept<'_> {
        checkpoint::Kept {
            packing: &self.packing,
            keys: &self.keys,
            edges: &self.edges,
            parents: &self.parents,
            ends: &self.ends,
            expanded: self.expanded,
            transitions: self.transitions,
            levels: &self.levels,
        }
    }

    /// The end of the level that is being expanded.
    fn frontier(&self) -> usize {
        self.levels.last().map_or(0, |&end| end as usize)
    }

    /// Adds all that a part of the frontier leads to; or says why that is too much.
    fn expand(&mut self, part: Range<usize>) -> Result<(), String> {
        let (mut found, by) = self.successors(part);
        let steps: usize = found
            .iter()
            .flat_map(|found| &found.counts)
            .map(|&count| count as usize)
            .sum();
        let kept = self.edges.as_ref().map_or(0, |edges| edges.targets.len());
        if kept + steps > MOST || self.keys.len() + steps > MOST {
            return Err(format!("more than {MOST} states or steps"));
        }
        self.learn(&mut found);
        let answers = self.meet(&found);
        self.number(found, by, answers);
        Ok(())
    }

    /// What the slices of a part lead to, in order, and the worker that found it.
    fn successors(&mut self, part: Range<usize>) -> (Vec<Found>, Vec<usize>) {
        let slice = part.len().div_ceil(self.workers.len() * 4).max(SLICE);
        let slices: Vec<_> = part
            .clone()
            .step_by(slice)
            .map(|first| first..(first + slice).min(part.end))
            .collect();
        let (packing, keys, labelled) = (&self.packing, &self.keys, self.edges.is_some());
        let next = AtomicUsize::new(0);
        let work = |(name, worker): (usize, &mut Worker)| {
            let mut mine = Vec::new();
            worker.begin();
            while let Some((number, slice)) = take(&next, &slices) {
                mine.push((number, name, worker.successors(packing, keys, slice, labelled)));
            }
            mine
        };
        let workers = self.workers.iter_mut().take(slices.len()).enumerate();
        let mut found: Vec<_> = side_by_side(workers.map(|(name, worker)| move || work((name, worker))))
            .into_iter()
            .flatten()
            .collect();
        found.sort_by_key(|(number, ..)| *number);
        found.into_iter().map(|(_, by, found)| (found, by)).unzip()
    }

    /// Gives numbers to the words that have none, so that every step has a key.
    fn learn(&mut self, found: &mut [Found]) {
        let mut changed = false;
        for slice in 0..found.len() {
            let unknown = std::mem::take(&mut found[slice].unknown);
            for (_, state) in &unknown {
                self.packing.learn(state, |packing, how| {
                    changed = true;
                    let keys = found.iter_mut().map(|found| &mut found.keys);
                    keys.chain([&mut self.keys])
                        .for_each(|keys| keys.change(packing.words(), |key, to| how.apply(packing, key, to)));
                });
            }
            found[slice].unknown = unknown;
        }
        found
            .iter_mut()
            .for_each(|found| found.complete(&self.packing, changed));
        if changed {
            self.tables.iter_mut().for_each(|table| table.rebuild(&self.keys));
            self.workers
                .iter_mut()
                .for_each(|worker| worker.forget(self.packing.words()));
        }
    }

    /// What each table says of its keys.
    fn meet(&mut self, found: &[Found]) -> Vec<Vec<StateId>> {
        let known = &self.keys;
        let asked: usize = found.iter().map(|found| found.keys.len()).sum();
        // All of them grow at once: none waits for another.
        let more = asked.div_ceil(self.tables.len());
        if self.tables.iter().any(|table| table.is_small_for(more)) {
            side_by_side(self.tables.iter_mut().map(|table| || table.grow(known, more)));
        }
        let found: Vec<(&Keys, &[u64])> = found.iter().map(|found| (&found.keys, &*found.hashes)).collect();
        let work = self.tables.iter_mut().map(|table| || table.meet(known, &found));
        // Few are not worth a thread.
        if asked < BATCH {
            work.map(|mut work| work()).collect()
        } else {
            side_by_side(work)
        }
    }

    /// Numbers the states that are new, in the order of the steps that lead to them.
    fn number(&mut self, found: Vec<Found>, by: Vec<usize>, answers: Vec<Vec<StateId>>) {
        let known = self.keys.len() as StateId;
        let tables = self.tables.len() as u32;
        let mut answers: Vec<_> = answers.into_iter().map(Vec::into_iter).collect();
        let mut numbers: Vec<Vec<StateId>> = vec![Vec::new(); answers.len()];
        for (found, by) in found.into_iter().zip(by) {
            let mut states: Vec<StateId> = Vec::with_capacity(found.keys.len());
            // Keys stand in the order of the first step to each.
            let mut asked = found.hashes.iter().enumerate();
            for (&count, &keys) in found.counts.iter().zip(&found.asked) {
                for (at, &hash) in asked.by_ref().take(keys as usize) {
                    let table = match tables {
                        1 => 0,
                        _ => Table::owner(hash, tables) as usize,
                    };
                    // A table answers once for each of its keys.
                    let answer = answers[table].next().unwrap_or(StateId::MAX);
                    states.push(match answer.checked_sub(known).map(|new| new as usize) {
                        None => answer,
                        Some(new) if new < numbers[table].len() => numbers[table][new],
                        Some(_) => {
                            let state = self.keys.len() as StateId;
                            numbers[table].push(state);
                            self.keys.push(found.keys.key(at));
                            self.parents.met();
                            state
                        }
                    });
                }
                if count == 0 {
                    self.ends.push(self.expanded as StateId);
                }
                self.expanded += 1;
                self.transitions += count as usize;
                self.parents.next();
            }
            if let Some(edges) = &mut self.edges {
                let state = |&target: &u32| target.checked_sub(ASKED).map_or(target, |at| states[at as usize]);
                edges.add(&found.counts, found.targets.iter().map(state), &found.labels);
            }
            self.workers[by].answer(found, states);
        }
        // One table numbers as all of them do.
        if tables > 1 {
            let pairs = self.tables.iter_mut().zip(&numbers);
            side_by_side(pairs.map(|(table, numbers)| || table.number(numbers)));
        }
    }

    fn finish(mut self, cut: Option<String>) -> Graph {
        // Those that were met and not expanded are a level, too.
        if self.keys.len() > self.frontier() {
            self.levels.push(self.keys.len() as StateId);
        }
        let tables: usize = self.tables.iter().map(Table::bytes).sum();
        let mut edges = self.edges;
        let distinct = self.keys.len();
        if let Some(edges) = &mut edges {
            edges.close(distinct);
        }
        Graph {
            visited_bytes: tables + self.keys.bytes() + self.packing.bytes() + self.parents.bytes(),
            incomplete: cut.filter(|_| self.expanded < distinct),
            packing: self.packing,
            keys: self.keys,
            edges,
            transitions: self.transitions,
            levels: self.levels,
            parents: self.parents,
            ends: self.ends,
            expanded: self.expanded,
        }
    }
}

fn workers<'m>(
    machine: &'m Machine,
    threads: usize,
    packing: &Packing,
    symmetry: Option<&'m Symmetry>,
) -> Vec<Worker<'m>> {
    (0..threads)
        .map(|_| Worker::new(machine, packing.words(), symmetry))
        .collect()
}

/// Does each of these on a thread of its own, one of them on this one; what came of them, in order.
fn side_by_side<T: Send, W: FnMut() -> T + Send>(work: impl Iterator<Item = W>) -> Vec<T> {
    let mut work: Vec<W> = work.collect();
    let Some(mut last) = work.pop() else {
        return Vec::new();
    };
    std::thread::scope(|scope| {
        let handles: Vec<_> = work.into_iter().map(|work| scope.spawn(work)).collect();
        let last = last();
        let join = |handle: std::thread::ScopedJoinHandle<T>| match handle.join() {
            Ok(result) => result,
            // A panic in a worker is never a pass.
            Err(panic) => std::panic::resume_unwind(panic),
        };
        handles.into_iter().map(join).chain([last]).collect()
    })
}

fn take(next: &AtomicUsize, slices: &[Range<usize>]) -> Option<(usize, Range<usize>)> {
    let number = next.fetch_add(1, Ordering::Relaxed);
    slices.get(number).map(|slice| (number, slice.clone()))
}
