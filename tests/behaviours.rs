//! What two graphs show, compared: by the library, and again by trying every trace on the graphs as they are.

mod common;

use std::collections::{BTreeSet, HashMap, HashSet};

use common::random::Random;
use oomspec::behaviours::{Compared, Found, Labelled, Letter, SILENT, compare, run};
use oomspec::check::observed::{look, observe};
use oomspec::difference::{Behaviours, Direction, difference};
use oomspec::explore::{Limits, explore};
use oomspec::{Spec, tla};

/// Traces up to this length are tried.
const LONGEST: usize = 7;
const LETTERS: u32 = 3;

/// The states after a trace, without any of what makes it fast.
fn after(graph: &Labelled, trace: &[Letter]) -> BTreeSet<u32> {
    let mut states = BTreeSet::from([0]);
    close(graph, &mut states);
    for letter in trace {
        let steps = states.iter().flat_map(|&state| graph.steps(state));
        states = steps.filter(|(other, _)| other == letter).map(|&(_, to)| to).collect();
        close(graph, &mut states);
    }
    states
}

fn close(graph: &Labelled, states: &mut BTreeSet<u32>) {
    loop {
        let steps = states.iter().flat_map(|&state| graph.steps(state));
        let silent: Vec<u32> = steps
            .filter(|(letter, _)| *letter == SILENT)
            .map(|&(_, to)| to)
            .collect();
        let before = states.len();
        states.extend(silent);
        if states.len() == before {
            return;
        }
    }
}

/// The length of a shortest trace of one that the other does not have.
fn shortest(one: &Labelled, other: &Labelled) -> Option<usize> {
    let mut traces: Vec<Vec<Letter>> = vec![Vec::new()];
    for length in 1..=LONGEST {
        let longer = traces.iter().flat_map(|trace| {
            (1..=LETTERS).map(move |letter| trace.iter().copied().chain([letter]).collect::<Vec<_>>())
        });
        traces = longer.filter(|trace| !after(one, trace).is_empty()).collect();
        if traces.iter().any(|trace| after(other, trace).is_empty()) {
            return Some(length);
        }
    }
    None
}

fn random_graph(random: &mut Random) -> Labelled {
    let states = 1 + random.below(6) as u32;
    let steps = |random: &mut Random| {
        let count = random.below(4);
        (0..count)
            .map(|_| {
                (
                    random.below(LETTERS as usize + 1) as Letter,
                    random.below(states as usize) as u32,
                )
            })
            .collect::<Vec<_>>()
    };
    Labelled::new((0..states).map(|_| steps(random)).collect::<Vec<_>>())
}

#[test]
fn what_only_one_of_two_random_graphs_shows_is_what_trying_every_trace_finds() {
    let mut random = Random(7);
    let (mut same, mut differ) = (0, 0);
    for number in 0..4_000 {
        let (one, other) = (random_graph(&mut random), random_graph(&mut random));
        let Compared {
            only_first,
            only_second,
        } = compare(&one, &other, &|_| None);
        for (found, mine, theirs) in [(only_first, &one, &other), (only_second, &other, &one)] {
            match found {
                Found::None => {
                    assert_eq!(shortest(mine, theirs), None, "graphs {number}");
                    same += 1;
                }
                Found::Trace { letters, instead } => {
                    assert!(!after(mine, &letters).is_empty(), "graphs {number}");
                    assert!(after(theirs, &letters).is_empty(), "graphs {number}");
                    if letters.len() <= LONGEST {
                        assert_eq!(shortest(mine, theirs), Some(letters.len()), "graphs {number}");
                    }
                    let before = &letters[..letters.len() - 1];
                    let can = (1..=LETTERS).filter(|letter| {
                        let trace: Vec<Letter> = before.iter().copied().chain([*letter]).collect();
                        !after(theirs, &trace).is_empty()
                    });
                    assert_eq!(instead, can.collect::<Vec<_>>(), "graphs {number}");
                    let steps = run(mine, &letters).expect("the trace is one of the graph");
                    let shown = steps
                        .iter()
                        .map(|(letter, _)| *letter)
                        .filter(|letter| *letter != SILENT);
                    assert_eq!(shown.collect::<Vec<_>>(), letters);
                    differ += 1;
                }
                Found::Undecided(why) => panic!("{why}"),
            }
        }
    }
    assert!(same > 500 && differ > 500, "{same} and {differ}");
}

