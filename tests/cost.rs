//! Costs: extremes on random graphs, computed again by trying all walks; and figures of kernels that can be counted by hand.

mod common;

use common::random::Random;
use oomspec::Spec;
use oomspec::cost::{Cost, Extremes, Most, Outcome, Terms, extremes, measure};
use oomspec::explore::Limits;

struct Graph {
    offsets: Vec<u32>,
    targets: Vec<u32>,
    weights: Vec<u32>,
    goals: Vec<bool>,
}

fn random_graph(random: &mut Random) -> Graph {
    let states = 1 + random.below(6);
    let (mut offsets, mut targets, mut weights) = (vec![0], Vec::new(), Vec::new());
    for _ in 0..states {
        for _ in 0..random.below(3) {
            targets.push(random.below(states) as u32);
            weights.push(random.below(3) as u32 * (random.below(2) as u32));
        }
        offsets.push(targets.len() as u32);
    }
    let goals = (0..states).map(|_| random.below(4) == 0).collect();
    Graph {
        offsets,
        targets,
        weights,
        goals,
    }
}

/// The least and the greatest weight of a walk of at most so many steps that ends at its first goal.
fn walks(graph: &Graph, length: usize) -> Option<(u64, u64)> {
    let states = graph.goals.len();
    // By state: the least and the greatest weight of a walk of that length.
    let mut now: Vec<Option<(u64, u64)>> = vec![None; states];
    now[0] = Some((0, 0));
    let mut found: Option<(u64, u64)> = None;
    for _ in 0..=length {
        let mut next: Vec<Option<(u64, u64)>> = vec![None; states];
        for (state, walks) in now.iter().enumerate() {
            let Some((least, greatest)) = *walks else { continue };
            if graph.goals[state] {
                found = Some(found.map_or((least, greatest), |(a, b)| (a.min(least), b.max(greatest))));
                continue;
            }
            for edge in graph.offsets[state] as usize..graph.offsets[state + 1] as usize {
                let (to, weight) = (graph.targets[edge] as usize, u64::from(graph.weights[edge]));
                let walk = (least + weight, greatest + weight);
                next[to] = Some(next[to].map_or(walk, |(a, b)| (a.min(walk.0), b.max(walk.1))));
            }
        }
        now = next;
    }
    found
}

#[test]
fn extremes_on_random_graphs_are_those_of_all_walks() {
    let mut random = Random(11);
    let (mut bounded, mut unbounded, mut none) = (0, 0, 0);
    for number in 0..20_000 {
        let graph = random_graph(&mut random);
        let is_goal = |state: u32| graph.goals[state as usize];
        let found = extremes(&graph.offsets, &graph.targets, &graph.weights, &is_goal);
        let states = graph.goals.len();
        // A walk without a circle is shorter than this and weighs no more; one that weighs more has a circle that weighs something.
        let lightest_circle = (states * 2) as u64;
        match (found, walks(&graph, states * states * 4)) {
            (None, None) => none += 1,
            (Some(Extremes { fewest, most }), Some((least, greatest))) => {
                assert_eq!(fewest, least, "graph {number}");
                match most {
                    Most::Bounded(most) => {
                        assert_eq!(most, greatest, "graph {number}");
                        bounded += 1;
                    }
                    Most::Unbounded => {
                        assert!(greatest > lightest_circle, "graph {number}: {greatest}");
                        unbounded += 1;
                    }
                }
            }
            other => panic!("graph {number}: {other:?}"),
        }
    }
    assert!(
        bounded > 1000 && unbounded > 300 && none > 1000,
        "{bounded} {unbounded} {none}"
    );
}

fn cost(protocol: &str, scenario: &str) -> Cost {
    let spec = Spec::builtin();
    let mut scenarios = spec.cost_scenarios().unwrap().into_iter();
    let scenario = scenarios
        .find(|listing| oomspec::spec::stem(&listing.name) == scenario)
        .expect("a scenario");
    let instance = spec.instance(&spec.protocol(protocol).unwrap(), &scenario).unwrap();
    let terms = Terms::load(&spec.modules(None), Terms::MODULE).unwrap();
    measure(&instance, &terms, Limits::default(), &|_, _| {}).unwrap()
}

/// Fewest and most of what is counted of an exit.
fn of_exit(protocol: &str, scenario: &str, name: &str) -> (u64, Most) {
    let Outcome::Measured(measured) = cost(protocol, scenario).outcome else {
        panic!("{protocol} is not measured");
    };
    let figures = measured.exit.expect("an exit");
    let figure = figures.iter().find(|figure| figure.name == name).expect(name);
    (figure.times.fewest, figure.times.most)
}

/// One lock for reading before the address space is left; since v6.1 two more around what is unmapped and freed. The proposal of June
/// 2017 takes oom_lock from everybody, and that of Torvalds one lock for all.
#[test]
fn an_ordinary_exit_takes_the_locks_that_its_listing_shows() {
    for (protocol, locks) in [
        ("v4.9", 1),
        ("v4.15", 1),
        ("v4.17", 1),
        ("v5.18", 2),
        ("v6.1", 3),
        ("2026-05-16-torvalds", 2),
    ] {
        let once = (locks, Most::Bounded(locks));
        assert_eq!(of_exit(protocol, "exit-alone", "lock"), once, "{protocol}");
        assert_eq!(
            of_exit(protocol, "exit-alone", "wait"),
            (0, Most::Bounded(0)),
            "{protocol}"
        );
    }
}

/// v4.14 sets MMF_OOM_SKIP on every address space, v4.15 on those of victims: one atomic operation.
#[test]
fn v4_15_saves_an_ordinary_exit_one_atomic_operation() {
    let atomics = |protocol| of_exit(protocol, "exit-alone", "atomic").0;
    assert_eq!(atomics("v4.14"), atomics("v4.15") + 1);
}

#[test]
fn who_waits_for_the_whole_exit_kills_one_where_others_may_kill_two() {
    let kills = |protocol: &str, scenario: &str| {
        let Outcome::Measured(measured) = cost(protocol, scenario).outcome else {
            panic!("{protocol} is not measured");
        };
        let figures = measured.allocation.unwrap().figures.expect("somebody is served");
        let of = figures.into_iter().find(|figure| figure.name == "kill").unwrap();
        (of.times.fewest, of.times.most)
    };
    assert_eq!(kills("v4.17", "one-node"), (1, Most::Bounded(1)));
    assert_eq!(kills("v6.1", "one-node"), (1, Most::Bounded(2)));
    // The first victim has nothing on the node that is short: nobody gets by with one.
    assert_eq!(kills("v4.17", "two-nodes").0, 2);
    assert_eq!(kills("v6.1", "two-nodes").0, 2);
}
