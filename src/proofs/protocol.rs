//! The page of a protocol: whether it is affected, the picture first; then its verdicts, its properties and its listing.

use std::collections::BTreeSet;

use super::contents::{Chapter, Contents, Section, Violation};
use super::markdown::{anchor, block, link, plain, prose, table};
use super::verdict::{LEGEND, by_mistake, cell};
use super::violation::capital;
use super::{PICTURE, listing, properties};
use crate::actors::compare::Opinion;
use crate::report::summary::short;
use crate::report::violation::violation;

/// The page.
pub(crate) fn page(contents: &Contents, chapter: &Chapter) -> String {
    let mut text = format!("# {}\n\n{}\n\n", chapter.name, navigation(contents, chapter));
    text += &bugs(contents, chapter);
    text += &format!(
        "\n## Story\n\n{}\n\n{}",
        prose(&chapter.program.tags.summary),
        tags(chapter)
    );
    text += &format!("\n## Verdicts\n\n{}\n{LEGEND}\n", matrix(chapter));
    text += &by_design(contents, chapter);
    text += &format!("\n{}", counts(chapter));
    text += &format!("\n{}", properties::section(contents, chapter));
    text + "\n" + &listing::section(chapter)
}

fn navigation(contents: &Contents, chapter: &Chapter) -> String {
    let at = contents
        .chapters
        .iter()
        .position(|other| other.name == chapter.name)
        .unwrap_or(0);
    let page = |chapter: &Chapter| link(&chapter.name, &format!("{}.md", chapter.name));
    let before = at.checked_sub(1).and_then(|before| contents.chapters.get(before));
    let after = contents.chapters.get(at + 1);
    let mut parts = vec![link("All verdicts", "index.md")];
    parts.extend(before.map(|before| format!("before: {}", page(before))));
    parts.extend(after.map(|after| format!("after: {}", page(after))));
    parts.extend([
        link("verdicts", "#verdicts"),
        link("properties", "#properties"),
        link("listing", "#listing"),
    ]);
    parts.join(" · ")
}

fn violations<'c>(chapter: &'c Chapter, mistake: bool) -> impl Iterator<Item = &'c Violation<'c>> {
    let all = chapter.sections.iter().flat_map(|section| &section.violations);
    all.filter(move |of| by_mistake(of.finding) == mistake)
}

fn at(of: &Violation, folder: &str) -> String {
    let (scenario, property) = (&of.instance.scenario, &of.finding.property.name);
    format!("{folder}/{scenario}.md#{}", anchor(property))
}

/// What is broken by mistake: the shortest race as a picture, then all as a list.
fn bugs(contents: &Contents, chapter: &Chapter) -> String {
    let mut mistakes: Vec<&Violation> = violations(chapter, true).collect();
    // What is new comes first; of that, an error of the language says most.
    mistakes.sort_by_key(|of| (of.file().is_none(), of.finding.property.kind));
    let Some(first) = mistakes.first() else {
        return "**No property is broken by mistake.**\n".to_string();
    };
    let properties: BTreeSet<&str> = mistakes.iter().map(|of| of.finding.property.name.as_str()).collect();
    let many = match properties.len() {
        1 => "One property is".to_string(),
        many => format!("{many} properties are"),
    };
    let mut text = format!("**{many} broken by mistake.**\n\n");
    let mut told: Vec<(&str, &str)> = Vec::new();
    for of in &mistakes {
        let (property, reason) = (of.finding.property.name.as_str(), of.finding.known_words());
        if told.contains(&(property, reason)) {
            continue;
        }
        told.push((property, reason));
        let same =
            |other: &&&Violation| other.finding.property.name == property && other.finding.known_words() == reason;
        let places: Vec<String> = mistakes
            .iter()
            .filter(same)
            .map(|other| link(&other.instance.scenario, &at(other, &chapter.name)))
            .collect();
        let headline = of.headline();
        text += &format!(
            "- **{property}** is broken in {}: {headline}. {}.\n",
            places.join(", "),
            capital(&of.reason(contents, ""))
        );
    }
    let Some(file) = first.file() else {
        return text + "\nNone of them is new: their pages say where they are shown.\n";
    };
    let picture = format!("{}/{file}.{PICTURE}", chapter.name);
    let (scenario, property) = (&first.instance.scenario, &first.finding.property.name);
    let alt = format!("{} in {scenario}: {property}", chapter.name);
    text += &format!(
        "\n{}\n\n",
        link(&format!("![{alt}]({picture})"), &at(first, &chapter.name))
    );
    text + &block(
        "text",
        &violation(&contents.history, first.instance, first.finding, false),
    )
}

