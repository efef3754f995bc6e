//! What a violation turned on: both sides of a conflict with what they held, the branch that decided, and what those who wait
//! wait for.

use super::events::{Cell, Event, failed_object, frames, nulls};
use super::turned::{Turned, turned};
use super::waits::Wait;
use super::{participants, step, text};
use crate::machine::program::{PointKind, ThreadId};
use crate::machine::{ErrorKind, Machine};

/// Both sides of a violation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Conflict {
    /// The step with which it went wrong, then the one that made it go wrong.
    pub sides: Vec<Side>,
    /// The branch that decided.
    pub branch: Option<Branch>,
    /// Who waits.
    pub stuck: Vec<Stuck>,
}

/// A step with its calls and locks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Side {
    /// Who.
    pub thread: String,
    /// What it did: ``frees `root` ``
    pub does: String,
    /// Where in time and text.
    pub at: At,
    /// The functions it stands in, innermost first.
    pub calls: Vec<String>,
    /// The locks it holds.
    pub holds: Vec<Held>,
}

/// A step, by its number from one in the order of the search, and its file and line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct At {
    /// From one.
    pub step: usize,
    /// `mm.h:25`
    pub place: String,
}

/// A lock that is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    /// Its name.
    pub lock: String,
    /// The function that took it, which says how: to read or to write.
    pub by: String,
    /// When.
    pub at: At,
}

/// A branch that decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Branch {
    /// Who branched.
    pub thread: String,
    /// What it saw: `test(flag) = 0`
    pub saw: String,
    /// When.
    pub at: At,
    /// What it came to: `walk`
    pub came_to: String,
    /// What it would have waited in, for what, and who held it: `take(lock)`, `!lock->taken`, `right`.
    pub skipped: Option<(String, Option<String>, String)>,
}

/// A thread that waits at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stuck {
    /// `left waits in take(second) for !lock->taken, held by right`
    pub text: String,
    /// The functions it stands in, innermost first.
    pub calls: Vec<String>,
    /// Who holds what it waits for, since when.
    pub held: Vec<(String, Held)>,
    /// The last step that changed what it looks at: who, what, when; nothing if nobody ever did.
    pub last_write: Option<(String, String, At)>,
}

impl Conflict {
    /// Of a counterexample whose steps are `found` and at whose end some threads wait.
    pub(crate) fn new(machine: &Machine, found: &[Event], waits: &[Wait], stands_still: bool) -> Self {
        let reader = Reader { machine, found };
        let mut conflict = Conflict {
            sides: Vec::new(),
            branch: None,
            stuck: Vec::new(),
        };
        let Some((last, earlier)) = found.split_last() else {
            return conflict;
        };
        if stands_still {
            let waits = waits.iter().filter(|wait| wait.counts && !wait.able);
            conflict.stuck = waits.map(|wait| reader.stuck(wait, &last.after)).collect();
            return conflict;
        }
        let culprit = match last.error(machine) {
            Some(_) => participants::culprit(machine, last, earlier),
            None => None,
        };
        conflict.sides = std::iter::once(earlier.len())
            .chain(culprit)
            .map(|step| reader.side(step))
            .collect();
        let threads = culprit.map(|culprit| [last.thread(), earlier[culprit].thread()]);
        if let Some(threads) = threads.filter(|threads| threads[0] != threads[1]) {
            let came_to = |thread: ThreadId| {
                let side = usize::from(threads[0] != thread);
                conflict.sides[side].calls.first().cloned().unwrap_or_default()
            };
            conflict.branch =
                turned(machine, found, threads).map(|turned| reader.branch(&turned, came_to(turned.thread)));
        }
        conflict
    }
}

struct Reader<'a> {
    machine: &'a Machine,
    found: &'a [Event],
}

