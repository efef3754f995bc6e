//! stateright's breadth-first search and our own graph are two engines on one machine: they have to agree everywhere.

use std::collections::HashMap;

use oomspec::actors::{Safety, State, System, check};
use oomspec::check::property::Kind;
use oomspec::check::{Verdict, findings};
use oomspec::explore::{Graph, Limits, explore};
use oomspec::machine::Machine;
use oomspec::spec::{Instance, Spec};
use stateright::Model;

/// Above this many states, only the counts are compared.
const SMALL: usize = 3_000;

#[test]
fn engines_agree_on_every_built_in_check() {
    let spec = Spec::builtin();
    let mut small = 0;
    for protocol in spec.protocols() {
        for scenario in spec.scenarios() {
            let instance = instance(&spec, &protocol, &scenario);
            let graph = explore(&instance.machine, Limits::default(), &|_, _| {});
            assert_agree(&instance, &graph);
            if graph.distinct() <= SMALL {
                assert_same_edges(&instance.machine, &graph);
                small += 1;
            }
        }
    }
    assert!(small > 0, "no graph is small enough to be compared edge by edge");
}

fn instance(spec: &Spec, protocol: &str, scenario: &str) -> Instance {
    let protocol = spec.protocol(protocol).expect("a protocol");
    let scenario = spec.scenario(scenario).expect("a scenario");
    match spec.instance(&protocol, &scenario) {
        Ok(instance) => instance,
        Err(errors) => panic!("{}", errors.render(false)),
    }
}

/// The same counts, the same violations, and shortest paths of the same length.
fn assert_agree(instance: &Instance, graph: &Graph) {
    let name = format!("{} in {}", instance.protocol, instance.scenario);
    let findings = findings(instance, graph, &[]);
    let safety = findings.iter().filter_map(|finding| match finding.property.kind {
        Kind::Safety => Some(Safety::no_error(&finding.property.name)),
        Kind::Deadlock => Some(Safety::no_deadlock()),
        _ => None,
    });
    let summary = check(&instance.machine, safety.collect(), 10_000_000).expect("stateright finishes");
    assert_eq!(
        (summary.distinct, summary.transitions, summary.depth),
        (graph.distinct(), graph.transitions(), graph.depth()),
        "{name}"
    );
    let violated = findings
        .iter()
        .filter(|finding| matches!(finding.property.kind, Kind::Safety | Kind::Deadlock))
        .filter(|finding| finding.verdict == Verdict::Violated)
        .map(|finding| {
            let counterexample = finding.counterexample.as_ref().expect("a counterexample");
            (finding.property.name.clone(), counterexample.steps.len())
        });
    assert_eq!(summary.violated, violated.collect::<Vec<_>>(), "{name}");
}

/// Walks both graphs side by side: no edge is missing, and no two states of the one are one state of the other.
fn assert_same_edges(machine: &Machine, graph: &Graph) {
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
