//! What each instruction means in TLA+.

use super::super::memory::Memory;
use super::super::sort::Sort;
use super::super::term::{EMPTY, Op, Term};
use super::super::tree::{End, Tree};
use super::access::{misfit, outside};
use super::{Around, Effect, Walker};
use crate::machine::program::{Instr, Scalar};
use crate::machine::{ErrorKind, live_registers};

impl Walker<'_> {
    /// What one instruction does to the memory of a path, and what stands around the rest.
    pub(super) fn instruction(&mut self, at: usize, memory: &mut Memory, around: &mut Vec<Around>) -> Effect {
        let fail = |walker: &Self, kind: ErrorKind, wrong: Term, around: &mut Vec<Around>| {
            around.push(Around::Unless(wrong, walker.failure(at, kind)));
        };
        match self.code[at].clone() {
            Instr::Point(index) => return Effect::Done(self.end(Some(index), memory)),
            Instr::End => {
                if self.can_hold() {
                    let wrong = Term::infix(Op::Unequal, memory.held.clone(), Term::Value(EMPTY.into()));
                    fail(self, ErrorKind::EndsHolding, wrong, around);
                }
                return Effect::Done(self.end(None, memory));
            }
            Instr::Panic => {
                let (assign, panic) = (self.assignments(memory), true);
                return Effect::Done(Tree::End(End::Next {
                    assign,
                    goto: None,
                    panic,
                }));
            }
            Instr::Fail => return Effect::Done(Tree::End(self.failure(at, ErrorKind::Assertion))),
            Instr::Jump(target) => return Effect::Jump(target),
            Instr::Returned(_) | Instr::Unless { .. } => {}
            ref computing @ (Instr::Copy { .. } | Instr::Unary { .. } | Instr::Binary { .. }) => {
                if let Some((value, sort, faults)) = self.computed(computing, memory) {
                    for (kind, wrong) in faults {
                        fail(self, kind, wrong, around);
                    }
                    if let Some(to) = live_registers::written(computing) {
                        self.define(to, value, sort, memory);
                        self.name_register(to, memory, around);
                    }
                }
            }
            Instr::Fits { value, bits } => {
                let value = self.value(value, Sort::Int, memory);
                fail(self, ErrorKind::Overflow, misfit(value, bits), around);
            }
            Instr::Load {
                to,
                field,
                object,
                index,
            } => {
                let pointer = self.pointer(object, self.program.fields[field].owner, memory);
                self.follow(at, field, &pointer, index, memory, around);
                let value = self.load(field, &pointer, index, memory);
                self.define(to, value, Sort::of(self.program.fields[field].scalar), memory);
                self.name_register(to, memory, around);
            }
            Instr::Store {
                field,
                object,
                index,
                value,
            } => {
                let scalar = self.program.fields[field].scalar;
                let pointer = self.pointer(object, self.program.fields[field].owner, memory);
                self.follow(at, field, &pointer, index, memory, around);
                let term = self.value(value, Sort::of(scalar), memory);
                if let Scalar::Unsigned(bits) = scalar
                    && !self.surely_fits(value, bits)
                {
                    fail(self, ErrorKind::Overflow, misfit(term.clone(), bits), around);
                }
                let path = self.path(field, &pointer, index, memory);
                memory.write(self.owner(field), path, term);
            }
            Instr::Part {
                to,
                part,
                object,
                index,
            } => {
                let owner = self.program.parts[part].owner;
                let pointer = self.pointer(object, owner, memory);
                let index_term = self.value(index, Sort::Int, memory);
                if let Some(wrong) = outside(index_term.clone(), self.program.parts[part].length) {
                    fail(self, ErrorKind::OutOfRange, wrong, around);
                }
                let value = self.part(part, pointer, index_term, memory);
                self.define(to, value, Sort::Pointer(self.program.parts[part].inner), memory);
                self.name_register(to, memory, around);
            }
            Instr::Await(condition) => around.push(Around::Require(self.truth(condition, memory))),
            Instr::Choose { to, below } => {
                let name = self.names.take("choice");
                around.push(Around::Exists(name.clone(), below));
                self.define(to, Term::Name(name), Sort::Int, memory);
            }
            Instr::Free { ty, object } => {
                let pointer = self.pointer(object, ty, memory);
                self.free(at, pointer, memory, around);
            }
            Instr::Acquire { ty, object } | Instr::Release { ty, object } => {
                let pointer = self.pointer(object, ty, memory);
                if !memory.is_object(&pointer) {
                    let wrong = Term::infix(Op::Equal, pointer.clone(), Term::string("NULL"));
                    fail(self, ErrorKind::NullDereference, wrong, around);
                    memory.assume_object(pointer.clone());
                }
                let lock = Term::Singleton(Box::new(pointer.clone()));
                let held = memory.held.clone();
                let (wrong, op) = match self.code[at] {
                    Instr::Acquire { .. } => (Op::In, Op::Union),
                    _ => (Op::NotIn, Op::Without),
                };
                let kind = if wrong == Op::In {
                    ErrorKind::HeldTwice
                } else {
                    ErrorKind::NotHeld
                };
                fail(self, kind, Term::infix(wrong, pointer, held.clone()), around);
                memory.held = Term::infix(op, held, lock);
            }
        }
        Effect::Next
    }
}
