//! One state of a path as the page shows it: how it came about, what is in it, who holds and who waits for what.

use serde::Serialize;

use super::summary::Shown;
use crate::check::deadlock::unfinished;
use crate::counterexample::events::{Cell, Event, replay};
use crate::counterexample::waits::{Wait, blocked};
use crate::counterexample::{step, text};
use crate::machine::program::{Point, ThreadId};
use crate::machine::{Label, Machine, Reached, Scratch};
use crate::report::lanes;
use crate::report::structs::{Block, BlockKind, blocks};

/// Lines of the listing shown before and after the one of the last step.
const AROUND: u32 = 3;

/// A state, and the path to it.
#[derive(Debug, Serialize)]
pub(super) struct View {
    /// The lanes: of the whole counterexample that this is a part of, or up to here.
    svg: String,
    steps: Vec<Taken>,
    /// The listing around the last step.
    excerpt: Vec<Line>,
    /// What could come next, in stateright's order.
    next: Vec<Next>,
    blocks: Vec<Shape>,
    locks: Vec<Lock>,
    /// Who waits for something that is no lock.
    waits: Vec<String>,
    /// What went wrong in the last step.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// Why nothing comes next.
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<String>,
}

/// A step that was taken.
#[derive(Debug, Serialize)]
struct Taken {
    thread: String,
    text: String,
    #[serde(flatten)]
    place: Place,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// A step that could be made.
#[derive(Debug, Serialize)]
struct Next {
    /// Its number for stateright.
    index: usize,
    thread: String,
    #[serde(flatten)]
    place: Place,
}

/// A line of a listing.
#[derive(Debug, Default, Serialize)]
struct Place {
    /// `mm.h:25`
    place: String,
    /// The text of the line.
    line: String,
}

/// A line of the excerpt.
#[derive(Debug, Serialize)]
struct Line {
    number: u32,
    text: String,
    here: bool,
}

/// A thread or a struct.
#[derive(Debug, Serialize)]
struct Shape {
    #[serde(flatten)]
    block: Block,
    /// True if it is as it was in the initial state.
    untouched: bool,
}

/// A lock.
#[derive(Debug, Serialize)]
struct Lock {
    name: String,
    holders: Vec<String>,
    waiters: Vec<Waiter>,
}

/// Who waits for a lock.
#[derive(Debug, Serialize)]
struct Waiter {
    thread: String,
    text: String,
}

/// The view after these steps; the lanes are those of the counterexample that they begin.
pub(super) fn view(machine: &Machine, steps: &[Label], of: Option<&Shown>) -> View {
    let events = replay(machine, steps);
    let initial = machine.initial();
    let (before, after) = events
        .last()
        .map_or((&initial, &initial), |last| (&last.before, &last.after));
    let of = of.filter(|shown| shown.steps.starts_with(steps));
    let (path, loop_start) = of.map_or((steps, None), |shown| (&*shown.steps, shown.loop_start));
    // Nobody waits for anything after the end.
    let waits = match machine.reached(after) {
        Reached::Nothing => blocked(machine, after),
        Reached::Panic | Reached::Error(_) => Vec::new(),
    };
    let next = next(machine, after);
    let steps: Vec<Taken> = events.iter().map(|event| taken(machine, event)).collect();
    View {
        svg: lanes::svg(machine, path, loop_start),
        excerpt: events.last().map_or_else(Vec::new, |event| excerpt(machine, event)),
        blocks: shapes(machine, &initial, before, after),
        locks: locks(machine, after, &waits),
        waits: waits
            .iter()
            .filter(|wait| wait.counts && lock_of(machine, wait).is_none())
            .map(|wait| wait.text.clone())
            .collect(),
        error: steps.last().and_then(|step| step.error.clone()),
        end: next.is_empty().then(|| end(machine, after)),
        next,
        steps,
    }
}

fn taken(machine: &Machine, event: &Event) -> Taken {
    let error = step::describe(machine, &event.before, event.label).error;
    Taken {
        thread: machine.program.threads[event.thread()].name.clone(),
        text: text::step(machine, event).to_string(),
        place: event
            .point(machine)
            .map(|point| place(machine, event.thread(), point))
            .unwrap_or_default(),
        error,
    }
}

fn next(machine: &Machine, state: &[u64]) -> Vec<Next> {
    let mut threads = Vec::new();
    let (mut after, mut scratch) = (state.to_vec(), Scratch::new(machine));
    machine.successors(state, &mut after, &mut scratch, |thread, _, _| threads.push(thread));
    let next = |(index, thread): (usize, ThreadId)| Next {
        index,
        thread: machine.program.threads[thread].name.clone(),
        place: machine
            .point(state, thread)
            .map(|point| place(machine, thread, point))
            .unwrap_or_default(),
    };
    threads.into_iter().enumerate().map(next).collect()
}

fn place(machine: &Machine, thread: ThreadId, point: &Point) -> Place {
    let site = machine.site(thread, point);
    let text = &machine.program.sources.file(site.span.file).text;
    let line = text.lines().nth((site.line as usize).saturating_sub(1));
    Place {
        place: step::place(machine, thread, point),
        line: text::one_line(line.unwrap_or_default()),
    }
}

fn excerpt(machine: &Machine, event: &Event) -> Vec<Line> {
    let Some(point) = event.point(machine) else {
        return Vec::new();
    };
    let site = machine.site(event.thread(), point);
    let text = &machine.program.sources.file(site.span.file).text;
    let first = site.line.saturating_sub(AROUND).max(1);
    let numbers = first..=site.line.saturating_add(AROUND);
    let lines = text.lines().skip(first as usize - 1).zip(numbers);
    lines
        .map(|(text, number)| Line {
            number,
            text: text.to_string(),
            here: number == site.line,
        })
        .collect()
}

fn shapes(machine: &Machine, initial: &[u64], before: &[u64], after: &[u64]) -> Vec<Shape> {
    let texts = |block: &Block| -> Vec<String> { block.lines.iter().map(|line| line.text.clone()).collect() };
    let then = blocks(machine, initial, initial);
    let untouched = |block: &Block| {
        let same = |old: &&Block| (old.kind, &old.name) == (block.kind, &block.name);
        then.iter().find(same).is_some_and(|old| texts(old) == texts(block))
    };
    let shape = |block: Block| Shape {
        untouched: untouched(&block),
        block,
    };
    let all = blocks(machine, before, after).into_iter();
    // How it ended is `error` or `end`.
    all.filter(|block| block.kind != BlockKind::End).map(shape).collect()
}

fn locks(machine: &Machine, state: &[u64], waits: &[Wait]) -> Vec<Lock> {
    let threads = 0..machine.program.threads.len();
    let name = |thread: ThreadId| machine.program.threads[thread].name.clone();
    let mut locks = Vec::new();
    for (ty, declared) in machine.program.types.iter().enumerate() {
        for (number, object) in declared.objects.iter().enumerate() {
            if !is_lock(machine, (ty, number)) {
                continue;
            }
            let holds = |thread: &ThreadId| machine.locks_held(state, *thread).contains(&(ty, number));
            let waits = waits.iter().filter(|wait| lock_of(machine, wait) == Some((ty, number)));
            locks.push(Lock {
                name: object.name.clone(),
                holders: threads.clone().filter(holds).map(name).collect(),
                waiters: waits
                    .map(|wait| Waiter {
                        thread: name(wait.thread),
                        text: wait.text.clone(),
                    })
                    .collect(),
            });
        }
    }
    locks
}

/// True if some thread may ever hold it.
fn is_lock(machine: &Machine, (ty, number): (usize, usize)) -> bool {
    let slot = |held: &Vec<Vec<Option<_>>>| {
        held.get(ty)
            .and_then(|held| held.get(number))
            .is_some_and(Option::is_some)
    };
    machine.layout.held.iter().any(slot)
}

/// The lock that a thread waits for: the one that it looks at.
fn lock_of(machine: &Machine, wait: &Wait) -> Option<(usize, usize)> {
    let objects = wait.looks_at.iter().filter_map(|cell| match cell {
        Cell::Field(field, element) => {
            let field = &machine.program.fields[*field];
            Some((field.owner, element / field.elements()))
        }
        Cell::Life(..) => None,
    });
    objects.into_iter().find(|&object| is_lock(machine, object))
}

fn end(machine: &Machine, state: &[u64]) -> String {
    match machine.reached(state) {
        Reached::Error(_) => "Nothing steps after an error.".to_string(),
        Reached::Panic => "panic(): nothing steps any more.".to_string(),
        Reached::Nothing => {
            let names: Vec<&str> = unfinished(machine, state)
                .map(|thread| &*machine.program.threads[thread].name)
                .collect();
            match names.is_empty() {
                true => "All tasks have finished.".to_string(),
                false => format!("Nothing moves any more; not finished: {}.", names.join(", ")),
            }
        }
    }
}
