//! Level-synchronous breadth-first search on any number of threads, with one and the same result.
//!
//! A part of the frontier at a time: workers make the keys of all that it leads to, each from slices of its own; then each looks
//! up those that belong to its own table. States get their numbers in the order of the frontier, so timing changes nothing.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::budget::Budget;
use super::checkpoint::{self, Checkpoints, Keeper};
use super::keys::Keys;
use super::packing::Packing;
use super::parents::Parents;
use super::table::Table;
use super::{Edges, Graph, StateId};
use crate::machine::{Label, Machine, Remembered};

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
const BATCH: usize = 2048;
/// A slice of this many states is not worth dividing.
const SLICE: usize = 256;
/// More states, or more edges where they are kept, have no number.
const MOST: usize = u32::MAX as usize / 2;

/// Explores all reachable states and keeps their steps; `progress` hears of states and transitions now and then.
pub fn explore(machine: &Machine, limits: Limits, progress: Progress) -> Graph {
    search(machine, limits, progress, Some(Edges::default()))
}

/// Explores all reachable states, and counts their steps without keeping them: enough to decide what holds in every state.
pub fn reach(machine: &Machine, limits: Limits, progress: Progress) -> Graph {
    search(machine, limits, progress, None)
}

fn search(machine: &Machine, limits: Limits, progress: Progress, edges: Option<Edges>) -> Graph {
    let threads = limits.threads.max(1);
    let mut keeper = limits
        .checkpoints
        .map(|checkpoints| Keeper::new(checkpoints, machine, edges.is_some()));
    let (mut search, mut cut) = match keeper.as_ref().map_or(Ok(None), |keeper| keeper.found(machine)) {
        Ok(None) => (Search::new(machine, threads, edges), None),
        Ok(Some(found)) => (Search::resumed(machine, threads, found), None),
        Err(error) => (Search::new(machine, threads, edges), Some(error.to_string())),
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
    search.finish(cut)
}

struct Search<'m> {
    packing: Packing,
    keys: Keys,
    /// One for each worker, as the tables.
    workers: Vec<Remembered<'m>>,
    tables: Vec<Table>,
    edges: Option<Edges>,
    parents: Parents,
    ends: Vec<StateId>,
    expanded: usize,
    transitions: usize,
    /// First state of each level, the one that is being expanded included, and one more.
    levels: Vec<StateId>,
}

/// What a worker found from one slice of the frontier.
struct Found {
    /// Steps of each state of the slice.
    counts: Vec<u32>,
    labels: Vec<Label>,
    /// Where they lead; not yet where a word has no number.
    keys: Keys,
    /// Those steps, and the states that they lead to.
    unknown: Vec<(usize, Vec<u64>)>,
}

