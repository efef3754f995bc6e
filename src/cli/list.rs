//! `oomspec list`: what there is to check.

use oomspec::c::ast::Tags;
use oomspec::spec::Spec;
use textwrap::Options;

/// List the protocols and scenarios, with what each is about
#[derive(Debug, clap::Args)]
pub struct Args {}

/// What `list` says of a protocol or a scenario.
struct Row {
    name: String,
    story: String,
    /// The releases that it stands for.
    versions: String,
}

/// Prints the names and stories.
pub fn run(spec: &Spec, _: &Args) -> Result<u8, super::Failure> {
    let mut text = String::from("Protocols, in historical order:\n");
    let protocols: Vec<Row> = spec.protocols().into_iter().map(|name| protocol(spec, name)).collect();
    text += &table(&protocols);
    text += "\nScenarios:\n";
    let scenario = |(name, story): (String, String)| Row {
        name,
        story,
        versions: String::new(),
    };
    let scenarios: Vec<Row> = spec.scenario_stories().into_iter().map(scenario).collect();
    text += &table(&scenarios);
    super::print(&text)?;
    Ok(super::exit::FINE)
}

fn protocol(spec: &Spec, name: String) -> Row {
    let listing = spec.protocol(&name).ok();
    let tags: Option<Tags> = listing.and_then(|listing| spec.tags(&listing).ok());
    let Tags { summary, versions, .. } = tags.unwrap_or_default();
    let versions: Vec<String> = versions.iter().map(ToString::to_string).collect();
    Row {
        name,
        story: summary,
        versions: versions.join(", "),
    }
}

/// Columns of a line.
const WIDTH: usize = 80;

fn table(rows: &[Row]) -> String {
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    let indent = " ".repeat(width + 4);
    let row = |row: &Row| {
        let (name, story) = (&row.name, first_sentence(&row.story));
        let first = format!("  {name:width$}  ");
        let options = Options::new(WIDTH).initial_indent(&first).subsequent_indent(&indent);
        let stands_for = match row.versions.is_empty() {
            true => String::new(),
            false => format!("{indent}= {}\n", row.versions),
        };
        format!("{}\n{stands_for}", textwrap::fill(story, options).trim_end())
    };
    rows.iter().map(row).collect()
}

/// What fits behind a name: `oomspec show` has the whole story.
fn first_sentence(story: &str) -> &str {
    story.split_once(". ").map_or(story, |(first, _)| first)
}
