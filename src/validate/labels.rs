//! What a step shows: the functions that it enters and leaves, as far as events of the trace mean them.

use super::vocabulary::{Argument, Edge, Vocabulary};
use crate::machine::live_registers::{successors, written};
use crate::machine::program::{Instr, Operand, Passed, PointKind, Thread, ThreadId};
use crate::machine::{Machine, Observer};

/// An event that a thread owes the trace.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Owed {
    /// The rule, an index into the vocabulary's events.
    pub rule: u16,
    /// Which of its meanings.
    pub meaning: u8,
    /// By argument of the meaning: what was passed, where it is known.
    pub arguments: Vec<Option<i64>>,
    /// What the function returned.
    pub result: Option<i64>,
    /// Those of one number that stand behind each other come in any order: they are inside of one step. 0 is none.
    pub bag: u8,
}

/// A rule's meaning, at an edge of a call.
#[derive(Debug, Clone, Copy)]
struct Slot {
    rule: u16,
    meaning: u8,
}

/// By thread and call: what events mean its two edges.
#[derive(Debug)]
pub(super) struct Labels {
    enter: Vec<Vec<Vec<Slot>>>,
    leave: Vec<Vec<Vec<Slot>>>,
    /// By thread and point: the calls that have begun when the thread stands there, before the step does anything.
    begun: Vec<Vec<Vec<u32>>>,
}

impl Labels {
    /// Looks through a program. Rules that no event of the trace has are left out by `armed`.
    pub(super) fn new(machine: &Machine, vocabulary: &Vocabulary, armed: impl Fn(usize) -> bool) -> Self {
        let mut labels = Labels {
            enter: Vec::new(),
            leave: Vec::new(),
            begun: Vec::new(),
        };
        let enumerator = |word: &str| {
            let names = machine
                .program
                .enums
                .iter()
                .find_map(|declared| declared.names.iter().position(|name| name == word));
            names.map(|number| number as i64)
        };
        for thread in &machine.program.threads {
            let name = |frame: u32| {
                machine.program.functions[thread.frames[frame as usize].function]
                    .name
                    .as_str()
            };
            let (mut enter, mut leave) = (Vec::new(), Vec::new());
            for frame in 0..thread.frames.len() as u32 {
                let above: Vec<&str> = ancestors(thread, frame).map(&name).collect();
                let (mut enters, mut leaves) = (Vec::new(), Vec::new());
                let rules = vocabulary.events.iter().enumerate();
                for (number, rule) in
                    rules.filter(|(number, _)| armed(*number) && vocabulary.first_alike(*number) == *number)
                {
                    if rule
                        .within
                        .as_ref()
                        .is_some_and(|within| !above.contains(&within.as_str()))
                    {
                        continue;
                    }
                    for (at, meaning) in rule.meanings.iter().enumerate() {
                        // The outermost of the functions that an event may mean is meant.
                        let inside = rule
                            .meanings
                            .iter()
                            .any(|other| above.contains(&other.function.as_str()));
                        let other = meaning
                            .arguments
                            .iter()
                            .zip(&thread.frames[frame as usize].arguments)
                            .any(|pair| match pair {
                                // An enumerator, always: another one is another event.
                                (Argument::Word(word), Passed::Value(Operand::Const(value))) => {
                                    enumerator(word) != Some(*value)
                                }
                                _ => false,
                            });
                        if meaning.function == name(frame) && !inside && !other {
                            let slot = Slot {
                                rule: number as u16,
                                meaning: at as u8,
                            };
                            match meaning.edge {
                                Edge::Enter => enters.push(slot),
                                Edge::Leave => leaves.push(slot),
                            }
                        }
                    }
                }
                enter.push(enters);
                leave.push(leaves);
            }
            labels.enter.push(enter);
            labels.leave.push(leave);
            labels.begun.push(
                thread
                    .points
                    .iter()
                    .map(|point| begun(thread, point.at, point.kind))
                    .collect(),
            );
        }
        labels
    }

    /// Whether some event means this edge of a call.
    pub(super) fn shows(
        &self,
        thread: ThreadId,
        edge: Edge,
        frame: u32,
        mandatory: &dyn Fn(ThreadId, usize) -> bool,
    ) -> bool {
        let slots = match edge {
            Edge::Enter => &self.enter,
            Edge::Leave => &self.leave,
        };
        slots[thread][frame as usize]
            .iter()
            .any(|slot| mandatory(thread, slot.rule as usize))
    }

    /// The rules of the events that mean this edge of a call.
    pub(super) fn rules(&self, thread: ThreadId, edge: Edge, frame: u32) -> impl Iterator<Item = usize> {
        let slots = match edge {
            Edge::Enter => &self.enter,
            Edge::Leave => &self.leave,
        };
        slots[thread][frame as usize].iter().map(|slot| slot.rule as usize)
    }

