//! Every built-in protocol, in its smallest scenarios.

use oomspec::c::compile;
use oomspec::machine::Machine;
use oomspec::spec::Spec;

use crate::compare::{Outcome, compare};

/// Larger graphs are left out.
const MOST_STATES: usize = 2_100;

#[test]
fn every_built_in_protocol_means_what_its_listing_says() {
    let spec = Spec::builtin();
    for protocol in spec.protocols() {
        let mut compared = Vec::new();
        for scenario in spec.scenarios() {
            let listings = (
                spec.protocol(&protocol).expect("a protocol"),
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
        println!("{protocol}: {compared:?}");
    }
}
