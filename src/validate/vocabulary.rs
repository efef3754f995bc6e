//! What the events of a trace mean: the spec's own text, `trace/events`, read into rules.

use std::collections::BTreeMap;

use crate::source::{Diagnostic, Diagnostics, Sources, Span};

/// Where the spec has it.
pub(super) const FILE: &str = "trace/events";

/// All rules.
#[derive(Debug, Default)]
pub struct Vocabulary {
    /// Releases, by their beginning, and the protocols that are their listings.
    pub(super) kernels: Vec<(String, String)>,
    /// The field that holds a task's number, and the one beside it that holds its process's.
    pub(super) task: Option<(String, String)>,
    /// Fields that hold addresses.
    pub(super) objects: Vec<Object>,
    /// Bits of a field that is a set: the field, the bit, the enumerator, the releases (all if there are none).
    pub(super) bits: Vec<Bit>,
    /// The events, in the order of the text.
    pub(super) events: Vec<Rule>,
    /// The pieces that a scenario is made of.
    pub(super) templates: BTreeMap<String, String>,
    /// What the flags of a walked object say about it: the field, the mask, the initialiser.
    pub(super) ranges: Vec<(String, u64, String)>,
    /// Tasks that every scenario has: the name in the trace, the object, the thread.
    pub(super) tasks: Vec<(String, String, String)>,
    /// Locks that a task takes behind the first of two events and before the second are in no listing.
    pub(super) between: Vec<(String, String)>,
}

/// A field that holds an address.
#[derive(Debug)]
pub(super) struct Object {
    pub field: String,
    pub ty: String,
    /// It lies in the object of another field, as this member.
    pub inside: Option<(String, String)>,
}

/// What a bit of a set is called.
#[derive(Debug)]
pub(super) struct Bit {
    pub field: String,
    pub bit: u32,
    pub name: String,
    pub kernels: Vec<String>,
    /// It is read where the trace has such an event.
    pub with: Option<String>,
}

/// Before a function does anything, or after it has done it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Edge {
    Enter,
    Leave,
}

/// A function at one of its edges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Meaning {
    pub edge: Edge,
    pub function: String,
    pub arguments: Vec<Argument>,
    /// The field that holds its result.
    pub result: Option<String>,
}

/// What an argument of a function is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Argument {
    Any,
    /// An enumerator.
    Word(String),
    /// The object that a field names, or a member of it.
    Named(String, Option<String>),
}

/// A statement of a task outside of the listing.
#[derive(Debug, Clone)]
pub(super) struct Outside {
    pub statement: String,
    /// What it was if it got nothing.
    pub failed: Option<String>,
    /// What has to come before it.
    pub after: Option<String>,
}

/// What one event means.
#[derive(Debug, Default)]
pub(super) struct Rule {
    pub names: Vec<String>,
    pub when: Vec<(String, String)>,
    pub meanings: Vec<Meaning>,
    pub within: Option<String>,
    /// A field of the line, and the member of an object whose value it is.
    pub reads: Vec<(String, String, String)>,
    pub holds: Option<(String, String)>,
    pub gone: Option<String>,
    pub ends: Option<String>,
    pub member: Option<String>,
    pub marks: Option<(String, Option<String>)>,
    pub call: Option<(String, String)>,
    pub outside: Option<Outside>,
    pub domain: Option<String>,
    pub pending: Option<String>,
    pub walks: Option<String>,
    pub with: Option<String>,
    pub thread: Option<String>,
    pub optional: bool,
    /// It is one of the listing's only inside of a call: else a task does it for itself.
    pub called: bool,
    /// There is a probe for each place, so a thread that shows none has none.
    pub sites: bool,
    /// It may have been switched on after the trace began.
    pub late: bool,
}

impl Rule {
    /// It is an event of a thread, or tells how the world looks.
    pub(super) fn says_something(&self) -> bool {
        !self.meanings.is_empty() || !self.reads.is_empty() || self.holds.is_some() || self.gone.is_some()
    }
}

