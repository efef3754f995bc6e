//! The story that a listing or a scenario tells about itself: `/** @protocol v4.14 … */`.

use tree_sitter::Node;

use super::convert::Checked;
use super::lexer::span;
use super::unit::Unit;
use crate::c::ast::{Body, Breaks, Cause, Commit, Ident, Reason, Size, Tags};
use crate::c::nearest::did_you_mean;
use crate::c::release::{FORM, Releases};
use crate::source::{Diagnostic, FileId, Span};

/// The tags of a listing.
const OF_LISTINGS: [&str; 8] = [
    "@protocol",
    "@versions",
    "@after",
    "@commit",
    "@source",
    "@body",
    "@breaks",
    "@vacuous",
];
/// The tags of a scenario.
const OF_SCENARIOS: [&str; 3] = ["@scenario", "@source", "@size"];

/// How a violation is announced.
const BREAKS: &str = "@breaks PROPERTY in SCENARIO, SCENARIO: reason";
/// How it is said that a property has nothing to say.
const VACUOUS: &str = "@vacuous PROPERTY, PROPERTY: why there is nothing that they speak of";
/// How it is said how large a scenario may be.
const SIZE: &str = "@size NAME 2 to 5: what there are so many of";
/// What stands for all scenarios, also those to come.
const ANYWHERE: &str = "*";
/// The reasons there are.
const REASONS: &str = "write `by mistake`, `by mistake, fixed by PROTOCOL`, `by mistake, as in PROTOCOL` or `by design: why`; more about a mistake \
     stands in parentheses or behind a colon";

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
    /// By byte of the text: where it stands in the file.
    places: Vec<usize>,
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

    /// Where a part of the text stands.
    fn span_of(&self, part: &str, file: FileId) -> Span {
        let first = part.as_ptr() as usize - self.text.as_ptr() as usize;
        let places = self.places.get(first..first + part.len()).unwrap_or_default();
        match (places.first(), places.last()) {
            (Some(&first), Some(&last)) => span(file, first, last + 1),
            _ => self.span(file),
        }
    }

    fn add(&mut self, word: &str, at: usize) {
        if !self.text.is_empty() {
            self.text.push(' ');
            self.places.push(at);
        }
        self.text.push_str(word);
        self.places.extend(at..at + word.len());
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
        if !open || content.starts_with('@') {
            found.push(Paragraph {
                text: String::new(),
                places: Vec::new(),
                start,
                length: content.len(),
            });
        }
        if let Some(paragraph) = found.last_mut() {
            for word in content.split_whitespace() {
                let at = word.as_ptr() as usize - content.as_ptr() as usize;
                paragraph.add(word, start + at);
            }
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
            "@versions" => self.versions(paragraph),
            "@vacuous" => self.vacuous(paragraph),
            "@body" => {
                let body = body(paragraph.rest())
                    .ok_or_else(|| self.malformed(paragraph, "@body FUNCTION in FILE: DIGEST"))?;
                self.tags.bodies.push(body);
                Ok(())
            }
            "@breaks" => self.breaks(paragraph),
            "@size" => self.size(paragraph),
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
        let malformed = || self.malformed(paragraph, BREAKS);
        let (head, reason) = paragraph.rest().split_once(':').ok_or_else(malformed)?;
        let (property, scenarios) = head.split_once(" in ").ok_or_else(malformed)?;
        let (property, reason) = (property.trim(), reason.trim());
        let scenarios: Vec<&str> = scenarios.split(',').map(str::trim).collect();
        let anywhere = scenarios == [ANYWHERE];
        if !is_name(property) || !(anywhere || scenarios.iter().all(|scenario| is_name(scenario))) {
            return Err(malformed());
        }
        let reason = self.reason(reason, paragraph)?;
        if anywhere && reason.is_mistake() {
            let place = paragraph.span_of(scenarios[0], self.file);
            return Err(Diagnostic::at(place, "a mistake is found somewhere")
                .help("name the scenarios; `*` is for what is by design in any scenario"));
        }
        for scenario in scenarios {
            let named = (!anywhere).then_some(scenario);
            let same = |old: &Breaks| {
                old.property.name == property && old.scenario.as_ref().map(|old| old.name.as_str()) == named
            };
            if self.tags.breaks.iter().any(same) {
                let place = paragraph.span_of(scenario, self.file);
                let message = format!("that {property} is broken in {scenario} is said already");
                return Err(Diagnostic::at(place, message).help("name each scenario of a property once"));
            }
            let breaks = Breaks {
                property: self.part(property, paragraph),
                scenario: named.map(|scenario| self.part(scenario, paragraph)),
                reason: reason.clone(),
            };
            self.tags.breaks.push(breaks);
        }
        Ok(())
    }

    /// The properties that have nothing to say of the listing.
    fn vacuous(&mut self, paragraph: &Paragraph) -> Checked<()> {
        let malformed = || self.malformed(paragraph, VACUOUS);
        let (properties, why) = paragraph.rest().split_once(':').ok_or_else(malformed)?;
        let properties: Vec<&str> = properties.split(',').map(str::trim).collect();
        if why.trim().is_empty() || !properties.iter().all(|property| is_name(property)) {
            return Err(malformed());
        }
        for property in properties {
            self.tags.vacuous.push(self.part(property, paragraph));
        }
        Ok(())
    }

    /// The releases that the listing stands for.
    fn versions(&mut self, paragraph: &Paragraph) -> Checked<()> {
        for part in paragraph.rest().split(',').map(str::trim) {
            let Some(releases) = Releases::parse(part) else {
                let place = match part {
                    "" => paragraph.span(self.file),
                    part => paragraph.span_of(part, self.file),
                };
                let message = format!("`{part}` names no releases");
                return Err(Diagnostic::at(place, message).help(format!("write {FORM}; commas between")));
            };
            self.tags.versions.push(releases);
        }
        Ok(())
    }

    /// `by design: why`, or `by mistake` with who mended it or has it too, and more in parentheses or behind a colon.
    fn reason(&self, words: &str, paragraph: &Paragraph) -> Checked<Reason> {
        let refused = |part: &str, message: &str| {
            let place = match part {
                "" => paragraph.span(self.file),
                part => paragraph.span_of(part, self.file),
            };
            Err(Diagnostic::at(place, message).help(REASONS))
        };
        let (cause, why) = if let Some(why) = words.strip_prefix("by design") {
            match why.trim().strip_prefix(':') {
                Some(why) if !why.trim().is_empty() => (Cause::Design, why.trim()),
                _ => return refused(words, "the reason is missing"),
            }
        } else if let Some(rest) = words.strip_prefix("by mistake") {
            let (fixed_by, rest) = self.other("fixed by", rest, paragraph);
            let (as_in, rest) = self.other("as in", rest, paragraph);
            let more = rest.trim();
            let enclosed = more.strip_prefix('(').and_then(|more| more.strip_suffix(')'));
            match enclosed.or_else(|| more.strip_prefix(':')).map(str::trim) {
                Some("") => return refused(more, "the reason is missing"),
                None if !more.is_empty() => return refused(more, "this part of the reason is not understood"),
                why => (Cause::Mistake { fixed_by, as_in }, why.unwrap_or_default()),
            }
        } else {
            let message = match words {
                "" => "the reason is missing",
                _ => "the reason says neither `by mistake` nor `by design`",
            };
            return refused(words, message);
        };
        let (words, why) = (words.to_string(), why.to_string());
        Ok(Reason { words, why, cause })
    }

    /// `, fixed by NAME` at the beginning, and what follows.
    fn other<'t>(&self, what: &str, text: &'t str, paragraph: &Paragraph) -> (Option<Ident>, &'t str) {
        let name = text.trim_start().strip_prefix(',');
        let Some(name) = name.and_then(|rest| rest.trim_start().strip_prefix(what)) else {
            return (None, text);
        };
        let name = name.trim_start();
        let end = name.find(|c: char| !is_name_character(c)).unwrap_or(name.len());
        match end {
            0 => (None, text),
            end => (Some(self.part(&name[..end], paragraph)), &name[end..]),
        }
    }

    /// A name with its own place.
    fn part(&self, name: &str, paragraph: &Paragraph) -> Ident {
        Ident {
            name: name.to_string(),
            span: paragraph.span_of(name, self.file),
        }
    }

    fn size(&mut self, paragraph: &Paragraph) -> Checked<()> {
        let malformed = || self.malformed(paragraph, SIZE);
        let (range, what) = paragraph.rest().split_once(':').ok_or_else(malformed)?;
        let words: Vec<&str> = range.split_whitespace().collect();
        let [name, least, "to", most] = words.as_slice() else {
            return Err(malformed());
        };
        let number = |text: &str| text.parse::<u32>().map_err(|_| malformed());
        let (least, most, what) = (number(least)?, number(most)?, what.trim());
        if !is_name(name) || least > most || what.is_empty() {
            return Err(malformed());
        }
        let name = self.part(name, paragraph);
        if self.tags.sizes.iter().any(|size| size.name.name == name.name) {
            return Err(
                Diagnostic::at(name.span, format!("a second range for `{}`", name.name)).help("remove one of the two")
            );
        }
        self.tags.sizes.push(Size {
            name,
            least,
            most,
            what: what.to_string(),
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
    !text.is_empty() && text.chars().all(is_name_character)
}

fn is_name_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-.".contains(c)
}

/// `exit_mmap in mm/mmap.c: 0123456789abcdef`; the digest may be missing.
fn body(text: &str) -> Option<Body> {
    let (head, digest) = text.split_once(':').unwrap_or((text, ""));
    let (function, file) = head.split_once(" in ")?;
    let (function, file, digest) = (function.trim(), file.trim(), digest.trim());
    let plain = file.split('/').all(|part| is_name(part) && part != "..");
    (is_name(function) && plain && digest.chars().all(|c| c.is_ascii_hexdigit())).then(|| Body {
        function: function.to_string(),
        file: file.to_string(),
        digest: digest.to_string(),
    })
}

/// The subject may be missing.
fn commit(text: &str) -> Option<Commit> {
    let (hash, subject) = text.split_once(' ').unwrap_or((text, ""));
    let subject = match subject.trim() {
        "" => "",
        subject => subject
            .strip_prefix("(\"")?
            .strip_suffix("\")")
            .filter(|subject| !subject.is_empty())?,
    };
    let hexadecimal = hash.len() >= 12 && hash.len() <= 40 && hash.chars().all(|c| c.is_ascii_hexdigit());
    hexadecimal.then(|| Commit {
        hash: hash.to_string(),
        subject: subject.to_string(),
    })
}
