//! Each property in words and in TLA+, and what became of it in each scenario.

use super::contents::{Chapter, Contents};
use super::markdown::{block, code, link, prose};
use super::verdict::{by_mistake, counted};
use crate::check::{Finding, Verdict};
use crate::model::property::{DEADLOCK, Property};
use crate::report::matrix::columns;

/// The properties that were asked of a protocol, in the order of the matrix.
pub(crate) fn of(chapter: &Chapter) -> Vec<Property> {
    columns(chapter.sections.iter().map(|section| section.checked))
}

/// The section of a protocol's page.
pub(crate) fn section(contents: &Contents, chapter: &Chapter) -> String {
    let modules = contents
        .module
        .spec
        .sources()
        .files()
        .map(|(_, file)| link(&file.name, &format!("../spec/{}", file.name)));
    let modules: Vec<String> = modules.collect();
    let mut text = format!(
        "## Properties\n\nWhat the names in the formulas mean stands in {}.\n",
        modules.join(", ")
    );
    for property in of(chapter) {
        text += &format!("\n### {}\n\n", property.name);
        text += &format!("*{}.*", super::violation::capital(&prose(&property.description)));
        text += &definition(contents, &property);
        text += &format!("\n{}\n", became(chapter, &property));
    }
    text
}

/// What the module says: the rest of the comment, and the text.
fn definition(contents: &Contents, property: &Property) -> String {
    let module = &contents.module.spec;
    match module.definition(&property.name) {
        Some(definition) => {
            let comment = module.comment(definition);
            let more: Vec<&str> = comment.lines().skip(1).collect();
            let tla = block("tla", module.sources().text(definition.span));
            format!(" {}\n\n{tla}", prose(&more.join(" ")))
        }
        None if property.name == DEADLOCK => " A property of the language: TLC asks it by itself.\n".to_string(),
        None => {
            let error = format!("[](error.property # \"{}\")", property.name);
            format!(" A property of the language: {}.\n", code(&error))
        }
    }
}

/// Where in the spec a property is defined, for a link; `up` leads to the root of the repository.
pub(crate) fn place(contents: &Contents, property: &Property, up: &str) -> Option<String> {
    let module = &contents.module.spec;
    let span = module.definition(&property.name)?.span;
    let (file, line) = (&module.sources().file(span.file).name, module.sources().line(span));
    Some(format!("{up}spec/{file}#L{line}"))
}

/// `**Broken by mistake** in a (36 steps). Holds in b, c.`
fn became(chapter: &Chapter, property: &Property) -> String {
    let among = |wanted: &dyn Fn(&Finding) -> bool| -> Vec<String> {
        let findings = chapter.findings(&property.name).filter(|(_, finding)| wanted(finding));
        findings
            .map(|(section, finding)| {
                let scenario = section.name();
                let page = format!("{}/{scenario}.md", chapter.name);
                match &finding.counterexample {
                    Some(found) => {
                        let steps = counted(found.steps.len(), "step");
                        let anchor = super::markdown::anchor(&property.name);
                        format!("{} ({steps})", link(scenario, &format!("{page}#{anchor}")))
                    }
                    None => link(scenario, &format!("{page}#what-holds")),
                }
            })
            .collect()
    };
    let violated = |finding: &Finding| finding.verdict == Verdict::Violated;
    let groups: [(&str, Vec<String>); 5] = [
        (
            "**Broken by mistake** in",
            among(&|finding| violated(finding) && by_mistake(finding)),
        ),
        (
            "Broken by design in",
            among(&|finding| violated(finding) && !by_mistake(finding)),
        ),
        (
            "What it speaks of never happens in",
            among(&|finding| finding.verdict == Verdict::Vacuous),
        ),
        (
            "Not asked, because a run may end in an error first, in",
            among(&|finding| finding.verdict == Verdict::NotApplicable),
        ),
        (
            "**Not decided** in",
            among(&|finding| finding.verdict == Verdict::Incomplete),
        ),
    ];
    let sentences = groups.iter().filter(|(_, places)| !places.is_empty());
    let mut sentences: Vec<String> = sentences
        .map(|(how, places)| format!("{how} {}.", places.join(", ")))
        .collect();
    let holds = among(&|finding| finding.verdict == Verdict::Holds);
    match (holds.as_slice(), sentences.is_empty()) {
        ([], _) => {}
        (_, true) => sentences.push("Holds in every scenario.".to_string()),
        ([only], false) => sentences.push(format!("Holds in {only}.")),
        (others, false) => sentences.push(format!("Holds in the {} other scenarios.", others.len())),
    }
    sentences.join(" ")
}
