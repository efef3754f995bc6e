//! A path as a picture: one lane per thread, time downwards, locks as bars beside the lane that holds them.

mod draw;

use crate::check::Finding;
use crate::counterexample::dependence::{Dependence, Kind, dependences};
use crate::counterexample::diagram::Diagram;
use crate::counterexample::events::{self, Event};
use crate::counterexample::lines::Line;
use crate::counterexample::wrong::wrong;
use crate::counterexample::{step, text};
use crate::machine::program::ThreadId;
use crate::machine::{Label, Machine, Slot};
use crate::model::Instance;

/// An SVG of the steps from the initial state on, readable on light and dark pages.
///
/// The loop of a lasso starts before the step `loop_start`.
pub(crate) fn svg(machine: &Machine, steps: &[Label], loop_start: Option<usize>) -> String {
    Picture::of_steps(machine, steps, loop_start).draw()
}

/// An SVG of what the printed race diagram shows: two lanes, and only the steps that matter. Empty without a counterexample.
pub fn race(instance: &Instance, finding: &Finding) -> String {
    let Some(counterexample) = &finding.counterexample else {
        return String::new();
    };
    let machine = &instance.machine;
    let found = events::events(machine, counterexample);
    let diagram = Diagram::new(machine, &found, finding, counterexample);
    let error = wrong(machine, finding, &found);
    Picture::of_diagram(machine, &diagram, &error).draw()
}

/// What is drawn.
struct Picture {
    title: String,
    /// The names of the lanes.
    lanes: Vec<String>,
    rows: Vec<Row>,
    held: Vec<Held>,
    /// What led from one lane to another; both ends are rows.
    arrows: Vec<Dependence>,
    /// The row before which a loop starts.
    loop_start: Option<usize>,
    /// What stands below.
    foot: Vec<String>,
    /// True if the rows are the steps, and have their numbers.
    numbered: bool,
}

/// A line of text in a lane.
struct Row {
    /// `None` goes across all.
    lane: Option<usize>,
    text: String,
    /// What its tooltip says.
    whole: String,
    /// What went wrong.
    error: Option<String>,
}

/// A lock held from the step of a row on, up to that of another.
struct Held {
    lane: usize,
    lock: String,
    /// Which lock of the program: the same in every picture.
    color: usize,
    /// Others may hold it, too.
    shared: bool,
    /// Which bar, counted from the lane.
    bar: usize,
    /// The row of the step that took it.
    from: usize,
    /// The row of the step that dropped it; the number of rows if none did.
    to: usize,
}

impl Picture {
    fn of_steps(machine: &Machine, steps: &[Label], loop_start: Option<usize>) -> Self {
        let events = events::replay(machine, steps);
        // A thread that never moves has no lane, unless nobody does.
        let moves = |thread: &ThreadId| events.is_empty() || events.iter().any(|event| event.thread() == *thread);
        let threads: Vec<ThreadId> = (0..machine.program.threads.len()).filter(moves).collect();
        let row = |event: &Event| {
            let step = step::describe(machine, &event.before, event.label);
            Row {
                lane: threads.iter().position(|&thread| thread == event.thread()),
                text: text::step(machine, event).to_string(),
                whole: step::line(machine, &event.before, event.label),
                error: step.error.map(|error| format!("BUG: {error}")),
            }
        };
        let mut picture = Picture::new(machine, &threads, events.iter().map(row).collect());
        for row in 0..events.len() {
            picture.note_locks(machine, &threads, &events[..=row], row);
        }
        picture.arrows = dependences(machine, &events);
        Picture {
            loop_start: loop_start.filter(|&start| start <= events.len()),
            numbered: true,
            ..picture
        }
    }

    fn of_diagram(machine: &Machine, diagram: &Diagram, error: &str) -> Self {
        let wrong = match diagram.error {
            true => format!("BUG: {error}"),
            false => error.to_string(),
        };
        let row = |line: &Line| {
            let lane = diagram.lanes.iter().position(|&thread| thread == line.thread);
            let first = diagram.events.get(line.steps.start);
            Row {
                lane: lane.filter(|_| line.in_lane),
                text: line.text.clone(),
                whole: first.map_or_else(String::new, |event| step::line(machine, &event.before, event.label)),
                error: line.last.then(|| wrong.clone()),
            }
        };
        let mut picture = Picture::new(machine, &diagram.lanes, diagram.lines().map(row).collect());
        for (row, line) in diagram.lines().enumerate() {
            picture.note_locks(machine, &diagram.lanes, &diagram.events[..line.steps.end], row);
        }
        picture.arrows = arrows(machine, diagram);
        let round = diagram.round(machine).into_iter();
        let waits = diagram.waits.iter().map(|wait| wait.text.clone());
        let told = diagram.loop_start.is_some() || diagram.lines().any(|line| line.last);
        let untold = (!told).then(|| wrong.clone());
        let order = if diagram.reordered {
            "; reordered, equivalent"
        } else {
            ""
        };
        Picture {
            title: format!("{}{order}", picture.title),
            loop_start: diagram.loop_start.map(|_| diagram.before.len()),
            foot: round.chain(waits).chain(untold).collect(),
            ..picture
        }
    }