impl Vocabulary {
    /// Reads the text.
    ///
    /// # Errors
    ///
    /// Each line that is not understood, underlined.
    pub fn read(name: &str, text: &str) -> Result<Self, Diagnostics> {
        let mut sources = Sources::default();
        let file = sources.add(name, text);
        let (mut vocabulary, mut errors) = (Vocabulary::default(), Vec::new());
        let (mut template, mut at) = (None, 0);
        for line in text.split_inclusive('\n') {
            let span = Span {
                file,
                start: at as u32,
                end: (at + line.trim_end().len()) as u32,
            };
            at += line.len();
            let line = line.trim_end();
            if let Some(piece) = line.strip_prefix('|') {
                let piece = piece.strip_prefix(' ').unwrap_or(piece);
                match template.as_ref().and_then(|name| vocabulary.templates.get_mut(name)) {
                    Some(text) => *text += &format!("{piece}\n"),
                    None => errors.push(
                        Diagnostic::at(span, "this belongs to no template").help("write `template NAME` before it"),
                    ),
                }
                continue;
            }
            template = None;
            let line = line.split_once('#').map_or(line, |(before, _)| before);
            let indented = line.starts_with([' ', '\t']);
            let words: Vec<&str> = line.split_whitespace().collect();
            let understood = match (indented, words.as_slice()) {
                (_, []) => Ok(()),
                (false, ["template", name]) => {
                    template = Some(name.to_string());
                    vocabulary.templates.insert(name.to_string(), String::new());
                    Ok(())
                }
                (false, words) => vocabulary.declaration(words),
                (true, words) => match vocabulary.events.last_mut() {
                    Some(rule) => clause(rule, words, line.trim()),
                    None => Err("this belongs to no event"),
                },
            };
            if let Err(message) = understood {
                errors.push(
                    Diagnostic::at(span, message)
                        .help("the head of the built-in trace/events says what can be written"),
                );
            }
        }
        match errors.is_empty() {
            true => Ok(vocabulary),
            false => Err(Diagnostics { sources, errors }),
        }
    }

    fn declaration(&mut self, words: &[&str]) -> Result<(), &'static str> {
        match words {
            ["kernel", release, "is", protocol] => self.kernels.push((release.to_string(), protocol.to_string())),
            ["between", after, before] => self.between.push((after.to_string(), before.to_string())),
            ["number", field, "of", process] => self.task = Some((field.to_string(), process.to_string())),
            ["object", field, "is", ty] => self.objects.push(Object {
                field: field.to_string(),
                ty: ty.to_string(),
                inside: None,
            }),
            ["object", field, "is", ty, "in", place] => {
                let (object, member) = place.split_once('.').ok_or("write `in FIELD.member`")?;
                self.objects.push(Object {
                    field: field.to_string(),
                    ty: ty.to_string(),
                    inside: Some((object.to_string(), member.to_string())),
                });
            }
            ["bit", bit, "of", field, "is", name, rest @ ..] => {
                let (kernels, with) = match rest {
                    [kernels @ .., "with", event] => (kernels, Some(event.to_string())),
                    _ => (rest, None),
                };
                let kernels = match kernels {
                    [] => &[],
                    ["in", kernels @ ..] => kernels,
                    _ => return Err("write `in 6.1 6.12`, and then `with EVENT`"),
                };
                self.bits.push(Bit {
                    field: field.to_string(),
                    bit: bit
                        .parse()
                        .ok()
                        .filter(|&bit| bit < 64)
                        .ok_or("a bit is a number below 64")?,
                    name: name.to_string(),
                    kernels: kernels.iter().map(|kernel| kernel.to_string()).collect(),
                    with,
                });
            }
            ["range", field, mask, "says", initialiser @ ..] if !initialiser.is_empty() => {
                let mask = mask
                    .strip_prefix("0x")
                    .and_then(|hex| u64::from_str_radix(hex, 16).ok());
                self.ranges.push((
                    field.to_string(),
                    mask.ok_or("a mask is written 0x…")?,
                    initialiser.join(" "),
                ));
            }
            ["task", name, "is", object, "as", thread] => {
                self.tasks
                    .push((name.to_string(), object.to_string(), thread.to_string()));
            }
            ["event", names @ ..] if !names.is_empty() => {
                let names = names.iter().filter(|name| **name != "or").map(|name| name.to_string());
                self.events.push(Rule {
                    names: names.collect(),
                    ..Rule::default()
                });
            }
            _ => return Err("this is no declaration"),
        }
        Ok(())
    }

    /// The rule of an event with these fields, and its number.
    pub(super) fn rule(
        &self,
        name: &str,
        field: impl Fn(&str) -> Option<u64>,
        text: impl Fn(&str) -> Option<String>,
    ) -> Option<usize> {
        let fits = |rule: &&Rule| {
            rule.names.iter().any(|known| known == name)
                && rule.when.iter().all(|(wanted, value)| {
                    text(wanted).as_deref() == Some(value)
                        || (field(wanted).is_some() && field(wanted) == number(value))
                })
        };
        let found = self.events.iter().enumerate().find(|(_, rule)| fits(rule));
        found.map(|(at, _)| at)
    }

    /// The first rule of the same event with the same meaning: the two differ in what else they say.
    pub(super) fn first_alike(&self, rule: usize) -> usize {
        let own = &self.events[rule];
        let alike =
            |other: &Rule| other.names == own.names && other.meanings == own.meanings && other.within == own.within;
        self.events.iter().position(alike).unwrap_or(rule)
    }

    /// Whether some rule has this name.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.events
            .iter()
            .any(|rule| rule.names.iter().any(|known| known == name))
    }

    /// The listing of a release.
    pub(super) fn protocol(&self, release: &str) -> Option<&str> {
        let found = self.kernels.iter().find(|(known, _)| is_of(release, known));
        found.map(|(_, protocol)| protocol.as_str())
    }

    /// What a bit is called in the kernel of this protocol.
    pub(super) fn bits_of<'a>(&'a self, field: &'a str, release: Option<&'a str>) -> impl Iterator<Item = &'a Bit> {
        self.bits.iter().filter(move |bit| {
            let here = |kernel: &String| release.is_some_and(|release| is_of(release, kernel));
            bit.field == field && (bit.kernels.is_empty() || bit.kernels.iter().any(here))
        })
    }

    /// A piece of a scenario, with what stands for its names.
    pub(super) fn template(&self, name: &str, values: &[(&str, String)]) -> String {
        let text = self.templates.get(name).map_or("", String::as_str);
        fill(text, values)
    }
}

