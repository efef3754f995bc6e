//! The story that a listing or a scenario tells about itself: `/** @protocol v4.14 … */`.

use tree_sitter::Node;

use super::convert::Checked;
use super::lexer::span;
use super::load::Unit;
use crate::c::ast::{Breaks, Commit, Ident, Tags};
use crate::c::nearest::did_you_mean;
use crate::source::{Diagnostic, FileId, Span};

/// The tags of a listing.
const OF_LISTINGS: [&str; 5] = ["@protocol", "@after", "@commit", "@source", "@breaks"];
/// The tags of a scenario.
const OF_SCENARIOS: [&str; 2] = ["@scenario", "@source"];

/// Reads the tags of a file into `tags`.
pub(super) fn read(unit: &Unit, tags: &mut Tags, errors: &mut Vec<Diagnostic>) {
    let root = unit.tree.root_node();
    let story = story(unit);
    let mut cursor = root.walk();
    for node in root.children(&mut cursor).filter(|node| node.kind() == "comment") {
        let text = str::from_utf8(&unit.masked[node.byte_range()]).unwrap_or_default();
        let mut reader = Reader {
            file: unit.file,
            scenario: unit.scenario,
            tags,
        };
        if Some(node) == story {
            for paragraph in paragraphs(text, node.start_byte()) {
                if let Err(error) = reader.paragraph(&paragraph) {
                    errors.push(error);
                }
            }
        } else if let Some(stray) = paragraphs(text, node.start_byte()).iter().find(|p| p.tag_is_known()) {
            errors.push(
                Diagnostic::at(
                    stray.tag_span(unit.file),
                    format!("`{}` is in the wrong comment", stray.tag()),
                )
                .help("tags stand in the first `/** … */` comment of the file, before the first definition"),
            );
        }
    }
}

/// The first `/** … */` comment, if it stands before the first definition.
pub(super) fn story(unit: &Unit) -> Option<Node<'_>> {
    let root = unit.tree.root_node();
    let mut cursor = root.walk();
    root.children(&mut cursor)
        .take_while(|node| matches!(node.kind(), "comment" | "preproc_include"))
        .find(|node| {
            let text = &unit.masked[node.byte_range()];
            text.starts_with(b"/**") && text.len() > b"/**/".len()
        })
}

/// A tag with its continuation lines, or lines without a tag.
struct Paragraph {
    /// Words joined by one blank.
    text: String,
    start: usize,
    /// Length of the first line.
    length: usize,
}

impl Paragraph {
    fn tag(&self) -> &str {
        let word = self.text.split_whitespace().next().unwrap_or_default();
        if word.starts_with('@') { word } else { "" }
    }

    fn tag_is_known(&self) -> bool {
        OF_LISTINGS.contains(&self.tag()) || OF_SCENARIOS.contains(&self.tag())
    }

    fn tag_span(&self, file: FileId) -> Span {
        span(file, self.start, self.start + self.tag().len())
    }

    fn span(&self, file: FileId) -> Span {
        span(file, self.start, self.start + self.length)
    }

    fn rest(&self) -> &str {
        self.text[self.tag().len()..].trim()
    }
}

fn paragraphs(comment: &str, offset: usize) -> Vec<Paragraph> {
    let mut found: Vec<Paragraph> = Vec::new();
    let mut open = false;
    let mut at = offset;
    for raw in comment.split_inclusive('\n') {
        let line = raw.trim_end().trim_end_matches("*/").trim_end();
        let content = line.trim_start_matches(['/', '*', ' ', '\t']);
        let start = at + (line.len() - content.len());
        at += raw.len();
        if content.is_empty() {
            open = false;
            continue;
        }
        let words: Vec<&str> = content.split_whitespace().collect();
        let words = words.join(" ");
        match found.last_mut() {
            Some(last) if open && !content.starts_with('@') => {
                last.text.push(' ');
                last.text.push_str(&words);
            }
            _ => found.push(Paragraph {
                text: words,
                start,
                length: content.len(),
            }),
        }
        open = true;
    }
    found
}

struct Reader<'a> {
    file: FileId,
    scenario: bool,
    tags: &'a mut Tags,
}

