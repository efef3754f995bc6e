//! Names of positions and local variables that are unique within a thread, as `pc` and `locals` of the TLA+ state have them.

use std::collections::HashMap;

use super::program::{Holds, Instr, Program, Reg, Thread};

/// The names of one thread.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// By point: `exit_mmap:31.2`; an inlined copy of it is `exit_mmap:31.2~2`.
    pub positions: Vec<String>,
    /// By register: the variable's own name if no other has it, else with its function's before it; empty if never kept.
    pub locals: Vec<String>,
}

impl Names {
    /// The names of a thread.
    pub(crate) fn new(program: &Program, thread: &Thread) -> Self {
        Names {
            positions: positions(program, thread),
            locals: locals(program, thread),
        }
    }
}

fn positions(program: &Program, thread: &Thread) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let name = |point: &super::program::Point| {
        let site = &thread.sites[point.site as usize];
        let function = &program.functions[site.function].name;
        let name = format!("{function}:{}.{}", site.line, point.number);
        let copy = seen.entry(name.clone()).or_default();
        *copy += 1;
        match *copy {
            1 => name,
            copy => format!("{name}~{copy}"),
        }
    };
    thread.points.iter().map(name).collect()
}

fn locals(program: &Program, thread: &Thread) -> Vec<String> {
    let mut kept = vec![false; thread.registers.len()];
    for &reg in thread.points.iter().flat_map(|point| &point.live) {
        kept[reg] = true;
    }
    let parts = |reg: usize| {
        let function = &program.functions[thread.registers[reg].function].name;
        (function, variable(program, thread, reg))
    };
    let mut owners: HashMap<&str, usize> = HashMap::new();
    for reg in (0..kept.len()).filter(|&reg| kept[reg]) {
        *owners.entry(parts(reg).1).or_default() += 1;
    }
    let mut names = vec![String::new(); kept.len()];
    let mut taken = std::collections::HashSet::new();
    let mut copies: HashMap<String, usize> = HashMap::new();
    for reg in (0..kept.len()).filter(|&reg| kept[reg]) {
        let (function, variable) = parts(reg);
        let name = match owners[variable] {
            1 => variable.to_string(),
            _ => format!("{function}_{variable}"),
        };
        let copy = copies.entry(name.clone()).or_default();
        names[reg] = loop {
            *copy += 1;
            let candidate = match *copy {
                1 => name.clone(),
                copy => format!("{name}_{copy}"),
            };
            if taken.insert(candidate.clone()) {
                break candidate;
            }
        };
    }
    names
}

/// The variable behind a register: a local variable, the callee of a result, the member that a hidden one was read from.
pub(crate) fn variable<'a>(program: &'a Program, thread: &'a Thread, reg: Reg) -> &'a str {
    match &thread.registers[reg].holds {
        Holds::Variable(name) => name,
        Holds::Result(callee) => &program.functions[*callee].name,
        Holds::Hidden => {
            let mut members = thread.code.iter().filter_map(|instr| match *instr {
                Instr::Load { to, field, .. } if to == reg => Some(program.fields[field].name.as_str()),
                Instr::Part { to, part, .. } if to == reg => Some(program.parts[part].name.as_str()),
                _ => None,
            });
            members.next().unwrap_or("value")
        }
    }
}
