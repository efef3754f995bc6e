//! Where every bit of a state lies: a fixed number of `u64` words, laid out once per check from the declared widths.

use super::program::{Instr, Operand, Program, Reg, Scalar, Thread, TypeId};

/// A field of the packed state; a field of no bits is the constant `base`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    word: u32,
    shift: u32,
    mask: u64,
    base: i64,
}

impl Slot {
    /// A value that never changes.
    pub(crate) const fn constant(value: i64) -> Self {
        Slot {
            word: 0,
            shift: 0,
            mask: 0,
            base: value,
        }
    }

    /// The value in a state.
    #[inline]
    pub fn load(self, state: &[u64]) -> i64 {
        self.load_word(state[self.word as usize])
    }

    /// The value in the word that holds it.
    #[inline]
    pub(crate) fn load_word(self, word: u64) -> i64 {
        self.base + ((word >> self.shift) & self.mask) as i64
    }

    /// Writes a value that fits.
    #[inline]
    pub(crate) fn store(self, state: &mut [u64], value: i64) {
        let word = &mut state[self.word as usize];
        *word = *word & !(self.mask << self.shift) | (value as u64 & self.mask) << self.shift;
    }

    /// True for a constant.
    pub(crate) fn is_constant(self) -> bool {
        self.mask == 0
    }

    /// The word that holds it, and its bits there: what an observer of this field depends on.
    pub(crate) fn bits(self) -> (usize, u64) {
        (self.word as usize, self.mask << self.shift)
    }
}

/// The layout of the states of one program.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Words per state.
    pub words: usize,
    /// Index of the error reached, 0 for none.
    pub error: Slot,
    /// By thread: its position.
    pub position: Vec<Slot>,
    /// By thread and point: where its live registers are kept.
    pub frames: Vec<Vec<Vec<(Reg, Slot)>>>,
    /// By thread: the bits that belong to its frame, by word.
    pub frame_bits: Vec<Vec<(usize, u64)>>,
    /// By field: element `i` of object `o` (from 0) at `o * length + i`.
    pub fields: Vec<Vec<Slot>>,
    /// By type and object (from 0): 1 while its root object lives.
    pub alive: Vec<Vec<Slot>>,
    /// By thread and type, object (from 0): 1 while the thread holds that lock. Absent where it never can.
    pub held: Vec<Vec<Vec<Option<Slot>>>>,
}

impl Layout {
    /// Lays out the states of a program that can reach this many distinct errors.
    pub(crate) fn new(program: &Program, errors: usize) -> Self {
        let mut bits = Allocator::default();
        let error = bits.slot(width(errors as u64));
        let mut position = Vec::new();
        let mut frames = Vec::new();
        let mut frame_bits = Vec::new();
        for thread in &program.threads {
            position.push(bits.slot(width(thread.points.len() as u64)));
            let (slots, used) = frame(program, thread, &mut bits);
            frames.push(slots);
            frame_bits.push(used);
        }
        let fields = program
            .fields
            .iter()
            .map(|field| {
                let width = scalar_width(program, field.scalar);
                let slot = |&value: &i64| {
                    if field.written {
                        bits.slot(width)
                    } else {
                        Slot::constant(value)
                    }
                };
                field.initial.iter().map(slot).collect()
            })
            .collect();
        let alive = alive(program, &mut bits);
        let held = program
            .threads
            .iter()
            .map(|thread| held(program, thread, &mut bits))
            .collect();
        Layout {
            words: bits.used.len().max(1),
            error,
            position,
            frames,
            frame_bits,
            fields,
            alive,
            held,
        }
    }

    /// Bits in use.
    pub(crate) fn bits(&self) -> usize {
        let slots = self
            .fields
            .iter()
            .flatten()
            .chain(self.alive.iter().flatten())
            .chain(&self.position);
        let held = self.held.iter().flatten().flatten().flatten();
        let frames = self
            .frame_bits
            .iter()
            .flatten()
            .map(|(_, mask)| mask.count_ones() as usize);
        let distinct: std::collections::BTreeSet<(usize, u64)> =
            slots.chain(held).chain([&self.error]).map(|slot| slot.bits()).collect();
        distinct
            .iter()
            .map(|(_, mask)| mask.count_ones() as usize)
            .sum::<usize>()
            + frames.sum::<usize>()
    }
}

/// The bits of a value of this type.
pub(crate) fn scalar_width(program: &Program, scalar: Scalar) -> u32 {
    match scalar {
        Scalar::Bool => 1,
        Scalar::Unsigned(bits) => bits,
        Scalar::Integer => 64,
        Scalar::Enum(id) => width((program.enums[id].names.len() as u64).saturating_sub(1)),
        Scalar::Bitset(id) => program.enums[id].names.len() as u32,
        Scalar::Pointer(ty) => width(program.types[ty].objects.len() as u64),
    }
}

