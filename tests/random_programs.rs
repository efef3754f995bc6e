//! Programs that nobody wrote: an error or a verdict, never a panic, and the graph that a simple search finds.

use std::collections::{BTreeMap, HashSet};

use oomspec::check::{Verdict, findings};
use oomspec::explore::{Graph, Limits, explore, reach};
use oomspec::machine::{Machine, Scratch};
use proptest::prelude::*;

use common::programs::{Writer, instance};

mod common;

/// Programs in all; a few seconds.
const CASES: u32 = 10_000;
/// Larger graphs are not explored to the end.
const MOST_STATES: usize = 2_000;

/// Distinct states and transitions by a depth-first search that knows nothing of levels, threads or packed tables.
fn naively(machine: &Machine) -> (usize, usize) {
    let initial = machine.initial();
    let mut seen = HashSet::from([initial.clone()]);
    let mut pending = vec![initial];
    let (mut next, mut scratch) = (vec![0; machine.words()], Scratch::new(machine));
    let mut transitions = 0;
    while let Some(state) = pending.pop() {
        machine.successors(&state, &mut next, &mut scratch, |_, _, to| {
            transitions += 1;
            if seen.insert(to.to_vec()) {
                pending.push(to.to_vec());
            }
        });
    }
    (seen.len(), transitions)
}

/// What came of one program.
fn judge(text: &str) -> &'static str {
    let instance = match instance(text) {
        Ok(instance) => instance,
        Err(errors) => {
            assert!(!errors.errors.is_empty());
            assert!(!errors.render(false).is_empty());
            return "refused";
        }
    };
    let limits = Limits {
        threads: 1,
        max_states: MOST_STATES,
        ..Limits::default()
    };
    let graph = explore(&instance.machine, limits, &|_, _| {});
    let findings = findings(&instance, &graph, &[], &[]).expect("no module, no mistake in it");
    if graph.incomplete.is_some() {
        assert!(
            findings
                .iter()
                .all(|f| matches!(f.verdict, Verdict::Incomplete | Verdict::Violated))
        );
    }
    if graph.is_cut() {
        return "large";
    }
    assert_eq!((graph.distinct(), graph.transitions()), naively(&instance.machine));
    let mut violated = false;
    for finding in findings {
        if let Some(counterexample) = finding.counterexample {
            let states = instance.machine.replay(&counterexample.steps);
            assert_eq!(states.len(), counterexample.steps.len() + 1, "every step is one");
            violated = true;
        }
    }
    if violated { "violated" } else { "holds" }
}

#[test]
fn ten_thousand_programs_give_errors_or_verdicts() {
    let outcomes = std::sync::Mutex::new(BTreeMap::new());
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(CASES));
    let run = runner.run(&prop::collection::vec(any::<u8>(), 0..160), |tape| {
        let outcome = judge(&Writer::program(&tape));
        *outcomes.lock().expect("no panic").entry(outcome).or_insert(0u32) += 1;
        Ok(())
    });
    run.unwrap_or_else(|error| panic!("{error}"));
    // The programs are worth something: each outcome is common.
    let outcomes = outcomes.into_inner().expect("no panic");
    for outcome in ["refused", "violated", "holds"] {
        assert!(
            outcomes.get(outcome).is_some_and(|&count| count > CASES / 50),
            "{outcomes:?}"
        );
    }
}

#[test]
fn the_number_of_threads_does_not_change_the_graph() {
    let spec = oomspec::spec::Spec::builtin();
    let protocol = spec.protocol("v6.1").expect("a protocol");
    let scenario = spec.scenario("two-threads").expect("a scenario");
    let instance = spec.instance(&protocol, &scenario).expect("an instance");
    let graph = |threads| {
        let limits = Limits {
            threads,
            ..Limits::default()
        };
        explore(&instance.machine, limits, &|_, _| {})
    };
    let one = graph(1);
    let widths = (0..one.distinct() as u32).map(|state| one.level(state));
    let widest = widths.fold(BTreeMap::new(), |mut widths, level| {
        *widths.entry(level).or_insert(0) += 1;
        widths
    });
    assert!(
        widest.values().any(|&width| width > 1_024),
        "work for several threads: {widest:?}"
    );
    for threads in [2, 5] {
        same(&one, &graph(threads));
    }
}

fn same(one: &Graph, other: &Graph) {
    assert_eq!(one.distinct(), other.distinct());
    assert_eq!(one.depth(), other.depth());
    for state in 0..one.distinct() as u32 {
        assert_eq!(one.state(state), other.state(state));
        assert_eq!(one.level(state), other.level(state));
        assert!(one.edges(state).eq(other.edges(state)), "the edges of state {state}");
        assert_eq!(one.path(state).last(), other.path(state).last());
    }
}

/// A number that takes more values than a part of a key may: keys change while it grows, and whoever remembers some forgets them.
#[test]
fn many_values_are_counted_alike_on_any_number_of_threads() {
    let text = "struct memory { u16 a; u16 b; bool f[2]; };\nstruct memory m;\nstruct task { bool runs; };\nstruct task t, u;\n\
         void run(void) __task(t)\n{\n\twhile (m.a < 2500) {\n\t\tm.a++;\n\t\tm.f[0] = !m.f[0];\n\t}\n}\n\
         void other(void) __task(u)\n{\n\tm.b = choose(2);\n\tm.f[1] = !m.f[1];\n}\n";
    let instance = instance(text).unwrap_or_else(|errors| panic!("{}", errors.render(false)));
    let (states, steps) = naively(&instance.machine);
    assert!(states > 20_000, "{states}");
    for threads in [1, 2, 3] {
        let limits = Limits {
            threads,
            ..Limits::default()
        };
        for search in [explore, reach] {
            let graph = search(&instance.machine, limits, &|_, _| {});
            assert_eq!(
                (graph.distinct(), graph.transitions()),
                (states, steps),
                "{threads} threads"
            );
        }
    }
}

/// A frontier of many states is divided, and what one slice of it has met says nothing about the numbers of another.
#[test]
fn edges_lead_where_the_steps_lead_on_a_wide_frontier() {
    let mut text = String::from("struct memory { u8 v[3]; };\nstruct memory m;\nstruct task { bool runs; };\n");
    for task in 0..3 {
        text += &format!(
            "struct task t{task};\nvoid run{task}(void) __task(t{task})\n{{\n\tm.v[{task}] = choose(12);\n\tm.v[{task}] = m.v[{}];\n}}\n",
            (task + 1) % 3
        );
    }
    let instance = instance(&text).unwrap_or_else(|errors| panic!("{}", errors.render(false)));
    let machine = &instance.machine;
    for threads in [1, 2, 3] {
        let limits = Limits {
            threads,
            ..Limits::default()
        };
        let graph = explore(machine, limits, &|_, _| {});
        assert!(graph.distinct() > 20 * graph.depth() * 256, "{}", graph.distinct());
        let (mut next, mut scratch) = (vec![0; machine.words()], Scratch::new(machine));
        for state in 0..graph.distinct() as u32 {
            let from = graph.state(state);
            let mut steps = Vec::new();
            machine.successors(&from, &mut next, &mut scratch, |_, _, to| steps.push(to.to_vec()));
            let led: Vec<Vec<u64>> = graph.edges(state).map(|edge| graph.state(edge.to)).collect();
            assert_eq!(led, steps, "state {state} on {threads} threads");
        }
    }
}