    /// Whether a thread comes to an event of this rule once at most.
    pub(super) fn once(&self, code: &Thread, thread: ThreadId, rule: usize) -> bool {
        let has = |slots: &[Slot]| slots.iter().any(|slot| slot.rule as usize == rule);
        let frames = 0..code.frames.len();
        let sites: Vec<usize> = frames
            .flat_map(|frame| [&self.enter, &self.leave].map(|slots| has(&slots[thread][frame]).then_some(frame)))
            .flatten()
            .collect();
        match sites.as_slice() {
            [frame] => !again(code, *frame as u32),
            _ => false,
        }
    }

    /// The calls that have begun when the thread stands at the point.
    pub(super) fn begun(&self, thread: ThreadId, point: usize) -> &[u32] {
        &self.begun[thread][point]
    }
}

/// The calls around a call, itself not among them.
pub(super) fn ancestors(thread: &Thread, frame: u32) -> impl Iterator<Item = u32> {
    std::iter::successors(thread.frames[frame as usize].parent, |&frame| {
        thread.frames[frame as usize].parent
    })
}

/// The call that an instruction stands in.
pub(super) fn frame_at(thread: &Thread, at: usize) -> u32 {
    thread.sites[thread.at[at] as usize].frame
}

/// Whether a thread that has left a call may come to it again.
fn again(code: &Thread, frame: u32) -> bool {
    let inside = |at: usize| {
        let own = frame_at(code, at);
        own == frame || ancestors(code, own).any(|above| above == frame)
    };
    let mut seen = vec![false; code.code.len()];
    let after = |at: usize| {
        successors(&code.code, at)
            .into_iter()
            .filter(|&next| next < code.code.len())
    };
    let mut open: Vec<usize> = (0..code.code.len())
        .filter(|&at| inside(at))
        .flat_map(after)
        .filter(|&at| !inside(at))
        .collect();
    while let Some(at) = open.pop() {
        if inside(at) {
            return true;
        }
        if !std::mem::replace(&mut seen[at], true) {
            open.extend(after(at));
        }
    }
    false
}

/// The way from one call to another: those that are left, innermost first, and those that are entered, outermost first.
pub(super) fn way(thread: &Thread, from: u32, to: u32) -> (Vec<u32>, Vec<u32>) {
    if from == to {
        return (Vec::new(), Vec::new());
    }
    let target: Vec<u32> = std::iter::once(to).chain(ancestors(thread, to)).collect();
    let mut left = Vec::new();
    let mut common = None;
    for frame in std::iter::once(from).chain(ancestors(thread, from)) {
        if target.contains(&frame) {
            common = Some(frame);
            break;
        }
        left.push(frame);
    }
    let mut entered: Vec<u32> = target.into_iter().take_while(|frame| Some(*frame) != common).collect();
    entered.reverse();
    (left, entered)
}

/// Nothing is read, written or decided by these.
fn pure(instr: &Instr) -> bool {
    matches!(instr, Instr::Copy { .. } | Instr::Part { .. })
}

/// An atomic call has begun at its point, and so has what it calls before it does anything.
fn begun(thread: &Thread, at: usize, kind: PointKind) -> Vec<u32> {
    if !matches!(kind, PointKind::Call(_)) {
        return Vec::new();
    }
    let mut first = at + 1;
    while thread.code.get(first).is_some_and(pure) {
        first += 1;
    }
    let first = first.min(thread.code.len() - 1);
    way(thread, frame_at(thread, at), frame_at(thread, first)).1
}

/// Follows a step and writes down what it shows.
pub(super) struct Follower<'a> {
    machine: &'a Machine,
    labels: &'a Labels,
    vocabulary: &'a Vocabulary,
    thread: ThreadId,
    frame: u32,
    /// Calls whose beginning was shown before the step.
    shown: &'a [u32],
    /// Inside of the atomic call of this step.
    inside: bool,
    /// By register: it holds what it should. The others were read for the last time before.
    valid: Vec<bool>,
    /// The instruction that ran last.
    last: Option<usize>,
    /// What the step shows.
    pub owed: Vec<Owed>,
}

impl<'a> Follower<'a> {
    /// Follows the step from a point.
    pub(super) fn new(
        machine: &'a Machine,
        labels: &'a Labels,
        vocabulary: &'a Vocabulary,
        thread: ThreadId,
        point: usize,
    ) -> Self {
        let code = &machine.program.threads[thread];
        let shown = labels.begun(thread, point);
        Follower {
            machine,
            labels,
            vocabulary,
            thread,
            frame: frame_at(code, code.points[point].at),
            shown,
            inside: !shown.is_empty(),
            valid: {
                let mut valid = vec![false; code.registers.len()];
                code.points[point].live.iter().for_each(|&reg| valid[reg] = true);
                valid
            },
            last: None,
            owed: Vec::new(),
        }
    }

