//! Which registers are still read after a point: the others are reset there, so that they do not multiply states.

use super::program::{Instr, Operand, Reg, Thread};

/// Which registers may be read before they are written again, from each instruction on: in order.
pub struct Live(Vec<Vec<Reg>>);

impl Live {
    /// True if the register may be read from the instruction `at` on.
    pub(crate) fn contains(&self, at: usize, reg: Reg) -> bool {
        self.0[at].binary_search(&reg).is_ok()
    }
}

/// Fills in [`super::program::Point::live`] of every point.
pub fn analyse(thread: &mut Thread) -> Live {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); thread.code.len()];
    let mut readers: Vec<Vec<usize>> = vec![Vec::new(); thread.registers.len()];
    for (at, instr) in thread.code.iter().enumerate() {
        for next in successors(&thread.code, at) {
            before[next].push(at);
        }
        for operand in read(instr).into_iter().flatten() {
            if let Operand::Reg(reg) = operand {
                readers[reg].push(at);
            }
        }
    }
    let mut live: Vec<Vec<Reg>> = vec![Vec::new(); thread.code.len()];
    for (reg, mut open) in readers.into_iter().enumerate() {
        while let Some(at) = open.pop() {
            if live[at].last() == Some(&reg) {
                continue;
            }
            live[at].push(reg);
            let keeps = |at: &&usize| written(&thread.code[**at]) != Some(reg);
            open.extend(before[at].iter().filter(keeps));
        }
    }
    for point in &mut thread.points {
        point.live.clone_from(&live[point.at]);
    }
    Live(live)
}

/// The instructions that may run after the one at `at`.
pub fn successors(code: &[Instr], at: usize) -> Vec<usize> {
    match &code[at] {
        Instr::Jump(target) => vec![*target],
        Instr::Unless { target, .. } => vec![at + 1, *target],
        Instr::Fail | Instr::Panic | Instr::End => vec![],
        _ => vec![at + 1],
    }
}

/// The register that an instruction writes.
pub(crate) fn written(instr: &Instr) -> Option<Reg> {
    match instr {
        Instr::Copy { to, .. }
        | Instr::Unary { to, .. }
        | Instr::Binary { to, .. }
        | Instr::Load { to, .. }
        | Instr::Part { to, .. }
        | Instr::Choose { to, .. } => Some(*to),
        _ => None,
    }
}

fn read(instr: &Instr) -> [Option<Operand>; 3] {
    match instr {
        Instr::Copy { from, .. } | Instr::Unary { from, .. } => [Some(*from), None, None],
        Instr::Binary { left, right, .. } => [Some(*left), Some(*right), None],
        Instr::Fits { value, .. } | Instr::Await(value) => [Some(*value), None, None],
        Instr::Load { object, index, .. } | Instr::Part { object, index, .. } => [Some(*object), Some(*index), None],
        Instr::Store {
            object, index, value, ..
        } => [Some(*object), Some(*index), Some(*value)],
        Instr::Unless { condition, .. } => [Some(*condition), None, None],
        Instr::Free { object, .. } | Instr::Acquire { object, .. } | Instr::Release { object, .. } => {
            [Some(*object), None, None]
        }
        // What a call returned is reported while the step runs; it keeps nothing alive.
        _ => [None, None, None],
    }
}
