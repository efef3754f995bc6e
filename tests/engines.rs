//! stateright's breadth-first search and our own graph are two engines on one machine: they have to agree everywhere.

use std::collections::HashMap;

use oomspec::actors::compare::{Opinion, opinion};
use oomspec::actors::{State, System};
use oomspec::check::check;
use oomspec::explore::{Limits, explore};
use oomspec::machine::Machine;
use oomspec::model::Instance;
use oomspec::spec::Spec;
use stateright::Model;

/// Above this many states, only the counts are compared.
const SMALL: usize = 3_000;

#[test]
fn engines_agree_on_every_built_in_check() {
    let protocols = Spec::builtin().protocols();
    let small: usize = std::thread::scope(|scope| {
        let workers: Vec<_> = protocols
            .iter()
            .map(|protocol| scope.spawn(|| agree(protocol)))
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().expect("agreement"))
            .sum()
    });
    assert!(small > 0, "no graph is small enough to be compared edge by edge");
}

/// Compares the engines on a protocol in every scenario; tells how many graphs were compared edge by edge.
fn agree(protocol: &str) -> usize {
    let spec = Spec::builtin();
    let modules = [spec.properties().expect("the modules")];
    let mut small = 0;
    for scenario in spec.scenarios() {
        let instance = instance(&spec, protocol, &scenario);
        let checked = check(instance, &modules, Limits::default(), &[], &|_, _| {}).expect("answers");
        let name = format!("{protocol} in {scenario}");
        assert_eq!(
            opinion(&checked, &modules, Limits::default()),
            Opinion::Agrees,
            "{name}"
        );
        if checked.counts.distinct <= SMALL {
            assert_same_edges(&checked.instance.machine);
            small += 1;
        }
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