#[test]
fn a_walk_that_is_given_up_decides_nothing() {
    let graph = |last: Letter| Labelled::new([vec![(1, 1)], vec![(last, 0)]]);
    let compared = compare(&graph(1), &graph(2), &|_| Some("enough".into()));
    assert!(matches!(compared.only_first, Found::Undecided(_)), "{compared:?}");
    assert!(matches!(compared.only_second, Found::Undecided(_)), "{compared:?}");
}

/// By trace of values: whether a protocol in a scenario can show it. The states are looked at one by one.
fn can_show(spec: &Spec, protocol: &str, scenario: &str, trace: &[Vec<tla::Value>]) -> bool {
    let instance = spec
        .instance(&spec.protocol(protocol).unwrap(), &spec.scenario(scenario).unwrap())
        .unwrap();
    let graph = explore(&instance.machine, Limits::default(), &|_, _| {});
    let observed = observe(&instance.machine, &graph, &spec.visible().unwrap().unwrap()).unwrap();
    let look = |state: u32| &observed.looks[observed.of[state as usize] as usize];
    let mut states = BTreeSet::from([0]);
    if look(0) != &trace[0] {
        return false;
    }
    for (number, wanted) in trace.iter().enumerate() {
        // All that is reached while the same is seen.
        let mut open: Vec<u32> = states.iter().copied().collect();
        while let Some(state) = open.pop() {
            for edge in graph.edges(state) {
                if look(edge.to) == wanted && states.insert(edge.to) {
                    open.push(edge.to);
                }
            }
        }
        if let Some(next) = trace.get(number + 1) {
            let edges = states.iter().flat_map(|&state| graph.edges(state));
            states = edges.filter(|edge| look(edge.to) == next).map(|edge| edge.to).collect();
        }
    }
    !states.is_empty()
}

#[test]
fn a_run_that_only_one_kernel_has_is_one_of_it_and_none_of_the_other() {
    let spec = Spec::builtin();
    let (modules, visible) = ([spec.properties().unwrap()], spec.visible().unwrap().unwrap());
    let mut shown = 0;
    for (first, second, scenario) in [
        ("v4.14", "v4.15", "foreign-mmput"),
        ("v4.14", "v4.15", "mrelease"),
        ("v5.18", "v6.1", "mrelease"),
        ("v4.7", "v4.8", "quick-exit"),
    ] {
        let instance = |name: &str| {
            let listing = spec.protocol(name).unwrap();
            spec.instance(&listing, &spec.scenario(scenario).unwrap()).unwrap()
        };
        let (mine, theirs) = (instance(first), instance(second));
        let found = difference(&mine, &theirs, &modules, Some(&visible), Limits::default(), &|_, _| {}).unwrap();
        let Behaviours::Compared {
            first: one,
            second: other,
            ..
        } = found.behaviours
        else {
            panic!("{first} and {second} were not compared in {scenario}");
        };
        for (direction, has, lacks, instance) in [(one, first, second, &mine), (other, second, first, &theirs)] {
            let Direction::Shows(run) = direction else { continue };
            let machine = &instance.machine;
            let states = machine.replay(&run.steps);
            assert_eq!(states.len(), run.steps.len() + 1, "the run can be made");
            let graph = explore(machine, Limits::default(), &|_, _| {});
            let observed = observe(machine, &graph, &visible).unwrap();
            let mut trace: Vec<Vec<tla::Value>> = Vec::new();
            for state in &states {
                let id = (0..graph.distinct() as u32)
                    .find(|&id| graph.state(id) == *state)
                    .unwrap();
                let look = observed.looks[observed.of[id as usize] as usize].clone();
                if trace.last() != Some(&look) {
                    trace.push(look);
                }
            }
            assert!(can_show(&spec, has, scenario, &trace));
            assert!(!can_show(&spec, lacks, scenario, &trace));
            assert!(can_show(&spec, lacks, scenario, &trace[..trace.len() - 1]));
            shown += 1;
        }
    }
    assert!(shown >= 5, "{shown}");
}

