//! Which words are a state of a machine: for words that come from outside, before anybody steps from them.

use super::Machine;
use super::program::{Program, Scalar};

/// What the states of a machine look like.
#[derive(Debug)]
pub struct Shape<'a> {
    machine: &'a Machine,
    /// By word: the bits that mean something outside the frames of threads.
    shared: Vec<u64>,
}

impl<'a> Shape<'a> {
    /// The shape of a machine's states.
    pub fn new(machine: &'a Machine) -> Self {
        let layout = &machine.layout;
        let mut shared = vec![0; layout.words];
        let slots = layout.fields.iter().chain(&layout.alive).flatten();
        let held = layout.held.iter().flatten().flatten().flatten();
        for slot in slots.chain(held).chain(&layout.position).chain([&layout.error]) {
            let (word, mask) = slot.bits();
            shared[word] |= mask;
        }
        Shape { machine, shared }
    }

    /// What is wrong with these words, if anything: every number in a state, reachable or not, names something that exists, and
    /// bits that mean nothing are 0.
    pub fn mistake(&self, words: &[u64]) -> Option<String> {
        let (program, layout) = (&self.machine.program, &self.machine.layout);
        if words.len() != layout.words {
            return Some(format!("it has {} words instead of {}", words.len(), layout.words));
        }
        if layout.error.load(words) as usize > self.machine.errors().len() + Machine::PANIC {
            return Some("there is no such error".to_string());
        }
        for (field, slots) in program.fields.iter().zip(&layout.fields) {
            let mut written = slots.iter().filter(|slot| !slot.is_constant());
            if !written.all(|slot| exists(program, field.scalar, slot.load(words))) {
                return Some(format!("`{}` has a value that its type does not have", field.name));
            }
        }
        let mut meant = self.shared.clone();
        for (id, thread) in program.threads.iter().enumerate() {
            let position = layout.position[id].load(words) as usize;
            if position > thread.points.len() {
                return Some(format!("{} stands at a point that does not exist", thread.name));
            }
            let frame = position.checked_sub(1).map(|point| &layout.frames[id][point]);
            for &(reg, slot) in frame.into_iter().flatten() {
                let register = &thread.registers[reg];
                if !exists(program, register.scalar, slot.load(words)) {
                    return Some(format!(
                        "`{}` has a value that its type does not have",
                        register.name(program)
                    ));
                }
                let (word, mask) = slot.bits();
                meant[word] |= mask;
            }
        }
        let idle = words.iter().zip(&meant).any(|(word, meant)| word & !meant != 0);
        idle.then(|| "a bit is set that means nothing".to_string())
    }
}

/// True if a type has the value; its width has been seen to by the layout.
fn exists(program: &Program, scalar: Scalar, value: i64) -> bool {
    let below = |count: usize| usize::try_from(value).is_ok_and(|value| value < count);
    match scalar {
        Scalar::Bool | Scalar::Unsigned(_) | Scalar::Integer | Scalar::Bitset(_) => true,
        Scalar::Enum(id) => below(program.enums[id].names.len().max(1)),
        Scalar::Pointer(ty) => below(program.types[ty].objects.len() + 1),
    }
}
