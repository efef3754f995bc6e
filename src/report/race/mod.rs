//! The race diagram of a counterexample: plain text of at most 75 columns that can be pasted into a changelog.

mod block;
mod page;
mod steps;

use crate::c::ast::Commit;
use crate::check::{Counterexample, Finding};
use crate::counterexample::conflict::Conflict;
use crate::counterexample::diagram::Diagram;
use crate::counterexample::events::{self, Event};
use crate::counterexample::text;
use crate::counterexample::wrong::wrong;
use crate::machine::Machine;
use crate::model::Instance;
use crate::report::why::why;
use page::{BUG, FOR_EVER, HERE, NOTHING_MOVES, Page, WIDTH, wrapped};
use steps::every_step;

/// What a diagram shows besides the race.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// Every step on a line of its own, in the order of the search, with its place in the text.
    pub all_steps: bool,
    /// The protocol that holds what is violated here.
    pub new_against: Option<&'a str>,
    /// Where the mistake came in.
    pub introduced_by: Option<&'a Commit>,
    /// Where it was mended.
    pub fixed_by: Option<&'a Commit>,
}

/// The diagram of a violated property; empty for any other.
pub fn race(instance: &Instance, finding: &Finding, options: Options) -> String {
    let Some(counterexample) = &finding.counterexample else {
        return String::new();
    };
    let machine = &instance.machine;
    let told = events::events(machine, counterexample);
    let Drawn { body, counts, order } = match options.all_steps {
        true => Drawn {
            body: every_step(machine, &told, counterexample),
            counts: format!("({} steps)", told.len()),
            order: None,
        },
        false => picture(machine, &told, finding, counterexample),
    };
    let mut lines = head(instance, finding, &options, &counts);
    lines.extend(wrapped(&wrong(machine, finding, &told), 2));
    if !body.is_empty() {
        lines.push(String::new());
        lines.extend(body);
    }
    let foot: Vec<String> = order.into_iter().chain(foot(finding, &options)).collect();
    if !foot.is_empty() {
        lines.push(String::new());
        lines.extend(foot);
    }
    lines.iter().map(|line| line.trim_end().to_string() + "\n").collect()
}

fn head(instance: &Instance, finding: &Finding, options: &Options, counts: &str) -> Vec<String> {
    let new = match options.new_against {
        Some(base) => format!(", new against {base}"),
        None => String::new(),
    };
    let (protocol, scenario, property) = (&instance.protocol, &instance.scenario, &finding.property.name);
    let title = format!("{protocol} in {scenario}: {property} is violated{new}");
    let mut lines = wrapped(&title, 0);
    match lines.last_mut() {
        Some(last) if last.len() + 1 + counts.len() <= WIDTH => *last += &format!(" {counts}"),
        _ => lines.push(format!("  {counts}")),
    }
    lines
}

/// Why a property is violated, in words: the parts of its formula, both sides of a conflict, who waits for what. Empty without a
/// counterexample.
pub(crate) fn in_words(instance: &Instance, finding: &Finding) -> String {
    let Some(counterexample) = &finding.counterexample else {
        return String::new();
    };
    let machine = &instance.machine;
    let found = events::events(machine, counterexample);
    let diagram = Diagram::new(machine, &found, finding, counterexample);
    reasons(finding, &diagram.conflict).join("\n")
}

fn reasons(finding: &Finding, conflict: &Conflict) -> Vec<String> {
    let endless = finding
        .counterexample
        .as_ref()
        .is_some_and(|run| run.loop_start.is_some());
    let formula = why(&finding.why, if endless { "what never comes" } else { "why" });
    let formula: Vec<String> = formula.lines().map(text::ascii).collect();
    let block = block::block(conflict);
    match formula.is_empty() || block.is_empty() {
        true => formula.into_iter().chain(block).collect(),
        false => formula.into_iter().chain([String::new()]).chain(block).collect(),
    }
}

/// What stands between the head and the foot.
struct Drawn {
    body: Vec<String>,
    /// `(35 steps, 12 shown)`
    counts: String,
    /// That steps have changed places.
    order: Option<String>,
}

/// Why, and the two lanes.
fn picture(machine: &Machine, found: &[Event], finding: &Finding, counterexample: &Counterexample) -> Drawn {
    let diagram = Diagram::new(machine, found, finding, counterexample);
    let mark = if diagram.error { BUG } else { HERE };
    let page = Page::new(machine, diagram.lanes.clone(), mark, diagram.lines());
    let mut text = reasons(finding, &diagram.conflict);
    if !text.is_empty() {
        text.push(String::new());
    }
    // Where nobody has done anything yet there are no lanes.
    if !found.is_empty() {
        text.extend(page.title(machine));
    }
    text.extend(diagram.before.iter().map(|line| page.line(line)));
    if diagram.loop_start.is_some() {
        text.push(FOR_EVER.to_string());
        if diagram.nothing_moves() {
            text.push(NOTHING_MOVES.to_string());
        }
        text.extend(diagram.round(machine).iter().map(|line| format!("  {line}")));
        text.extend(diagram.looping.iter().map(|line| page.line(line)));
    }
    // Those whose wait is what is wrong stand above.
    let mut others = diagram.waits.iter().filter(|wait| !wait.counts || wait.able).peekable();
    if others.peek().is_some() {
        text.push(String::new());
        text.extend(others.flat_map(|wait| wrapped(&wait.text, 2)));
    }
    Drawn {
        counts: format!("({} steps, {} shown)", found.len(), diagram.lines().count()),
        // Steps that do not meet may change places: it is the same run, and reads better.
        order: diagram.reordered.then(|| "  reordered, equivalent".to_string()),
        body: text,
    }
}

fn foot(finding: &Finding, options: &Options) -> Vec<String> {
    let mut lines = Vec::new();
    let commit = |what: &str, commit: &Commit| {
        let hash: String = commit.hash.chars().take(12).collect();
        let subject = text::ascii(&format!("(\"{}\")", commit.subject));
        let line = format!("  {what} {hash} {subject}");
        if commit.subject.is_empty() {
            return vec![format!("  {what} {hash}")];
        }
        if line.len() <= WIDTH {
            return vec![line];
        }
        let mut lines = vec![format!("  {what} {hash}")];
        lines.extend(wrapped(&subject, 6));
        lines
    };
    if let Some(introduced) = options.introduced_by {
        lines.extend(commit("introduced by", introduced));
    }
    match (options.fixed_by, &finding.known) {
        (Some(fixed), _) => lines.extend(commit("fixed by", fixed)),
        (None, Some(reason)) => lines.extend(wrapped(&reason.words, 2)),
        (None, None) => {}
    }
    lines
}

#[cfg(test)]
mod tests;
