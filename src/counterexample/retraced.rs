//! An old counterexample made again in another listing, as far as it goes: what stands in its way now.
//!
//! A step is known by its thread, the functions that it stands in, and its text. Each thread takes the steps that it took, with
//! those in between that the other listing adds, and without those that it lacks; the order of the threads stays.

use super::step::{describe, line};
use super::waits::blocked;
use crate::machine::program::{Point, ThreadId};
use crate::machine::{Label, Machine, Reached, Scratch};

/// Steps of a thread that are looked through for one that it took before.
const FAR: usize = 60;
/// Steps of the old run that the other listing may lack in one place.
const MOST_LACKING: usize = 12;

/// What became of a counterexample in another listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retraced {
    /// Steps of the old run, the first ones, that were made again or that the other listing does not have.
    pub made: usize,
    /// Steps of the old run.
    pub of: usize,
    /// The steps that were taken in the other listing.
    pub steps: Vec<Label>,
    /// The last of the steps that both have and that came to something else: before, and now.
    pub otherwise: Option<(String, String)>,
    /// Why it ends there.
    pub end: End,
    /// The thread that was to make the step at which it ends, in the other listing.
    pub(crate) thread: Option<ThreadId>,
    /// The state at its end.
    pub(crate) state: Vec<u64>,
}

/// Why a run cannot be made again any further.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// The thread waits: for what, and who holds it. And the step of the old run that it waits before.
    Waits {
        /// `hog waits in down_write(mm) for …, held by oom_reaper`
        who: String,
        /// The step of the old run that cannot be made.
        before: String,
    },
    /// The thread does not come to the old step any more: where it stands, and that step.
    OtherWay {
        /// Where it stands, on its other way; nothing if it has ended.
        at: Option<String>,
        /// The step of the old run.
        before: String,
    },
    /// There is no such thread.
    NoThread(String),
    /// All of it was made: with an error at the end, or without.
    Made {
        /// What went wrong.
        error: bool,
    },
}

/// Makes the steps of an old machine in a new one.
pub fn retrace(old: &Machine, steps: &[Label], new: &Machine) -> Retraced {
    follow(old, steps, new, 0, new.initial())
}

/// Makes the steps that come after the first ones from another state than theirs.
pub(crate) fn retrace_from(machine: &Machine, steps: &[Label], made: usize, state: Vec<u64>) -> Retraced {
    follow(machine, steps, machine, made, state)
}

fn follow(old: &Machine, steps: &[Label], new: &Machine, mut made: usize, state: Vec<u64>) -> Retraced {
    let mut states = old.replay(steps);
    states.truncate(steps.len());
    let mut run = Run {
        machine: new,
        state,
        steps: Vec::new(),
    };
    let of = states.len();
    let (mut otherwise, mut last) = (None, None);
    let end = loop {
        let Some(state) = states.get(made) else {
            break End::Made {
                error: matches!(new.reached(&run.state), Reached::Error(_)),
            };
        };
        if new.reached(&run.state) != Reached::Nothing {
            made = of;
            break End::Made { error: true };
        }
        let label = steps[made];
        let name = &old.program.threads[usize::from(label.thread)].name;
        let mut threads = new.program.threads.iter();
        let Some(thread) = threads.position(|thread| thread.name == *name) else {
            break End::NoThread(name.clone());
        };
        last = Some(thread);
        // What this thread did from here on.
        let upcoming = (made..of).filter(|&at| steps[at].thread == label.thread);
        let upcoming: Vec<Key> = upcoming
            .take(MOST_LACKING)
            .filter_map(|at| key(old, &states[at], usize::from(label.thread)))
            .collect();
        let ahead = run.ahead(thread);
        match nearest(&ahead.keys, &upcoming) {
            // The new listing does not have it.
            Some((_, lacking)) if lacking > 0 => made += 1,
            Some((added, _)) => {
                run.go(thread, added);
                let before = run.state.clone();
                if !run.take(thread, u32::from(label.outcome)) {
                    break waits(new, &run.state, thread, line(old, state, label));
                }
                let (then, now) = (
                    describe(old, state, label).text,
                    describe(new, &before, run.steps[run.steps.len() - 1]).text,
                );
                if then != now {
                    otherwise = Some((format!("{name}: {then}"), format!("{name}: {now}")));
                }
                made += 1;
            }
            None => {
                let before = line(old, state, label);
                if ahead.waits {
                    run.go(thread, ahead.keys.len().saturating_sub(1));
                    break waits(new, &run.state, thread, before);
                }
                let at = ahead.keys.into_iter().next().map(|key| key.text);
                break End::OtherWay { at, before };
            }
        }
    };
    Retraced {
        made,
        of,
        steps: run.steps,
        otherwise,
        end,
        thread: last,
        state: run.state,
    }
}