    fn new(machine: &Machine, threads: &[ThreadId], rows: Vec<Row>) -> Self {
        let lanes: Vec<String> = threads
            .iter()
            .map(|&thread| machine.program.threads[thread].name.clone())
            .collect();
        Picture {
            title: format!("{} steps of {}", rows.len(), lanes.join(", ")),
            lanes,
            rows,
            held: Vec::new(),
            arrows: Vec::new(),
            loop_start: None,
            foot: Vec::new(),
            numbered: false,
        }
    }

    /// Ends the bars of the locks that are not held any more after the events up to a row, and starts bars for new ones.
    fn note_locks(&mut self, machine: &Machine, threads: &[ThreadId], until: &[Event], row: usize) {
        let Some(last) = until.last() else { return };
        let end = self.rows.len();
        let name = |(ty, number): (usize, usize)| machine.program.types[ty].objects[number].name.as_str();
        for (lane, &thread) in threads.iter().enumerate() {
            let locks = machine.locks_held(&last.after, thread);
            for held in self.held.iter_mut().filter(|held| held.lane == lane && held.to == end) {
                if locks.iter().all(|&lock| name(lock) != held.lock) {
                    held.to = row;
                }
            }
            let open = |held: &&Held| held.lane == lane && held.to == end;
            for lock in locks {
                if self.held.iter().filter(open).any(|held| held.lock == name(lock)) {
                    continue;
                }
                let taken = |bar: &usize| self.held.iter().filter(open).any(|held| held.bar == *bar);
                let bar = (0..).find(|bar| !taken(bar)).unwrap_or(0);
                self.held.push(Held {
                    lane,
                    lock: name(lock).to_string(),
                    color: color(machine, lock),
                    shared: is_shared(machine, until, thread, lock),
                    bar,
                    from: row,
                    to: end,
                });
            }
        }
    }
}

/// Whether a thread that holds a lock took it last so that others may hold it, too.
fn is_shared(machine: &Machine, until: &[Event], thread: ThreadId, lock: (usize, usize)) -> bool {
    let takes = |event: &&Event| {
        let holds = |state: &[u64]| machine.locks_held(state, thread).contains(&lock);
        event.thread() == thread && holds(&event.after) && !holds(&event.before)
    };
    let taken = until.iter().rev().find(takes);
    taken.is_some_and(|event| event.shares(machine, lock.0))
}

/// The number of a lock among all that some thread takes.
fn color(machine: &Machine, lock: (usize, usize)) -> usize {
    let held = &machine.layout.held;
    let types = machine.program.types.iter().enumerate();
    let objects = types.flat_map(|(ty, declared)| (0..declared.objects.len()).map(move |number| (ty, number)));
    let taken = |&(ty, number): &(usize, usize)| {
        let of =
            |thread: &Vec<Vec<Option<Slot>>>| thread.get(ty).and_then(|slots| slots.get(number).copied().flatten());
        held.iter().any(|thread| of(thread).is_some())
    };
    objects.filter(taken).take_while(|&other| other != lock).count()
}

/// What led from one line of a diagram to another, where both ends are told.
fn arrows(machine: &Machine, diagram: &Diagram) -> Vec<Dependence> {
    let row = |step: usize| {
        let mut lines = diagram.lines();
        lines
            .position(|line| line.in_lane && line.steps.contains(&step) && line.thread == diagram.events[step].thread())
    };
    let told = |said: Dependence| {
        let (from, to) = (row(said.from)?, row(said.to)?);
        (from < to).then_some(Dependence { from, to, ..said })
    };
    dependences(machine, &diagram.events)
        .into_iter()
        .filter_map(told)
        .collect()
}

