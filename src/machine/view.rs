//! States and steps in the listing's own words: object and field names, positions, values, locks.

use super::program::{Instr, Operand, Point, Scalar, Site, ThreadId};
use super::step::{Observer, Outcome, Scratch};
use super::{Error, Label, Machine};

/// How a state ended, if it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached<'a> {
    /// Steps go on.
    Nothing,
    /// `panic()`: a quiet end.
    Panic,
    /// An error.
    Error(&'a Error),
}

/// One field that a step changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// The field, an index into the program's fields.
    pub field: usize,
    /// The element, counted over all objects.
    pub element: usize,
    /// Value before.
    pub before: i64,
    /// Value after.
    pub after: i64,
}

/// What a step did, for reports.
#[derive(Debug, Clone, Default)]
pub(crate) struct StepView {
    /// What the atomic call of the step returned.
    pub returned: Option<i64>,
    /// Every element of a field that it read or wrote, in order: (field, element, written).
    pub accessed: Vec<(usize, usize, bool)>,
    /// The instruction and the pointer at which it failed.
    pub failed: Option<(usize, i64)>,
    /// What the thread's registers held at its end, also those that are not kept.
    pub registers: Vec<i64>,
    /// The instructions that it ran.
    pub ran: Vec<usize>,
}

impl Observer for StepView {
    fn executes(&mut self, at: usize, _registers: &[i64]) {
        self.ran.push(at);
    }
    fn returned(&mut self, value: i64) {
        self.returned = Some(value);
    }
    fn accessed(&mut self, field: usize, element: usize, write: bool) {
        self.accessed.push((field, element, write));
    }
    fn failed(&mut self, at: usize, object: i64) {
        self.failed = Some((at, object));
    }
}

/// The branches that a step came to: the instruction, and whether its condition held.
#[derive(Default)]
struct Branches {
    /// Every instruction that it ran, with the registers that it found.
    ran: Vec<(usize, Vec<i64>)>,
}

impl Observer for Branches {
    fn executes(&mut self, at: usize, registers: &[i64]) {
        self.ran.push((at, registers.to_vec()));
    }
}

