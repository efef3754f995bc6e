//! The page of costs: what an ordinary exit takes, and the way to a page when memory has run out.

use super::markdown::{link, plain, table};
use crate::cost::Cost;
use crate::report::cost::{LEGEND, by_scenario, plot, table as rows};

/// The page's file, and its picture's.
pub(crate) const PAGE: &str = "cost.md";
pub(crate) const PICTURE: &str = "cost.svg";

/// The scenario that is drawn: the exit with nobody about.
const DRAWN: &str = "exit-alone";

/// The page and, if there is something to draw, the picture.
pub(crate) fn page(costs: &[Cost]) -> (String, Option<String>) {
    let drawn: Vec<&Cost> = costs.iter().filter(|cost| cost.scenario == DRAWN).collect();
    let picture = plot(&drawn).ok().filter(|picture| !picture.is_empty());
    let mut text = String::from(
        "# What it costs\n\n\
         Figures of the state graphs: of an exit that is no victim's, what it counts from its beginning to its end; of an allocation \
         when memory has run out, what is counted until it succeeds, by all together, and what is free and still owed just before \
         another victim is taken. What counts as what is said in the headers of the listings (`__counts`). Made by `oomspec prove`; \
         `oomspec cost` prints the same.\n\n",
    );
    if picture.is_some() {
        text += &format!("![What an exit takes that is no victim's, by protocol]({PICTURE})\n\n");
    }
    text += &format!("```\n{LEGEND}```\n\n");
    for costs in by_scenario(costs) {
        let [first, ..] = costs.as_slice() else { continue };
        let rows = rows(&costs);
        let Some((head, rows)) = rows.split_first().filter(|(_, rows)| !rows.is_empty()) else {
            continue;
        };
        let mut head = head.clone();
        head[0] = "protocol".into();
        let linked = rows.iter().map(|row| {
            let mut row = row.clone();
            row[0] = link(&row[0], &format!("{}.md", row[0]));
            row
        });
        text += &format!("## {}\n\n{}.\n\n", first.scenario, plain(&first.story));
        text += &table(&head, &linked.collect::<Vec<_>>());
        text += "\n";
    }
    (text, picture)
}