/// What a kind of arrow means, for the legend; and its class.
fn meaning(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Read => ("write, read", "lanes-read"),
        Kind::Lock => ("unlock, lock", "lanes-handed"),
        Kind::Wake => ("wake, run", "lanes-wake"),
        Kind::Use => ("free, use", "lanes-use"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::samples::{self, Op};

    fn crossing() -> (Machine, Vec<Label>) {
        let machine = samples::machine(&[
            &[Op::Lock(0), Op::Lock(1), Op::Set(1)],
            &[Op::Lock(1), Op::Unlock(1)],
            &[Op::Set(1)],
        ]);
        let label = |thread| Label { thread, outcome: 0 };
        (machine, [0, 1, 1, 0].map(label).to_vec())
    }

    #[test]
    fn who_never_moves_has_no_lane() {
        let (machine, steps) = crossing();
        let svg = svg(&machine, &steps, None);
        assert!(
            svg.contains(">thread0</text>") && svg.contains(">thread1</text>"),
            "{svg}"
        );
        assert!(!svg.contains("thread2"), "{svg}");
        assert!(super::svg(&machine, &[], None).contains(">thread2</text>"));
    }

    #[test]
    fn a_lock_is_a_bar_from_taking_to_dropping() {
        let (machine, steps) = crossing();
        let picture = Picture::of_steps(&machine, &steps, None);
        let bars: Vec<_> = picture
            .held
            .iter()
            .map(|held| (held.lane, &*held.lock, held.from, held.to))
            .collect();
        assert_eq!(bars, [(0, "a", 0, 4), (1, "b", 1, 2), (0, "b", 3, 4)]);
        let colors: Vec<usize> = picture.held.iter().map(|held| held.color).collect();
        assert_eq!(colors, [0, 1, 1]);
        assert_eq!(picture.held[2].bar, 1);
    }

    #[test]
    fn arrows_are_dependences_and_have_a_legend() {
        let machine = samples::machine(&[&[Op::Set(1)], &[Op::Await(1)], &[Op::BugOn(1)]]);
        let label = |thread| Label { thread, outcome: 0 };
        let drawn = svg(&machine, &[0, 1, 2].map(label), None);
        for (class, text) in [("lanes-wake", "wake, run"), ("lanes-read", "write, read")] {
            let arrow = format!("<g class=\"lanes-arrow {class}\" data-step=");
            assert_eq!(drawn.matches(&arrow).count(), 1, "{drawn}");
            assert!(drawn.contains(&format!(">{text}</text>")), "{drawn}");
        }
        let apart = samples::machine(&[&[Op::Set(1)], &[Op::Lock(0)]]);
        assert!(!svg(&apart, &[0, 1].map(label), None).contains("class=\"lanes-arrow"));
    }

    #[test]
    fn a_lock_has_one_color_whoever_takes_it_first() {
        let machine = samples::machine(&[&[Op::Lock(1), Op::Set(1)], &[Op::Lock(0), Op::Set(1)]]);
        let label = |thread| Label { thread, outcome: 0 };
        let colors = |steps: &[Label]| -> Vec<(String, usize)> {
            let picture = Picture::of_steps(&machine, steps, None);
            picture.held.into_iter().map(|held| (held.lock, held.color)).collect()
        };
        let second = ("b".to_string(), 1);
        assert_eq!(colors(&[label(0)]), std::slice::from_ref(&second));
        assert_eq!(colors(&[label(1), label(0)]), [("a".to_string(), 0), second]);
    }

    #[test]
    fn a_loop_is_marked_where_it_starts() {
        let (machine, steps) = crossing();
        let marked = |loop_start| svg(&machine, &steps, loop_start).contains("and then for ever");
        assert!(marked(Some(2)) && marked(Some(4)));
        assert!(!marked(None) && !marked(Some(5)));
        assert!(svg(&machine, &steps, Some(4)).contains("nothing moves"));
        assert!(!svg(&machine, &steps, Some(2)).contains("nothing moves"));
    }

    #[test]
    fn names_come_again_on_a_long_path() {
        let machine = samples::machine(&[&[Op::Again(1)], &[Op::Set(1)]]);
        let label = |thread| Label { thread, outcome: 0 };
        let steps: Vec<Label> = (0..200).map(|_| label(0)).collect();
        let made = machine.replay(&steps).len() - 1;
        let names = svg(&machine, &steps, None).matches(">thread0</text>").count();
        assert_eq!(names, 1 + made.saturating_sub(1) / draw::AGAIN);
    }
}
