//! Every built-in protocol, in its smallest scenarios.

use std::sync::atomic::{AtomicUsize, Ordering};

use oomspec::c::compile;
use oomspec::machine::Machine;
use oomspec::spec::Spec;

use crate::compare::{Outcome, compare};

/// Larger graphs are left out.
const MOST_STATES: usize = 1_500;

#[test]
fn every_built_in_protocol_means_what_its_listing_says() {
    let protocols = Spec::builtin().protocols();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let spec = Spec::builtin();
                while let Some(protocol) = protocols.get(next.fetch_add(1, Ordering::Relaxed)) {
                    println!("{protocol}: {:?}", compared(&spec, protocol));
                }
            });
        }
    });
}

/// The scenarios in which a protocol was compared, with the numbers of states.
fn compared(spec: &Spec, protocol: &str) -> Vec<(String, usize)> {
    let mut compared = Vec::new();
    for scenario in spec.scenarios() {
        let listings = (
            spec.protocol(protocol).expect("a protocol"),
            spec.scenario(&scenario).expect("a scenario"),
        );
        let program = spec.read(&listings.0, Some(&listings.1)).expect("a program");
        let machine = Machine::new(compile(&program).expect("a machine"));
        match compare(&program, &machine, MOST_STATES) {
            Outcome::Agree(found) => compared.push((scenario, found.states)),
            Outcome::Differ(what) => panic!("{protocol} in {scenario}:\n{what}"),
            Outcome::TooLarge => {}
        }
    }
    assert!(!compared.is_empty(), "no scenario is small enough for {protocol}");
    compared
}
