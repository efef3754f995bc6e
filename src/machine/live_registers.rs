//! Which registers are still read after a point: the others are reset there, so that they do not multiply states.

use super::program::{Instr, Operand, Reg, Thread};

/// Which registers may be read before they are written again, from each instruction on.
pub struct Live(Vec<Vec<u64>>);

impl Live {
    /// True if the register may be read from the instruction `at` on.
    pub fn contains(&self, at: usize, reg: Reg) -> bool {
        self.0[at][reg / 64] >> (reg % 64) & 1 == 1
    }
}

/// Fills in [`super::program::Point::live`] of every point.
pub fn analyse(thread: &mut Thread) -> Live {
    let words = thread.registers.len().div_ceil(64);
    let mut live_in = vec![vec![0u64; words]; thread.code.len()];
    let mut changed = true;
    while changed {
        changed = false;
        for at in (0..thread.code.len()).rev() {
            let mut live = vec![0u64; words];
            for next in successors(&thread.code, at) {
                for (word, other) in live.iter_mut().zip(&live_in[next]) {
                    *word |= other;
                }
            }
            if let Some(reg) = written(&thread.code[at]) {
                live[reg / 64] &= !(1 << (reg % 64));
            }
            for operand in read(&thread.code[at]).into_iter().flatten() {
                if let Operand::Reg(reg) = operand {
                    live[reg / 64] |= 1 << (reg % 64);
                }
            }
            if live != live_in[at] {
                live_in[at] = live;
                changed = true;
            }
        }
    }
    for point in &mut thread.points {
        point.live = members(&live_in[point.at]);
    }
    Live(live_in)
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
pub fn written(instr: &Instr) -> Option<Reg> {
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

fn members(set: &[u64]) -> Vec<Reg> {
    (0..set.len() * 64)
        .filter(|reg| set[reg / 64] >> (reg % 64) & 1 == 1)
        .collect()
}
