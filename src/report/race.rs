//! The race diagram of a counterexample: plain text of at most 75 columns that can be pasted into a changelog.

use super::events::{self, Event, failed_object};
use super::columns::{Line, Story};
use super::waits::waiting;
use super::{meeting, schedule, words};
use crate::c::ast::Commit;
use crate::check::property::Kind;
use crate::check::{Counterexample, Finding};
use crate::machine::program::ThreadId;
use crate::machine::{ErrorKind, Machine, Reached};
use crate::spec::Instance;

/// Columns of a line in a changelog.
pub const WIDTH: usize = 75;
/// Columns of the left lane, at least and at most.
const LEFT: (usize, usize) = (36, 46);
/// Stands beside the step that went wrong.
const BUG: &str = "   <-- BUG";

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
    let (body, shown) = if options.all_steps {
        (every_step(machine, &told, counterexample), told.len())
    } else {
        picture(machine, &told, finding, counterexample)
    };
    let mut lines = head(instance, finding, &options, told.len(), shown);
    lines.extend(wrapped(&wrong(machine, finding, &told), 2));
    lines.push(String::new());
    lines.extend(body);
    let foot = foot(finding, &options);
    if !foot.is_empty() {
        lines.push(String::new());
        lines.extend(foot);
    }
    lines.iter().map(|line| line.trim_end().to_string() + "\n").collect()
}

fn head(instance: &Instance, finding: &Finding, options: &Options, steps: usize, shown: usize) -> Vec<String> {
    let new = match options.new_against {
        Some(base) => format!(", new against {base}"),
        None => String::new(),
    };
    let (protocol, scenario, property) = (&instance.protocol, &instance.scenario, &finding.property.name);
    let counts = if options.all_steps {
        format!("({steps} steps)")
    } else {
        format!("({steps} steps, {shown} shown)")
    };
    wrapped(&format!("{protocol} in {scenario}: {property} is violated{new} {counts}"), 0)
}

/// What went wrong, in a line.
fn wrong(machine: &Machine, finding: &Finding, events: &[Event]) -> String {
    let Some(last) = events.last() else {
        return finding.property.description.clone();
    };
    if let Some(error) = last.error(machine) {
        let function = &machine.program.functions[error.function].name;
        return format!("{} in {function}()", what(machine, last, error.kind));
    }
    if machine.reached(&last.after) == Reached::Panic {
        return "panic()".to_string();
    }
    match finding.property.kind {
        Kind::Deadlock => "nothing moves any more, and somebody has not finished".to_string(),
        _ => format!("not so: {}", finding.property.description),
    }
}

fn what(machine: &Machine, last: &Event, kind: ErrorKind) -> String {
    let words = kind.words();
    let object = failed_object(machine, last);
    let named = object.map(|(ty, number)| {
        let ty = &machine.program.types[ty];
        (&ty.name, &ty.objects[number].name)
    });
    let site = last.view.failed.map(|(at, _)| {
        let thread = &machine.program.threads[last.thread()];
        &thread.sites[thread.at[at] as usize]
    });
    match (kind, named, site) {
        (ErrorKind::UseAfterFree | ErrorKind::DoubleFree, Some((ty, object)), _) => {
            format!("{words} of struct {ty} `{object}`")
        }
        (ErrorKind::NullDereference, _, _) => {
            let ty = last.view.failed.and_then(|(at, _)| events::pointee(machine, last.thread(), at));
            match ty {
                Some(ty) => format!("{words} (struct {})", machine.program.types[ty].name),
                None => words.to_string(),
            }
        }
        (ErrorKind::Assertion, _, Some(site)) => {
            // `BUG_ON(condition, Property)` without the property.
            let text = words::one_line(machine.program.sources.text(site.span));
            match text.rsplit_once(',') {
                Some((condition, property)) if site.breaks.as_deref() == property.trim().strip_suffix(')') => {
                    format!("{condition}) fired")
                }
                _ => format!("{text} fired"),
            }
        }
        (ErrorKind::EndsHolding, _, _) => {
            let held = machine.locks_held(&last.before, last.thread()).into_iter();
            let names: Vec<&str> = held
                .map(|(ty, number)| machine.program.types[ty].objects[number].name.as_str())
                .collect();
            format!("{words}: {}", names.join(", "))
        }
        (_, Some((_, object)), _) => format!("{words}: {object},"),
        _ => words.to_string(),
    }
}

