//! Branches whose sides only compute, as in `a || b`: a value instead of a decision.

use super::super::memory::Memory;
use super::super::sort::Sort;
use super::super::term::Term;
use super::Walker;
use crate::machine::live_registers;
use crate::machine::program::Instr;

impl Walker<'_> {
    /// The value of a branch whose sides only compute, as in `a || b`: where they meet, and the registers there.
    pub(super) fn merge(&self, at: usize, condition: &Term, memory: &Memory) -> Option<(usize, Memory)> {
        let &place = self.flow.joins(at).last()?;
        let Instr::Unless { target, .. } = self.code[at] else {
            return None;
        };
        let null = Term::string("NULL");
        let (mut yes, mut no) = (memory.clone(), memory.clone());
        yes.assume(condition, &null);
        no.assume(&Term::negate(condition.clone()), &null);
        let yes = self.compute(at + 1, place, yes)?;
        let no = self.compute(target, place, no)?;
        let mut merged = memory.clone();
        for (&reg, value) in &yes.registers {
            if let Some(other) = no.registers.get(&reg).filter(|_| self.reader.live.contains(place, reg)) {
                let value = Term::choose(condition.clone(), value.clone(), other.clone());
                if value.size() > 60 {
                    return None;
                }
                merged.registers.insert(reg, value);
            }
        }
        Some((place, merged))
    }

    /// Runs instructions that only compute and cannot fail, up to a place.
    pub(super) fn compute(&self, mut at: usize, place: usize, mut memory: Memory) -> Option<Memory> {
        while at != place {
            match &self.code[at] {
                Instr::Unless { condition, target } => match self.truth(*condition, &memory) {
                    Term::Bool(value) => at = if value { at + 1 } else { *target },
                    condition => {
                        let (join, merged) = self.merge(at, &condition, &memory)?;
                        (at, memory) = (join, merged);
                    }
                },
                Instr::Jump(target) => at = *target,
                Instr::Returned(_) => at += 1,
                Instr::Load {
                    to,
                    field,
                    object,
                    index,
                } => {
                    let pointer = self.pointer(*object, self.program.fields[*field].owner, &memory);
                    if !self.faults(*field, &pointer, *index, &memory).is_empty() {
                        return None;
                    }
                    let value = self.load(*field, &pointer, *index, &memory);
                    self.define(*to, value, Sort::of(self.program.fields[*field].scalar), &mut memory);
                    at += 1;
                }
                Instr::Copy { .. } | Instr::Unary { .. } | Instr::Binary { .. } => {
                    let (value, sort, faults) = self.computed(&self.code[at], &memory)?;
                    if !faults.is_empty() {
                        return None;
                    }
                    let to = live_registers::written(&self.code[at])?;
                    self.define(to, value, sort, &mut memory);
                    at += 1;
                }
                _ => return None,
            }
        }
        Some(memory)
    }
}
