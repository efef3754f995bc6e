//! A state in which alike things have changed places.

use super::alike::{Family, pointee};
use crate::machine::footprint::Footprint;
use crate::machine::program::{ThreadId, TypeId};
use crate::machine::{Error, Machine, Slot};

/// Which element of each family takes the place of which: `choice[family][element]` is the place that it goes to.
pub(crate) type Choice = Vec<Vec<usize>>;

/// What a choice makes of a state.
#[derive(Debug, Clone)]
pub(crate) struct Permutation {
    /// By thread: the one whose place it takes.
    pub(crate) threads: Vec<ThreadId>,
    /// By type: what becomes of a pointer, if anything.
    pointers: Vec<Option<Vec<i64>>>,
    /// By number of an error: that of the same error of another thread.
    errors: Vec<i64>,
    moves: Vec<Move>,
    /// The threads whose registers go elsewhere, or point elsewhere.
    frames: Vec<ThreadId>,
}

/// A value that goes elsewhere, or means another object.
#[derive(Debug, Clone, Copy)]
struct Move {
    from: Slot,
    to: Slot,
    ty: Option<TypeId>,
}

impl Permutation {
    /// None if something has no place to go to.
    pub(crate) fn new(machine: &Machine, families: &[Family], choice: &Choice) -> Option<Self> {
        let program = &machine.program;
        let mut threads: Vec<ThreadId> = (0..program.threads.len()).collect();
        let mut pointers: Vec<Option<Vec<i64>>> = vec![None; program.types.len()];
        for (family, places) in families.iter().zip(choice) {
            for row in &family.threads {
                places
                    .iter()
                    .enumerate()
                    .for_each(|(at, &to)| threads[row[at]] = row[to]);
            }
            for row in &family.objects {
                let same = 0..=program.types[row.ty].objects.len() as i64;
                let pointers = pointers[row.ty].get_or_insert_with(|| same.collect());
                for (at, &to) in places.iter().enumerate() {
                    pointers[row.objects[at] + 1] = row.objects[to] as i64 + 1;
                }
            }
        }
        let pointers = pointers.into_iter();
        let moved = |pointers: &Vec<i64>| pointers.iter().zip(0..).any(|(to, at)| *to != at);
        let pointers: Vec<_> = pointers.map(|pointers| pointers.filter(moved)).collect();
        let errors = errors(machine, &threads)?;
        let frames = (0..threads.len()).filter(|&thread| {
            let mut registers = program.threads[thread].registers.iter();
            threads[thread] != thread
                || registers.any(|register| pointee(register.scalar).is_some_and(|ty| pointers[ty].is_some()))
        });
        let mut permutation = Permutation {
            frames: frames.collect(),
            threads,
            pointers,
            errors,
            moves: Vec::new(),
        };
        permutation.moves = permutation.all_moves(machine)?;
        Some(permutation)
    }

    fn object(&self, ty: TypeId, number: usize) -> usize {
        self.pointer(Some(ty), number as i64 + 1) as usize - 1
    }

    /// The names of threads and objects that become others.
    pub(crate) fn renaming(&self, machine: &Machine) -> Vec<(String, String)> {
        let program = &machine.program;
        let threads = self.threads.iter().enumerate();
        let threads = threads.map(|(at, &to)| (&program.threads[at].name, &program.threads[to].name));
        let objects = program.types.iter().enumerate().flat_map(|(ty, of)| {
            let objects = of.objects.iter().enumerate();
            objects.map(move |(at, object)| (&object.name, &of.objects[self.object(ty, at)].name))
        });
        let pairs = threads.chain(objects).filter(|(from, to)| from != to);
        pairs.map(|(from, to)| (from.clone(), to.clone())).collect()
    }

    fn pointer(&self, ty: Option<TypeId>, value: i64) -> i64 {
        match ty.and_then(|ty| self.pointers[ty].as_ref()) {
            Some(pointers) => pointers[value as usize],
            None => value,
        }
    }

    /// Where every value goes that is kept, apart from errors and registers; also those that stay.
    fn all_moves(&self, machine: &Machine) -> Option<Vec<Move>> {
        let (program, layout) = (&machine.program, &machine.layout);
        let mut moves = Vec::new();
        let mut goes = |from: Slot, to: Slot, ty| {
            if !from.is_constant() {
                moves.push(Move { from, to, ty });
            }
            from.is_constant() == to.is_constant()
        };
        let mut whole = true;
        for (thread, &image) in self.threads.iter().enumerate() {
            whole &= goes(layout.position[thread], layout.position[image], None);
            for (ty, objects) in layout.held[thread].iter().enumerate() {
                for (number, &slot) in objects.iter().enumerate() {
                    whole &= match (slot, layout.held[image][ty][self.object(ty, number)]) {
                        (Some(from), Some(to)) => goes(from, to, None),
                        (from, to) => from.is_none() && to.is_none(),
                    };
                }
            }
        }
        for (field, slots) in program.fields.iter().zip(&layout.fields) {
            for (at, &from) in slots.iter().enumerate() {
                let (object, element) = (at / field.elements(), at % field.elements());
                let to = slots[self.object(field.owner, object) * field.elements() + element];
                whole &= goes(from, to, pointee(field.scalar));
            }
        }
        for (ty, slots) in layout.alive.iter().enumerate() {
            for (number, &from) in slots.iter().enumerate() {
                whole &= goes(from, slots[self.object(ty, number)], None);
            }
        }
        whole.then_some(moves)
    }

