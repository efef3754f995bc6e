//! Every step of a counterexample, one a line, in the order in which it was found.

use super::page::{BUG, FOR_EVER, NOTHING_MOVES, WIDTH};
use crate::check::Counterexample;
use crate::counterexample::events::Event;
use crate::counterexample::text;
use crate::machine::Machine;

/// One line a step: its number, thread, what it did, where that stands.
pub(crate) fn every_step(machine: &Machine, events: &[Event], counterexample: &Counterexample) -> Vec<String> {
    let names = |event: &Event| machine.program.threads[event.thread()].name.len();
    let column = events.iter().map(names).max().unwrap_or(0).min(20);
    let digits = events.len().to_string().len();
    let mut lines = Vec::new();
    for (at, event) in events.iter().enumerate() {
        if counterexample.loop_start == Some(at) {
            lines.push(FOR_EVER.to_string());
        }
        let Some(point) = event.point(machine) else { continue };
        let site = machine.site(event.thread(), point);
        let file = &machine.program.sources.file(site.span.file).name;
        let file = file.rsplit(['/', '\\']).next().unwrap_or(file);
        let place = format!("[{}:{}]", text::cut(file, 30), site.line);
        let bug = if event.error(machine).is_some() { BUG } else { "" };
        let name = text::cut(&machine.program.threads[event.thread()].name, column);
        let room = WIDTH.saturating_sub(2 + digits + 1 + column + 2 + 1 + place.len() + bug.len());
        let text = text::cut(&text::step(machine, event).to_string(), room) + bug;
        let room = room + bug.len();
        let number = at + 1;
        lines.push(format!("  {number:digits$} {name:column$}  {text:room$} {place}"));
    }
    if counterexample.loop_start == Some(events.len()) {
        lines.push(FOR_EVER.to_string());
        lines.push(NOTHING_MOVES.to_string());
    }
    lines
}
