//! What a task does of its own, outside of the listing's functions: statements, in the order in which the trace shows them.

use std::collections::HashMap;

use super::vocabulary::Rule;

/// A line, as far as a script is concerned.
pub(super) struct Seen<'a> {
    pub rule: &'a Rule,
    /// The rule's number.
    pub number: usize,
    /// The event's name.
    pub name: &'a str,
    /// The task lives in an address space of this world.
    pub member: bool,
    /// The line is about this world.
    pub about: bool,
    /// What the line says that something returned.
    pub result: Option<u64>,
    /// A statement with the names of what the line speaks of.
    pub named: &'a dyn Fn(&str) -> Option<String>,
    /// The task has a later event of this name.
    pub ends: &'a dyn Fn(&str) -> bool,
    /// The call that nobody comes back from.
    pub last: Option<&'a str>,
    /// The call in which somebody is marked, and the event that ends it.
    pub marking: Option<&'a (String, String)>,
}

#[derive(Debug)]
struct Trying {
    at: usize,
    rule: usize,
    what: String,
    failed: String,
}

#[derive(Debug, Default)]
pub(super) struct Script {
    statements: Vec<String>,
    /// A call that has begun and not ended: the event that ends it.
    inside: Option<String>,
    /// No line shows its end.
    open: bool,
    /// From here on all that it does belongs to a call, or to something else.
    over: bool,
    /// It was no call of this world that it ended with.
    left: bool,
    /// By what is acquired: it is held.
    held: HashMap<String, bool>,
    /// The acquisition that came last, if it may fail: its place, what it tries to get, and how that is said if it fails.
    trying: Option<Trying>,
    /// The rule and the place of the statement that came last, and whether it acquires, while nothing else has come.
    last: Option<(usize, usize, bool)>,
    /// Where something may be put that must have come before the trace shows anything of it.
    free: usize,
}

impl Script {
    /// Looks at a line of the task: `false` if it is nobody's business.
    pub(super) fn line(&mut self, seen: &Seen<'_>) -> bool {
        let &Seen {
            rule,
            number,
            name,
            member,
            about,
            result,
            named,
            ends,
            last,
            marking,
        } = seen;
        if self.over {
            return !self.left;
        }
        if rule.member.is_some()
            && member
            && let Some(last) = last
        {
            // It leaves, and the beginning of that was not seen.
            self.statements.push(last.to_string());
            self.over = true;
            self.inside = None;
            return true;
        }
        let before = self.last.take();
        if self.inside.as_deref() == Some(name) {
            self.inside = None;
            return true;
        }
        if let Some((statement, until)) = &rule.call {
            if until == "end" {
                self.over = true;
                self.left = !member;
                self.inside = None;
                if member {
                    self.statements.push(statement.clone());
                }
                return member;
            }
            self.statements.extend(named(statement));
            // Without a line at its end, what the task does next of its own ends it.
            self.open = !ends(until);
            self.inside = Some(until.clone());
            return true;
        }
        if self.open && rule.outside.is_some() && !rule.meanings.is_empty() {
            self.inside = None;
        }
        if self.inside.is_none()
            && rule.marks.is_some()
            && !rule.meanings.is_empty()
            && let Some((statement, until)) = marking
        {
            // It marks somebody, and the beginning of that was not seen.
            self.statements.extend(named(statement));
            self.open = !ends(until);
            self.inside = Some(until.clone());
        }
        if self.inside.is_some() {
            return true;
        }
        let Some(outside) = rule.outside.as_ref().filter(|_| about) else {
            if about && result == Some(0) {
                self.fail();
            }
            // An acquisition that was seen to begin may be seen to end.
            return rule
                .meanings
                .iter()
                .any(|meaning| meaning.result.is_some() || meaning.edge == super::vocabulary::Edge::Leave);
        };
        let Some(statement) = named(&outside.statement) else {
            return false;
        };
        let what = argument(&statement);
        let part = what.contains('.');
        let acquires = outside.after.is_none();
        if let Some((earlier, at, acquired)) = before
            && earlier < number
            && acquired == acquires
            && argument(&self.statements[at]) == what
        {
            // The same call, seen by another probe.
            self.statements[at] = statement;
            self.last = Some((number, at, acquires));
            self.tries(outside.failed.as_deref().and_then(named), number, at, what);
            return true;
        }
        if self
            .trying
            .as_ref()
            .is_some_and(|trying| trying.rule == number && trying.what == what)
        {
            // Nobody tries to get what he has.
            self.fail();
        }
        let held = self.held.get(&what).copied().unwrap_or(false);
        match &outside.after {
            None if held => return true,
            None => {
                self.held.insert(what.clone(), true);
            }
            Some(acquire) => {
                if !held && let Some(acquire) = named(acquire) {
                    self.statements.insert(self.free, acquire);
                }
                self.held.insert(what.clone(), false);
            }
        }

        let at = self.statements.len();
        self.last = Some((number, at, acquires));
        self.statements.push(statement);
        self.tries(outside.failed.as_deref().and_then(named), number, at, what);
        // A part is held while its whole is: what was not seen to be taken was taken before the parts were.
        if outside.after.is_some() && !part {
            self.free = self.statements.len();
        }
        true
    }

    fn tries(&mut self, failed: Option<String>, rule: usize, at: usize, what: String) {
        self.trying = failed.map(|failed| Trying { at, rule, what, failed });
    }

    /// What it tried to get last it did not get.
    fn fail(&mut self) {
        if let Some(Trying { at, what, failed, .. }) = self.trying.take() {
            self.statements[at] = failed;
            self.held.insert(what, false);
        }
    }

    /// It is inside of a call.
    pub(super) fn calls(&self) -> bool {
        self.inside.is_some()
    }

    /// The statements, indented.
    pub(super) fn text(&self) -> String {
        let lines: Vec<String> = self
            .statements
            .iter()
            .map(|statement| format!("\t{statement};"))
            .collect();
        lines.join("\n")
    }
}

/// `&mm.lock` of `down(&mm.lock)`.
fn argument(statement: &str) -> String {
    let inside = statement.split_once('(').map_or("", |(_, rest)| rest);
    inside.trim_end_matches(')').to_string()
}
