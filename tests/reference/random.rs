//! Random programs, which use all of the subset.

use std::collections::BTreeMap;

use crate::both;
use crate::compare::{Outcome, compare};
use crate::programs::{Writer, shrink};

/// Programs that are compared.
const PROGRAMS: usize = 5_000;
/// Larger graphs are left out.
const MOST_STATES: usize = 300;

/// What came of all programs.
#[derive(Debug, Default)]
struct Summary {
    agree: usize,
    refused: usize,
    large: usize,
    states: usize,
    edges: usize,
    /// Programs that have one.
    deadlocks: usize,
    /// In how many programs some run ends so.
    ends: BTreeMap<String, usize>,
    /// Why programs were refused.
    refusals: BTreeMap<String, usize>,
    /// In how many of the programs that agree a construct occurs.
    constructs: BTreeMap<&'static str, usize>,
}

fn differs(text: &str) -> Option<String> {
    let (program, machine) = both(text).ok()?;
    match compare(&program, &machine, MOST_STATES) {
        Outcome::Differ(what) => Some(what),
        _ => None,
    }
}

fn judge(summary: &mut Summary, seed: u64) {
    let (text, constructs) = Writer::program(seed);
    for construct in &constructs {
        summary.constructs.entry(construct).or_default();
    }
    let (program, machine) = match both(&text) {
        Ok(both) => both,
        Err(errors) => {
            summary.refused += 1;
            *summary.refusals.entry(errors.errors[0].message.clone()).or_default() += 1;
            return;
        }
    };
    match compare(&program, &machine, MOST_STATES) {
        Outcome::TooLarge => summary.large += 1,
        Outcome::Differ(_) => {
            let small = shrink(&text, |text| differs(text).is_some());
            panic!("program {seed}:\n{small}\n{}", differs(&small).unwrap_or_default());
        }
        Outcome::Agree(found) => {
            summary.agree += 1;
            summary.states += found.states;
            summary.edges += found.edges;
            summary.deadlocks += usize::from(found.deadlocks > 0);
            for end in found.ends {
                *summary.ends.entry(end).or_default() += 1;
            }
            for construct in constructs {
                *summary.constructs.entry(construct).or_default() += 1;
            }
        }
    }
}

#[test]
fn five_thousand_programs_mean_what_they_are_lowered_to() {
    let mut summary = Summary::default();
    for seed in 0.. {
        judge(&mut summary, seed);
        if summary.agree == PROGRAMS {
            break;
        }
    }
    println!("{summary:#?}");
    // The programs are worth something: most are compared, every construct is there, and every end.
    assert!((summary.refused + summary.large) * 5 < PROGRAMS, "{summary:#?}");
    assert!(
        summary.constructs.values().all(|&programs| programs >= PROGRAMS / 500),
        "{summary:#?}"
    );
    assert!(
        summary.ends.len() == 13 && summary.deadlocks > PROGRAMS / 100,
        "{summary:#?}"
    );
}
