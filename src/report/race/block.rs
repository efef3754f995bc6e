//! Both sides of a conflict, what they held and what was not taken: as text, above the picture.

use super::page::wrapped;
use crate::counterexample::conflict::{At, Branch, Conflict, Held, Side, Stuck};

/// The lines; none if there is nothing to say.
pub(crate) fn block(conflict: &Conflict) -> Vec<String> {
    let sides = conflict.sides.iter().flat_map(side);
    let stuck = conflict.stuck.iter().flat_map(stuck);
    sides
        .chain(conflict.branch.iter().flat_map(branch))
        .chain(stuck)
        .collect()
}

fn at(at: &At) -> String {
    format!("at step {} [{}]", at.step, at.place)
}

fn side(side: &Side) -> Vec<String> {
    let colon = if side.does.starts_with(':') { "" } else { " " };
    let mut lines = wrapped(
        &format!("{}{colon}{} {}", side.thread, side.does, self::at(&side.at)),
        2,
    );
    lines.extend(wrapped(&format!("in {}", side.calls.join(" < ")), 4));
    let held: Vec<String> = side.holds.iter().map(held).collect();
    let held = match held.is_empty() {
        true => "no lock".to_string(),
        false => held.join(" and "),
    };
    lines.extend(wrapped(&format!("holds {held}"), 4));
    lines
}

fn held(held: &Held) -> String {
    format!("{}, by {}() {}", held.lock, held.by, at(&held.at))
}

fn branch(branch: &Branch) -> Vec<String> {
    let Branch {
        thread,
        saw,
        at,
        came_to,
        skipped,
    } = branch;
    let at = self::at(at);
    match skipped {
        Some((call, condition, holder)) => {
            let condition = condition
                .as_ref()
                .map_or(String::new(), |condition| format!(" for {condition}"));
            let mut lines = wrapped(&format!("{thread} did not take {call},"), 2);
            lines.extend(wrapped(&format!("because {saw} {at};"), 4));
            lines.extend(wrapped(&format!("it would wait there{condition}, held by {holder}"), 4));
            lines
        }
        None => {
            let mut lines = wrapped(&format!("{thread} came to {came_to}()"), 2);
            lines.extend(wrapped(&format!("because {saw} {at}"), 4));
            lines
        }
    }
}

fn stuck(stuck: &Stuck) -> Vec<String> {
    let mut lines = wrapped(&stuck.text, 2);
    lines.extend(wrapped(&format!("in {}", stuck.calls.join(" < ")), 4));
    for (holder, lock) in &stuck.held {
        lines.extend(wrapped(&format!("{holder} holds {}", held(lock)), 4));
    }
    match &stuck.last_write {
        _ if !stuck.held.is_empty() => {}
        Some((thread, does, at)) => {
            let at = self::at(at);
            lines.extend(wrapped(&format!("last written by {thread} {at}: {does}"), 4));
        }
        None => lines.extend(wrapped("which nobody has written", 4)),
    }
    lines
}
