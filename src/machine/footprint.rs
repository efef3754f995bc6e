//! Which bits of a state a step may read or write: what it does depends on nothing else.

use std::collections::BTreeMap;

use super::Machine;
use super::live_registers::successors;
use super::program::{FieldId, Instr, Operand, ThreadId};

/// Some bits of a state: their words, in order, with a mask each.
pub type Footprint = Vec<(usize, u64)>;

/// By point of a thread: the bits that the step from there may read or write, by any path and for any value of a pointer.
pub fn of_steps(machine: &Machine, thread: ThreadId) -> Vec<Footprint> {
    let points = &machine.program.threads[thread].points;
    points
        .iter()
        .map(|point| of_step(machine, thread, point.at + 1))
        .collect()
}

/// The bits of the step that starts with this instruction.
fn of_step(machine: &Machine, thread: ThreadId, start: usize) -> Footprint {
    let code = &machine.program.threads[thread].code;
    let mut bits = Bits::default();
    bits.add(machine.layout.error.bits());
    bits.add(machine.layout.position[thread].bits());
    machine.layout.frame_bits[thread]
        .iter()
        .for_each(|&frame| bits.add(frame));
    let (mut seen, mut open) = (vec![false; code.len()], vec![start]);
    while let Some(at) = open.pop() {
        if std::mem::replace(&mut seen[at], true) {
            continue;
        }
        bits.instruction(machine, thread, &code[at]);
        if !matches!(code[at], Instr::Point(_)) {
            open.extend(successors(code, at));
        }
    }
    bits.0.into_iter().collect()
}

#[derive(Default)]
struct Bits(BTreeMap<usize, u64>);

impl Bits {
    fn add(&mut self, (word, mask): (usize, u64)) {
        if mask != 0 {
            *self.0.entry(word).or_default() |= mask;
        }
    }

    fn instruction(&mut self, machine: &Machine, thread: ThreadId, instr: &Instr) {
        let held = &machine.layout.held[thread];
        match *instr {
            Instr::Load {
                field, object, index, ..
            }
            | Instr::Store {
                field, object, index, ..
            } => self.elements(machine, field, object, index),
            Instr::Free { ty, object } => {
                for number in numbers(object, machine.program.types[ty].objects.len()) {
                    self.add(machine.layout.alive[ty][number].bits());
                    let inside = &machine.locks_inside[ty][number];
                    inside.iter().for_each(|slot| self.add(slot.bits()));
                }
            }
            Instr::Acquire { ty, object } | Instr::Release { ty, object } => {
                let slots = numbers(object, held[ty].len()).filter_map(|number| held[ty][number]);
                slots.for_each(|slot| self.add(slot.bits()));
            }
            Instr::End => held.iter().flatten().flatten().for_each(|slot| self.add(slot.bits())),
            _ => {}
        }
    }

    /// The elements of a field that an access may mean, and whether their objects live.
    fn elements(&mut self, machine: &Machine, field: FieldId, object: Operand, index: Operand) {
        let declared = &machine.program.fields[field];
        let length = declared.elements();
        for number in numbers(object, machine.program.types[declared.owner].objects.len()) {
            self.add(machine.layout.alive[declared.owner][number].bits());
            let indices = match index {
                Operand::Const(index) => usize::try_from(index).ok().filter(|&index| index < length),
                Operand::Reg(_) => None,
            };
            for index in indices.map_or(0..length, |index| index..index + 1) {
                self.add(machine.layout.fields[field][number * length + index].bits());
            }
        }
    }
}

/// The objects, numbered from 0, that a pointer may mean.
fn numbers(pointer: Operand, objects: usize) -> std::ops::Range<usize> {
    match pointer {
        Operand::Reg(_) => 0..objects,
        Operand::Const(value) => match usize::try_from(value).unwrap_or(0) {
            0 => 0..0,
            number => number - 1..number.min(objects),
        },
    }
}
