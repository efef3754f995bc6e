//! What a state says of each of the things that are alike, in words that do not depend on which one it is: their order is what a
//! canonical state has them in.

use super::alike::{Family, pointee};
use super::permutation::Choice;
use crate::machine::program::{ThreadId, TypeId};
use crate::machine::{Machine, Slot};

/// Where a place is written in three bits: more than six elements have too many arrangements.
const BITS: usize = 3;

/// The places that a choice gives, side by side.
pub(super) fn places(choice: &Choice) -> u64 {
    let places = choice.iter().flatten().enumerate();
    places.fold(0, |all, (at, &place)| all | (place as u64) << (at * BITS))
}

/// What [`super::Symmetry::canonical`] writes over, as [`crate::machine::Scratch`] is for steps.
#[derive(Debug)]
pub struct CanonicalScratch {
    pub(super) image: Vec<u64>,
    /// Neighbours of equal signatures, once sorted: the family, and the second of them.
    pub(super) ties: Vec<(usize, usize)>,
    words: Vec<i64>,
    starts: Vec<usize>,
    order: Vec<usize>,
}

impl CanonicalScratch {
    /// For states of a machine.
    pub fn new(machine: &Machine) -> Self {
        CanonicalScratch {
            image: vec![0; machine.words()],
            ties: Vec::new(),
            words: Vec::new(),
            starts: Vec::new(),
            order: Vec::new(),
        }
    }
}

/// Where to look for the signatures of all elements.
#[derive(Debug, Clone)]
pub(super) struct Signatures {
    /// By family and element.
    families: Vec<Vec<Element>>,
    /// What stays where it is and may point to elements.
    outside: Vec<Value>,
    /// The threads that stay what they are.
    others: Vec<ThreadId>,
    /// By type and pointer: the element that the object belongs to, if to one.
    owners: Vec<Vec<Option<Owner>>>,
    /// By thread and point: the registers that live there, with the types of what they point to.
    registers: Vec<Vec<Vec<Value>>>,
    /// By thread and point: some of these point to what can change places.
    pointing: Vec<Vec<bool>>,
}

type Owner = (usize, usize);
type Value = (Slot, Option<TypeId>);

#[derive(Debug, Clone)]
struct Element {
    threads: Vec<ThreadId>,
    values: Vec<Value>,
}

impl Signatures {
    pub(super) fn new(machine: &Machine, families: &[Family]) -> Self {
        let (program, layout) = (&machine.program, &machine.layout);
        let types = program.types.iter();
        let mut owners: Vec<Vec<Option<Owner>>> = types.map(|ty| vec![None; ty.objects.len() + 1]).collect();
        for (family, rows) in families.iter().enumerate() {
            for row in &rows.objects {
                let objects = row.objects.iter().enumerate();
                objects.for_each(|(element, &object)| owners[row.ty][object + 1] = Some((family, element)));
            }
        }
        let registers: Vec<Vec<Vec<Value>>> = (program.threads.iter().zip(&layout.frames))
            .map(|(thread, frames)| {
                let value = |&(register, slot): &(usize, Slot)| (slot, pointee(thread.registers[register].scalar));
                frames.iter().map(|frame| frame.iter().map(value).collect()).collect()
            })
            .collect();
        let element = |ty: TypeId, object: usize| owners[ty][object + 1].is_some();
        let pointers = program.fields.iter().zip(&layout.fields).flat_map(|(field, slots)| {
            let inside = move |at: usize| element(field.owner, at / field.elements());
            let slots = slots.iter().enumerate();
            let slots = slots.filter(move |(at, slot)| !slot.is_constant() && !inside(*at));
            pointee(field.scalar).map(|ty| slots.map(move |(_, &slot)| (slot, Some(ty))))
        });
        let moved: Vec<ThreadId> = families.iter().flat_map(|family| family.threads.concat()).collect();
        let movable = |ty: &TypeId| owners[*ty].iter().any(Option::is_some);
        let points = |frame: &Vec<Value>| frame.iter().any(|(_, ty)| ty.as_ref().is_some_and(movable));
        Signatures {
            pointing: registers
                .iter()
                .map(|frames| frames.iter().map(points).collect())
                .collect(),
            families: families.iter().map(|family| elements(machine, family)).collect(),
            outside: pointers
                .flatten()
                .filter(|(_, ty)| ty.as_ref().is_some_and(movable))
                .collect(),
            others: (0..program.threads.len())
                .filter(|thread| !moved.contains(thread))
                .collect(),
            registers,
            owners,
        }
    }

    /// True if some register of a thread points, at this point, to what can change places.
    pub(super) fn points_at_them(&self, thread: ThreadId, point: usize) -> bool {
        self.pointing[thread][point]
    }