    /// Leaves out what stays as it is.
    pub(crate) fn without_what_stays(mut self) -> Self {
        let pointers = &self.pointers;
        let points = |ty: Option<TypeId>| ty.is_some_and(|ty| pointers[ty].is_some());
        self.moves.retain(|step| step.from != step.to || points(step.ty));
        self
    }

    /// True if what comes to stand on these bits of an image comes from those bits of a state.
    pub(crate) fn covers(&self, machine: &Machine, image: &Footprint, bits: &Footprint) -> bool {
        let layout = &machine.layout;
        let has = |footprint: &Footprint, (word, mask): (usize, u64)| {
            let mut parts = footprint.iter().filter(|(other, _)| *other == word);
            parts.find_map(|(_, bits)| (bits & mask != 0).then_some(bits & mask == mask))
        };
        // What stays where it is is looked at in both.
        let mut moved = vec![0; layout.words];
        self.mark(machine, &mut moved);
        let (word, mask) = layout.error.bits();
        moved[word] &= !mask;
        let of = |footprint: &Footprint, word: usize| -> u64 {
            let same = footprint.iter().filter(|(other, _)| *other == word);
            same.fold(0, |all, (_, mask)| all | mask)
        };
        let stays = |word: usize| of(image, word) & !moved[word] & !of(bits, word) == 0;
        // What the bits of registers mean depends on where the thread is.
        let mut frames = self.frames.iter().filter(|&&thread| {
            let mut places = layout.frame_bits[self.threads[thread]].iter();
            places.any(|&place| place.1 != 0 && has(image, place).is_some())
        });
        let mut moves = self.moves.iter();
        (0..layout.words).all(stays)
            && moves.all(|step| has(image, step.to.bits()).is_none() || has(bits, step.from.bits()) == Some(true))
            && frames.all(|&thread| {
                let own = layout.frame_bits[thread].iter().filter(|place| place.1 != 0).copied();
                let position = Some(layout.position[thread].bits()).filter(|place| place.1 != 0);
                own.chain(position).all(|place| has(bits, place) == Some(true))
            })
    }

    /// Marks the bits that it moves, or that mean something that it moves; of registers, those of the threads that it moves.
    pub(crate) fn mark(&self, machine: &Machine, bits: &mut [u64]) {
        let layout = &machine.layout;
        let moved = self.threads.iter().enumerate().filter(|(at, to)| at != *to);
        let frames = moved.flat_map(|(thread, _)| layout.frame_bits[thread].iter().copied());
        let slots = self.moves.iter().flat_map(|step| [step.from.bits(), step.to.bits()]);
        for (word, mask) in slots.chain(frames).chain([layout.error.bits()]) {
            bits[word] |= mask;
        }
    }

    /// True if the image of a state is that state.
    pub(crate) fn fixes(&self, machine: &Machine, state: &[u64]) -> bool {
        let layout = &machine.layout;
        let error = layout.error.load(state);
        let mut moves = self.moves.iter();
        self.errors[error as usize] == error
            && moves.all(|step| step.to.load(state) == self.pointer(step.ty, step.from.load(state)))
            && self.frames.iter().all(|&thread| {
                let Some(point) = (layout.position[thread].load(state) as usize).checked_sub(1) else {
                    return true;
                };
                let registers = &machine.program.threads[thread].registers;
                let to = &layout.frames[self.threads[thread]][point];
                let mut pairs = layout.frames[thread][point].iter().zip(to);
                pairs.all(|(&(register, from), &(_, to))| {
                    to.load(state) == self.pointer(pointee(registers[register].scalar), from.load(state))
                })
            })
    }

    /// Makes the image of a state.
    pub(crate) fn apply(&self, machine: &Machine, state: &[u64], image: &mut [u64]) {
        let layout = &machine.layout;
        image.copy_from_slice(state);
        let error = layout.error.load(state);
        layout.error.store(image, self.errors[error as usize]);
        for step in &self.moves {
            step.to.store(image, self.pointer(step.ty, step.from.load(state)));
        }
        for &thread in &self.frames {
            let to = self.threads[thread];
            for &(word, mask) in &layout.frame_bits[to] {
                image[word] &= !mask;
            }
        }
        for &thread in &self.frames {
            let to = self.threads[thread];
            let Some(point) = (layout.position[thread].load(state) as usize).checked_sub(1) else {
                continue;
            };
            let registers = &machine.program.threads[thread].registers;
            for (&(register, from), &(_, to)) in layout.frames[thread][point].iter().zip(&layout.frames[to][point]) {
                if !from.is_constant() {
                    let ty = pointee(registers[register].scalar);
                    to.store(image, self.pointer(ty, from.load(state)));
                }
            }
        }
    }
}

/// The numbers of the same errors of other threads.
fn errors(machine: &Machine, threads: &[ThreadId]) -> Option<Vec<i64>> {
    let errors = machine.errors();
    let image = |error: &Error| {
        let image = Error {
            thread: threads[error.thread],
            ..error.clone()
        };
        Some(errors.iter().position(|other| *other == image)? as i64 + 2)
    };
    let numbers = errors.iter().map(image);
    [Some(0), Some(Machine::PANIC as i64)]
        .into_iter()
        .chain(numbers)
        .collect()
}
