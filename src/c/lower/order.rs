//! Operands whose order C leaves open: they run from left to right, and are refused where another order could show.

use std::collections::HashMap;
use std::ops::Range;

use super::emit::{Emitter, Place};
use crate::machine::live_registers;
use crate::machine::program::{FieldId, Instr, Operand, Reg, TypeId};
use crate::source::{Diagnostic, Span};

/// How far a thread is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    code: usize,
    uses: usize,
    registers: usize,
}

/// What was written for one operand.
#[derive(Debug, Clone)]
pub(crate) struct Stretch {
    code: Range<usize>,
    uses: Range<usize>,
    /// Registers from here on belong to the operand alone.
    own: Reg,
    /// The operand.
    span: Span,
}

/// Something that one operand can change and another one sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Thing {
    Local(Reg),
    Field(FieldId),
    Lock(TypeId),
}

/// Which one of them: the object and the element; none if that is not known.
type Which = (Option<i64>, Option<i64>);

/// What a stretch does.
#[derive(Debug, Default)]
struct Effects {
    reads: HashMap<Thing, Vec<Which>>,
    writes: HashMap<Thing, Vec<Which>>,
    frees: Vec<TypeId>,
    /// Others can see that it happens.
    visible: bool,
    /// It waits, takes or drops a lock.
    orders: bool,
}