/// 6.1.0-56 is a 6.1, and 6.12.3 is none.
fn is_of(release: &str, kernel: &str) -> bool {
    let rest = release.strip_prefix(kernel);
    rest.is_some_and(|rest| !rest.starts_with(|letter: char| letter.is_ascii_digit()))
}

/// Puts values for `$name`; the longest name that fits is meant.
pub(super) fn fill(text: &str, values: &[(&str, String)]) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        filled += &rest[..at];
        rest = &rest[at + 1..];
        let fits = values.iter().filter(|(name, _)| rest.starts_with(name));
        match fits.max_by_key(|(name, _)| name.len()) {
            Some((name, value)) => {
                filled += value;
                rest = &rest[name.len()..];
            }
            None => filled.push('$'),
        }
    }
    filled + rest
}

fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

fn clause(rule: &mut Rule, words: &[&str], line: &str) -> Result<(), &'static str> {
    let member = |text: &str| {
        let parts = text
            .split_once('.')
            .map(|(object, member)| (object.to_string(), member.to_string()));
        parts.ok_or("write `OBJECT.member`")
    };
    match words {
        ["nothing"] => {}
        ["optional"] => rule.optional = true,
        ["called"] => rule.called = true,
        ["late"] => rule.late = true,
        ["sites"] => rule.sites = true,
        ["enter", ..] => rule
            .meanings
            .extend(meanings(Edge::Enter, line["enter".len()..].trim())?),
        ["leave", ..] => rule
            .meanings
            .extend(meanings(Edge::Leave, line["leave".len()..].trim())?),
        ["within", function] => rule.within = Some(function.to_string()),
        ["when", conditions @ ..] => {
            for condition in conditions {
                let (field, value) = condition.split_once('=').ok_or("write `when FIELD=value`")?;
                rule.when.push((field.to_string(), value.to_string()));
            }
        }
        ["holds", place] => rule.holds = Some(member(place)?),
        ["gone", object] => rule.gone = Some(object.to_string()),
        ["ends", object] => rule.ends = Some(object.to_string()),
        ["member", object] => rule.member = Some(object.to_string()),
        ["marks", task] => rule.marks = Some((task.to_string(), None)),
        ["marks", task, object] => rule.marks = Some((task.to_string(), Some(object.to_string()))),
        ["call", ..] => {
            let (statement, until) = line["call".len()..]
                .split_once(" until ")
                .ok_or("write `call S() until EVENT`")?;
            rule.call = Some((statement.trim().to_string(), until.trim().to_string()));
        }
        ["outside", ..] => {
            let text = line["outside".len()..].trim();
            let (text, after) = text
                .split_once(" after ")
                .map_or((text, None), |(now, before)| (now, Some(before)));
            let (statement, failed) = text
                .split_once(" or ")
                .map_or((text, None), |(now, failed)| (now, Some(failed)));
            rule.outside = Some(Outside {
                statement: statement.trim().to_string(),
                failed: failed.map(|failed| failed.trim().to_string()),
                after: after.map(|before| before.trim().to_string()),
            });
        }
        ["domain", field] => rule.domain = Some(field.to_string()),
        ["pending", field] => rule.pending = Some(field.to_string()),
        ["walks", field] => rule.walks = Some(field.to_string()),
        ["with", field] => rule.with = Some(field.to_string()),
        ["as", thread] => rule.thread = Some(thread.to_string()),
        [field, "=", place] => {
            let (object, member) = member(place)?;
            rule.reads.push((field.to_string(), object, member));
        }
        _ => return Err("an event does not say this"),
    }
    Ok(())
}