impl Reader<'_> {
    fn name(&self, thread: ThreadId) -> String {
        self.machine.program.threads[thread].name.clone()
    }

    fn at(&self, step: usize) -> At {
        let event = &self.found[step];
        let place = event
            .point(self.machine)
            .map(|point| step::place(self.machine, event.thread(), point));
        At {
            step: step + 1,
            place: place.unwrap_or_default(),
        }
    }

    fn side(&self, step: usize) -> Side {
        let event = &self.found[step];
        Side {
            thread: self.name(event.thread()),
            does: self.does(event),
            at: self.at(step),
            calls: self.calls(&event.before, event.thread()),
            holds: self.holds(&event.before, event.thread(), step),
        }
    }

    fn does(&self, event: &Event) -> String {
        let object = |(ty, number): (usize, usize)| self.machine.program.types[ty].objects[number].name.clone();
        let failed =
            || failed_object(self.machine, event).map_or_else(String::new, |failed| format!(" `{}`", object(failed)));
        match event.error(self.machine).map(|error| error.kind) {
            Some(ErrorKind::UseAfterFree) => format!("uses{}", failed()),
            Some(ErrorKind::DoubleFree) => format!("frees{} again", failed()),
            Some(ErrorKind::NullDereference) => match self.followed().first() {
                Some(Cell::Field(field, element)) => {
                    let name = self.machine.element_name(*field, *element);
                    format!("follows {name} = NULL")
                }
                _ => "follows a pointer that is NULL".to_string(),
            },
            Some(kind) => format!("goes wrong ({})", kind.words()),
            None => {
                let freed: Vec<String> = event.freed().map(|freed| format!("`{}`", object(freed))).collect();
                match freed.is_empty() {
                    false => format!("frees {}", freed.join(", ")),
                    true => format!(": {}", self.changes(event)),
                }
            }
        }
    }

    /// What a step says and what it changes, as far as its text does not say it.
    fn changes(&self, event: &Event) -> String {
        let says = text::step(self.machine, event).to_string();
        let changes = self.machine.changes(&event.before, &event.after);
        let followed = self.followed();
        let matters = |cell: Cell| match self.found.last() {
            Some(last) => last.label == event.label || last.touches(cell) || followed.contains(&cell),
            None => false,
        };
        let changes = changes
            .iter()
            .filter(|change| matters(Cell::Field(change.field, change.element)));
        let told = changes.map(|change| {
            let name = self.machine.element_name(change.field, change.element);
            text::change(self.machine, &name, change)
        });
        let told: Vec<String> = told.take(2).collect();
        match told.is_empty()
            || event
                .point(self.machine)
                .is_some_and(|point| point.kind == PointKind::Write)
        {
            true => says,
            false => format!("{says}, {}", told.join(", ")),
        }
    }

    /// The pointers that were `NULL` when the one who failed read them last.
    fn followed(&self) -> Vec<Cell> {
        let Some(last) = self.found.last().filter(|last| last.error(self.machine).is_some()) else {
            return Vec::new();
        };
        let own = self.found.iter().rev().filter(|event| event.thread() == last.thread());
        let mut nulls = own.map(|event| nulls(self.machine, event));
        nulls.find(|nulls| !nulls.is_empty()).unwrap_or_default()
    }

    fn calls(&self, state: &[u64], thread: ThreadId) -> Vec<String> {
        let functions = &self.machine.program.functions;
        let code = &self.machine.program.threads[thread];
        let called = match self.machine.point(state, thread).map(|point| point.kind) {
            Some(PointKind::Call(call)) => Some(functions[code.calls[call].callee].name.clone()),
            _ => None,
        };
        let around = frames(self.machine, state, thread).into_iter().rev();
        let around = around.map(|frame| functions[frame.function].name.clone());
        let mut calls: Vec<String> = called.into_iter().chain(around).collect();
        calls.dedup();
        calls
    }

    fn holds(&self, state: &[u64], thread: ThreadId, before: usize) -> Vec<Held> {
        let held = self.machine.locks_held(state, thread).into_iter();
        held.filter_map(|lock| self.taken(lock, thread, before)).collect()
    }

    /// The step with which a thread took a lock that it holds.
    fn taken(&self, lock: (usize, usize), thread: ThreadId, before: usize) -> Option<Held> {
        let has = |state: &[u64]| self.machine.locks_held(state, thread).contains(&lock);
        let mut steps = self.found[..before].iter().enumerate().rev();
        let (step, event) =
            steps.find(|(_, event)| event.thread() == thread && !has(&event.before) && has(&event.after))?;
        let calls = self.calls(&event.before, thread);
        Some(Held {
            lock: self.machine.program.types[lock.0].objects[lock.1].name.clone(),
            by: calls.into_iter().next().unwrap_or_default(),
            at: self.at(step),
        })
    }

    fn branch(&self, turned: &Turned, came_to: String) -> Branch {
        let event = &self.found[turned.step];
        let code = &self.machine.program.threads[turned.thread];
        let site = &code.sites[code.at[turned.at] as usize];
        // A function that ran through says more than its last step.
        let inner = event.frames.iter().rposition(|frame| frame.function == site.function);
        let saw = match inner.filter(|inner| inner + 1 < event.frames.len()) {
            Some(caller) => text::ran_through(self.machine, event, &event.frames[..=caller + 1]),
            None => text::step(self.machine, event),
        };
        Branch {
            thread: self.name(turned.thread),
            saw: saw.to_string(),
            at: At {
                place: step::place_of(self.machine, site),
                ..self.at(turned.step)
            },
            came_to,
            skipped: turned.waits.as_ref().map(|wait| {
                let holders: Vec<String> = wait.holders.iter().map(|&holder| self.name(holder)).collect();
                (wait.place.clone(), wait.condition.clone(), holders.join(" and "))
            }),
        }
    }

    fn stuck(&self, wait: &Wait, end: &[u64]) -> Stuck {
        let objects = wait.looks_at.iter().filter_map(|cell| match cell {
            Cell::Field(field, element) => {
                let field = &self.machine.program.fields[*field];
                Some((field.owner, element / field.elements()))
            }
            Cell::Life(..) => None,
        });
        let objects: Vec<(usize, usize)> = objects.collect();
        let held = wait.holders.iter().flat_map(|&holder| {
            let locks = self.machine.locks_held(end, holder).into_iter();
            let locks = locks.filter(|lock| objects.contains(lock));
            let held = locks.filter_map(move |lock| self.taken(lock, holder, self.found.len()));
            held.map(move |held| (self.name(holder), held))
        });
        let changes = |event: &Event| wait.looks_at.iter().any(|&cell| event.changes(self.machine, cell));
        let last = self.found.iter().rposition(changes);
        Stuck {
            text: wait.text.clone(),
            calls: self.calls(end, wait.thread),
            held: held.collect(),
            last_write: last.map(|step| {
                let event = &self.found[step];
                (self.name(event.thread()), self.changes(event), self.at(step))
            }),
        }
    }
}