impl Reader<'_> {
    fn paragraph(&mut self, paragraph: &Paragraph) -> Checked<()> {
        let tag = paragraph.tag();
        if tag.is_empty() {
            if !self.scenario {
                if !self.tags.summary.is_empty() {
                    self.tags.summary.push(' ');
                }
                self.tags.summary.push_str(&paragraph.text);
            }
            return Ok(());
        }
        let (here, elsewhere): (&[&str], &[&str]) = match self.scenario {
            true => (&OF_SCENARIOS, &OF_LISTINGS),
            false => (&OF_LISTINGS, &OF_SCENARIOS),
        };
        if !here.contains(&tag) {
            let error = Diagnostic::at(paragraph.tag_span(self.file), format!("unexpected tag `{tag}`"));
            let (what, other) = if self.scenario {
                ("scenario", "listing")
            } else {
                ("listing", "scenario")
            };
            return Err(if elsewhere.contains(&tag) {
                error.help(format!("this file is a {what}; the tag belongs to a {other}"))
            } else {
                error.help(did_you_mean(
                    tag,
                    here.iter().copied(),
                    format!("there are {}", here.join(", ")),
                ))
            });
        }
        match tag {
            "@protocol" => {
                let name = self.single_name(paragraph)?;
                once(&mut self.tags.protocol, name, paragraph, self.file)
            }
            "@after" => {
                let name = self.single_name(paragraph)?;
                once(&mut self.tags.after, name, paragraph, self.file)
            }
            "@commit" => {
                let commit = commit(paragraph.rest())
                    .ok_or_else(|| self.malformed(paragraph, "@commit 212925802454 (\"mm: the subject line\")"))?;
                self.tags.commits.push(commit);
                Ok(())
            }
            "@source" => {
                if paragraph.rest().is_empty() {
                    return Err(self.malformed(paragraph, "@source where it is from"));
                }
                self.tags.sources.push(paragraph.rest().to_string());
                Ok(())
            }
            "@breaks" => self.breaks(paragraph),
            _ => self.scenario(paragraph),
        }
    }

    fn malformed(&self, paragraph: &Paragraph, form: &str) -> Diagnostic {
        Diagnostic::at(
            paragraph.span(self.file),
            format!("`{}` is not understood", paragraph.tag()),
        )
        .help(format!("write `{form}`"))
    }

    fn ident(&self, name: &str, paragraph: &Paragraph) -> Ident {
        Ident {
            name: name.to_string(),
            span: paragraph.span(self.file),
        }
    }

    fn single_name(&self, paragraph: &Paragraph) -> Checked<Ident> {
        let name = paragraph.rest();
        if is_name(name) {
            return Ok(self.ident(name, paragraph));
        }
        Err(self.malformed(paragraph, &format!("{} NAME", paragraph.tag())))
    }

    fn breaks(&mut self, paragraph: &Paragraph) -> Checked<()> {
        let form = "@breaks PROPERTY in SCENARIO: reason";
        let (head, reason) = paragraph
            .rest()
            .split_once(':')
            .ok_or_else(|| self.malformed(paragraph, form))?;
        let (property, scenario) = head.split_once(" in ").ok_or_else(|| self.malformed(paragraph, form))?;
        let (property, scenario, reason) = (property.trim(), scenario.trim(), reason.trim());
        if !is_name(property) || !is_name(scenario) || reason.is_empty() {
            return Err(self.malformed(paragraph, form));
        }
        let known = self.tags.breaks.iter();
        if known
            .clone()
            .any(|old| old.property.name == property && old.scenario.name == scenario)
        {
            return Err(
                Diagnostic::at(paragraph.span(self.file), "this pair is named already").help("remove one of the two")
            );
        }
        self.tags.breaks.push(Breaks {
            property: self.ident(property, paragraph),
            scenario: self.ident(scenario, paragraph),
            reason: reason.to_string(),
        });
        Ok(())
    }

    fn scenario(&mut self, paragraph: &Paragraph) -> Checked<()> {
        let form = "@scenario NAME: who runs, on what memory";
        let (name, story) = paragraph
            .rest()
            .split_once(':')
            .ok_or_else(|| self.malformed(paragraph, form))?;
        let (name, story) = (name.trim(), story.trim());
        if !is_name(name) || story.is_empty() {
            return Err(self.malformed(paragraph, form));
        }
        let value = (self.ident(name, paragraph), story.to_string());
        once(&mut self.tags.scenario, value, paragraph, self.file)
    }
}

fn once<T>(place: &mut Option<T>, value: T, paragraph: &Paragraph, file: FileId) -> Checked<()> {
    if place.is_some() {
        return Err(
            Diagnostic::at(paragraph.span(file), format!("a second `{}`", paragraph.tag()))
                .help("remove one of the two"),
        );
    }
    *place = Some(value);
    Ok(())
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
}

fn commit(text: &str) -> Option<Commit> {
    let (hash, subject) = text.split_once(' ')?;
    let subject = subject.trim().strip_prefix("(\"")?.strip_suffix("\")")?;
    let hexadecimal = hash.len() >= 12 && hash.len() <= 40 && hash.chars().all(|c| c.is_ascii_hexdigit());
    (hexadecimal && !subject.is_empty()).then(|| Commit {
        hash: hash.to_string(),
        subject: subject.to_string(),
    })
}