/// The graph of a protocol: by state what is seen of it, evaluated in that state alone, and where its steps lead.
fn seen_graph(spec: &Spec, protocol: &str, scenario: &str) -> (Vec<Vec<tla::Value>>, Vec<Vec<u32>>) {
    let listing = spec.protocol(protocol).unwrap();
    let instance = spec.instance(&listing, &spec.scenario(scenario).unwrap()).unwrap();
    let graph = explore(&instance.machine, Limits::default(), &|_, _| {});
    let visible = spec.visible().unwrap().unwrap();
    let states = 0..graph.distinct() as u32;
    let look_at = |state: u32| look(&instance.machine, &graph.state(state), &visible).unwrap();
    let looks = states.clone().map(look_at).collect();
    (
        looks,
        states
            .map(|state| graph.edges(state).map(|edge| edge.to).collect())
            .collect(),
    )
}

/// By what is seen next, the states after a set that looks the same: all that is reached while nothing changes is in the set.
fn next_sets(
    (looks, edges): &(Vec<Vec<tla::Value>>, Vec<Vec<u32>>),
    set: &BTreeSet<u32>,
) -> HashMap<Vec<tla::Value>, BTreeSet<u32>> {
    let mut next: HashMap<Vec<tla::Value>, BTreeSet<u32>> = HashMap::new();
    for &state in set {
        for &to in &edges[state as usize] {
            if looks[to as usize] != looks[state as usize] {
                next.entry(looks[to as usize].clone()).or_default().insert(to);
            }
        }
    }
    for set in next.values_mut() {
        still(looks, edges, set);
    }
    next
}

fn still(looks: &[Vec<tla::Value>], edges: &[Vec<u32>], set: &mut BTreeSet<u32>) {
    let mut open: Vec<u32> = set.iter().copied().collect();
    while let Some(state) = open.pop() {
        for &to in &edges[state as usize] {
            if looks[to as usize] == looks[state as usize] && set.insert(to) {
                open.push(to);
            }
        }
    }
}

/// Neither a quotient nor classes of states: sets of the graphs' own states are walked.
#[test]
fn what_is_said_to_be_the_same_is_the_same_state_by_state() {
    let spec = Spec::builtin();
    for (first, second, scenario, same) in [
        ("v6.12", "v6.18", "quick-exit", true),
        ("v4.14", "v4.15", "alone", true),
        ("v5.18", "v6.1", "mrelease", false),
    ] {
        let graphs = [first, second].map(|protocol| seen_graph(&spec, protocol, scenario));
        let start = graphs.each_ref().map(|(looks, edges)| {
            let mut set = BTreeSet::from([0]);
            still(looks, edges, &mut set);
            set
        });
        assert_eq!(graphs[0].0[0], graphs[1].0[0], "the start looks the same");
        let (mut known, mut open) = (HashSet::from([start.clone()]), vec![start]);
        let mut differ = false;
        while let Some([mine, theirs]) = open.pop() {
            let (mine, mut theirs) = (next_sets(&graphs[0], &mine), next_sets(&graphs[1], &theirs));
            differ |= mine.len() != theirs.len();
            for (look, set) in mine {
                match theirs.remove(&look) {
                    Some(other) => {
                        let pair = [set, other];
                        if known.insert(pair.clone()) {
                            open.push(pair);
                        }
                    }
                    None => differ = true,
                }
            }
        }
        assert_eq!(differ, !same, "{first} and {second} in {scenario}");
    }
}
