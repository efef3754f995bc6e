//! What holds in a scenario: how each property was decided, who agrees, and what is assumed.

use super::contents::{Contents, Section};
use super::markdown::{anchor, commands, link, plain, prose, table};
use super::{assumed, records};
use crate::actors::compare::{Opinion, decides};
use crate::check::{Finding, Verdict};
use crate::model::property::PropertyKind;
use crate::tlc::Record;

/// The section.
pub(crate) fn section(contents: &Contents, section: &Section) -> String {
    let instance = &section.checked.instance;
    let mut text = "## What holds\n\n".to_string();
    let head = ["property", "says", "was decided by", "also", "certificate"].map(String::from);
    let findings = || section.checked.findings.iter();
    let holding = findings().filter(|finding| matches!(finding.verdict, Verdict::Holds | Verdict::Vacuous));
    let rows: Vec<Vec<String>> = holding.map(|finding| row(contents, section, finding)).collect();
    text += &table(&head, &rows);
    let of_verdict = |verdict| -> Vec<&str> {
        let those = findings().filter(|finding| finding.verdict == verdict);
        those.map(|finding| finding.property.name.as_str()).collect()
    };
    let not_asked = of_verdict(Verdict::NotApplicable);
    if !not_asked.is_empty() {
        let names = not_asked.join(", ");
        text += &format!("\nNot asked, because every run that would show it may end in an error first: {names}.\n");
    }
    let open = of_verdict(Verdict::Incomplete);
    if !open.is_empty() {
        text += &format!("\n**Not decided**: {}.\n", open.join(", "));
    }
    let counts = section.checked.counts;
    text += "\n### Who says so\n\n";
    text += &format!(
        "- Our own search: {} states generated, {} distinct, depth {}. {}\n",
        counts.generated,
        counts.distinct,
        counts.depth,
        match &section.checked.incomplete {
            None => "No state was left out, and nothing was cut off.".to_string(),
            Some(why) => format!("**Incomplete**: {}.", plain(why)),
        }
    );
    text += &format!("- {}\n", stateright(&section.evidence.stateright));
    if let Some(record) = section.tlc {
        text += &format!("- {}\n", records::tlc(record));
    }
    let of = format!("{} -s {}", instance.protocol, instance.scenario);
    let mut lines = vec![(
        format!("oomspec check {of} --engine both"),
        "every verdict, by both engines".to_string(),
    )];
    if let Some(finding) = findings().find(|finding| finding.verdict == Verdict::Holds) {
        let name = &finding.property.name;
        let what = "evidence that `oomspec verify` checks without searching";
        lines.push((
            format!("oomspec certify {of} -p {name} -o {name}.json"),
            what.to_string(),
        ));
    }
    text += &format!("\n{}", commands(&lines));
    text += "\n### What is assumed\n\n";
    text + &assumed::list(&instance.machine, "../../")
}

fn row(contents: &Contents, section: &Section, finding: &Finding) -> Vec<String> {
    let property = &finding.property;
    let page = format!("../{}.md#{}", section.checked.instance.protocol, anchor(&property.name));
    let vacuous = match finding.verdict {
        Verdict::Vacuous => ", but what it speaks of never happens here",
        _ => "",
    };
    let agrees = section.evidence.stateright == Opinion::Agrees
        && decides(
            &section.checked.instance.machine,
            std::slice::from_ref(contents.module),
            finding,
        );
    let asked = |record: &Record| record.properties.iter().any(|(name, _)| *name == property.name);
    let also = [(agrees, "stateright"), (section.tlc.is_some_and(asked), "TLC")];
    let also: Vec<&str> = also
        .into_iter()
        .filter(|(agrees, _)| *agrees)
        .map(|(_, who)| who)
        .collect();
    vec![
        link(&property.name, &page),
        prose(&property.description) + vacuous,
        technique(property.kind).to_string(),
        also.join(", "),
        match section.certificates.contains_key(&property.name) {
            true => link("verify", &section.certificate_name(&property.name)),
            false => String::new(),
        },
    ]
}

fn technique(kind: PropertyKind) -> &'static str {
    match kind {
        PropertyKind::Safety => "looking at every state",
        PropertyKind::Deadlock => "looking at every state without a step",
        PropertyKind::Action => "looking at every step",
        PropertyKind::Liveness => "looking for a fair loop",
        PropertyKind::Refinement => "mapping every step, then looking for a fair loop",
    }
}

fn stateright(second: &Opinion) -> String {
    match second {
        Opinion::Agrees => "stateright's breadth-first search, over one actor for each thread and one for the shared memory, \
             finds as many states, transitions and levels, and the same verdict and shortest length for every property that it can \
             decide: those of states, and deadlock. Steps, liveness and refinement are beyond it."
            .to_string(),
        Opinion::Incomplete => "stateright's breadth-first search does not see the whole graph either.".to_string(),
        Opinion::Differs(how) => format!("**stateright disagrees**: {}.", plain(how)),
    }
}
