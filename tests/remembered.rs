//! The search remembers what steps did. It has to do what the machine does, and a step may look at nothing outside its footprint.

use std::sync::atomic::{AtomicUsize, Ordering};

use common::programs::{Writer, instance};
use common::random::Random;
use oomspec::explore::{Graph, Limits, explore};
use oomspec::machine::footprint::{Footprint, of_steps};
use oomspec::machine::{Label, Machine, Nobody, Outcome, Remembered, Scratch};
use oomspec::spec::Spec;

mod common;

/// So many states of a graph are looked at, spread over all of it.
const STATES: usize = 1_000;

/// In a fifth of the built-in graphs, or in all with `OOMSPEC_FUZZ=1`.
#[test]
fn remembered_steps_are_the_machines_in_built_in_graphs() {
    let one_in = if common::in_full() { 1 } else { 5 };
    let pairs = common::built_in_pairs(&Spec::builtin(), one_in);
    let (next, compared) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let spec = Spec::builtin();
                while let Some((protocol, scenario)) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let protocol = spec.protocol(protocol).expect("a protocol");
                    let scenario = spec.scenario(scenario).expect("a scenario");
                    let instance = spec.instance(&protocol, &scenario).expect("an instance");
                    compared.fetch_add(compare(&instance.machine), Ordering::Relaxed);
                }
            });
        }
    });
    let compared = compared.into_inner();
    assert!(compared > 10_000, "{compared} steps");
}

#[test]
fn remembered_steps_are_the_machines_in_programs_that_nobody_wrote() {
    let (mut random, mut compared) = (Random(7), 0);
    for _ in 0..1_500 {
        let tape: Vec<u8> = (0..random.below(160)).map(|_| random.below(256) as u8).collect();
        if let Ok(instance) = instance(&Writer::program(&tape)) {
            compared += compare(&instance.machine);
        }
    }
    assert!(compared > 2_000, "{compared} steps");
}

/// Compares the steps of a machine's states; tells how many there were.
fn compare(machine: &Machine) -> usize {
    let limits = Limits {
        max_states: 20_000,
        ..Limits::default()
    };
    let graph = explore(machine, limits, &|_, _| {});
    let mut remembered = Remembered::new(machine);
    let footprints: Vec<Vec<Footprint>> = (0..machine.program.threads.len())
        .map(|thread| of_steps(machine, thread))
        .collect();
    let mut random = Random(graph.distinct() as u64);
    let states = sample(&graph);
    // Twice, so that everything is remembered the second time.
    for state in states.iter().chain(&states) {
        assert_eq!(through(&mut remembered, state), plainly(machine, state));
    }
    for state in &states {
        for (thread, footprints) in footprints.iter().enumerate() {
            assert_looks_at_nothing_else(machine, state, thread, footprints, &mut random);
        }
    }
    graph.transitions()
}

fn sample(graph: &Graph) -> Vec<Vec<u64>> {
    let apart = graph.distinct().div_ceil(STATES);
    (0..graph.distinct() as u32)
        .step_by(apart)
        .map(|id| graph.state(id))
        .collect()
}

fn plainly(machine: &Machine, state: &[u64]) -> Vec<(Label, Vec<u64>)> {
    let (mut next, mut scratch) = (state.to_vec(), Scratch::new(machine));
    let mut steps = Vec::new();
    machine.successors(state, &mut next, &mut scratch, |thread, outcome, next| {
        let label = Label {
            thread: thread as u16,
            outcome: outcome as u16,
        };
        steps.push((label, next.to_vec()));
    });
    steps
}

fn through(remembered: &mut Remembered, state: &[u64]) -> Vec<(Label, Vec<u64>)> {
    let mut steps = Vec::new();
    remembered.successors(state, |label, flips| {
        let mut next = state.to_vec();
        flips.iter().for_each(|flip| next[flip.word] ^= flip.bits);
        steps.push((label, next));
    });
    steps
}

/// Changes bits outside a step's footprint at random: the step does the same, and leaves them alone.
fn assert_looks_at_nothing_else(
    machine: &Machine,
    state: &[u64],
    thread: usize,
    footprints: &[Footprint],
    random: &mut Random,
) {
    let Some(point) = (machine.layout.position[thread].load(state) as usize).checked_sub(1) else {
        return;
    };
    let mut other: Vec<u64> = state.iter().map(|word| word ^ noise(random)).collect();
    for &(word, mask) in &footprints[point] {
        other[word] = other[word] & !mask | state[word] & mask;
    }
    let outcomes = machine.outcomes(state, thread);
    for outcome in 0..outcomes {
        let (result, next) = step(machine, state, thread, outcome);
        let (other_result, other_next) = step(machine, &other, thread, outcome);
        assert_eq!(result, other_result);
        if result == Outcome::Stepped {
            let flips = |before: &[u64], after: &[u64]| -> Vec<u64> {
                before.iter().zip(after).map(|(before, after)| before ^ after).collect()
            };
            assert_eq!(flips(state, &next), flips(&other, &other_next));
        }
    }
}

fn step(machine: &Machine, state: &[u64], thread: usize, outcome: u32) -> (Outcome, Vec<u64>) {
    let (mut next, mut scratch) = (state.to_vec(), Scratch::new(machine));
    let result = machine.step(state, thread, outcome, &mut next, &mut scratch, &mut Nobody);
    (result, next)
}

fn noise(random: &mut Random) -> u64 {
    (random.below(1 << 32) as u64) << 32 | random.below(1 << 32) as u64
}