/// The two lanes, and how many steps they show.
fn picture(
    machine: &Machine,
    told: &[Event],
    finding: &Finding,
    counterexample: &Counterexample,
) -> (Vec<String>, usize) {
    let stem = counterexample.loop_start.unwrap_or(told.len()).min(told.len());
    let stands_still = matches!(finding.property.kind, Kind::Deadlock | Kind::Liveness)
        && told.last().is_none_or(|last| last.error(machine).is_none());
    let lanes = if stands_still {
        meeting::lanes_of_standstill(machine, &told[..stem], &told[stem..])
    } else {
        meeting::lanes_of_error(machine, told)
    };
    let mut steps = schedule::readable(machine, &told[..stem], &lanes);
    steps.extend(told[stem..].iter().map(|event| event.label));
    let events = events::replay(machine, &steps);
    let keys = if stands_still { Vec::new() } else { meeting::keys_of_error(machine, &events) };
    let story = Story::new(machine, &events, &lanes, keys);
    let before = story.lines(0..stem);
    let looping = story.lines(stem..events.len());
    let mut order: Vec<ThreadId> = Vec::new();
    for thread in before.iter().chain(&looping).filter(|line| line.in_lane).map(|line| line.thread).chain(lanes) {
        if !order.contains(&thread) {
            order.push(thread);
        }
    }
    let page = Page::new(machine, &order, before.iter().chain(&looping));
    let mut text = page.title(machine);
    text.extend(before.iter().map(|line| page.line(line)));
    if stands_still {
        if counterexample.loop_start.is_some() {
            text.push("  -- and then for ever:".to_string());
            if stem == events.len() {
                text.push("  (nothing moves)".to_string());
            } else if looping.is_empty() {
                text.extend(round(machine, &events[stem..]));
            }
            text.extend(looping.iter().map(|line| page.line(line)));
        }
        if let Some(last) = events.last() {
            text.push(String::new());
            for wait in waiting(machine, &last.after, &events[stem..]) {
                text.extend(wrapped(&wait.text, 2));
            }
        }
    }
    (text, before.len() + looping.len())
}

/// Who moves in a loop that changes nothing for the lanes.
fn round(machine: &Machine, looping: &[Event]) -> Vec<String> {
    let mut threads: Vec<ThreadId> = looping.iter().map(Event::thread).collect();
    threads.sort_unstable();
    threads.dedup();
    threads
        .iter()
        .filter_map(|&thread| {
            let event = looping.iter().filter(|event| event.thread() == thread).min_by_key(|event| event.frames.len())?;
            let function = &machine.program.functions[event.frames.last()?.function].name;
            Some(format!("  [{}] goes round in {function}()", machine.program.threads[thread].name))
        })
        .collect()
}

/// Where the lanes lie.
struct Page<'a> {
    lanes: &'a [ThreadId],
    left: usize,
}

impl<'a> Page<'a> {
    fn new<'l>(machine: &Machine, lanes: &'a [ThreadId], lines: impl Iterator<Item = &'l Line>) -> Self {
        let Some(&first) = lanes.first() else {
            return Page { lanes, left: 0 };
        };
        let title = |lane: &ThreadId| machine.program.threads[*lane].name.len();
        let (mut widest, mut right) = (title(&first), lanes.get(1).map_or(0, title));
        for line in lines.filter(|line| line.in_lane) {
            let side = if line.thread == first { &mut widest } else { &mut right };
            *side = (*side).max(length(line));
        }
        let left = match lanes.len() {
            1 => WIDTH - 2,
            // The right lane may move into what the left one leaves.
            _ => (widest + 2).clamp(LEFT.0.min((WIDTH - 2).saturating_sub(right)).max(LEFT.0 / 2), LEFT.1),
        };
        Page { lanes, left }
    }

    fn title(&self, machine: &Machine) -> Vec<String> {
        let names: Vec<&str> = self.lanes.iter().map(|&lane| machine.program.threads[lane].name.as_str()).collect();
        let row = |texts: Vec<String>| match texts.as_slice() {
            [left, right] => format!("  {:width$}{right}", words::cut(left, self.left - 2), width = self.left),
            [only] => format!("  {only}"),
            _ => String::new(),
        };
        let underlines = names.iter().map(|name| "-".repeat(name.len())).collect();
        vec![row(names.iter().map(ToString::to_string).collect()), row(underlines)]
    }

    fn line(&self, line: &Line) -> String {
        if !line.in_lane {
            return format!("  {}", words::cut(&line.text, WIDTH - 2));
        }
        let right = self.lanes.first() != Some(&line.thread);
        let (indent, width) = match right {
            false => (2, self.left - 2),
            true => (2 + self.left, WIDTH - 2 - self.left),
        };
        let room = if line.bug { width - BUG.len() } else { width };
        let bug = if line.bug { BUG } else { "" };
        format!("{:indent$}{}{bug}", "", words::cut(&line.text, room))
    }
}