impl Machine {
    /// How this state ended.
    pub fn reached(&self, state: &[u64]) -> Reached<'_> {
        match self.layout.error.load(state) as usize {
            0 => Reached::Nothing,
            Self::PANIC => Reached::Panic,
            number => Reached::Error(&self.errors.list[number - 2]),
        }
    }

    /// Which bound of the model a step exceeded that failed at an instruction, on an object, and what to raise. Below zero, and where
    /// C has no more bits, the failure is the listing's own.
    pub(crate) fn exceeded(&self, thread: ThreadId, (at, end): (usize, i64)) -> Option<String> {
        let Instr::Store { field, .. } = self.program.threads[thread].code.get(at)? else {
            return None;
        };
        let declared = &self.program.fields[*field];
        let bound = declared.bound.as_deref().filter(|_| end >= 0)?;
        let raise = match bound.starts_with(|first: char| first.is_ascii_digit()) {
            true => format!("the width of `{}`", declared.name),
            false => bound.to_string(),
        };
        Some(format!("the model's bound is exceeded (raise {raise})"))
    }

    /// The point at which a thread stands; `None` at its end.
    pub fn point(&self, state: &[u64], thread: ThreadId) -> Option<&Point> {
        let position = self.layout.position[thread].load(state) as usize;
        position
            .checked_sub(1)
            .map(|index| &self.program.threads[thread].points[index])
    }

    /// The site of a point.
    pub fn site(&self, thread: ThreadId, point: &Point) -> &Site {
        &self.program.threads[thread].sites[point.site as usize]
    }

    /// `exit_mmap:31.2`: function, line, number within the line.
    pub(crate) fn position_name(&self, thread: ThreadId, point: &Point) -> String {
        let site = self.site(thread, point);
        format!(
            "{}:{}.{}",
            self.program.functions[site.function].name, site.line, point.number
        )
    }

    /// Repeats a step and tells what it did. [`Outcome::Stuttered`] is a step only if [`Machine::take`] says so.
    pub(crate) fn observe(&self, state: &[u64], thread: ThreadId, outcome: u32) -> (Outcome, Vec<u64>, StepView) {
        let mut view = StepView::default();
        let mut next = state.to_vec();
        let mut scratch = Scratch::new(self);
        let result = self.step(state, thread, outcome, &mut next, &mut scratch, &mut view);
        view.registers = scratch.registers().to_vec();
        (result, next, view)
    }

    /// The branches that a step comes to, in order: the instruction, and whether its condition holds.
    pub(crate) fn branches(&self, state: &[u64], thread: ThreadId, outcome: u32) -> Vec<(usize, bool)> {
        let (mut next, mut scratch) = (state.to_vec(), Scratch::new(self));
        let mut seen = Branches::default();
        self.step(state, thread, outcome, &mut next, &mut scratch, &mut seen);
        let code = &self.program.threads[thread].code;
        let branch = |(at, registers): &(usize, Vec<i64>)| match code[*at] {
            Instr::Unless {
                condition: Operand::Reg(reg),
                ..
            } => Some((*at, registers[reg] != 0)),
            _ => None,
        };
        seen.ran.iter().filter_map(branch).collect()
    }

    /// Where a step would lead if one of its branches went the other way; nothing if it would not be a step then.
    pub(crate) fn turned(
        &self,
        state: &[u64],
        thread: ThreadId,
        outcome: u32,
        (at, holds): (usize, bool),
    ) -> Option<Vec<u64>> {
        // The layout stays: what lives after a point is what it was.
        let mut other = self.clone();
        if let Instr::Unless { condition, .. } = &mut other.program.threads[thread].code[at] {
            *condition = Operand::Const(i64::from(!holds));
        }
        let (mut next, mut scratch) = (state.to_vec(), Scratch::new(self));
        let taken = other.take(state, thread, outcome, &mut next, &mut scratch);
        taken.then_some(next)
    }

    /// The first step that leads from one state to another.
    pub fn label_between(&self, from: &[u64], to: &[u64]) -> Option<Label> {
        self.labels_between(from, to).first().copied()
    }

    /// All steps that lead from one state to another.
    pub(crate) fn labels_between(&self, from: &[u64], to: &[u64]) -> Vec<Label> {
        let (mut next, mut scratch) = (from.to_vec(), Scratch::new(self));
        let mut found = Vec::new();
        self.successors(from, &mut next, &mut scratch, |thread, outcome, next| {
            if next == to {
                found.push(Label {
                    thread: thread as u16,
                    outcome: outcome as u16,
                });
            }
        });
        found
    }

    /// The states of a path, the initial one first; it stops at a step that is not enabled.
    pub fn replay(&self, steps: &[Label]) -> Vec<Vec<u64>> {
        let mut states = vec![self.initial()];
        for label in steps {
            let last = &states[states.len() - 1];
            let (mut next, mut scratch) = (last.clone(), Scratch::new(self));
            if !self.take(
                last,
                label.thread as usize,
                u32::from(label.outcome),
                &mut next,
                &mut scratch,
            ) {
                break;
            }
            states.push(next);
        }
        states
    }

    /// The fields of shared memory in which two states differ.
    pub(crate) fn changes(&self, before: &[u64], after: &[u64]) -> Vec<Change> {
        let mut changes = Vec::new();
        for (field, slots) in self.layout.fields.iter().enumerate() {
            for (element, slot) in slots.iter().enumerate() {
                let (before, after) = (slot.load(before), slot.load(after));
                if before != after {
                    changes.push(Change {
                        field,
                        element,
                        before,
                        after,
                    });
                }
            }
        }
        changes
    }

    /// Objects (type, number) that live in `before` and not in `after`; whole objects, not their parts.
    pub(crate) fn freed(&self, before: &[u64], after: &[u64]) -> Vec<(usize, usize)> {
        let mut freed = Vec::new();
        for (ty, slots) in self.layout.alive.iter().enumerate() {
            for (number, slot) in slots.iter().enumerate() {
                let whole = self.program.types[ty].objects[number].root == (ty, number);
                if whole && slot.load(before) > slot.load(after) {
                    freed.push((ty, number));
                }
            }
        }
        freed
    }

    /// True while the object lives.
    pub fn alive(&self, state: &[u64], ty: usize, number: usize) -> bool {
        self.layout.alive[ty][number].load(state) != 0
    }

    /// The locks (type, number) that a thread holds.
    pub fn locks_held(&self, state: &[u64], thread: ThreadId) -> Vec<(usize, usize)> {
        let mut locks = Vec::new();
        for (ty, objects) in self.layout.held[thread].iter().enumerate() {
            for (number, slot) in objects.iter().enumerate() {
                if slot.is_some_and(|slot| slot.load(state) != 0) {
                    locks.push((ty, number));
                }
            }
        }
        locks
    }

    /// `mm.flags`, `table.pte[0]`, or a global's own name.
    pub fn element_name(&self, field: usize, element: usize) -> String {
        let declared = &self.program.fields[field];
        let object = &self.program.types[declared.owner].objects[element / declared.elements()].name;
        let mut name = match object.as_str() {
            "" => declared.name.clone(),
            object => format!("{object}.{}", declared.name),
        };
        if declared.length.is_some() {
            name += &format!("[{}]", element % declared.elements());
        }
        name
    }

    /// A value as the listing would write it.
    pub(crate) fn value_name(&self, scalar: Scalar, value: i64) -> String {
        match scalar {
            Scalar::Bool | Scalar::Unsigned(_) | Scalar::Integer => value.to_string(),
            Scalar::Enum(id) => match self.program.enums[id].names.get(value as usize) {
                Some(name) => name.clone(),
                None => value.to_string(),
            },
            Scalar::Bitset(id) => {
                let names = self.program.enums[id].names.iter().enumerate();
                let set: Vec<&str> = names
                    .filter(|(bit, _)| value >> bit & 1 == 1)
                    .map(|(_, name)| &**name)
                    .collect();
                if set.is_empty() {
                    "0".to_string()
                } else {
                    set.join(" | ")
                }
            }
            Scalar::Pointer(ty) => match value {
                0 => "NULL".to_string(),
                _ => format!("&{}", self.program.types[ty].objects[value as usize - 1].name),
            },
        }
    }
}