fn by_design(contents: &Contents, chapter: &Chapter) -> String {
    let mut reasons: Vec<(&str, Vec<&Violation>)> = Vec::new();
    for of in violations(chapter, false) {
        let reason = of.finding.known_words();
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, those)) => those.push(of),
            None => reasons.push((reason, vec![of])),
        }
    }
    let mut text = String::new();
    for (_, those) in &reasons {
        let places: Vec<String> = those
            .iter()
            .map(|of| {
                let words = format!("{} in {}", of.finding.property.name, of.instance.scenario);
                link(&words, &at(of, &chapter.name))
            })
            .collect();
        // There is one: it was pushed with its reason.
        let reason = those.first().map_or(String::new(), |of| of.reason(contents, ""));
        text += &format!("- {}: {}.\n", capital(&reason), places.join(", "));
    }
    match text.is_empty() {
        true => text,
        false => format!("\n{text}"),
    }
}

fn tags(chapter: &Chapter) -> String {
    let tags = &chapter.program.tags;
    let mut lines = Vec::new();
    for commit in &tags.commits {
        let subject = match commit.subject.as_str() {
            "" => String::new(),
            subject => format!(" (\"{}\")", plain(subject)),
        };
        lines.push(format!("- Commit `{}`{subject}", short(&commit.hash)));
    }
    for source in &tags.sources {
        lines.push(format!("- Written from: {}", plain(source)));
    }
    lines.push(format!(
        "- The text: {}",
        link(&chapter.listing.name, &format!("../spec/{}", chapter.listing.name))
    ));
    lines.join("\n") + "\n"
}

/// A row for each scenario.
fn matrix(chapter: &Chapter) -> String {
    let properties = properties::of(chapter);
    let mut head = vec!["scenario".to_string()];
    head.extend(
        properties
            .iter()
            .map(|property| link(&property.code, &format!("#{}", anchor(&property.name)))),
    );
    let mut rows = Vec::new();
    for section in &chapter.sections {
        let page = format!("{}/{}.md", chapter.name, section.name());
        let mut row = vec![link(section.name(), &page)];
        for property in &properties {
            let found = section.finding(&property.name);
            let target = match found.is_some_and(|finding| finding.counterexample.is_some()) {
                true => anchor(&property.name),
                false => "what-holds".to_string(),
            };
            row.push(link(cell(found.into_iter()), &format!("{page}#{target}")));
        }
        rows.push(row);
    }
    table(&head, &rows)
}

/// How much was explored in each scenario, and by whom.
fn counts(chapter: &Chapter) -> String {
    let head = [
        "scenario",
        "states generated",
        "distinct",
        "depth",
        "decided by",
        "second opinion",
    ]
    .map(String::from);
    let row = |section: &Section| {
        let counts = section.checked.counts;
        let whole = match section.checked.incomplete {
            None => "our graph, whole",
            Some(_) => "our graph, **a part**",
        };
        let second = match section.evidence.stateright {
            Opinion::Agrees => "stateright agrees",
            Opinion::Incomplete => "stateright does not see it all either",
            Opinion::Differs(_) => "**stateright disagrees**",
        };
        vec![
            link(
                section.name(),
                &format!("{}/{}.md#who-says-so", chapter.name, section.name()),
            ),
            counts.generated.to_string(),
            counts.distinct.to_string(),
            counts.depth.to_string(),
            whole.to_string(),
            second.to_string(),
        ]
    };
    table(&head, &chapter.sections.iter().map(row).collect::<Vec<_>>())
}
