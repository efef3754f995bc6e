//! A counterexample step by step: who stood where, what the step touched, and what became of it.

use std::collections::BTreeSet;

use crate::check::Counterexample;
use crate::machine::program::{Instr, Operand, Point, Scalar, ThreadId};
use crate::machine::{Error, Label, Machine, Reached, StepView};

/// A piece of shared memory that steps can meet on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Cell {
    /// An element of a field: (field, element).
    Field(usize, usize),
    /// Whether a declared object still lives: (type, number).
    Life(usize, usize),
}

/// A function that a thread stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Index into the program's functions.
    pub function: usize,
    /// The call that led into it, an index into the thread's calls; none for the outermost.
    pub call: Option<usize>,
}

/// One step of a counterexample.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// Who, and which outcome.
    pub label: Label,
    /// The functions that the step stands in, outermost first.
    pub frames: Vec<Frame>,
    /// What it read; only what can change at all.
    pub reads: BTreeSet<Cell>,
    /// What it wrote.
    pub writes: BTreeSet<Cell>,
    /// The state before.
    pub before: Vec<u64>,
    /// The state after.
    pub after: Vec<u64>,
    /// What the machine saw.
    pub view: StepView,
}

impl Event {
    /// Who made the step.
    pub(crate) fn thread(&self) -> ThreadId {
        self.label.thread as usize
    }

    /// Where the thread stood.
    pub(crate) fn point<'a>(&self, machine: &'a Machine) -> Option<&'a Point> {
        machine.point(&self.before, self.thread())
    }

    /// The error that the step ran into.
    pub(crate) fn error<'a>(&self, machine: &'a Machine) -> Option<&'a Error> {
        match machine.reached(&self.after) {
            Reached::Error(error) => Some(error),
            _ => None,
        }
    }

    /// Of the locks of a type that the step took: whether others may hold them, too.
    pub(crate) fn shares(&self, machine: &Machine, ty: usize) -> bool {
        let code = &machine.program.threads[self.thread()];
        self.view.ran.iter().any(|&at| {
            let takes = matches!(code.code[at], Instr::Acquire { ty: of, .. } if of == ty);
            takes && machine.program.functions[code.sites[code.at[at] as usize].function].shares
        })
    }

    /// True if the order of the two steps matters.
    pub(crate) fn meets(&self, other: &Event) -> bool {
        self.met(other).next().is_some()
    }

    /// What both touch and one of them writes.
    pub(crate) fn met<'a>(&'a self, other: &'a Event) -> impl Iterator<Item = Cell> + 'a {
        let mine = self.writes.iter().filter(|&cell| other.touches(*cell));
        mine.chain(self.reads.intersection(&other.writes)).copied()
    }

    /// True if the step reads or writes the cell.
    pub(crate) fn touches(&self, cell: Cell) -> bool {
        self.reads.contains(&cell) || self.writes.contains(&cell)
    }

    /// True if what the step does depends on the cell; adding to a counter or a set unseen does not.
    pub(crate) fn looks_at(&self, machine: &Machine, cell: Cell) -> bool {
        let Cell::Field(field, element) = cell else {
            return self.reads.contains(&cell);
        };
        if !self.reads.contains(&cell) {
            return false;
        }
        let accessed = self.view.accessed.iter();
        let kinds: Vec<bool> = accessed
            .filter(|&&(f, e, _)| (f, e) == (field, element))
            .map(|&(_, _, written)| written)
            .collect();
        let counts = matches!(
            machine.program.fields[field].scalar,
            Scalar::Unsigned(_) | Scalar::Bitset(_)
        );
        !(counts && kinds == [false, true])
    }

    /// True if the step changes the cell.
    pub(crate) fn changes(&self, machine: &Machine, cell: Cell) -> bool {
        match cell {
            Cell::Field(field, element) => {
                let slot = &machine.layout.fields[field][element];
                slot.load(&self.before) != slot.load(&self.after)
            }
            Cell::Life(..) => self.writes.contains(&cell),
        }
    }

    /// The objects whose life ends here.
    pub(crate) fn freed(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.writes.iter().filter_map(|cell| match cell {
            Cell::Life(ty, number) => Some((*ty, *number)),
            Cell::Field(..) => None,
        })
    }
}

/// The steps of a counterexample, as far as they can be made.
pub(crate) fn events(machine: &Machine, counterexample: &Counterexample) -> Vec<Event> {
    replay(machine, &counterexample.steps)
}

