//! stateright's breadth-first search and our own graph are two engines on one machine: they have to agree everywhere.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use oomspec::actors::compare::{Opinion, opinion};
use oomspec::actors::{State, System};
use oomspec::check::check;
use oomspec::explore::{Limits, explore};
use oomspec::machine::Machine;
use oomspec::model::Instance;
use oomspec::spec::Spec;
use stateright::Model;

mod common;

/// Above this many states, only the counts are compared.
const SMALL: usize = 3_000;

/// One in so many of the built-in pairs is shown to stateright, which evaluates every formula in every state.
const ONE_IN: usize = 19;
/// Above this many states, a graph is left to others.
const LARGEST: usize = 5_000;

#[test]
fn engines_agree_on_built_in_checks() {
    let pairs = common::built_in_pairs(&Spec::builtin(), ONE_IN);
    let next = AtomicUsize::new(0);
    let small = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let spec = Spec::builtin();
                while let Some((protocol, scenario)) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if agree(&spec, protocol, scenario) {
                        small.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    assert!(
        small.into_inner() > 0,
        "no graph is small enough to be compared edge by edge"
    );
}

/// Compares the engines on a protocol in a scenario; tells whether the graphs were compared edge by edge.
fn agree(spec: &Spec, protocol: &str, scenario: &str) -> bool {
    let modules = [spec.properties().expect("the modules")];
    let instance = instance(spec, protocol, scenario);
    let checked = check(instance, &modules, Limits::default(), &[], &|_, _| {}).expect("answers");
    if checked.counts.distinct > LARGEST {
        return false;
    }
    let opinion = opinion(&checked, &modules, Limits::default());
    assert_eq!(opinion, Opinion::Agrees, "{protocol} in {scenario}");
    let small = checked.counts.distinct <= SMALL;
    if small {
        assert_same_edges(&checked.instance.machine);
    }
    small
}

fn instance(spec: &Spec, protocol: &str, scenario: &str) -> Instance {
    let protocol = spec.protocol(protocol).expect("a protocol");
    let scenario = spec.scenario(scenario).expect("a scenario");
    match spec.instance(&protocol, &scenario) {
        Ok(instance) => instance,
        Err(errors) => panic!("{}", errors.render(false)),
    }
}

/// Walks both graphs side by side: no edge is missing, and no two states of the one are one state of the other.
fn assert_same_edges(machine: &Machine) {
    let graph = explore(machine, Limits::default(), &|_, _| {});
    let system = System::new(machine.clone(), Vec::new()).expect("no properties are not too many");
    let mut states: HashMap<State, u32> = system.init_states().into_iter().map(|state| (state, 0)).collect();
    let mut pending: Vec<(State, u32)> = states.clone().into_iter().collect();
    while let Some((state, id)) = pending.pop() {
        assert_eq!(state.memory().words(), graph.state(id));
        let mut actions = Vec::new();
        system.actions(&state, &mut actions);
        let labels: Vec<_> = actions.iter().map(|action| action.label).collect();
        assert_eq!(labels, graph.edges(id).map(|edge| edge.label).collect::<Vec<_>>());
        for (action, edge) in actions.into_iter().zip(graph.edges(id)) {
            let next = system.next_state(&state, action).expect("an action is a step");
            let known = *states.entry(next.clone()).or_insert_with(|| {
                pending.push((next, edge.to));
                edge.to
            });
            assert_eq!(known, edge.to);
        }
    }
    assert_eq!(states.len(), graph.distinct());
}