    /// What a thread shows that has just come to this point, at the very beginning: the calls around it.
    pub(super) fn arrived(mut self, point: usize, registers: &[i64]) -> Vec<Owed> {
        let code = &self.machine.program.threads[self.thread];
        let frame = frame_at(code, code.points[point].at);
        let mut around: Vec<u32> = std::iter::once(frame).chain(ancestors(code, frame)).collect();
        around.reverse();
        self.inside = false;
        self.owed.clear();
        for frame in around {
            self.show(Edge::Enter, frame, registers);
        }
        self.stands(point, registers);
        self.owed
    }

    fn code(&self) -> &'a Thread {
        &self.machine.program.threads[self.thread]
    }

    fn show(&mut self, edge: Edge, frame: u32, registers: &[i64]) {
        let slots = match edge {
            Edge::Enter => &self.labels.enter[self.thread][frame as usize],
            Edge::Leave => &self.labels.leave[self.thread][frame as usize],
        };
        let call = &self.code().frames[frame as usize];
        let value = |operand: Operand| match operand {
            Operand::Const(value) => Some(value),
            Operand::Reg(reg) => registers.get(reg).copied().filter(|_| self.valid[reg]),
        };
        for slot in slots {
            let meaning = &self.vocabulary.events[slot.rule as usize].meanings[slot.meaning as usize];
            let arguments =
                meaning
                    .arguments
                    .iter()
                    .enumerate()
                    .map(|(at, wanted)| match (wanted, call.arguments.get(at)) {
                        (Argument::Any, _) | (_, None) => None,
                        (_, Some(Passed::Value(operand))) => value(*operand),
                        (_, Some(Passed::Place(_, object))) => value(*object),
                        (_, Some(Passed::Local)) => None,
                    });
            let result = call.result.filter(|_| edge == Edge::Leave && meaning.result.is_some());
            self.owed.push(Owed {
                rule: slot.rule,
                meaning: slot.meaning,
                arguments: arguments.collect(),
                result: result.and_then(|reg| registers.get(reg).copied()),
                bag: u8::from(self.inside),
            });
        }
    }

    /// The step ends at this point: an atomic call that stands there has begun.
    fn stands(&mut self, point: usize, registers: &[i64]) {
        let begun = self.labels.begun(self.thread, point);
        if begun.is_empty() {
            return;
        }
        let mut registers = registers.to_vec();
        let code = self.code();
        let mut at = code.points[point].at + 1;
        while let Some(instr) = code.code.get(at).filter(|instr| pure(instr)) {
            let value = |operand: Operand| match operand {
                Operand::Const(value) => value,
                Operand::Reg(reg) => registers[reg],
            };
            match *instr {
                Instr::Copy { to, from } => registers[to] = value(from),
                Instr::Part {
                    to,
                    part,
                    object,
                    index,
                } => {
                    let (object, index) = (value(object), value(index));
                    let part = &self.machine.program.parts[part];
                    let first = usize::try_from(object - 1)
                        .ok()
                        .and_then(|object| part.first.get(object));
                    registers[to] = first.map_or(0, |first| *first as i64 + index);
                }
                _ => {}
            }
            if let Some(reg) = written(instr) {
                self.valid[reg] = true;
            }
            at += 1;
        }
        for frame in begun {
            self.show(Edge::Enter, *frame, &registers);
        }
    }

    fn moves(&mut self, to: u32, registers: &[i64]) {
        let (left, entered) = way(self.code(), self.frame, to);
        for frame in left {
            self.show(Edge::Leave, frame, registers);
            if self.shown.first() == Some(&frame) {
                self.settle();
            }
        }
        for frame in entered {
            if !(self.inside && self.shown.contains(&frame)) {
                self.show(Edge::Enter, frame, registers);
            }
        }
        self.frame = to;
    }

    /// The atomic call is over. If nothing was shown but its own end, that has an order.
    fn settle(&mut self) {
        self.inside = false;
        let own = |owed: &Owed| {
            self.vocabulary.events[owed.rule as usize].meanings[owed.meaning as usize].edge == Edge::Leave
        };
        if self.owed.iter().all(own) {
            self.owed.iter_mut().for_each(|owed| owed.bag = 0);
        }
    }
}

impl Observer for Follower<'_> {
    fn executes(&mut self, at: usize, registers: &[i64]) {
        let last = self.last.replace(at).and_then(|last| written(&self.code().code[last]));
        if let Some(reg) = last {
            self.valid[reg] = true;
        }
        let frame = frame_at(self.code(), at);
        if frame != self.frame {
            self.moves(frame, registers);
        }
        if let Instr::Point(point) = self.code().code[at] {
            self.stands(point, registers);
        }
    }
}
