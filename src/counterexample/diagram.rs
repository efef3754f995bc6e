//! What of a counterexample is told: the two threads that meet, the lines worth telling, the loop, and who waits.

use super::conflict::Conflict;
use super::events::{self, Event};
use super::lines::{Line, Story};
use super::waits::{self, Wait};
use super::{participants, schedule};
use crate::check::{Counterexample, Finding};
use crate::machine::program::ThreadId;
use crate::machine::{Machine, Reached};
use crate::model::property::PropertyKind;

/// A counterexample as a story of two lanes.
pub(crate) struct Diagram {
    /// The lanes from left to right.
    pub lanes: Vec<ThreadId>,
    /// The steps, in an order that reads well and leads to the same end.
    pub events: Vec<Event>,
    /// What is told up to the loop, or to the end.
    pub before: Vec<Line>,
    /// What is told of the loop.
    pub looping: Vec<Line>,
    /// The step before which the loop starts, if what went wrong is that it goes on for ever.
    pub loop_start: Option<usize>,
    /// Who cannot go on at the end.
    pub waits: Vec<Wait>,
    /// True if it ends in an error.
    pub error: bool,
    /// What it turned on.
    pub conflict: Conflict,
    /// Independent steps stand in another order than in the search.
    pub reordered: bool,
}

impl Diagram {
    /// The diagram of a counterexample whose steps are `found`.
    pub(crate) fn new(machine: &Machine, found: &[Event], finding: &Finding, counterexample: &Counterexample) -> Self {
        let stem = counterexample.loop_start.unwrap_or(found.len()).min(found.len());
        let end = found
            .last()
            .map_or_else(|| machine.initial(), |last| last.after.clone());
        let lasts = finding.property.kind == PropertyKind::Deadlock || counterexample.loop_start.is_some();
        let stands_still = lasts && machine.reached(&end) == Reached::Nothing;
        let mut waits = match stands_still {
            true => waits::waiting(machine, &end, &found[stem..]),
            false => Vec::new(),
        };
        // A daemon that had nothing to do all the time is no news.
        waits.retain(|wait| wait.counts || found.iter().any(|event| event.thread() == wait.thread));
        let lanes = match stands_still {
            true => participants::lanes_of_standstill(&waits, &found[..stem], &found[stem..]),
            false => participants::lanes_of_error(machine, found),
        };
        let mut steps = schedule::readable(machine, &found[..stem], &lanes);
        steps.extend(found[stem..].iter().map(|event| event.label));
        let events = events::replay(machine, &steps);
        let turns = match stands_still {
            true => participants::turns_of_standstill(&waits, &events),
            false => participants::turns_of_error(machine, &events),
        };
        let story = Story::new(machine, &events, &lanes, turns);
        let (before, looping) = (story.lines(0..stem), story.lines(stem..events.len()));
        let found_order = found.iter().map(|event| event.label);
        Diagram {
            reordered: !events.iter().map(|event| event.label).eq(found_order),
            conflict: Conflict::new(machine, found, &waits, stands_still),
            lanes: in_order(before.iter().chain(&looping), &lanes),
            before,
            looping,
            loop_start: (stands_still && counterexample.loop_start.is_some()).then_some(stem),
            waits,
            error: matches!(machine.reached(&end), Reached::Error(_)),
            events,
        }
    }

    /// All lines.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &Line> {
        self.before.iter().chain(&self.looping)
    }

    /// True if nobody makes a step any more.
    pub(crate) fn nothing_moves(&self) -> bool {
        self.loop_start == Some(self.events.len())
    }

    /// Who moves in a loop of which nothing is worth telling.
    pub(crate) fn round(&self, machine: &Machine) -> Vec<String> {
        match self.loop_start {
            Some(stem) if self.looping.is_empty() => waits::round(machine, &self.events[stem..]),
            _ => Vec::new(),
        }
    }
}

/// The lanes from left to right: whoever appears first stands left.
fn in_order<'a>(lines: impl Iterator<Item = &'a Line>, lanes: &[ThreadId]) -> Vec<ThreadId> {
    let appearing = lines.filter(|line| line.in_lane).map(|line| line.thread);
    let mut order: Vec<ThreadId> = Vec::new();
    for thread in appearing.chain(lanes.iter().copied()) {
        if !order.contains(&thread) {
            order.push(thread);
        }
    }
    order
}
