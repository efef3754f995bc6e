//! Which threads have to be looked at together: what each may read and write before it owes the trace its next event.

use std::collections::HashMap;

use super::labels::{Labels, frame_at, way};
use super::vocabulary::Edge;
use crate::machine::live_registers::successors;
use crate::machine::program::{Instr, Operand, ThreadId};
use crate::machine::{Machine, Slot};

/// Bits of a state that are read, and bits that are written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Bits {
    pub reads: Vec<u64>,
    pub writes: Vec<u64>,
}

impl Bits {
    /// None of so many words.
    pub(super) fn none(words: usize) -> Self {
        Bits {
            reads: vec![0; words],
            writes: vec![0; words],
        }
    }

    pub(super) fn read(&mut self, slot: Slot) {
        let (word, mask) = slot.bits();
        self.reads[word] |= mask;
    }

    fn write(&mut self, slot: Slot) {
        let (word, mask) = slot.bits();
        self.writes[word] |= mask;
    }

    pub(super) fn add(&mut self, other: &Bits) {
        for (own, other) in self.reads.iter_mut().zip(&other.reads) {
            *own |= other;
        }
        for (own, other) in self.writes.iter_mut().zip(&other.writes) {
            *own |= other;
        }
    }

    /// One writes what the other one looks at.
    pub(super) fn meets(&self, other: &Bits) -> bool {
        let meets = |left: &[u64], right: &[u64]| left.iter().zip(right).any(|(left, right)| left & right != 0);
        meets(&self.writes, &other.writes) || meets(&self.writes, &other.reads) || meets(&self.reads, &other.writes)
    }
}

/// A step's bits, and the points it may lead to without showing anything that has to be in the trace.
struct Step {
    bits: Bits,
    silently: Vec<usize>,
    /// The rules of the events that it may show.
    shows: Vec<usize>,
}

/// What threads may do before they owe an event.
pub(super) struct Reach<'a> {
    machine: &'a Machine,
    labels: &'a Labels,
    /// By thread and point; for the events that have to be shown now.
    reach: HashMap<(ThreadId, usize), Bits>,
    leads: HashMap<(ThreadId, usize), bool>,
}

impl<'a> Reach<'a> {
    pub(super) fn new(machine: &'a Machine, labels: &'a Labels) -> Self {
        Reach {
            machine,
            labels,
            reach: HashMap::new(),
            leads: HashMap::new(),
        }
    }

    /// Other events have to be shown from now on.
    pub(super) fn forget(&mut self) {
        self.reach.clear();
        self.leads.clear();
    }

    /// What the thread may read and write from this point on, before it owes an event.
    pub(super) fn of(&mut self, thread: ThreadId, point: usize, mandatory: &dyn Fn(ThreadId, usize) -> bool) -> &Bits {
        if !self.reach.contains_key(&(thread, point)) {
            let mut all = Bits::none(self.machine.layout.words);
            self.walk(thread, point, mandatory, |_, step| {
                all.add(&step.bits);
                false
            });
            self.reach.insert((thread, point), all);
        }
        &self.reach[&(thread, point)]
    }

    /// The rules whose events the thread may show next from this point on.
    pub(super) fn next_events(&self, thread: ThreadId, point: usize) -> Vec<usize> {
        let code = &self.machine.program.threads[thread];
        let mut rules = Vec::new();
        let mut seen = vec![false; code.code.len()];
        let start = code.points[point].at;
        let mut open = vec![(start + 1, frame_at(code, start))];
        let begun = self.labels.begun(thread, point);
        while let Some((at, before)) = open.pop() {
            let frame = frame_at(code, at);
            let (left, entered) = way(code, before, frame);
            let begins: &[u32] = match code.code[at] {
                Instr::Point(next) => self.labels.begun(thread, next),
                _ => &[],
            };
            let mut shown: Vec<usize> = left
                .iter()
                .flat_map(|&frame| self.labels.rules(thread, Edge::Leave, frame))
                .collect();
            let entered = entered.iter().filter(|frame| !begun.contains(frame)).chain(begins);
            shown.extend(entered.flat_map(|&frame| self.labels.rules(thread, Edge::Enter, frame)));
            if !shown.is_empty() {
                rules.extend(shown.first());
            } else if !std::mem::replace(&mut seen[at], true) {
                open.extend(
                    successors(&code.code, at)
                        .into_iter()
                        .filter(|&next| next < code.code.len())
                        .map(|next| (next, frame)),
                );
            }
        }
        rules.sort_unstable();
        rules.dedup();
        rules
    }

    /// Whether the thread, before it owes an event, may show one that has to be shown from now on.
    pub(super) fn leads_to(
        &mut self,
        thread: ThreadId,
        point: usize,
        before: &dyn Fn(ThreadId, usize) -> bool,
        now: &dyn Fn(ThreadId, usize) -> bool,
    ) -> bool {
        if let Some(leads) = self.leads.get(&(thread, point)) {
            return *leads;
        }
        let leads = self.leads(thread, point, before, now);
        self.leads.insert((thread, point), leads);
        leads
    }

