//! How large a scenario is: who runs, on which objects, and how far counters go.

use super::contents::Section;
use super::markdown::{code, table};
use crate::machine::Machine;
use crate::machine::program::{Program, Role, Scalar};

/// The section.
pub(crate) fn section(section: &Section) -> String {
    let machine = &section.checked.instance.machine;
    let mut text = "## Bounds\n\n".to_string();
    text += &threads(machine);
    text += &format!("\n- Objects: {}.\n", objects(machine));
    let widths = widths(machine);
    if !widths.is_empty() {
        text += &format!("- Counters, all checked: {}.\n", widths.join(", "));
    }
    if !section.numbers.is_empty() {
        let numbers: Vec<String> = section
            .numbers
            .iter()
            .map(|(name, value)| code(&format!("{name} = {value}")))
            .collect();
        text += &format!("- Named numbers: {}.\n", numbers.join(", "));
    }
    text + &format!("- A state has {} bits.\n", machine.layout.bits())
}

fn threads(machine: &Machine) -> String {
    let head = ["thread", "runs", "is a", "fairness"].map(String::from);
    let rows: Vec<Vec<String>> = machine
        .program
        .threads
        .iter()
        .map(|thread| {
            let role = match thread.role {
                Role::Task => "task",
                Role::Daemon => "daemon: it may wait for ever",
                Role::Environment => "part of the environment",
            };
            vec![
                code(&thread.name),
                code(&format!("{}()", thread.function)),
                role.to_string(),
                if thread.fair {
                    "weak"
                } else {
                    "none: it may stop for ever"
                }
                .to_string(),
            ]
        })
        .collect();
    table(&head, &rows)
}

/// Declared objects by type; what is embedded in another is part of that.
fn objects(machine: &Machine) -> String {
    let types = machine.program.types.iter().enumerate().skip(Program::GLOBALS + 1);
    let of_type = types.filter_map(|(id, ty)| {
        let whole = ty
            .objects
            .iter()
            .enumerate()
            .filter(|(number, object)| object.root == (id, *number));
        let names: Vec<String> = whole.map(|(_, object)| code(&object.name)).collect();
        (!names.is_empty()).then(|| format!("{} {} ({})", names.len(), code(&ty.name), names.join(", ")))
    });
    of_type.collect::<Vec<_>>().join("; ")
}

fn widths(machine: &Machine) -> Vec<String> {
    let program = &machine.program;
    let fields = program
        .fields
        .iter()
        .filter(|field| field.written && !field.initial.is_empty());
    fields
        .filter_map(|field| match field.scalar {
            Scalar::Unsigned(bits) => {
                let owner = &program.types[field.owner].name;
                let most = 1u64.checked_shl(bits)? - 1;
                Some(code(&format!("{owner}.{} <= {most}", field.name)))
            }
            _ => None,
        })
        .collect()
}
