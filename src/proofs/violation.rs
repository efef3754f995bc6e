//! A violation: its picture, its diagram, its states, and the commands that show it again.

use super::contents::{Contents, Shown, Violation};
use super::markdown::{anchor, block, code, commands, details, link, prose};
use super::news::Cell;
use super::verdict::counted;
use super::{PICTURE, TRACE};
use crate::counterexample::{events, waits, wrong};
use crate::export::itf::itf;
use crate::machine::program::ThreadId;
use crate::machine::{Machine, Reached};
use crate::model::Instance;
use crate::model::property::PropertyKind;
use crate::report::lanes;
use crate::report::violation::violation;

impl Violation<'_> {
    /// The name of its picture and of its trace in the folder of its protocol, without the ending; none if another page has them.
    pub(crate) fn file(&self) -> Option<String> {
        let scenario = &self.instance.scenario;
        let property = match &self.shown {
            Shown::Here => &self.finding.property.name,
            Shown::Above(first) => first,
            Shown::Elsewhere(_) => return None,
        };
        Some(format!("{scenario}-{property}"))
    }

    pub(crate) fn picture(&self) -> String {
        lanes::race(self.instance, self.finding)
    }

    pub(crate) fn trace(&self) -> String {
        itf(self.instance, self.finding).unwrap_or_default()
    }

    /// What went wrong and after how many steps: `use-after-free of struct … in …, after 36 steps`.
    pub(crate) fn headline(&self) -> String {
        let machine = &self.instance.machine;
        let events = events::events(machine, self.counterexample);
        let steps = self.counterexample.steps.len();
        if self.has_ended() {
            let wrong = wrong::wrong(machine, self.finding, &events);
            return format!("{}, after {}", prose_with_code(&wrong), counted(steps, "step"));
        }
        match (self.counterexample.loop_start, self.finding.property.kind) {
            (Some(start), _) if start < steps => {
                let (stem, round) = (counted(start, "step"), counted(steps - start, "step"));
                format!("after {stem}, a loop of {round} for ever")
            }
            (Some(_), _) | (None, PropertyKind::Deadlock) => {
                format!("nothing moves any more after {}", counted(steps, "step"))
            }
            (None, PropertyKind::Safety) => format!("not so after {}", counted(steps, "step")),
            (None, PropertyKind::Action | PropertyKind::Liveness) => format!("step {steps} breaks it"),
            (None, PropertyKind::Refinement) => format!("step {steps} is none that the specification allows"),
        }
    }

    /// True if the run ends in an error or a panic.
    fn has_ended(&self) -> bool {
        let machine = &self.instance.machine;
        let states = machine.replay(&self.counterexample.steps);
        states
            .last()
            .is_some_and(|last| machine.reached(last) != Reached::Nothing)
    }

    /// Why the listing breaks it, the protocol that mends it linked; pages lie this many folders deep.
    pub(crate) fn reason(&self, contents: &Contents, up: &str) -> String {
        let Some(reason) = &self.finding.known else {
            return "**not announced by the listing**".to_string();
        };
        match reason.fixed_by().filter(|name| contents.has(name)) {
            Some(name) => prose(&reason.words).replacen(name, &link(name, &format!("{up}{name}.md")), 1),
            None => prose(&reason.words),
        }
    }

    /// The section of a scenario's page.
    pub(crate) fn section(&self, contents: &Contents) -> String {
        let property = &self.finding.property;
        let mut text = format!("## {}\n\n", property.name);
        text += &format!("*{}.*", capital(&prose(&property.description)));
        text += &format!(
            " **{}.** {}.\n\n",
            capital(&self.headline()),
            capital(&self.reason(contents, "../"))
        );
        let diagram = violation(&contents.history, self.instance, self.finding, false);
        match (&self.shown, self.file()) {
            (Shown::Elsewhere(there), _) => {
                let Cell {
                    protocol,
                    scenario,
                    property,
                } = there;
                let page = format!("../{protocol}/{scenario}.md#{}", anchor(property));
                let page = link(&format!("{protocol} in {scenario}"), &page);
                text += &format!("Nothing new: {page} shows it.\n");
            }
            (Shown::Above(first), _) => {
                let same = link(first, &format!("#{}", anchor(first)));
                text += &format!("The same run as for {same}, which shows the picture and all steps.\n\n");
                text += &match self.finding.explanation {
                    // Why it is no refinement is news.
                    Some(_) => block("text", &diagram),
                    None => details("the diagram under this name", &block("text", &diagram)),
                };
            }
            (Shown::Here, file) => {
                let Instance { protocol, scenario, .. } = self.instance;
                let alt = format!("{protocol} in {scenario}: {}", property.name);
                text += &format!("![{alt}]({}.{PICTURE})\n\n", file.unwrap_or_default());
                text += &block("text", &diagram);
                let all = violation(&contents.history, self.instance, self.finding, true);
                let steps = format!("all {}", counted(self.counterexample.steps.len(), "step"));
                text += &format!("\n{}", details(&steps, &block("text", &all)));
            }
        }
        text += &format!("\n{}\n", self.places());
        text + &self.commands()
    }

    /// Where it goes wrong, and what lies beside the page.
    fn places(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        for place in self.fatal() {
            let Place { function, file, line } = place;
            let text = link(&code(&format!("{file}:{line}")), &format!("../../spec/{file}#L{line}"));
            let page = format!("../{}.md#{}", self.instance.protocol, anchor(function));
            let function = code(&format!("{function}()"));
            // What a scenario defines is no part of the listing.
            let function = if file != self.instance.scenario_source {
                link(&function, &page)
            } else {
                function
            };
            parts.push(format!("{function}, {text}"));
        }
        let lasts = self.counterexample.loop_start.is_some() && !self.has_ended();
        let mut text = match parts.as_slice() {
            [] => String::new(),
            _ if lasts => format!("Threads wait in {}. ", parts.join("; ")),
            _ => format!("It goes wrong in {}. ", parts.join("; ")),
        };
        if let Some(file) = self.file() {
            let trace = format!("{file}.{TRACE}");
            text += &format!("Every state is in the {}.", link("ITF trace", &trace));
        }
        if self.certified {
            let file = super::certificate_name(&self.instance.scenario, &self.finding.property.name);
            text += &format!(" The {} is checked by `oomspec verify`.", link("certificate", &file));
        }
        text + "\n"
    }

    fn commands(&self) -> String {
        let (protocol, scenario, property) = (
            &self.instance.protocol,
            &self.instance.scenario,
            &self.finding.property.name,
        );
        let of = format!("{protocol} -s {scenario}");
        let file = format!("{scenario}-{property}.json");
        commands(
            &[
                (format!("oomspec check {of} -p {property}"), "this diagram"),
                (format!("oomspec export itf {of} -p {property}"), "every state"),
                (format!("oomspec explore {of}"), "step through it in the browser"),
                (
                    format!("oomspec certify {of} -p {property} -o {file}"),
                    "evidence that `oomspec verify` checks without searching",
                ),
            ]
            .map(|(command, what)| (command, what.to_string())),
        )
    }

    /// The lines on which its steps stand, and those from which the functions around them were called.
    pub(crate) fn path(&self) -> Vec<Place<'_>> {
        let machine = &self.instance.machine;
        let states = machine.replay(&self.counterexample.steps);
        let steps = self.counterexample.steps.iter().zip(&states);
        let places = steps.flat_map(|(label, state)| places(machine, state, usize::from(label.thread)));
        places.collect()
    }

    /// The lines on which it goes wrong: that of the last step, or those on which threads wait for ever.
    pub(crate) fn fatal(&self) -> Vec<Place<'_>> {
        let machine = &self.instance.machine;
        let Some(start) = self.counterexample.loop_start.filter(|_| !self.has_ended()) else {
            return self.path().pop().into_iter().collect();
        };
        let events = events::events(machine, self.counterexample);
        let Some(end) = events.last() else { return Vec::new() };
        let waits = waits::waiting(machine, &end.after, events.get(start..).unwrap_or_default());
        let waits = waits.into_iter().filter(|wait| wait.counts);
        waits
            .filter_map(|wait| places(machine, &end.after, wait.thread).pop())
            .collect()
    }
}

