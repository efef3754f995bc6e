//! Two graphs walked side by side, each as the set of the states in which it can be after the same visible trace.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::labelled::{Labelled, Letter, SILENT};
use super::quotient::quotient;

/// What each of two graphs shows and the other does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// A trace of the first that is none of the second.
    pub only_first: Found,
    /// A trace of the second that is none of the first.
    pub only_second: Found,
}

/// Whether there is a trace, and a shortest one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// There is none.
    None,
    /// A shortest one: the other has all of it but the last letter.
    Trace {
        /// What is seen.
        letters: Vec<Letter>,
        /// What the other can show instead of the last letter.
        instead: Vec<Letter>,
    },
    /// The walk was given up, for this reason.
    Undecided(String),
}

/// Compares the visible traces of two graphs; `enough` says why to give up, if it is time to, and hears how many sets there are.
pub fn compare(first: &Labelled, second: &Labelled, enough: &dyn Fn(usize) -> Option<String>) -> Compared {
    let behind = first.states();
    let (block, blocks) = quotient(&first.beside(second));
    let mut sets = Sets::new(&blocks);
    let start = (sets.after([block[0]]), sets.after([block[behind]]));
    let mut compared = Compared {
        only_first: Found::None,
        only_second: Found::None,
    };
    // In the order in which they were met.
    let mut met = vec![Met {
        pair: start,
        before: None,
    }];
    let mut known = HashSet::from([start]);
    let mut at = 0;
    while let Some(&Met { pair, .. }) = met.get(at) {
        let (mine, theirs) = (sets.steps(pair.0), sets.steps(pair.1));
        let trace = |letter: Letter, instead: &BTreeMap<Letter, u32>| Found::Trace {
            letters: letters(&met, at, letter),
            instead: instead.keys().copied().collect(),
        };
        let only = |one: &BTreeMap<Letter, u32>, other: &BTreeMap<Letter, u32>| {
            one.keys().copied().find(|letter| !other.contains_key(letter))
        };
        if let (Found::None, Some(letter)) = (&compared.only_first, only(&mine, &theirs)) {
            compared.only_first = trace(letter, &theirs);
        }
        if let (Found::None, Some(letter)) = (&compared.only_second, only(&theirs, &mine)) {
            compared.only_second = trace(letter, &mine);
        }
        if compared.only_first != Found::None && compared.only_second != Found::None {
            return compared;
        }
        for (&letter, &to) in &mine {
            // What both can be in is the same from here on.
            if let Some(&other) = theirs.get(&letter)
                && to != other
                && known.insert((to, other))
            {
                met.push(Met {
                    pair: (to, other),
                    before: Some((at, letter)),
                });
            }
        }
        if let Some(why) = enough(sets.elements) {
            for found in [&mut compared.only_first, &mut compared.only_second] {
                if *found == Found::None {
                    *found = Found::Undecided(why.clone());
                }
            }
            return compared;
        }
        at += 1;
    }
    compared
}

/// Where both can be after the same trace.
struct Met {
    /// The set of each.
    pair: (u32, u32),
    /// Which of them came before, and the letter that led on.
    before: Option<(usize, Letter)>,
}

/// The letters that led to a pair, and one more.
fn letters(met: &[Met], at: usize, last: Letter) -> Vec<Letter> {
    let before = std::iter::successors(met[at].before, |&(pair, _)| met[pair].before);
    let mut letters: Vec<Letter> = std::iter::once(last).chain(before.map(|(_, letter)| letter)).collect();
    letters.reverse();
    letters
}

/// Sets of states, each with all that is reached from it in silence.
struct Sets<'a> {
    graph: &'a Labelled,
    numbers: HashMap<Vec<u32>, u32>,
    all: Vec<Vec<u32>>,
    steps: HashMap<u32, BTreeMap<Letter, u32>>,
    /// States in all sets together.
    elements: usize,
}

impl<'a> Sets<'a> {
    fn new(graph: &'a Labelled) -> Self {
        Sets {
            graph,
            numbers: HashMap::new(),
            all: Vec::new(),
            steps: HashMap::new(),
            elements: 0,
        }
    }

    /// The set of these states and of what follows in silence.
    fn after(&mut self, states: impl IntoIterator<Item = u32>) -> u32 {
        let mut found: HashSet<u32> = HashSet::new();
        let mut open: Vec<u32> = states.into_iter().collect();
        while let Some(state) = open.pop() {
            if found.insert(state) {
                let steps = self.graph.steps(state).iter();
                open.extend(steps.filter(|(letter, _)| *letter == SILENT).map(|(_, to)| to));
            }
        }
        let mut set: Vec<u32> = found.into_iter().collect();
        set.sort_unstable();
        if let Some(&number) = self.numbers.get(&set) {
            return number;
        }
        let number = self.all.len() as u32;
        self.elements += set.len();
        self.all.push(set.clone());
        self.numbers.insert(set, number);
        number
    }

    /// By letter: the set that it leads to.
    fn steps(&mut self, set: u32) -> BTreeMap<Letter, u32> {
        if let Some(known) = self.steps.get(&set) {
            return known.clone();
        }
        let mut targets: BTreeMap<Letter, Vec<u32>> = BTreeMap::new();
        for &state in &self.all[set as usize] {
            for &(letter, to) in self.graph.steps(state).iter().filter(|(letter, _)| *letter != SILENT) {
                targets.entry(letter).or_default().push(to);
            }
        }
        let steps: BTreeMap<Letter, u32> = targets
            .into_iter()
            .map(|(letter, to)| (letter, self.after(to)))
            .collect();
        self.steps.insert(set, steps.clone());
        steps
    }
}
