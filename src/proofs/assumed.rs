//! What every verdict assumes.

use super::markdown::{code, link};
use crate::machine::Machine;
use crate::machine::program::PointKind;

/// The list, for what is under one protocol in one scenario; `up` leads to the root of the repository.
pub(crate) fn list(machine: &Machine, up: &str) -> String {
    let strong = strongly_fair(machine);
    let strong = match strong.is_empty() {
        true => String::new(),
        false => format!(", and strong fairness of who waits in {}", strong.join(", ")),
    };
    let unfair: Vec<String> = machine
        .program
        .threads
        .iter()
        .filter(|thread| !thread.fair)
        .map(|thread| code(&thread.name))
        .collect();
    let weak = match unfair.is_empty() {
        true => "every thread".to_string(),
        false => format!("every thread but {}", unfair.join(", ")),
    };
    format!(
        "- Sequentially consistent memory: a missing barrier is not found.\n\
         - The bounds below: nothing is said of more threads, objects or tries.\n\
         - For liveness and refinement: weak fairness of {weak}{strong}. A trylock has none.\n\
         - The listing reads the kernel right. {}\n",
        link("More on what is assumed.", &format!("{up}README.md#what-is-assumed"))
    )
}

/// The functions in which a waiting thread is not overtaken for ever.
fn strongly_fair(machine: &Machine) -> Vec<String> {
    let program = &machine.program;
    let mut names = Vec::new();
    for thread in &program.threads {
        for point in &thread.points {
            if let (true, PointKind::Call(call)) = (point.strongly_fair, point.kind) {
                let callee = &program.functions[thread.calls[call].callee];
                let name = code(&format!("{}()", callee.name));
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
    }
    names.sort();
    names
}
