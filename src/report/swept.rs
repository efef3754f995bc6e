//! How far verdicts stand in worlds that grow.

use super::lines::{wrapped, wrapped_after};
use crate::check::{Checked, Finding, Verdict};

/// A protocol in a scenario of some sizes.
#[derive(Debug, Clone)]
pub struct Grown {
    /// Each size with its value.
    pub sizes: Vec<(String, u32)>,
    /// What came out.
    pub checked: Checked,
}

impl Grown {
    fn words(&self) -> String {
        let sizes = self.sizes.iter().map(|(name, value)| format!("{name}={value}"));
        sizes.collect::<Vec<_>>().join(", ")
    }

    fn finding(&self, property: &str) -> Option<&Finding> {
        self.checked
            .findings
            .iter()
            .find(|finding| finding.property.name == property)
    }
}

/// A property whose verdict is another one at a larger size.
struct Change<'a> {
    property: &'a str,
    before: &'a Grown,
    after: &'a Grown,
    verdicts: (Verdict, Verdict),
}

fn changed(grown: &[Grown]) -> Vec<Change<'_>> {
    let mut changes = Vec::new();
    for pair in grown.windows(2) {
        for finding in &pair[0].checked.findings {
            let property = finding.property.name.as_str();
            let Some(after) = pair[1].finding(property) else {
                continue;
            };
            let verdicts = (finding.verdict, after.verdict);
            // What is not decided has not changed.
            if verdicts.0 != verdicts.1 && verdicts.0 != Verdict::Incomplete && verdicts.1 != Verdict::Incomplete {
                changes.push(Change {
                    property,
                    before: &pair[0],
                    after: &pair[1],
                    verdicts,
                });
            }
        }
    }
    changes
}

/// True if some verdict changes with a size.
pub fn changes(grown: &[Grown]) -> bool {
    !changed(grown).is_empty()
}

/// How far the verdicts stand: with how many states, and what changes where.
pub fn stand(grown: &[Grown]) -> String {
    let mut text = match grown.first() {
        Some(first) => format!(
            "{} in {}\n",
            first.checked.instance.protocol, first.checked.instance.scenario
        ),
        None => String::new(),
    };
    for grown in grown {
        let counts = grown.checked.counts;
        let states = format!("{} states, depth {}", counts.distinct, counts.depth);
        let end = match &grown.checked.incomplete {
            Some(why) => format!("{states}, and more: {why}"),
            None => states,
        };
        text += &wrapped_after(&format!("  {}: ", grown.words()), "      ", &end);
    }
    let changes = changed(grown);
    for Change {
        property,
        before,
        after,
        verdicts,
    } in &changes
    {
        let (then, now) = (words(verdicts.0), words(verdicts.1));
        let news = format!(
            "NEWS: {property} {then} with {}, and {now} with {}.",
            before.words(),
            after.words()
        );
        text += &wrapped("  ", &news);
    }
    let whole: Vec<&Grown> = grown
        .iter()
        .filter(|grown| grown.checked.incomplete.is_none())
        .collect();
    if let (true, [first, .., last]) = (changes.is_empty(), whole.as_slice()) {
        let same = format!("Every verdict is the same from {} to {}.", first.words(), last.words());
        text += &wrapped("  ", &same);
    }
    text
}

fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "holds",
        Verdict::Vacuous => "has nothing to say",
        Verdict::Violated => "is violated",
        Verdict::Incomplete => "is not decided",
        Verdict::NotApplicable => "is not asked, after an error,",
    }
}
