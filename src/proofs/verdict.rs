//! Verdicts in a cell and in words.

use crate::c::ast::Reason;
use crate::check::Finding;
use crate::report::matrix::Mark;

/// The marks, each with what it means, as the legend of a table.
pub(crate) const LEGEND: &str = "\
**X** broken by mistake: a bug. x broken by design: a price that is paid. \
· holds. v holds, but what it speaks of never happens there. \
– not asked: every run that would show it may end in an error first.";

/// The mark of a property over one or more scenarios: the worst.
pub(crate) fn cell<'a>(findings: impl Iterator<Item = &'a Finding>) -> &'static str {
    let mut worst = Mark::NotAsked;
    for finding in findings {
        worst = worst.max(Mark::of(finding));
    }
    match worst {
        Mark::NotAsked => "–",
        Mark::Holds => "·",
        Mark::Vacuous => "v",
        Mark::Known => "**X**",
        Mark::Designed => "x",
        Mark::Incomplete => "?",
        Mark::Unexpected => "**!**",
    }
}

/// True for a violation that the listing calls a mistake, or that it does not know of.
pub(crate) fn by_mistake(finding: &Finding) -> bool {
    finding.known.as_ref().is_none_or(Reason::is_mistake)
}

/// `1 step`, `2 steps`
pub(crate) fn counted(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}
