//! The values of an expression: along a counterexample, or in all states.

use serde_json::json;

use super::lines::wrapped_after;
use crate::check::Counterexample;
use crate::counterexample::step;
use crate::machine::Machine;
use crate::tla::Value;

/// Values that are listed.
const MOST: usize = 40;

/// A value at the start and after each step: the steps that change it, or all of them.
pub fn along(machine: &Machine, counterexample: &Counterexample, values: &[Value], all_steps: bool) -> String {
    let states = machine.replay(&counterexample.steps);
    let mut text = String::from("    0 at the start\n");
    text += &values.first().map_or(String::new(), value);
    let labels = counterexample.steps.iter().zip(&states);
    for (at, ((label, state), pair)) in labels.zip(values.windows(2)).enumerate() {
        if counterexample.loop_start == Some(at) {
            text += "  for ever:\n";
        }
        if pair[0] != pair[1] || all_steps {
            let line = step::line(machine, state, *label);
            text += &wrapped_after(&format!("  {:>3} ", at + 1), "      ", &line);
        }
        if pair[0] != pair[1] {
            text += &value(&pair[1]);
        }
    }
    if counterexample.loop_start == Some(counterexample.steps.len()) {
        text += "  for ever: nothing moves any more\n";
    }
    text
}

/// A value with how many states have it, and the number of steps after which it is there first.
pub struct Seen {
    /// The value.
    pub value: Value,
    /// Number of states.
    pub states: usize,
    /// Steps of a shortest path to one of them.
    pub first: usize,
}

/// The values that an expression takes, in the order in which a breadth-first search meets them.
pub fn everywhere(seen: &[Seen]) -> String {
    let mut text = String::new();
    for Seen {
        value: of,
        states,
        first,
    } in seen.iter().take(MOST)
    {
        let plural = if *states == 1 { "" } else { "s" };
        text += &format!("  in {states} state{plural}, the first after {first} steps\n");
        text += &value(of);
    }
    if seen.len() > MOST {
        text += &format!("  and {} more values\n", seen.len() - MOST);
    }
    text
}

fn value(value: &Value) -> String {
    wrapped_after("        ", "          ", &value.to_string())
}

/// The same as JSON: an object for each state of a counterexample.
pub fn json_along(machine: &Machine, counterexample: &Counterexample, values: &[Value]) -> String {
    let states = machine.replay(&counterexample.steps);
    let steps = counterexample.steps.iter().zip(&states);
    let lines = steps.map(|(label, state)| Some(step::line(machine, state, *label)));
    let all = std::iter::once(None).chain(lines).zip(values).enumerate();
    let objects = all.map(|(at, (step, value))| json!({ "step": at, "text": step, "value": value.to_string() }));
    objects.map(|object| format!("{object}\n")).collect()
}

/// The same as JSON: an object for each value.
pub fn json_everywhere(seen: &[Seen]) -> String {
    let objects = seen
        .iter()
        .map(|seen| json!({ "value": seen.value.to_string(), "states": seen.states, "first": seen.first }));
    objects.map(|object| format!("{object}\n")).collect()
}
