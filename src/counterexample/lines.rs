//! From steps to the lines of a diagram: what ran through without participants anybody folds into its outermost function.

use std::ops::Range;

use super::events::{Cell, Event, Frame, frames};
use super::participants::Turns;
use super::text::{self, Text};
use crate::machine::program::{PointKind, Scalar, ThreadId};
use crate::machine::{Change, ErrorKind, Machine};

/// Lines that a diagram may have between its head and its foot before less important ones go.
const ENOUGH: usize = 15;

/// A line of a diagram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// Who.
    pub thread: ThreadId,
    /// In that thread's lane, or across the page.
    pub in_lane: bool,
    /// What.
    pub text: String,
    /// The step with which it went wrong.
    pub last: bool,
    weight: u32,
    /// The steps it stands for.
    pub steps: Range<usize>,
}

/// A path with the two threads that it is about.
pub(crate) struct Story<'a> {
    machine: &'a Machine,
    events: &'a [Event],
    lanes: &'a [ThreadId],
    turns: Turns,
}

impl<'a> Story<'a> {
    /// The story of a path that turned on some steps.
    pub(crate) fn new(machine: &'a Machine, events: &'a [Event], lanes: &'a [ThreadId], turns: Turns) -> Self {
        Story {
            machine,
            events,
            lanes,
            turns,
        }
    }

    /// The lines for a part of the path, in order; not many.
    pub(crate) fn lines(&self, part: Range<usize>) -> Vec<Line> {
        let mut silent = vec![false; self.events.len()];
        let mut lines = self.all_lines(part.clone(), &silent);
        // Steps that yield no line do not cut the other lane in two, and what only they look at is not told.
        loop {
            let shown = lines.len();
            for at in part.clone() {
                let thread = self.events[at].thread();
                silent[at] = !lines
                    .iter()
                    .any(|line| line.thread == thread && line.steps.contains(&at));
            }
            lines = self.all_lines(part.clone(), &silent);
            if lines.len() >= shown {
                break;
            }
        }
        while lines.len() > ENOUGH {
            let lightest = lines.iter().map(|line| line.weight).min().unwrap_or(u32::MAX);
            match lines.iter().position(|line| line.weight == lightest) {
                Some(at) if lightest < HEAVY => lines.remove(at),
                _ => break,
            };
        }
        lines
    }

