//! `oomspec list`: what there is to check.

use oomspec::spec::Spec;

/// List the protocols and scenarios, with what each is about
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Prints the names and stories.
pub fn run(spec: &Spec, _: &Args) -> Result<u8, super::Failure> {
    let mut text = String::from("Protocols, in historical order:\n");
    let stories: Vec<(String, String)> = spec.protocols().into_iter().map(|name| story(spec, name)).collect();
    text += &table(&stories);
    text += "\nScenarios:\n";
    let scenarios: Vec<(String, String)> = spec.scenario_stories();
    text += &table(&scenarios);
    super::print(&text)?;
    Ok(super::exit::FINE)
}

fn story(spec: &Spec, name: String) -> (String, String) {
    let tags = spec
        .protocol(&name)
        .ok()
        .and_then(|listing| spec.read(&listing, None).ok())
        .map(|program| program.tags);
    (name, tags.map(|tags| tags.summary).unwrap_or_default())
}

fn table(rows: &[(String, String)]) -> String {
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    rows.iter()
        .map(|(name, story)| format!("  {name:width$}  {}\n", first_sentence(story)))
        .collect()
}

/// What fits behind a name: `oomspec show` has the whole story.
fn first_sentence(story: &str) -> &str {
    story.split_once(". ").map_or(story, |(first, _)| first)
}