fn waits(machine: &Machine, state: &[u64], thread: ThreadId, before: String) -> End {
    let mut waits = blocked(machine, state).into_iter();
    let found = waits.find(|wait| wait.thread == thread);
    let name = &machine.program.threads[thread].name;
    End::Waits {
        who: found.map_or_else(|| format!("{name} cannot go on"), |wait| wait.text),
        before,
    }
}

/// What a step is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    functions: Vec<String>,
    text: String,
}

fn key(machine: &Machine, state: &[u64], thread: ThreadId) -> Option<Key> {
    let point: &Point = machine.point(state, thread)?;
    let site = machine.site(thread, point);
    let callers = site.stack.iter().map(|caller| caller.function);
    let functions = callers.chain([site.function]);
    let words: Vec<&str> = machine.program.sources.text(site.span).split_whitespace().collect();
    Some(Key {
        functions: functions
            .map(|function| machine.program.functions[function].name.clone())
            .collect(),
        text: words.join(" "),
    })
}

/// How many steps the new listing adds, and how many of the old it lacks, before both do the same: as few as possible.
fn nearest(ahead: &[Key], upcoming: &[Key]) -> Option<(usize, usize)> {
    let pairs = (0..ahead.len()).flat_map(|added| (0..upcoming.len()).map(move |lacking| (added, lacking)));
    let same = pairs.filter(|&(added, lacking)| ahead[added] == upcoming[lacking]);
    same.min_by_key(|&(added, lacking)| (added + lacking, lacking))
}

/// A run of the new machine.
struct Run<'m> {
    machine: &'m Machine,
    state: Vec<u64>,
    steps: Vec<Label>,
}

/// Where a thread comes to by itself.
struct Ahead {
    /// The points at which it stands, the one where it is first.
    keys: Vec<Key>,
    /// It waits at the last of them.
    waits: bool,
}

impl Run<'_> {
    fn ahead(&self, thread: ThreadId) -> Ahead {
        let mut alone = Run {
            machine: self.machine,
            state: self.state.clone(),
            steps: Vec::new(),
        };
        let mut keys = Vec::new();
        while keys.len() < FAR {
            let Some(key) = key(self.machine, &alone.state, thread) else {
                return Ahead { keys, waits: false };
            };
            keys.push(key);
            if !alone.take(thread, 0) {
                return Ahead { keys, waits: true };
            }
        }
        Ahead { keys, waits: false }
    }

    fn go(&mut self, thread: ThreadId, steps: usize) {
        for _ in 0..steps {
            self.take(thread, 0);
        }
    }

    fn take(&mut self, thread: ThreadId, outcome: u32) -> bool {
        let (mut next, mut scratch) = (self.state.clone(), Scratch::new(self.machine));
        let outcomes = self.machine.outcomes(&self.state, thread);
        let outcome = if outcome < outcomes { outcome } else { 0 };
        let taken = self.machine.take(&self.state, thread, outcome, &mut next, &mut scratch);
        if taken {
            self.state = next;
            self.steps.push(Label {
                thread: thread as u16,
                outcome: outcome as u16,
            });
        }
        taken
    }
}