    fn all_lines(&self, part: Range<usize>, silent: &[bool]) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut at = part.start;
        while at < part.end {
            let thread = self.events[at].thread();
            let mut block = Vec::new();
            let mut end = at;
            while end < part.end && (self.events[end].thread() == thread || silent[end]) {
                if self.events[end].thread() == thread {
                    block.push(end);
                }
                end += 1;
            }
            if self.lanes.contains(&thread) {
                self.fold(&block, 0, &mut lines);
            } else {
                lines.extend(self.across(&block, silent));
            }
            at = end;
        }
        lines
    }

    /// The steps of one thread without a word of another between them, inside the function at this depth.
    fn fold(&self, block: &[usize], depth: usize, lines: &mut Vec<Line>) {
        let mut rest = block;
        while let [first, others @ ..] = rest {
            if self.events[*first].frames.len() <= depth + 1 {
                lines.extend(self.single(*first));
                rest = others;
                continue;
            }
            let inside = |at: &&usize| shares(&self.events[**at].frames, &self.events[*first].frames, depth + 1);
            let length = rest.iter().take_while(inside).count();
            let (group, after) = rest.split_at(length);
            if self.is_whole(group, depth + 1) {
                lines.extend(self.folded(group, depth + 1));
            } else {
                self.fold(group, depth + 1, lines);
            }
            rest = after;
        }
    }

    /// True if the steps are all that the thread does in this call.
    fn is_whole(&self, group: &[usize], depth: usize) -> bool {
        let (Some(&first), Some(&last)) = (group.first(), group.last()) else {
            return false;
        };
        let thread = self.events[first].thread();
        let inside = |frames: &[Frame]| shares(frames, &self.events[first].frames, depth);
        let own = |event: &&Event| event.thread() == thread;
        let earlier = self.events[..first].iter().rev().find(own);
        let later = self.events[last + 1..].iter().find(own);
        let goes_on = match later {
            Some(event) => inside(&event.frames),
            None => self
                .events
                .last()
                .is_some_and(|end| inside(&frames(self.machine, &end.after, thread))),
        };
        !goes_on
            && !earlier.is_some_and(|event| inside(&event.frames))
            && !group.iter().any(|&at| self.stands_open(at, depth))
    }

    /// True if a step that the path turned on must be seen inside this call.
    fn stands_open(&self, at: usize, depth: usize) -> bool {
        let event = &self.events[at];
        // A lock that goes by a parameter's name here is named by the caller.
        let locks = |state: &[u64]| self.machine.locks_held(state, event.thread());
        let nameless = locks(&event.before) != locks(&event.after)
            && depth + 1 == event.frames.len()
            && text::says_nothing(self.machine, event);
        self.turns.open.contains(&at) && (self.turns.fatal == Some(at) || !nameless)
    }

    fn folded(&self, group: &[usize], depth: usize) -> Option<Line> {
        let (&first, &last) = (group.first()?, group.last()?);
        let frames = &self.events[last].frames[..=depth];
        let text = text::ran_through(self.machine, &self.events[last], frames);
        let result = text.result.is_some();
        let text = match group {
            // A function around a counter is best told by the counter.
            [only] => match text::counted(self.machine, &self.events[*only]) {
                Some(counted) => Text {
                    words: format!("{}(): {counted}", text::function(self.machine, frames[depth].function)),
                    result: None,
                },
                None => text,
            },
            _ => text,
        };
        self.line(group, first..last + 1, text, result)
    }

    fn single(&self, at: usize) -> Option<Line> {
        let text = text::step(self.machine, &self.events[at]);
        self.line(&[at], at..at + 1, text, self.events[at].view.returned.is_some())
    }

    fn line(&self, group: &[usize], steps: Range<usize>, text: Text, result: bool) -> Option<Line> {
        let event = &self.events[*group.first()?];
        let error = event.error(self.machine);
        let last = self.turns.fatal.is_some_and(|fatal| group.contains(&fatal));
        let text = match error {
            Some(error) => {
                let function = &self.machine.program.functions[error.function].name;
                match event.point(self.machine).map(|point| point.kind) {
                    _ if error.kind == ErrorKind::EndsHolding => format!("return from {function}()"),
                    Some(PointKind::Call(_)) => format!("{function}()"),
                    _ => text.to_string(),
                }
            }
            None => match self.freed(group) {
                Some((freed, _)) => format!("{}: frees {freed}", text.words),
                None => text.to_string(),
            },
        };
        let weight = match group.iter().any(|at| self.turns.open.contains(at)) {
            true => HEAVY,
            false => self.weight(group, result),
        };
        (weight > 0).then_some(Line {
            thread: event.thread(),
            in_lane: true,
            text,
            last,
            weight,
            steps,
        })
    }

    /// The objects freed here, and whether the other lane has to do with one of them.
    fn freed(&self, group: &[usize]) -> Option<(String, bool)> {
        let freed = || {
            group
                .iter()
                .flat_map(|&at| self.events[at].freed().map(move |freed| (at, freed)))
        };
        let names: Vec<&str> = freed()
            .map(|(_, (ty, number))| self.machine.program.types[ty].objects[number].name.as_str())
            .collect();
        let met =
            freed().any(|(at, (ty, number))| self.other_lane(at).any(|event| event.touches(Cell::Life(ty, number))));
        (!names.is_empty()).then(|| (names.join(", "), met))
    }

    fn other_lane(&self, at: usize) -> impl Iterator<Item = &Event> {
        let thread = self.events[at].thread();
        self.events
            .iter()
            .filter(move |event| event.thread() != thread && self.lanes.contains(&event.thread()))
    }

    /// How much the steps matter; 0 for not at all.
    fn weight(&self, group: &[usize], result: bool) -> u32 {
        let events = || group.iter().map(|&at| &self.events[at]);
        let freed = self.freed(group);
        if matches!(freed, Some((_, true)))
            || group
                .iter()
                .any(|&at| self.other_lane(at).any(|event| self.concerns(at, event)))
        {
            return HEAVY - 1;
        }
        let of_another = |event: &&Event| group.iter().all(|&at| self.events[at].thread() != event.thread());
        let others = || self.events.iter().filter(of_another);
        let somebody = group.iter().any(|&at| others().any(|event| self.concerns(at, event)));
        let fields = |event: &Event| {
            event
                .reads
                .union(&event.writes)
                .any(|cell| matches!(cell, Cell::Field(..)))
        };
        let changes = |event: &Event| event.writes.iter().any(|&cell| event.changes(self.machine, cell));
        match result {
            true if somebody => 3,
            true if events().any(fields) => 2,
            _ if freed.is_some() => 2,
            // A function that ran through and left something behind.
            false if group.len() > 1 && events().any(changes) => 2,
            _ => 0,
        }
    }

    /// True if one of the two changes a field that the other looks at.
    fn concerns(&self, at: usize, other: &Event) -> bool {
        let event = &self.events[at];
        let sees =
            |one: &Event, other: &Event, cell| one.changes(self.machine, cell) && other.looks_at(self.machine, cell);
        event
            .met(other)
            .filter(|cell| matches!(cell, Cell::Field(..)))
            .any(|cell| sees(event, other, cell) || sees(other, event, cell))
    }

    /// A run of a thread without a lane: what it changes for the lines of those who have one.
    fn across(&self, block: &[usize], silent: &[bool]) -> Option<Line> {
        let (&first, &last) = (block.first()?, block.last()?);
        let seen = |change: &Change| self.is_seen(Cell::Field(change.field, change.element), last, silent);
        let mut telling = Vec::new();
        let mut changes: Vec<Change> = Vec::new();
        for &at in block {
            let event = &self.events[at];
            let here: Vec<Change> = self
                .machine
                .changes(&event.before, &event.after)
                .into_iter()
                .filter(seen)
                .collect();
            if !here.is_empty() || matches!(self.freed(&[at]), Some((_, true))) {
                telling.push(at);
            }
            for change in here {
                match changes
                    .iter_mut()
                    .find(|known| (known.field, known.element) == (change.field, change.element))
                {
                    Some(known) => known.after = change.after,
                    None => changes.push(change),
                }
            }
        }
        let mut told: Vec<String> = changes
            .iter()
            .filter(|change| change.before != change.after)
            .map(|change| text::change(self.machine, &self.short_name(change), change))
            .collect();
        told.extend(self.freed(&telling).map(|(freed, _)| format!("frees {freed}")));
        if told.is_empty() {
            return None;
        }
        let thread = self.events[first].thread();
        let name = &self.machine.program.threads[thread].name;
        Some(Line {
            thread,
            in_lane: false,
            text: format!("[{name}] {}(): {}", self.common_function(&telling), told.join(", ")),
            last: false,
            weight: HEAVY - 2,
            steps: first..last + 1,
        })
    }

    /// True if a lane looks at the cell after this step, in a line, and no third thread writes it before that.
    fn is_seen(&self, cell: Cell, last: usize, silent: &[bool]) -> bool {
        let in_lane = |event: &Event| self.lanes.contains(&event.thread());
        let later = || self.events.iter().enumerate().skip(last + 1);
        if self.turns.awaited.contains(&cell) && later().all(|(_, event)| !event.writes.contains(&cell)) {
            return true;
        }
        later()
            .take_while(|(_, event)| in_lane(event) || !event.writes.contains(&cell))
            .any(|(at, event)| in_lane(event) && !silent[at] && event.looks_at(self.machine, cell))
    }

    /// The innermost function that all these steps stand in, or call.
    fn common_function(&self, group: &[usize]) -> &str {
        let functions = &self.machine.program.functions;
        let Some((&first, others)) = group.split_first() else {
            return "";
        };
        let event = &self.events[first];
        let kind = event.point(self.machine).map(|point| point.kind);
        if let (Some(PointKind::Call(call)), []) = (kind, others)
            && text::counted(self.machine, event).is_none()
        {
            return &functions[self.machine.program.threads[event.thread()].calls[call].callee].name;
        }
        let mut depth = event.frames.len();
        for &at in others {
            while depth > 0 && !shares(&self.events[at].frames, &event.frames, depth - 1) {
                depth -= 1;
            }
        }
        event.frames[..depth]
            .last()
            .map_or("", |frame| &functions[frame.function].name)
    }

    /// A counter's own name if only one object's is touched on the whole path.
    fn short_name(&self, change: &Change) -> String {
        let field = &self.machine.program.fields[change.field];
        let all = self.events.iter().flat_map(|event| event.reads.union(&event.writes));
        let unique = all.into_iter().all(|cell| match cell {
            Cell::Field(id, element) => *id != change.field || *element == change.element,
            Cell::Life(..) => true,
        });
        let full = self.machine.element_name(change.field, change.element);
        let counts = matches!(field.scalar, Scalar::Unsigned(_) | Scalar::Bitset(_));
        match full.rsplitn(3, '.').collect::<Vec<_>>().as_slice() {
            // Of an embedded struct: with the member that it is.
            [name, member, _] => format!("{member}.{name}"),
            [name, _] if unique && counts => name.to_string(),
            _ => full,
        }
    }
}

/// The weight of a line that is never left out.
const HEAVY: u32 = 6;

/// True if both stand in the same call at this depth.
fn shares(one: &[Frame], other: &[Frame], depth: usize) -> bool {
    one.len() > depth && other.len() > depth && one[..=depth] == other[..=depth]
}