    fn leads(
        &self,
        thread: ThreadId,
        point: usize,
        before: &dyn Fn(ThreadId, usize) -> bool,
        now: &dyn Fn(ThreadId, usize) -> bool,
    ) -> bool {
        self.walk(thread, point, before, |at, step| {
            step.silently.len() != self.step(thread, at, now).silently.len()
        })
    }

    /// Whether an event of the rule may be the next that the thread shows of those that have to be.
    pub(super) fn may_show(
        &self,
        thread: ThreadId,
        point: usize,
        rule: usize,
        mandatory: &dyn Fn(ThreadId, usize) -> bool,
    ) -> bool {
        self.walk(thread, point, mandatory, |_, step| step.shows.contains(&rule))
    }

    /// Looks at the steps that the thread may make before it owes an event, until one is found.
    fn walk(
        &self,
        thread: ThreadId,
        point: usize,
        mandatory: &dyn Fn(ThreadId, usize) -> bool,
        mut found: impl FnMut(usize, &Step) -> bool,
    ) -> bool {
        let mut seen = vec![false; self.machine.program.threads[thread].points.len()];
        let mut open = vec![point];
        while let Some(at) = open.pop() {
            if std::mem::replace(&mut seen[at], true) {
                continue;
            }
            let step = self.step(thread, at, mandatory);
            if found(at, &step) {
                return true;
            }
            open.extend(step.silently);
        }
        false
    }

    fn step(&self, thread: ThreadId, point: usize, mandatory: &dyn Fn(ThreadId, usize) -> bool) -> Step {
        let code = &self.machine.program.threads[thread];
        let begun = self.labels.begun(thread, point);
        let start = code.points[point].at;
        let mut step = Step {
            bits: Bits::none(self.machine.layout.words),
            silently: Vec::new(),
            shows: Vec::new(),
        };
        let mut seen = vec![[false; 2]; code.code.len()];
        let mut open: Vec<(usize, u32, bool)> = vec![(start + 1, frame_at(code, start), false)];
        while let Some((at, before, shown)) = open.pop() {
            let frame = frame_at(code, at);
            let (left, entered) = way(code, before, frame);
            let shown = shown
                || left
                    .iter()
                    .any(|&frame| self.labels.shows(thread, Edge::Leave, frame, mandatory))
                || entered
                    .iter()
                    .any(|&frame| !begun.contains(&frame) && self.labels.shows(thread, Edge::Enter, frame, mandatory));
            if std::mem::replace(&mut seen[at][usize::from(shown)], true) {
                continue;
            }
            let leaves = left.iter().map(|&frame| (Edge::Leave, frame));
            let enters = entered.iter().map(|&frame| (Edge::Enter, frame));
            for (edge, frame) in leaves.chain(enters) {
                step.shows.extend(self.labels.rules(thread, edge, frame));
            }
            self.instruction(thread, &code.code[at], &mut step.bits);
            match code.code[at] {
                Instr::Point(next) => {
                    let begins = self.labels.begun(thread, next);
                    step.shows.extend(
                        begins
                            .iter()
                            .flat_map(|&frame| self.labels.rules(thread, Edge::Enter, frame)),
                    );
                    let shows = begins
                        .iter()
                        .any(|&frame| self.labels.shows(thread, Edge::Enter, frame, mandatory));
                    if !shown && !shows {
                        step.silently.push(next);
                    }
                }
                _ => open.extend(successors(&code.code, at).into_iter().map(|next| (next, frame, shown))),
            }
        }
        step
    }

    fn instruction(&self, thread: ThreadId, instr: &Instr, bits: &mut Bits) {
        let (program, layout) = (&self.machine.program, &self.machine.layout);
        match *instr {
            Instr::Load {
                field, object, index, ..
            }
            | Instr::Store {
                field, object, index, ..
            } => {
                let declared = &program.fields[field];
                let length = declared.elements();
                for number in objects(object, program.types[declared.owner].objects.len()) {
                    bits.read(layout.alive[declared.owner][number]);
                    let elements = match index {
                        Operand::Const(index) if (0..length as i64).contains(&index) => {
                            index as usize..index as usize + 1
                        }
                        _ => 0..length,
                    };
                    for element in elements {
                        let slot = layout.fields[field][number * length + element];
                        match instr {
                            Instr::Load { .. } => bits.read(slot),
                            _ => bits.write(slot),
                        }
                    }
                }
            }
            Instr::Free { ty, object } => {
                for number in objects(object, program.types[ty].objects.len()) {
                    bits.write(layout.alive[ty][number]);
                    for held in layout.held.iter().flat_map(|types| types.iter().flatten().flatten()) {
                        bits.read(*held);
                    }
                }
            }
            Instr::Acquire { ty, object } | Instr::Release { ty, object } => {
                for number in objects(object, layout.held[thread][ty].len()) {
                    if let Some(slot) = layout.held[thread][ty][number] {
                        bits.write(slot);
                    }
                }
            }
            _ => {}
        }
    }
}

/// The objects, from 0, that a pointer may mean.
fn objects(pointer: Operand, all: usize) -> std::ops::Range<usize> {
    match pointer {
        Operand::Reg(_) => 0..all,
        Operand::Const(value) => match usize::try_from(value) {
            Ok(number) if (1..=all).contains(&number) => number - 1..number,
            _ => 0..0,
        },
    }
}