impl Emitter<'_, '_> {
    /// Where the next operand begins.
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            code: self.code.len(),
            uses: self.uses.len(),
            registers: self.registers.len(),
        }
    }

    /// What was written since.
    pub(crate) fn since(&self, mark: Mark, span: Span) -> Stretch {
        Stretch {
            code: mark.code..self.code.len(),
            uses: mark.uses..self.uses.len(),
            own: mark.registers,
            span,
        }
    }

    /// Refuses two operands if it matters which of them runs first; `left` was written first.
    pub(crate) fn unordered(&self, left: &Stretch, right: &Stretch) -> Result<(), Diagnostic> {
        // Most operands only read.
        if !self.changes(left) && !self.changes(right) {
            return Ok(());
        }
        let (first, second) = (self.effects(left, left.own), self.effects(right, left.own));
        let shared = |effects: &Effects| {
            let touched = effects.reads.keys().chain(effects.writes.keys());
            touched.into_iter().any(|thing| matches!(thing, Thing::Field(_)))
        };
        let what = if self.clash(&first, &second) || self.clash(&second, &first) {
            "one of these changes what the other reads or changes"
        } else if self.atomic == 0 && first.visible && second.visible {
            "other threads see which of these comes first"
        } else if self.atomic == 0 && (first.orders && shared(&second) || second.orders && shared(&first)) {
            "one of these waits or locks, and the other accesses shared memory"
        } else {
            return Ok(());
        };
        Err(
            Diagnostic::at(right.span, format!("{what}, and C leaves their order open"))
                .label("the second")
                .also(left.span, "the first")
                .help("write two statements; a local variable keeps the first value"),
        )
    }

    /// Refuses an assignment if one of its sides assigns the same place: C does not say which one is the last.
    pub(crate) fn assigned_once(&self, place: Place, sides: &Stretch, span: Span) -> Result<(), Diagnostic> {
        let inside = |range: &&Range<usize>| sides.code.start <= range.start && range.end <= sides.code.end;
        let settled: Vec<&Range<usize>> = self
            .settled
            .iter()
            .rev()
            .take_while(|range| range.end > sides.code.start)
            .collect();
        let settled: Vec<&Range<usize>> = settled.into_iter().filter(inside).collect();
        for at in sides
            .code
            .clone()
            .filter(|at| !settled.iter().any(|range| range.contains(at)))
        {
            let site = &self.sites[self.at[at] as usize];
            let same = match (&self.code[at], place) {
                (instr, Place::Local(reg, _)) => live_registers::written(instr) == Some(reg),
                (
                    &Instr::Store {
                        field, object, index, ..
                    },
                    Place::Field {
                        field: target,
                        object: of,
                        index: element,
                    },
                ) => field == target && meet(which(object, index), which(of, element)),
                _ => false,
            };
            if same {
                return Err(Diagnostic::at(
                    site.span,
                    "this is assigned twice, and C does not say which is the last",
                )
                .also(span, "here as well")
                .help("write two statements"));
            }
        }
        Ok(())
    }

    /// The first instruction of a stretch that has an effect: on memory, on a local of before, or on when it goes on.
    pub(crate) fn effect(&self, stretch: &Stretch) -> Option<Span> {
        let has_effect = |at: &usize| match &self.code[*at] {
            Instr::Store { .. }
            | Instr::Free { .. }
            | Instr::Acquire { .. }
            | Instr::Release { .. }
            | Instr::Choose { .. }
            | Instr::Await(_)
            | Instr::Fail
            | Instr::Panic => true,
            other => live_registers::written(other).is_some_and(|reg| reg < stretch.own),
        };
        let at = stretch.code.clone().find(has_effect)?;
        Some(self.sites[self.at[at] as usize].span)
    }

    /// True if a stretch waits.
    pub(crate) fn waits(&self, stretch: &Stretch) -> bool {
        self.code[stretch.code.clone()]
            .iter()
            .any(|instr| matches!(instr, Instr::Await(_)))
    }

    /// True if a stretch has an instruction that may be an error.
    pub(crate) fn can_fail(&self, stretch: &Stretch) -> bool {
        self.code[stretch.code.clone()].iter().any(|instr| {
            !matches!(
                instr,
                Instr::Point(_) | Instr::Copy { .. } | Instr::Unary { .. } | Instr::Jump(_) | Instr::Unless { .. }
            )
        })
    }

    fn changes(&self, stretch: &Stretch) -> bool {
        self.effect(stretch).is_some()
    }

    /// `shared` is the first register that is not shared by both operands.
    fn effects(&self, stretch: &Stretch, shared: Reg) -> Effects {
        let mut effects = Effects::default();
        let mut reads: Vec<(Thing, Which)> = Vec::new();
        let mut writes: Vec<(Thing, Which)> = Vec::new();
        for used in &self.uses[stretch.uses.clone()] {
            reads.push((Thing::Local(used.reg), (None, None)));
        }
        for instr in &self.code[stretch.code.clone()] {
            match *instr {
                Instr::Load {
                    field, object, index, ..
                } => reads.push((Thing::Field(field), which(object, index))),
                Instr::Store {
                    field, object, index, ..
                } => {
                    writes.push((Thing::Field(field), which(object, index)));
                    effects.visible |= !self.tables.program.fields[field].ghost;
                }
                Instr::Acquire { ty, object } | Instr::Release { ty, object } => {
                    writes.push((Thing::Lock(ty), which(object, Operand::Const(0))));
                    effects.orders = true;
                }
                Instr::Free { ty, .. } => effects.frees.push(ty),
                Instr::Await(_) => effects.orders = true,
                Instr::Panic => effects.visible = true,
                _ => {}
            }
            writes.extend(live_registers::written(instr).map(|reg| (Thing::Local(reg), (None, None))));
        }
        let ours = |thing: &Thing| !matches!(thing, Thing::Local(reg) if *reg >= shared);
        for (thing, which) in reads.into_iter().filter(|(thing, _)| ours(thing)) {
            effects.reads.entry(thing).or_default().push(which);
        }
        for (thing, which) in writes.into_iter().filter(|(thing, _)| ours(thing)) {
            effects.writes.entry(thing).or_default().push(which);
        }
        for places in effects.reads.values_mut().chain(effects.writes.values_mut()) {
            places.sort_unstable();
            places.dedup();
        }
        effects.visible |= effects.orders || !effects.frees.is_empty();
        effects
    }

    /// True if the first changes something that the second reads or changes.
    fn clash(&self, first: &Effects, second: &Effects) -> bool {
        let touched = |thing: &Thing| {
            second
                .reads
                .get(thing)
                .into_iter()
                .chain(second.writes.get(thing))
                .flatten()
        };
        let changed = |(thing, places): (&Thing, &Vec<Which>)| {
            let others: Vec<&Which> = touched(thing).collect();
            places.iter().any(|one| others.iter().any(|other| meet(*one, **other)))
        };
        first.writes.iter().any(changed)
            || first.frees.iter().any(|&freed| {
                let fields = second.reads.keys().chain(second.writes.keys());
                second.frees.contains(&freed) || fields.into_iter().any(|thing| self.ends_with(thing, freed))
            })
    }

    /// True if some object of a freed type holds this field.
    fn ends_with(&self, thing: &Thing, freed: TypeId) -> bool {
        let program = &self.tables.program;
        let Thing::Field(field) = *thing else { return false };
        let objects = &program.types[program.fields[field].owner].objects;
        objects.iter().any(|object| object.root.0 == freed)
    }
}

fn which(object: Operand, index: Operand) -> Which {
    let known = |operand| match operand {
        Operand::Const(value) => Some(value),
        Operand::Reg(_) => None,
    };
    (known(object), known(index))
}

/// True unless they are known to be different.
fn meet(one: Which, other: Which) -> bool {
    let differ = |a: Option<i64>, b: Option<i64>| matches!((a, b), (Some(a), Some(b)) if a != b);
    !differ(one.0, other.0) && !differ(one.1, other.1)
}