/// Makes the steps, one after the other, up to one that is not enabled.
pub(crate) fn replay(machine: &Machine, steps: &[Label]) -> Vec<Event> {
    let states = machine.replay(steps);
    let made = steps.iter().zip(states.windows(2));
    made.map(|(label, pair)| event(machine, *label, &pair[0], &pair[1]))
        .collect()
}

/// The functions that a thread stands in; none at its end.
pub(crate) fn frames(machine: &Machine, state: &[u64], thread: ThreadId) -> Vec<Frame> {
    let Some(point) = machine.point(state, thread) else {
        return Vec::new();
    };
    let site = machine.site(thread, point);
    let calls = std::iter::once(None).chain(site.stack.iter().map(|caller| Some(caller.call)));
    let functions = site.stack.iter().map(|caller| caller.function);
    functions
        .chain([site.function])
        .zip(calls)
        .map(|(function, call)| Frame { function, call })
        .collect()
}

/// The object whose use failed: (type, number).
pub(crate) fn failed_object(machine: &Machine, event: &Event) -> Option<(usize, usize)> {
    failed(machine, event.thread(), &event.view)
}

/// The object that a step of a thread failed to use.
pub(crate) fn failed(machine: &Machine, thread: ThreadId, view: &StepView) -> Option<(usize, usize)> {
    let (at, pointer) = view.failed?;
    let ty = pointee(machine, thread, at)?;
    Some((ty, usize::try_from(pointer).ok()?.checked_sub(1)?))
}

/// The type of the object that an instruction uses.
pub(crate) fn pointee(machine: &Machine, thread: ThreadId, at: usize) -> Option<usize> {
    match machine.program.threads[thread].code.get(at)? {
        Instr::Load { field, .. } | Instr::Store { field, .. } => Some(machine.program.fields[*field].owner),
        Instr::Free { ty, .. } | Instr::Acquire { ty, .. } | Instr::Release { ty, .. } => Some(*ty),
        _ => None,
    }
}

/// The pointers that were `NULL` when the step read them.
pub(crate) fn nulls(machine: &Machine, event: &Event) -> Vec<Cell> {
    let accessed = event.view.accessed.iter();
    accessed
        .filter(|&&(field, element, _)| {
            matches!(machine.program.fields[field].scalar, Scalar::Pointer(_))
                && machine.layout.fields[field][element].load(&event.before) == 0
        })
        .map(|&(field, element, _)| Cell::Field(field, element))
        .collect()
}

/// What an atomic call returned, named by the type of the register it came from.
pub(crate) fn returned(machine: &Machine, thread: ThreadId, point: &Point, value: i64) -> String {
    let code = &machine.program.threads[thread];
    let step = code.code[point.at + 1..]
        .iter()
        .take_while(|instr| !matches!(instr, Instr::Point(_)));
    let mut registers = step.filter_map(|instr| match instr {
        Instr::Returned(Operand::Reg(reg)) => Some(*reg),
        _ => None,
    });
    match registers.next() {
        Some(reg) => machine.value_name(code.registers[reg].scalar, value),
        None => value.to_string(),
    }
}

fn event(machine: &Machine, label: Label, before: &[u64], after: &[u64]) -> Event {
    let thread = label.thread as usize;
    let (_, _, view) = machine.observe(before, thread, u32::from(label.outcome));
    let (mut reads, mut writes) = (BTreeSet::new(), BTreeSet::new());
    let mut used = |ty: usize, number: usize| {
        let (ty, number) = machine.program.types[ty].objects[number].root;
        if !machine.layout.alive[ty][number].is_constant() {
            reads.insert(Cell::Life(ty, number));
        }
    };
    for &(field, element, _) in &view.accessed {
        let declared = &machine.program.fields[field];
        used(declared.owner, element / declared.elements());
    }
    if let Some((ty, number)) = failed(machine, thread, &view) {
        used(ty, number);
    }
    for &(field, element, written) in &view.accessed {
        if !machine.layout.fields[field][element].is_constant() {
            let cell = Cell::Field(field, element);
            if written {
                writes.insert(cell)
            } else {
                reads.insert(cell)
            };
        }
    }
    let freed = machine.freed(before, after).into_iter();
    writes.extend(freed.map(|(ty, number)| Cell::Life(ty, number)));
    Event {
        label,
        frames: frames(machine, before, thread),
        reads,
        writes,
        before: before.to_vec(),
        after: after.to_vec(),
        view,
    }
}
