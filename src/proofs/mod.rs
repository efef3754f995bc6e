//! The pages of `proofs/`: every verdict with its evidence, to read on GitHub. Returns what is to be written; writes nothing.
//!
//! `index.md` has the matrix, `PROTOCOL.md` the story, the verdicts and the listing of a protocol, `PROTOCOL/SCENARIO.md` what was
//! found in one scenario, and beside it lie the picture (`.svg`) and the states (`.itf.json.gz`) of each violation that says something
//! new, and its certificate. `cost.md` has the figures of `oomspec cost`.
//! Nothing depends on the time, the machine or the number of threads.

mod assumed;
mod bounds;
mod contents;
mod cost;
mod evidence;
mod holds;
mod index;
mod listing;
mod markdown;
mod news;
mod properties;
mod protocol;
mod records;
mod scenario;
mod verdict;
mod violation;

pub use evidence::Evidence;
pub use records::Records;

use std::collections::BTreeMap;
use std::io::Write;

use crate::model::properties::PropertyModule;
use crate::source::Diagnostics;
use crate::spec::Spec;
use contents::Shown;

/// The files by their path within the folder; the evidence is of every protocol in every scenario, in the order of the spec.
pub fn pages(
    spec: &Spec,
    module: &PropertyModule,
    evidence: &[Evidence],
    records: &Records,
) -> Result<BTreeMap<String, Vec<u8>>, Diagnostics> {
    let contents = contents::Contents::new(spec, module, evidence, records)?;
    let mut files = BTreeMap::new();
    let mut page = |path: String, text: String| files.insert(path, format!("{MARK}\n{text}").into_bytes());
    page("index.md".into(), index::page(&contents));
    for chapter in &contents.chapters {
        page(format!("{}.md", chapter.name), protocol::page(&contents, chapter));
        for section in &chapter.sections {
            let path = format!("{}/{}.md", chapter.name, section.name());
            page(path, scenario::page(&contents, chapter, section));
        }
    }
    if !records.costs.is_empty() {
        let (text, picture) = cost::page(&records.costs);
        page(cost::PAGE.into(), text);
        if let Some(picture) = picture {
            files.insert(cost::PICTURE.into(), picture.into_bytes());
        }
    }
    for section in contents.sections() {
        for (property, certificate) in &section.certificates {
            let path = format!(
                "{}/{}",
                section.checked.instance.protocol,
                section.certificate_name(property)
            );
            files.insert(path, certificate.clone().into_bytes());
        }
    }
    for chapter in &contents.chapters {
        for violation in chapter.sections.iter().flat_map(|section| &section.violations) {
            if let (Shown::Here, Some(file)) = (&violation.shown, violation.file()) {
                let at = |ending| format!("{}/{file}.{ending}", chapter.name);
                files.insert(at(PICTURE), violation.picture().into_bytes());
                files.insert(at(TRACE), compressed(&violation.trace()));
            }
        }
    }
    Ok(files)
}

/// True for a file that [`pages`] could have written, now or earlier: what may be removed when it is not among them any more.
pub fn is_owned(path: &str, content: &[u8]) -> bool {
    let in_folder = path.contains('/');
    let evidence = in_folder
        && [PICTURE, TRACE, CERTIFICATE]
            .iter()
            .any(|ending| path.ends_with(ending));
    evidence || path == cost::PICTURE || (path.ends_with(".md") && content.starts_with(MARK.as_bytes()))
}

/// Stands at the top of every page.
const MARK: &str = "<!-- Written by `oomspec prove`. Do not edit. -->";
/// The ending of a certificate.
const CERTIFICATE: &str = "certificate.json";

/// The file of a certificate, beside the page of its scenario.
fn certificate_name(scenario: &str, property: &str) -> String {
    format!("{scenario}-{property}.{CERTIFICATE}")
}
/// The ending of a picture.
const PICTURE: &str = "svg";
/// The ending of a trace: it repeats itself so much that it is a fiftieth when compressed.
const TRACE: &str = "itf.json.gz";

fn compressed(text: &str) -> Vec<u8> {
    // Without a time and a name of a file, so that the same text has the same bytes.
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let written = encoder.write_all(text.as_bytes());
    // Writing into memory does not fail.
    written.and_then(|()| encoder.finish()).unwrap_or_default()
}