impl<'m> Search<'m> {
    fn new(machine: &'m Machine, threads: usize, edges: Option<Edges>) -> Self {
        let initial = machine.initial();
        let packing = Packing::new(&initial);
        let mut search = Search {
            keys: Keys::new(packing.words()),
            packing,
            workers: (0..threads).map(|_| Remembered::new(machine)).collect(),
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
            workers: (0..threads).map(|_| Remembered::new(machine)).collect(),
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
        let mut found = self.successors(part);
        let steps: usize = found.iter().map(|found| found.keys.len()).sum();
        let kept = self.edges.as_ref().map_or(0, |edges| edges.targets.len());
        if kept + steps > MOST || self.keys.len() + steps > MOST {
            return Err(format!("more than {MOST} states or steps"));
        }
        self.learn(&mut found);
        let answers = self.meet(&found, steps);
        self.number(found, answers);
        Ok(())
    }

    /// What the slices of a part lead to, in order.
    fn successors(&mut self, part: Range<usize>) -> Vec<Found> {
        let slice = part.len().div_ceil(self.workers.len() * 4).max(SLICE);
        let slices: Vec<_> = part
            .clone()
            .step_by(slice)
            .map(|first| first..(first + slice).min(part.end))
            .collect();
        let (packing, keys, labelled) = (&self.packing, &self.keys, self.edges.is_some());
        let next = AtomicUsize::new(0);
        let work = |worker: &mut Remembered| {
            let mut mine = Vec::new();
            while let Some((number, slice)) = take(&next, &slices) {
                mine.push((number, successors(packing, keys, worker, slice, labelled)));
            }
            mine
        };
        let workers = self.workers.iter_mut().take(slices.len());
        let mut found: Vec<_> = side_by_side(workers.map(|worker| || work(worker)))
            .into_iter()
            .flatten()
            .collect();
        found.sort_by_key(|(number, _)| *number);
        found.into_iter().map(|(_, found)| found).collect()
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
        if changed {
            self.tables.iter_mut().for_each(|table| table.rebuild(&self.keys));
        }
        for found in found {
            for (step, state) in &found.unknown {
                self.packing.pack(state, found.keys.key_mut(*step));
            }
        }
    }

    /// What each table says of its keys.
    fn meet(&mut self, found: &[Found], steps: usize) -> Vec<Vec<StateId>> {
        let known = &self.keys;
        let found: Vec<&Keys> = found.iter().map(|found| &found.keys).collect();
        let work = self.tables.iter_mut().map(|table| || table.meet(known, &found));
        // Few are not worth a thread.
        if steps < BATCH {
            work.map(|mut work| work()).collect()
        } else {
            side_by_side(work)
        }
    }

    /// Numbers the states that are new, in the order of the steps that lead to them.
    fn number(&mut self, found: Vec<Found>, answers: Vec<Vec<StateId>>) {
        let known = self.keys.len() as StateId;
        let tables = self.tables.len() as u32;
        let mut answers: Vec<_> = answers.into_iter().map(Vec::into_iter).collect();
        let mut numbers: Vec<Vec<StateId>> = vec![Vec::new(); answers.len()];
        for found in found {
            let mut steps = 0..found.keys.len();
            for count in found.counts {
                if count == 0 {
                    self.ends.push(self.expanded as StateId);
                }
                for step in steps.by_ref().take(count as usize) {
                    let table = if tables == 1 {
                        0
                    } else {
                        Table::owner(found.keys.hash(step), tables)
                    } as usize;
                    // A table answers once for each of its keys.
                    let answer = answers[table].next().unwrap_or(StateId::MAX);
                    let target = match answer.checked_sub(known).map(|new| new as usize) {
                        None => answer,
                        Some(new) if new < numbers[table].len() => numbers[table][new],
                        Some(_) => {
                            let state = self.keys.len() as StateId;
                            numbers[table].push(state);
                            self.keys.push(found.keys.key(step));
                            self.parents.met();
                            state
                        }
                    };
                    if let Some(edges) = &mut self.edges {
                        edges.targets.push(target);
                    }
                }
                self.expanded += 1;
                self.transitions += count as usize;
                self.parents.next();
                if let Some(edges) = &mut self.edges {
                    edges.offsets.push(edges.targets.len() as u32);
                }
            }
            if let Some(edges) = &mut self.edges {
                edges.labels.extend(found.labels);
            }
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

/// Makes the keys of all that a slice of the frontier leads to.
fn successors(packing: &Packing, keys: &Keys, worker: &mut Remembered, slice: Range<usize>, labelled: bool) -> Found {
    let mut found = Found {
        counts: Vec::with_capacity(slice.len()),
        labels: Vec::new(),
        keys: Keys::new(keys.words()),
        unknown: Vec::new(),
    };
    let mut state = vec![0; packing.state_words()];
    for id in slice {
        let key = keys.key(id);
        packing.unpack(key, &mut state);
        let before = found.keys.len();
        worker.successors(&state, |label, flips| {
            if labelled {
                found.labels.push(label);
            }
            let step = found.keys.len();
            found.keys.push(key);
            if !packing.flip(&state, flips, found.keys.key_mut(step)) {
                let mut next = state.clone();
                flips.iter().for_each(|flip| next[flip.word] ^= flip.bits);
                found.unknown.push((step, next));
            }
        });
        found.counts.push((found.keys.len() - before) as u32);
    }
    found
}