/// The bits that the numbers up to this one need.
fn width(largest: u64) -> u32 {
    64 - largest.leading_zeros()
}

/// A thread's frame: at each point, only the registers live there, packed anew.
#[allow(clippy::type_complexity)]
fn frame(program: &Program, thread: &Thread, bits: &mut Allocator) -> (Vec<Vec<(Reg, Slot)>>, Vec<(usize, u64)>) {
    let wanted: Vec<Vec<(Reg, u32)>> = thread
        .points
        .iter()
        .map(|point| {
            let width_of = |&reg: &Reg| (reg, scalar_width(program, thread.registers[reg].scalar));
            let mut live: Vec<(Reg, u32)> = point.live.iter().map(width_of).collect();
            live.sort_by_key(|&(reg, width)| (std::cmp::Reverse(width), reg));
            live
        })
        .collect();
    // Chunks of at most a word; the last one is as small as every point allows.
    let mut chunks: Vec<u32> = Vec::new();
    let mut placed: Vec<Vec<(Reg, usize, u32, u32)>> = Vec::new();
    for live in &wanted {
        let mut fill = vec![0u32; 0];
        let mut places = Vec::new();
        for &(reg, width) in live {
            let chunk = fill.iter().position(|&used| used + width <= 64).unwrap_or_else(|| {
                fill.push(0);
                fill.len() - 1
            });
            places.push((reg, chunk, fill[chunk], width));
            fill[chunk] += width;
        }
        for (chunk, &used) in fill.iter().enumerate() {
            match chunks.get_mut(chunk) {
                Some(size) => *size = (*size).max(used),
                None => chunks.push(used),
            }
        }
        placed.push(places);
    }
    let areas: Vec<Slot> = chunks.iter().map(|&size| bits.slot(size)).collect();
    let slot_of = |&(reg, chunk, offset, width): &(Reg, usize, u32, u32)| {
        let area: Slot = areas[chunk];
        let mask = ones(width);
        (
            reg,
            Slot {
                word: area.word,
                shift: if width == 0 { 0 } else { area.shift + offset },
                mask,
                base: 0,
            },
        )
    };
    let slots = placed
        .iter()
        .map(|places| places.iter().map(slot_of).collect())
        .collect();
    (slots, areas.iter().map(|area| area.bits()).collect())
}

fn alive(program: &Program, bits: &mut Allocator) -> Vec<Vec<Slot>> {
    let freed = freed_types(program);
    let mut roots = std::collections::HashMap::new();
    let mut slot_of = |root: (TypeId, usize)| {
        if !freed[root.0] {
            return Slot::constant(1);
        }
        *roots.entry(root).or_insert_with(|| bits.slot(1))
    };
    program
        .types
        .iter()
        .map(|ty| ty.objects.iter().map(|object| slot_of(object.root)).collect())
        .collect()
}

/// By type: some thread frees an object of it.
pub(crate) fn freed_types(program: &Program) -> Vec<bool> {
    let mut freed = vec![false; program.types.len()];
    for instr in program.threads.iter().flat_map(|thread| &thread.code) {
        if let Instr::Free { ty, .. } = instr {
            freed[*ty] = true;
        }
    }
    freed
}

fn held(program: &Program, thread: &Thread, bits: &mut Allocator) -> Vec<Vec<Option<Slot>>> {
    let mut can: Vec<Vec<bool>> = program.types.iter().map(|ty| vec![false; ty.objects.len()]).collect();
    for instr in &thread.code {
        match instr {
            Instr::Acquire {
                ty,
                object: Operand::Const(object),
            } if *object > 0 => {
                can[*ty][*object as usize - 1] = true;
            }
            Instr::Acquire {
                ty,
                object: Operand::Reg(_),
            } => can[*ty].fill(true),
            _ => {}
        }
    }
    can.iter()
        .map(|objects| objects.iter().map(|&can| can.then(|| bits.slot(1))).collect())
        .collect()
}

/// First fit into words; a slot never crosses a word's end.
#[derive(Default)]
struct Allocator {
    used: Vec<u32>,
    /// The words before this one have no room.
    full: usize,
}

impl Allocator {
    fn slot(&mut self, width: u32) -> Slot {
        if width == 0 {
            return Slot::constant(0);
        }
        while self.used.get(self.full) == Some(&64) {
            self.full += 1;
        }
        let room = self.used[self.full..].iter().position(|&used| used + width <= 64);
        let word = room.map_or(self.used.len(), |at| self.full + at);
        if word == self.used.len() {
            self.used.push(0);
        }
        let shift = self.used[word];
        self.used[word] += width;
        Slot {
            word: word as u32,
            shift,
            mask: ones(width),
            base: 0,
        }
    }
}

fn ones(width: u32) -> u64 {
    if width >= 64 { u64::MAX } else { (1 << width) - 1 }
}
