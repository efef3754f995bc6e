//! Annotations for a workflow on GitHub: a line for whatever is not as the listings announce, which GitHub shows at the line of code.

use super::outcome::{Outcome, place};
use crate::check::Checked;

/// The lines; none if all is as announced.
pub fn github(checked: &[Checked]) -> String {
    let mut text = String::new();
    for checked in checked {
        for finding in &checked.findings {
            let (level, what) = match Outcome::of(checked, finding) {
                Outcome::Passed | Outcome::Skipped(_) | Outcome::Expected(_) => continue,
                Outcome::Failed(what) => ("error", what),
                Outcome::Undecided(why) => ("warning", format!("not decided: {why}")),
            };
            let (protocol, scenario) = (&checked.instance.protocol, &checked.instance.scenario);
            let title = property(&format!("{} in {scenario} ({protocol})", finding.property.name));
            let place = place(checked, finding).map_or(String::new(), |(file, line)| {
                format!("file={},line={line},", property(file))
            });
            text += &format!("::{level} {place}title={title}::{}\n", data(&what));
        }
    }
    text
}

/// As GitHub wants it in the message.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// As GitHub wants it in front of the message.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
