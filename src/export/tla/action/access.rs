//! Memory: what an access needs to be legal, and where in the variables it leads.

use super::super::memory::Memory;
use super::super::sort::Sort;
use super::super::term::{Op, Selector, Term};
use super::{Around, Walker};
use crate::machine::ErrorKind;
use crate::machine::program::{FieldId, Operand, PartId, Program};

/// The largest bound that TLC's numbers of 32 bits can be compared with.
const MOST_BITS: u32 = 30;

/// What may be wrong, and when, in the order in which it is asked.
pub(super) type Faults = Vec<(ErrorKind, Term)>;

impl Walker<'_> {
    /// `kfree()`; nothing happens to `NULL`.
    pub(super) fn free(&mut self, at: usize, pointer: Term, memory: &mut Memory, around: &mut Vec<Around>) {
        let living = |walker: &Self, memory: &Memory| {
            let held = match memory.held == walker.reader.held() {
                true => Term::name("held"),
                false => walker.held_by_all(memory),
            };
            let whole = Term::Call("IsWhole".into(), vec![pointer.clone()]);
            [
                (
                    ErrorKind::DoubleFree,
                    Term::infix(Op::NotIn, pointer.clone(), memory.alive.clone()),
                ),
                (ErrorKind::FreesPart, Term::negate(whole)),
                (
                    ErrorKind::FreesHeld,
                    Term::Call("IsLocked".into(), vec![pointer.clone(), held]),
                ),
            ]
        };
        let is_object = match memory.is_object(&pointer) {
            true => Term::Bool(true),
            false => Term::infix(Op::Unequal, pointer.clone(), Term::string("NULL")),
        };
        for (kind, wrong) in living(self, memory) {
            let wrong = Term::infix(Op::And, is_object.clone(), wrong);
            around.push(Around::Unless(wrong, self.failure(at, kind)));
        }
        let parts = Term::Call("PartsOf".into(), vec![pointer]);
        let without = Term::infix(Op::Without, memory.alive.clone(), parts);
        memory.alive = Term::choose(is_object, without, memory.alive.clone());
        memory.forget_living();
    }

    /// What an access needs to be legal: asked once on a path.
    pub(super) fn follow(
        &self,
        at: usize,
        field: FieldId,
        pointer: &Term,
        index: Operand,
        memory: &mut Memory,
        around: &mut Vec<Around>,
    ) {
        for (kind, wrong) in self.faults(field, pointer, index, memory) {
            around.push(Around::Unless(wrong, self.failure(at, kind)));
        }
        memory.assume_object(pointer.clone());
        memory.assume_living(pointer.clone());
    }

    /// What may be wrong with an access, in the order in which it is asked.
    pub(super) fn faults(&self, field: FieldId, pointer: &Term, index: Operand, memory: &Memory) -> Faults {
        let declared = &self.program.fields[field];
        let owner = &self.program.types[declared.owner];
        let mut faults = Vec::new();
        if !memory.is_object(pointer) {
            let wrong = Term::infix(Op::Equal, pointer.clone(), Term::string("NULL"));
            faults.push((ErrorKind::NullDereference, wrong));
        }
        let mortal = owner.objects.iter().any(|object| self.reader.freed[object.root.0]);
        if mortal && !memory.is_living(pointer) {
            let wrong = Term::infix(Op::NotIn, pointer.clone(), memory.alive.clone());
            faults.push((ErrorKind::UseAfterFree, wrong));
        }
        let index = self.value(index, Sort::Int, memory);
        faults.extend(outside(index, declared.length).map(|wrong| (ErrorKind::OutOfRange, wrong)));
        faults
    }

    pub(super) fn load(&self, field: FieldId, pointer: &Term, index: Operand, memory: &Memory) -> Term {
        let declared = &self.program.fields[field];
        // A global array that no thread writes is a list of constants.
        if declared.owner == Program::GLOBALS
            && !self.reader.stored[field]
            && let Some(index) = constant(&self.value(index, Sort::Int, memory))
            && let Some(&value) = declared.initial.get(index)
        {
            return Sort::of(declared.scalar).constant(self.program, value);
        }
        memory.read(self.owner(field), &self.path(field, pointer, index, memory))
    }

    pub(super) fn path(&self, field: FieldId, pointer: &Term, index: Operand, memory: &Memory) -> Vec<Selector> {
        let declared = &self.program.fields[field];
        let mut path = Vec::new();
        if declared.owner != Program::GLOBALS {
            path.push(Selector::Index(pointer.clone()));
        }
        path.push(Selector::Field(declared.name.as_str().into()));
        if declared.length.is_some() {
            path.push(Selector::Index(self.value(index, Sort::Int, memory)));
        }
        path
    }

    /// The object that lies in another, by the names in its record.
    pub(super) fn part(&self, id: PartId, pointer: Term, index: Term, memory: &Memory) -> Term {
        let part = &self.program.parts[id];
        let owner = &self.program.types[part.owner];
        let inside = |record: Term| {
            let member = record.field(&part.name);
            if part.length.is_some() {
                member.at(index.clone())
            } else {
                member
            }
        };
        let variable = Term::name(owner.name.as_str());
        if part.owner == Program::GLOBALS {
            return inside(variable);
        }
        // A constant container has a constant part.
        let number = owner
            .objects
            .iter()
            .position(|object| Term::string(&object.name) == pointer);
        if let (Some(number), Some(offset)) = (number, constant(&index))
            && let Some(object) = self.program.types[part.inner]
                .objects
                .get(part.first[number] - 1 + offset)
        {
            return Term::string(&object.name);
        }
        let null = Term::string("NULL");
        let found = inside(variable.at(pointer.clone()));
        match memory.is_object(&pointer) {
            true => found,
            false => Term::choose(Term::infix(Op::Equal, pointer, null.clone()), null, found),
        }
    }
}

pub(super) fn constant(term: &Term) -> Option<usize> {
    match term {
        Term::Int(value) => usize::try_from(*value).ok(),
        _ => None,
    }
}

/// When an index is outside an array.
pub(super) fn outside(index: Term, length: Option<usize>) -> Option<Term> {
    let wrong = out_of(index, length.unwrap_or(1) as i64 - 1);
    (wrong != Term::Bool(false)).then_some(wrong)
}

/// When a value is outside `0..most`.
pub(super) fn out_of(value: Term, most: i64) -> Term {
    let below = Term::infix(Op::Less, value.clone(), Term::Int(0));
    let above = Term::infix(Op::Greater, value, Term::Int(most));
    Term::infix(Op::Or, below, above)
}

/// When a number does not fit a width. TLC's numbers have 32 bits: it reports by itself what is larger.
pub(super) fn misfit(value: Term, bits: u32) -> Term {
    match bits {
        0..=MOST_BITS => out_of(value, (1 << bits) - 1),
        _ => Term::infix(Op::Less, value, Term::Int(0)),
    }
}
