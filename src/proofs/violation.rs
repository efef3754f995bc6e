//! A violation: its picture, its diagram, its states, and the commands that show it again.

use super::book::Book;
use super::markdown::{block, code, details, link, prose};
use super::verdict::counted;
use super::{PICTURE, TRACE};
use crate::check::{Counterexample, Finding};
use crate::export::itf::itf;
use crate::machine::Machine;
use crate::machine::program::ThreadId;
use crate::report::violation::violation;
use crate::report::{events, lanes, summary, waits, wrong};
use crate::spec::Instance;

/// A broken property in one scenario.
pub struct Violation<'a> {
    pub instance: &'a Instance,
    pub finding: &'a Finding,
    pub counterexample: &'a Counterexample,
    /// The name of its picture and of its trace, without the ending.
    pub file: String,
    /// The property with which the same run is shown.
    pub as_before: Option<&'a str>,
}

impl Violation<'_> {
    pub fn picture(&self) -> String {
        let Counterexample { steps, loop_start } = self.counterexample;
        lanes::svg(&self.instance.machine, steps, *loop_start)
    }

    pub fn trace(&self) -> String {
        itf(self.instance, self.finding).unwrap_or_default()
    }

    /// What went wrong and after how many steps: `use-after-free of struct … in …, after 36 steps`.
    pub fn headline(&self) -> String {
        let machine = &self.instance.machine;
        let wrong = wrong::wrong(machine, self.finding, &events::events(machine, self.counterexample));
        let steps = self.counterexample.steps.len();
        let how = match self.counterexample.loop_start {
            Some(start) if start < steps => format!("for ever, in a loop of {}", counted(steps - start, "step")),
            Some(_) => "for ever".to_string(),
            None => String::new(),
        };
        let stem = self.counterexample.loop_start.unwrap_or(steps);
        let after = format!("after {}", counted(stem, "step"));
        let how = if how.is_empty() {
            after
        } else {
            format!("{after}, {how}")
        };
        format!("{} {how}", prose_with_code(&wrong))
    }

    /// Why the listing breaks it, the protocol that mends it linked; pages lie this many folders deep.
    pub fn reason(&self, book: &Book, up: &str) -> String {
        let Some(reason) = &self.finding.known else {
            return "**not announced by the listing**".to_string();
        };
        match summary::fixed_by(reason).filter(|name| book.has(name)) {
            Some(name) => prose(reason).replacen(name, &link(name, &format!("{up}{name}.md")), 1),
            None => prose(reason),
        }
    }

    /// The section of a scenario's page.
    pub fn section(&self, book: &Book) -> String {
        let property = &self.finding.property;
        let mut text = format!("## {}\n\n", property.name);
        text += &format!("**{}.** {}.\n\n", self.headline(), capital(&self.reason(book, "../")));
        let diagram = violation(&book.history, self.instance, self.finding, false);
        if let Some(first) = self.as_before {
            let same = link(first, &format!("#{}", super::markdown::anchor(first)));
            text += &format!("The same run as for {same}, which shows the picture and all steps.\n\n");
            text += &details("the diagram, from where this property stands", &block("text", &diagram));
        } else {
            let alt = format!(
                "{} in {}: {}",
                self.instance.protocol, self.instance.scenario, property.name
            );
            text += &format!("![{alt}]({}.{PICTURE})\n\n", self.file);
            text += &block("text", &diagram);
            let all = violation(&book.history, self.instance, self.finding, true);
            let steps = format!("all {}", counted(self.counterexample.steps.len(), "step"));
            text += &format!("\n{}", details(&steps, &block("text", &all)));
        }
        text += &format!("\n{}\n", self.places(book));
        text + &self.commands()
    }

    /// Where the last step stands, and what lies beside the page.
    fn places(&self, book: &Book) -> String {
        let mut parts = Vec::new();
        if let Some((function, file, line)) = self.last_place() {
            let place = link(&code(&format!("{file}:{line}")), &format!("../../spec/{file}#L{line}"));
            let page = format!("../{}.md#{}", self.instance.protocol, super::markdown::anchor(function));
            parts.push(format!(
                "The last step stands in {}, {place}.",
                link(&code(&format!("{function}()")), &page)
            ));
        }
        let trace = format!("{}.{TRACE}", self.file);
        parts.push(format!("Every state is in the {}.", link("ITF trace", &trace)));
        if let Some(certificate) = book.records.certificate(self.instance, self.finding) {
            parts.push(certificate);
        }
        parts.join(" ") + "\n"
    }

    /// Function, file and line of the last step, if it was made in the listing.
    fn last_place(&self) -> Option<(&str, &str, u32)> {
        let machine = &self.instance.machine;
        let states = machine.replay(&self.counterexample.steps);
        let last = self.counterexample.steps.last()?;
        let before = &states[states.len().checked_sub(2)?];
        let thread = usize::from(last.thread);
        let site = machine.site(thread, machine.point(before, thread)?);
        let function = &machine.program.functions[site.function].name;
        let file = &machine.program.sources.file(site.span.file).name;
        (!file.starts_with("scenarios/")).then_some((function, file, site.line))
    }

    fn commands(&self) -> String {
        let (protocol, scenario, property) = (
            &self.instance.protocol,
            &self.instance.scenario,
            &self.finding.property.name,
        );
        let of = format!("{protocol} -s {scenario}");
        block(
            "sh",
            &format!("oomspec check {of} -p {property}\noomspec export itf {of} -p {property}\noomspec explore {of}"),
        )
    }

    /// The lines, as (file, line), on which its steps stand.
    pub fn path(&self) -> Vec<(&str, u32)> {
        let machine = &self.instance.machine;
        let states = machine.replay(&self.counterexample.steps);
        let steps = self.counterexample.steps.iter().zip(&states);
        let places = steps.filter_map(|(label, state)| place(machine, state, usize::from(label.thread)));
        places.collect()
    }

    /// The lines on which it goes wrong: that of the last step, or those on which threads wait for ever.
    pub fn fatal(&self) -> Vec<(&str, u32)> {
        let machine = &self.instance.machine;
        let Some(start) = self.counterexample.loop_start else {
            return self.path().pop().into_iter().collect();
        };
        let events = events::events(machine, self.counterexample);
        let Some(end) = events.last() else { return Vec::new() };
        let waits = waits::waiting(machine, &end.after, events.get(start..).unwrap_or_default());
        let waits = waits.into_iter().filter(|wait| wait.counts);
        waits
            .filter_map(|wait| place(machine, &end.after, wait.thread))
            .collect()
    }
}

fn place<'a>(machine: &'a Machine, state: &[u64], thread: ThreadId) -> Option<(&'a str, u32)> {
    let site = machine.site(thread, machine.point(state, thread)?);
    Some((&machine.program.sources.file(site.span.file).name, site.line))
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

pub fn capital(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}