fn length(line: &Line) -> usize {
    line.text.len() + if line.bug { BUG.len() } else { 0 }
}

/// One line a step: thread, what it did, where that stands.
fn every_step(machine: &Machine, events: &[Event], counterexample: &Counterexample) -> Vec<String> {
    let names = |event: &Event| machine.program.threads[event.thread()].name.len();
    let column = events.iter().map(names).max().unwrap_or(0).min(20);
    let mut lines = Vec::new();
    for (at, event) in events.iter().enumerate() {
        if counterexample.loop_start == Some(at) {
            lines.push("  -- and then for ever:".to_string());
        }
        let Some(point) = event.point(machine) else { continue };
        let site = machine.site(event.thread(), point);
        let file = &machine.program.sources.file(site.span.file).name;
        let place = format!("[{}:{}]", file.rsplit(['/', '\\']).next().unwrap_or(file), site.line);
        let bug = if event.error(machine).is_some() { BUG } else { "" };
        let name = words::cut(&machine.program.threads[event.thread()].name, column);
        let room = WIDTH.saturating_sub(2 + column + 2 + 1 + place.len() + bug.len());
        let text = words::cut(&words::step(machine, event), room);
        lines.push(format!("  {name:column$}  {text}{bug} {place}"));
    }
    if counterexample.loop_start == Some(events.len()) {
        lines.push("  -- and then for ever:".to_string());
        lines.push("  (nothing moves)".to_string());
    }
    lines
}

fn foot(finding: &Finding, options: &Options) -> Vec<String> {
    let mut lines = Vec::new();
    let commit = |what: &str, commit: &Commit| {
        let hash: String = commit.hash.chars().take(12).collect();
        let subject = format!("(\"{}\")", commit.subject);
        let line = format!("  {what} {hash} {subject}");
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
        (None, Some(reason)) => lines.extend(wrapped(reason, 2)),
        (None, None) => {}
    }
    lines
}

/// A text in lines of at most [`WIDTH`] columns, ASCII only, the later ones indented by two more.
fn wrapped(text: &str, indent: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = " ".repeat(indent);
    let mut empty = true;
    for word in text.split_whitespace() {
        let word = words::cut(word, WIDTH - indent - 2);
        if !empty && line.len() + 1 + word.len() > WIDTH {
            lines.push(std::mem::replace(&mut line, " ".repeat(indent + 2)));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line += &word;
        empty = false;
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Verdict, check};
    use crate::explore::Limits;
    use crate::spec::Spec;

    #[test]
    fn show() {
        let spec = Spec::builtin();
        let only = std::env::var("ONLY").unwrap_or_default();
        let wanted: Vec<&str> = only.split(',').collect();
        let steps = std::env::var("STEPS").is_ok();
        let mut protocols = spec.protocols();
        if let Ok(file) = std::env::var("FILES") { protocols = file.split(',').map(String::from).collect(); }
        for protocol in protocols {
            let l = if protocol.contains('/') { crate::c::library::Listing::from_file(std::path::Path::new(&protocol)).unwrap() } else { spec.protocol(&protocol).unwrap() };
            for scenario in spec.scenarios() {
                let cell = format!("{protocol}:{scenario}");
                if !wanted.iter().any(|w| cell.contains(w)) { continue; }
                let instance = match spec.instance(&l, &spec.scenario(&scenario).unwrap()) { Ok(i) => i, Err(e) => { println!("{}", e.render(false)); continue } };
                let limits = Limits { threads: 2, max_states: 1_000_000 };
                let checked = check(instance, limits, &[], &|_, _| ());
                for finding in checked.findings.iter().filter(|f| f.verdict == Verdict::Violated) {
                    let text = race(&checked.instance, finding, Options { all_steps: steps, ..Options::default() });
                    println!("{text}({} lines, {} wide)\n", text.lines().count(), text.lines().map(str::len).max().unwrap());
                }
            }
        }
    }
}