    /// Sorts the elements of each family; the places that they go to, as [`places`] writes them, each compared with where it is: 0 if
    /// all are sorted. Ties stand in `sorting`.
    pub(super) fn sort(&self, machine: &Machine, state: &[u64], sorting: &mut CanonicalScratch) -> u64 {
        let (mut sorted, mut before) = (0, 0);
        sorting.ties.clear();
        for (family, elements) in self.families.iter().enumerate() {
            sorting.words.clear();
            sorting.starts.clear();
            for (number, element) in elements.iter().enumerate() {
                sorting.starts.push(sorting.words.len());
                self.write(machine, (family, number), element, state, &mut sorting.words);
            }
            sorting.starts.push(sorting.words.len());
            let (words, starts) = (&sorting.words, &sorting.starts);
            let signature = |element: usize| &words[starts[element]..starts[element + 1]];
            sorting.order.clear();
            sorting.order.extend(0..elements.len());
            sorting
                .order
                .sort_by(|&one, &other| signature(one).cmp(signature(other)));
            for (place, &element) in sorting.order.iter().enumerate() {
                sorted |= ((place ^ element) as u64) << ((before + element) * BITS);
                if place > 0 && signature(sorting.order[place - 1]) == signature(element) {
                    sorting.ties.push((family, place));
                }
            }
            before += elements.len();
        }
        sorted
    }

    fn write(&self, machine: &Machine, own: Owner, element: &Element, state: &[u64], words: &mut Vec<i64>) {
        // A pointer to something of its own, of its family, of another one; or what it is.
        let word = |&(slot, ty): &Value| {
            let value = slot.load(state);
            match ty.and_then(|ty| self.owners[ty][value as usize]) {
                None => value,
                Some(owner) if owner == own => -1,
                Some((family, _)) if family == own.0 => -2,
                Some(_) => -3,
            }
        };
        for &thread in &element.threads {
            let position = machine.layout.position[thread].load(state);
            words.push(position);
            if position > 0 {
                words.extend(self.registers[thread][position as usize - 1].iter().map(word));
            }
        }
        words.extend(element.values.iter().map(word));
    }

    /// What points to an element from elsewhere, by number.
    fn pointed_at(&self, machine: &Machine, own: Owner, state: &[u64]) -> Vec<usize> {
        let here = |&(slot, ty): &Value| ty.is_some_and(|ty| self.owners[ty][slot.load(state) as usize] == Some(own));
        let registers = self.others.iter().flat_map(|&thread| {
            let point = (machine.layout.position[thread].load(state) as usize).checked_sub(1);
            point.into_iter().flat_map(move |point| &self.registers[thread][point])
        });
        let all = self.outside.iter().chain(registers).enumerate();
        all.filter(|(_, value)| here(value)).map(|(number, _)| number).collect()
    }

    /// Sorts tied elements, of a state that is sorted, by what points to them. The same as [`Signatures::sort`] otherwise.
    pub(super) fn sort_ties(&self, machine: &Machine, state: &[u64], sorting: &mut CanonicalScratch) -> u64 {
        let ties = std::mem::take(&mut sorting.ties);
        let (mut sorted, mut before) = (0, 0);
        for (family, elements) in self.families.iter().enumerate() {
            let mut first = 0;
            while first < elements.len() {
                let tied = |&at: &usize| ties.contains(&(family, at));
                let end = (first + 1..elements.len())
                    .find(|at| !tied(at))
                    .unwrap_or(elements.len());
                let class = (first..end).map(|number| (self.pointed_at(machine, (family, number), state), number));
                let mut class: Vec<(Vec<usize>, usize)> = class.collect();
                class.sort();
                for (place, (_, element)) in (first..).zip(&class) {
                    sorted |= ((place ^ element) as u64) << ((before + element) * BITS);
                }
                let pairs = (first + 1..).zip(class.windows(2));
                let equal = pairs.filter(|(_, pair)| pair[0].0 == pair[1].0);
                sorting.ties.extend(equal.map(|(place, _)| (family, place)));
                first = end;
            }
            before += elements.len();
        }
        sorted
    }
}

fn elements(machine: &Machine, family: &Family) -> Vec<Element> {
    let (program, layout) = (&machine.program, &machine.layout);
    let element = |number: usize| {
        let mut values = Vec::new();
        for row in &family.objects {
            let object = row.objects[number];
            values.push((layout.alive[row.ty][object], None));
            for &field in &program.types[row.ty].fields {
                let declared = &program.fields[field];
                let elements = object * declared.elements()..(object + 1) * declared.elements();
                let slots = layout.fields[field][elements].iter();
                values.extend(slots.map(|&slot| (slot, pointee(declared.scalar))));
            }
        }
        // What never changes is the same for all of them, or tells them apart before a search begins.
        values.retain(|(slot, _)| !slot.is_constant());
        Element {
            threads: family.threads.iter().map(|row| row[number]).collect(),
            values,
        }
    };
    (0..family.size()).map(element).collect()
}
