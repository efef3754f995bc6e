//! SARIF 2.1.0, as viewers of static analysis read it: a rule for each property, a result for each violation. What a listing announces
//! is a result that is suppressed.

use serde_json::{Value, json};

use super::outcome::{Outcome, diagram, place};
use crate::check::{Checked, Finding};
use crate::counterexample::history::History;
use crate::model::property::Property;

/// The whole text.
pub fn sarif(history: &History, checked: &[Checked]) -> String {
    let findings = || {
        let each = checked.iter();
        each.flat_map(|checked| checked.findings.iter().map(move |finding| (checked, finding)))
    };
    let mut rules: Vec<&Property> = Vec::new();
    for (_, finding) in findings() {
        if rules.iter().all(|rule| rule.name != finding.property.name) {
            rules.push(&finding.property);
        }
    }
    let undecided = findings().any(|(checked, finding)| matches!(Outcome::of(checked, finding), Outcome::Undecided(_)));
    let results: Vec<Value> = findings()
        .filter_map(|(checked, finding)| result(history, checked, finding))
        .collect();
    let driver = json!({
        "name": "oomspec",
        "version": env!("CARGO_PKG_VERSION"),
        "rules": rules.iter().map(|rule| rule_of(rule)).collect::<Vec<Value>>(),
    });
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": driver },
            "invocations": [{ "executionSuccessful": !undecided }],
            "results": results,
        }],
    });
    // A value of strings, numbers and truth always has a JSON form.
    serde_json::to_string_pretty(&log).unwrap_or_default() + "\n"
}

fn rule_of(property: &Property) -> Value {
    json!({ "id": property.name, "shortDescription": { "text": property.description } })
}

fn result(history: &History, checked: &Checked, finding: &Finding) -> Option<Value> {
    let (level, what, announced) = match Outcome::of(checked, finding) {
        Outcome::Passed | Outcome::Skipped(_) => return None,
        Outcome::Expected(why) => ("note", diagram(history, checked, finding), Some(why)),
        Outcome::Failed(what) => ("error", what + "\n\n" + &diagram(history, checked, finding), None),
        Outcome::Undecided(why) => ("warning", format!("not decided: {why}"), None),
    };
    let (protocol, scenario) = (&checked.instance.protocol, &checked.instance.scenario);
    let mut result = json!({
        "ruleId": finding.property.name,
        "level": level,
        "message": { "text": format!("{protocol} in {scenario}: {}", what.trim_end()) },
    });
    if let Some((file, line)) = place(checked, finding) {
        result["locations"] = json!([{
            "physicalLocation": { "artifactLocation": { "uri": file }, "region": { "startLine": line } },
        }]);
    }
    if let Some(why) = announced {
        result["suppressions"] = json!([{ "kind": "inSource", "justification": why }]);
    }
    Some(result)
}
