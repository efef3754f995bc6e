//! What is alike is folded: the many ranges of one space into a few, the many threads of one process into some of them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::resolve::{Named, Resolved, Space};
use super::vocabulary::Vocabulary;
use crate::trace::Trace;

/// More ranges of one space than this are not told apart.
const MOST_RANGES: usize = 6;
/// Of a process with more threads than this, one of each kind is kept.
const MOST_MEMBERS: usize = 8;
/// So many threads of one process are kept beside those that do something of their own.
const KEPT_THREADS: usize = 2;

/// The ranges of a space that are told apart, in their order: what each is like, and how many there are of it.
#[derive(Debug, Default)]
pub(super) struct Ranges {
    /// By range that is kept: what the scenario says of it, and how many ranges of the trace it stands for.
    pub kept: Vec<(String, usize)>,
    /// By address: the number of the one that stands for it.
    of: HashMap<u64, usize>,
}

impl Ranges {
    /// The number of the range that stands for the one at this address.
    pub(super) fn at(&self, address: u64) -> Option<usize> {
        self.of.get(&address).copied()
    }
}

/// The ranges of each space, as the longest walk over it meets them.
pub(super) fn ranges(vocabulary: &Vocabulary, trace: &Trace, lines: &[Resolved]) -> BTreeMap<Space, Ranges> {
    let mut walks: BTreeMap<Space, Vec<Vec<u64>>> = BTreeMap::new();
    let mut walking: HashMap<(u32, Space), (usize, HashSet<u64>)> = HashMap::new();
    let mut flags: HashMap<(Space, u64), String> = HashMap::new();
    for (event, line) in trace.events.iter().zip(lines) {
        let Some((range, space)) = walked(vocabulary, line) else {
            continue;
        };
        let of_space = walks.entry(space).or_default();
        let walk = walking.get_mut(&(event.pid, space));
        match walk.and_then(|(at, met)| met.insert(range).then_some(*at)) {
            Some(at) => of_space[at].push(range),
            None => {
                walking.insert((event.pid, space), (of_space.len(), HashSet::from([range])));
                of_space.push(vec![range]);
            }
        }
        let says = vocabulary
            .ranges
            .iter()
            .filter(|(field, mask, _)| event.fields.number(field).is_some_and(|value| value & mask != 0));
        let says: String = says.map(|(_, _, says)| format!(", {says}")).collect();
        flags.entry((space, range)).or_insert(says);
    }
    walks
        .into_iter()
        .map(|(space, walks)| (space, fold(space, &walks, &flags)))
        .collect()
}

/// The range that a line walks over, and its space.
pub(super) fn walked(vocabulary: &Vocabulary, line: &Resolved) -> Option<(u64, Space)> {
    let field = vocabulary.events[line.rule?].walks.as_ref()?;
    match line.objects.get(field) {
        Some(Named::Other(address)) => Some((*address, line.space()?)),
        _ => None,
    }
}

fn fold(space: Space, walks: &[Vec<u64>], flags: &HashMap<(Space, u64), String>) -> Ranges {
    let mut longest: Vec<&Vec<u64>> = walks.iter().collect();
    longest.sort_by_key(|walk| std::cmp::Reverse(walk.len()));
    // The longest walk has nearly all; what only another one met comes behind what that one had before it.
    let mut order: Vec<u64> = longest.first().map_or_else(Vec::new, |walk| walk.to_vec());
    let mut known: HashSet<u64> = order.iter().copied().collect();
    for walk in longest.iter().skip(1) {
        let mut before = None;
        for range in walk.iter() {
            if known.insert(*range) {
                let behind = before.and_then(|before| order.iter().position(|known| *known == before));
                order.insert(behind.map_or(0, |at| at + 1), *range);
            }
            before = Some(*range);
        }
    }
    let mut ranges = Ranges::default();
    for range in order {
        let says = flags.get(&(space, range)).cloned().unwrap_or_default();
        match ranges.kept.last_mut() {
            Some((last, count)) if *last == says => *count += 1,
            _ => ranges.kept.push((says, 1)),
        }
        ranges.of.insert(range, ranges.kept.len() - 1);
    }
    if ranges.kept.len() > MOST_RANGES {
        return Ranges::default();
    }
    ranges
}

/// The threads among these that do exactly what another one does that is kept, in the same order, and so are left out.
///
/// When probes are switched on late, the first threads show less: that makes no difference. Of those that begin behind the first
/// line of such a probe, all that they show counts, unless too many would be kept then.
pub(super) fn threads(
    vocabulary: &Vocabulary,
    trace: &Trace,
    lines: &[Resolved],
    members: &BTreeSet<u32>,
    apart: &BTreeSet<u32>,
) -> BTreeSet<u32> {
    let is_late = |rule: usize| vocabulary.events[rule].late;
    let says = |rule: usize| vocabulary.events[rule].says_something();
    let switched_on = lines.iter().position(|line| line.rule.is_some_and(is_late));
    let left_out = |switched_on: Option<usize>| {
        let mut done: BTreeMap<u32, (bool, Vec<usize>)> = BTreeMap::new();
        let mut ends: BTreeMap<u32, usize> = BTreeMap::new();
        for (at, (event, line)) in trace.events.iter().zip(lines).enumerate() {
            if let (true, Some(rule)) = (members.contains(&event.pid), line.rule.filter(|&rule| says(rule))) {
                let begins_late = switched_on.is_some_and(|on| at > on);
                let (shows_all, done) = done.entry(event.pid).or_insert((begins_late, Vec::new()));
                if *shows_all || !is_late(rule) {
                    done.push(rule);
                }
                ends.insert(event.pid, at);
            }
        }
        let mut kept: BTreeMap<&(bool, Vec<usize>), usize> = BTreeMap::new();
        let mut order: Vec<u32> = members.iter().copied().filter(|pid| !apart.contains(pid)).collect();
        order.sort_by_key(|pid| ends.get(pid));
        let mut folded = BTreeSet::new();
        for pid in order.into_iter().rev() {
            let Some(done) = done.get(&pid) else { continue };
            let count = kept.entry(done).or_default();
            *count += 1;
            if *count > if members.len() > MOST_MEMBERS { 1 } else { KEPT_THREADS } {
                folded.insert(pid);
            }
        }
        folded
    };
    let folded = left_out(switched_on);
    match members.len() - folded.len() <= MOST_MEMBERS {
        true => folded,
        false => left_out(None),
    }
}
