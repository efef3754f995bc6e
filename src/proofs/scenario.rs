//! The page of a protocol in one scenario: each violation, then what holds and why that can be believed.

use super::contents::{Chapter, Contents, Section};
use super::markdown::{link, prose};
use super::verdict::{by_mistake, counted};
use super::violation::capital;
use super::{bounds, holds};
use crate::check::Verdict;

/// The page.
pub(crate) fn page(contents: &Contents, chapter: &Chapter, section: &Section) -> String {
    let instance = &section.checked.instance;
    let mut text = format!("# {} in {}\n\n", instance.protocol, instance.scenario);
    if let Some((_, story)) = &instance.tags.scenario {
        text += &format!("{}.\n\n", capital(&prose(story)));
    }
    text += &format!("{}\n\n{}\n\n", summary(section), navigation(chapter, section));
    for violation in &section.violations {
        text += &format!("{}\n", violation.section(contents));
    }
    text += &holds::section(contents, section);
    text + "\n" + &bounds::section(section)
}

/// `**1 bug**: NoUseAfterFree. 1 price paid by design: … 14 properties hold.`
fn summary(section: &Section) -> String {
    let name = |of: &super::contents::Violation| {
        let name = &of.finding.property.name;
        link(name, &format!("#{}", super::markdown::anchor(name)))
    };
    let names = |mistake| -> Vec<String> {
        let those = section.violations.iter().filter(|of| by_mistake(of.finding) == mistake);
        those.map(name).collect()
    };
    let (bugs, prices) = (names(true), names(false));
    let mut parts = Vec::new();
    if !bugs.is_empty() {
        parts.push(format!("**Broken by mistake: {}.**", bugs.join(", ")));
    }
    if !prices.is_empty() {
        parts.push(format!("Broken by design: {}.", prices.join(", ")));
    }
    let findings = section.checked.findings.iter();
    let holding = findings
        .filter(|finding| matches!(finding.verdict, Verdict::Holds | Verdict::Vacuous))
        .count();
    let all = if parts.is_empty() { "All " } else { "" };
    let verb = if holding == 1 {
        "property holds"
    } else {
        "properties hold"
    };
    let holding = format!("{all}{holding} {}", link(verb, "#what-holds"));
    let states = counted(section.checked.counts.distinct, "state");
    parts.push(format!("{holding}, in every one of {states}."));
    parts.join(" ")
}

fn navigation(chapter: &Chapter, section: &Section) -> String {
    let (protocol, scenario) = (&chapter.name, section.name());
    let source = &section.checked.instance.scenario_source;
    [
        link("All verdicts", "../index.md"),
        link(&format!("{protocol} in all scenarios"), &format!("../{protocol}.md")),
        link(&format!("the text of {scenario}"), &format!("../../spec/{source}")),
    ]
    .join(" · ")
}