/// `f(a, b.c) -> x or g(_)`
fn meanings(edge: Edge, text: &str) -> Result<Vec<Meaning>, &'static str> {
    let one = |text: &str| {
        let (call, result) = text
            .split_once("->")
            .map_or((text, None), |(call, result)| (call, Some(result)));
        let (function, rest) = call.trim().split_once('(').ok_or("write `FUNCTION(arguments)`")?;
        let inside = rest.trim().strip_suffix(')').ok_or("this `(` is not closed")?;
        let arguments = inside.split(',').map(str::trim).filter(|argument| !argument.is_empty());
        Ok(Meaning {
            edge,
            function: function.trim().to_string(),
            arguments: arguments.map(argument).collect(),
            result: result.map(|result| result.trim().to_string()),
        })
    };
    text.split(" or ").map(one).collect()
}

fn argument(text: &str) -> Argument {
    match text.split_once('.') {
        Some((field, member)) => Argument::Named(field.to_string(), Some(member.to_string())),
        None if text == "_" => Argument::Any,
        None if text.starts_with(|letter: char| letter.is_ascii_uppercase()) => Argument::Word(text.to_string()),
        None => Argument::Named(text.to_string(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_not_understood_is_underlined() {
        let errors = Vocabulary::read("events", "event put\n\tentre put(mm)\n").unwrap_err();
        assert!(errors.render(false).contains("entre put(mm)"), "{errors}");
    }

    #[test]
    fn an_event_may_mean_several_functions() {
        let text = "event a or b\n\twhen x=1\n\tleave f(mm.lock) -> ret or g(_, FLAG)\n";
        let vocabulary = Vocabulary::read("events", text).unwrap();
        let rule = &vocabulary.events[0];
        assert_eq!(rule.names, ["a", "b"]);
        assert_eq!(
            rule.meanings[0].arguments,
            [Argument::Named("mm".into(), Some("lock".into()))]
        );
        assert_eq!(rule.meanings[0].result.as_deref(), Some("ret"));
        assert_eq!(
            rule.meanings[1].arguments,
            [Argument::Any, Argument::Word("FLAG".into())]
        );
        assert_eq!(vocabulary.rule("b", |_| Some(1), |_| None), Some(0));
        assert_eq!(vocabulary.rule("b", |_| Some(2), |_| None), None);
    }

    #[test]
    fn a_release_has_the_listing_of_its_own_number() {
        let vocabulary = Vocabulary::read("events", "kernel 6.1 is six-one\nkernel 6.12 is six-twelve\n").unwrap();
        assert_eq!(vocabulary.protocol("6.1.0-56"), Some("six-one"));
        assert_eq!(vocabulary.protocol("6.12.117"), Some("six-twelve"));
        assert_eq!(vocabulary.protocol("6.18.2"), None);
    }

    #[test]
    fn names_in_templates_are_filled_longest_first() {
        let filled = fill("$mm_x $mm $y", &[("mm", "a".into()), ("mm_x", "b".into())]);
        assert_eq!(filled, "b a $y");
    }
}
