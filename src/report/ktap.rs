//! The kernel's test anything protocol (Documentation/dev-tools/ktap.rst): a test for each protocol and scenario, and a subtest for
//! each property. What a listing announces is an expected failure.

use super::outcome::{Outcome, diagram};
use crate::check::Checked;
use crate::counterexample::history::History;

/// The version of the protocol.
const VERSION: &str = "KTAP version 1\n";

/// The whole text.
pub fn ktap(history: &History, checked: &[Checked]) -> String {
    let mut text = format!("{VERSION}1..{}\n", checked.len());
    for (number, checked) in (1..).zip(checked) {
        let name = format!("{} in {}", checked.instance.protocol, checked.instance.scenario);
        text += &format!("  {VERSION}  # Subtest: {name}\n  1..{}\n", checked.findings.len());
        let mut fine = true;
        for (number, finding) in (1..).zip(&checked.findings) {
            let (ok, directive) = match Outcome::of(checked, finding) {
                Outcome::Passed => (true, String::new()),
                Outcome::Skipped(why) => (true, format!(" # SKIP {why}")),
                Outcome::Expected(why) => (true, format!(" # XFAIL {why}")),
                Outcome::Failed(what) => (false, format!(" # {what}")),
                Outcome::Undecided(why) => (false, format!(" # ERROR not decided: {why}")),
            };
            if !ok {
                for line in diagram(history, checked, finding).lines() {
                    text += format!("  # {line}").trim_end();
                    text += "\n";
                }
            }
            text += &format!("  {} {number} {}{directive}\n", status(ok), finding.property.name);
            fine &= ok;
        }
        text += &format!("{} {number} {name}\n", status(fine));
    }
    text
}

fn status(ok: bool) -> &'static str {
    if ok { "ok" } else { "not ok" }
}