/// A line of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place<'a> {
    pub function: &'a str,
    pub file: &'a str,
    pub line: u32,
}

/// The lines on which a thread stands, the outermost call first.
fn places<'a>(machine: &'a Machine, state: &[u64], thread: ThreadId) -> Vec<Place<'a>> {
    let Some(point) = machine.point(state, thread) else {
        return Vec::new();
    };
    let site = machine.site(thread, point);
    let callers = site.stack.iter().map(|caller| (caller.function, caller.line));
    let lines = callers.chain([(site.function, site.line)]);
    let place = |(function, line): (usize, u32)| {
        let function = &machine.program.functions[function];
        let file = &machine.program.sources.file(function.span.file).name;
        Place {
            function: &function.name,
            file,
            line,
        }
    };
    lines.map(place).collect()
}

/// A sentence with names between backticks, as reports write them.
fn prose_with_code(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let parts: Vec<String> = parts
        .map(|(at, part)| match at % 2 {
            1 => code(part),
            _ => {
                let (before, after) = (part.starts_with(' '), part.ends_with(' '));
                let space = |wanted: bool| if wanted { " " } else { "" };
                format!(
                    "{}{}{}",
                    space(before),
                    prose(part),
                    space(after && !part.trim().is_empty())
                )
            }
        })
        .collect();
    parts.concat()
}

pub(crate) fn capital(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}
