//! The first page: the matrix, the bugs, what the columns mean, and how far it all goes.

use super::contents::{Chapter, Contents, Violation};
use super::markdown::{anchor, link, prose, table};
use super::properties;
use super::verdict::{LEGEND, by_mistake, cell, counted};
use crate::actors::compare::Opinion;
use crate::model::property::Property;
use crate::report::matrix::columns;

/// The page.
pub(crate) fn page(contents: &Contents) -> String {
    let mut text = format!(
        "# Verdicts\n\n\
         Each protocol was explored in {}: every interleaving, to the end. A row is a protocol, in historical order; \
         a column is a property; each mark leads to its evidence. Made by `oomspec prove`.\n\n",
        counted(scenarios(contents).len(), "scenario")
    );
    text += &format!("{}\n{LEGEND}\n\n", matrix(contents));
    text += &format!("## Bugs\n\n{}\n", bugs(contents));
    text += &format!("## Properties\n\n{}\n", legend(contents));
    text += &format!("## Scenarios\n\n{}\n", stories(contents));
    if contents.has_costs {
        text += &format!(
            "## Costs\n\nWhat an exit and an allocation take: {}.\n\n",
            link("figures and a plot", super::cost::PAGE)
        );
    }
    text += &format!("## How far this goes\n\n{}\n", extent(contents));
    text + "## Do it again\n\n\
        ```sh\n\
        oomspec prove          # writes these pages again, the same bytes\n\
        oomspec prove --check  # compares them, and names those that are stale\n\
        ```\n\n\
        Beside each verdict stands the command that shows it. `oomspec` is `cargo run --release --` in a clone of the \
        repository, or what `cargo install --path .` installs.\n"
}

fn matrix(contents: &Contents) -> String {
    let columns = columns(contents.sections().map(|section| section.checked));
    let mut head = vec!["protocol".to_string()];
    head.extend(columns.iter().map(|property| link(&property.code, "#properties")));
    let row = |chapter: &Chapter| {
        let page = format!("{}.md", chapter.name);
        let mut row = vec![link(&chapter.name, &page)];
        for property in &columns {
            let mark = cell(chapter.findings(&property.name).map(|(_, finding)| finding));
            row.push(link(mark, &format!("{page}#{}", anchor(&property.name))));
        }
        row
    };
    table(&head, &contents.chapters.iter().map(row).collect::<Vec<_>>())
}

/// What is broken by mistake, by protocol and property.
fn bugs(contents: &Contents) -> String {
    let head = ["protocol", "property", "what happens", "shown in", "why"].map(String::from);
    let mut rows = Vec::new();
    for chapter in &contents.chapters {
        for property in properties::of(chapter) {
            let all = chapter.sections.iter().flat_map(|section| &section.violations);
            let mut those: Vec<&Violation> = all
                .filter(|of| by_mistake(of.finding) && of.finding.property.name == property.name)
                .collect();
            // The shortest is the one to read.
            those.sort_by_key(|of| of.counterexample.steps.len());
            let Some(of) = those.first() else { continue };
            let place = |of: &&Violation| {
                let scenario = &of.instance.scenario;
                link(
                    scenario,
                    &format!("{}/{scenario}.md#{}", chapter.name, anchor(&property.name)),
                )
            };
            let places: Vec<String> = those.iter().map(place).collect();
            rows.push(vec![
                link(&chapter.name, &format!("{}.md", chapter.name)),
                property.name.clone(),
                of.headline(),
                places.join(", "),
                of.reason(contents, ""),
            ]);
        }
    }
    match rows.is_empty() {
        true => "None.\n".to_string(),
        false => table(&head, &rows),
    }
}

fn legend(contents: &Contents) -> String {
    let head = ["", "property", "says"].map(String::from);
    let row = |property: &Property| {
        let name = match properties::place(contents, property, "../") {
            Some(place) => link(&property.name, &place),
            None => property.name.clone(),
        };
        vec![property.code.clone(), name, prose(&property.description)]
    };
    table(
        &head,
        &columns(contents.sections().map(|section| section.checked))
            .iter()
            .map(row)
            .collect::<Vec<_>>(),
    )
}

/// Name, source and story of each scenario.
fn scenarios<'b>(contents: &'b Contents) -> Vec<(&'b str, &'b str, &'b str)> {
    let mut scenarios: Vec<(&str, &str, &str)> = Vec::new();
    for section in contents.sections() {
        if scenarios.iter().all(|(known, _, _)| *known != section.name()) {
            let instance = &section.checked.instance;
            let story = instance.tags.scenario.as_ref().map_or("", |(_, story)| story);
            scenarios.push((section.name(), &instance.scenario_source, story));
        }
    }
    scenarios
}

fn stories(contents: &Contents) -> String {
    let head = ["scenario", "is about", "most states"].map(String::from);
    let row = |&(name, source, story): &(&str, &str, &str)| {
        let sections = contents.sections().filter(|section| section.name() == name);
        let most = sections
            .map(|section| section.checked.counts.distinct)
            .max()
            .unwrap_or(0);
        vec![link(name, &format!("../spec/{source}")), prose(story), most.to_string()]
    };
    table(&head, &scenarios(contents).iter().map(row).collect::<Vec<_>>())
}

fn extent(contents: &Contents) -> String {
    let graphs = contents.sections().count();
    let states: usize = contents.sections().map(|section| section.checked.counts.distinct).sum();
    let whole = contents
        .sections()
        .filter(|section| section.checked.incomplete.is_none())
        .count();
    let agrees = contents
        .sections()
        .filter(|section| section.evidence.stateright == Opinion::Agrees)
        .count();
    let mut text = format!(
        "- {graphs} graphs with {states} distinct states together; {} explored to the end.\n",
        if whole == graphs {
            "all were".to_string()
        } else {
            format!("{whole} were")
        }
    );
    text += &format!(
        "- stateright's breadth-first search, over one actor for each thread and one for the shared memory, agrees on {agrees} of \
         them: the same states, transitions and levels, and the same violations after as many steps.\n"
    );
    let tlc = contents.sections().filter(|section| section.tlc.is_some()).count();
    if tlc > 0 {
        text += &format!(
            "- TLC agrees on {tlc} of them, from the modules that `oomspec export tla` writes: the same distinct states and depth, and the \
             same verdict for every property that it was asked. [The table](tlc.md) says which.\n"
        );
    }
    let readme = link("what is assumed", "../README.md#what-is-assumed");
    text += &format!(
        "- A verdict holds in sequentially consistent memory, within the bounds of its scenario, if the listing reads the kernel \
         right: {readme}.\n"
    );
    text
}
