//! JUnit's XML, as servers for continuous integration read it: a suite for each protocol and scenario, a case for each property.

use super::outcome::{Outcome, diagram};
use crate::check::Checked;
use crate::counterexample::history::History;
use crate::xml::escaped;

/// The whole text.
pub fn junit(history: &History, checked: &[Checked]) -> String {
    let suites: String = checked.iter().map(|checked| suite(history, checked)).collect();
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"oomspec\">\n{suites}</testsuites>\n")
}

fn suite(history: &History, checked: &Checked) -> String {
    let name = escaped(&format!(
        "{} in {}",
        checked.instance.protocol, checked.instance.scenario
    ));
    let (mut failures, mut errors, mut skipped) = (0, 0, 0);
    let mut cases = String::new();
    for finding in &checked.findings {
        let inside = match Outcome::of(checked, finding) {
            Outcome::Passed => String::new(),
            Outcome::Skipped(why) => {
                skipped += 1;
                format!("<skipped message=\"{}\"/>", escaped(why))
            }
            // There is no word for what is expected to fail.
            Outcome::Expected(why) => {
                skipped += 1;
                format!("<skipped message=\"violated as announced: {}\"/>", escaped(&why))
            }
            Outcome::Failed(what) => {
                failures += 1;
                let diagram = escaped(&diagram(history, checked, finding));
                format!("<failure message=\"{}\">{diagram}</failure>", escaped(&what))
            }
            Outcome::Undecided(why) => {
                errors += 1;
                format!("<error message=\"not decided: {}\"/>", escaped(&why))
            }
        };
        let property = escaped(&finding.property.name);
        cases += &format!("    <testcase classname=\"{name}\" name=\"{property}\">{inside}</testcase>\n");
    }
    let (tests, seconds) = (checked.findings.len(), checked.time.as_secs_f64());
    format!(
        "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" \
         time=\"{seconds:.3}\">\n{cases}  </testsuite>\n"
    )
}
