//! Terms and trees as text that is meant to be read.

use std::sync::Arc;

use super::memory::select;
use super::term::{self, Op, Selector, Term, Update};
use super::tree::{End, Join, Tree};

/// Longer lines are broken where they can be.
const WIDTH: usize = 110;

/// An expression on one line.
pub(crate) fn term(term: &Term) -> String {
    in_context(term, 0)
}

/// An expression as an operand of something that binds this tightly.
fn in_context(term: &Term, around: u32) -> String {
    let (text, precedence) = match term {
        Term::Value(text) => (text.to_string(), 20),
        Term::Bool(value) => (if *value { "TRUE" } else { "FALSE" }.to_string(), 20),
        Term::Int(value) if *value < 0 => (value.to_string(), 11),
        Term::Int(value) => (value.to_string(), 20),
        Term::Name(name) => (name.to_string(), 20),
        Term::Field(record, field) => (format!("{}.{field}", in_context(record, 17)), 17),
        Term::Apply(function, argument) => (format!("{}[{}]", in_context(function, 16), self::term(argument)), 17),
        Term::Not(condition) => (format!("~{}", in_context(condition, 5)), 4),
        Term::Infix(op, left, right) => (infix(*op, left, right), op.precedence()),
        Term::If(condition, yes, no) => {
            let (condition, yes, no) = (self::term(condition), self::term(yes), self::term(no));
            (format!("IF {condition} THEN {yes} ELSE {no}"), 1)
        }
        Term::Singleton(element) => (format!("{{{}}}", self::term(element)), 20),
        Term::Call(name, arguments) => {
            let arguments: Vec<String> = arguments.iter().map(self::term).collect();
            (format!("{name}({})", arguments.join(", ")), 20)
        }
        Term::Except(function, updates) => {
            let updates: Vec<String> = updates.iter().map(|one| update(function, updates, one)).collect();
            (format!("[{} EXCEPT {}]", self::term(function), updates.join(", ")), 20)
        }
    };
    match precedence < around {
        true => format!("({text})"),
        false => text,
    }
}

fn infix(op: Op, left: &Term, right: &Term) -> String {
    let own = op.precedence();
    let chained = |side: &Term| op.is_associative() && matches!(side, Term::Infix(other, ..) if *other == op);
    let left_around = if chained(left) { own } else { own + 1 };
    // What reaches to the end, such as IF, is put in parentheses on both sides.
    format!(
        "{} {} {}",
        in_context(left, left_around),
        op.symbol(),
        in_context(right, own + 1)
    )
}

/// `![object].field = value`, with `@` for the old value where that is what it means.
fn update(function: &Term, all: &[Update], one: &Update) -> String {
    let path: String = one
        .path
        .iter()
        .map(|selector| match selector {
            Selector::Field(name) => format!(".{name}"),
            Selector::Index(index) => format!("[{}]", term(index)),
        })
        .collect();
    let fields = |update: &Update| -> Vec<Arc<str>> {
        let names = update.path.iter().filter_map(|selector| match selector {
            Selector::Field(name) => Some(name.clone()),
            Selector::Index(_) => None,
        });
        names.collect()
    };
    let alone = all.iter().filter(|other| fields(other) == fields(one)).count() == 1;
    let old = select(function.clone(), &one.path);
    let value = match alone {
        true => replace(&one.value, &old),
        false => one.value.clone(),
    };
    format!("!{path} = {}", term(&value))
}

/// The value with `@` for what it was before, where that stands at its left.
fn replace(value: &Term, old: &Term) -> Term {
    match value {
        same if same == old => Term::name("@"),
        Term::Infix(op, left, right) => Term::Infix(*op, Box::new(replace(left, old)), right.clone()),
        other => other.clone(),
    }
}

/// Writes trees; knows all variables, to say which of them do not change.
pub(crate) struct Printer<'a> {
    /// The thread, in quotes.
    pub thread: &'a str,
    /// All variables of the module.
    pub variables: &'a [String],
}

impl Printer<'_> {
    /// A tree as the items of a list of conjuncts at this column.
    pub(crate) fn conjuncts(&self, tree: &Tree, column: usize) -> Vec<String> {
        match tree {
            Tree::Require(condition, rest) => {
                let mut lines = vec![format!("/\\ {}", in_context(condition, 3))];
                lines.extend(self.conjuncts(rest, column));
                lines
            }
            Tree::End(End::Next { assign, goto, panic }) => self.next(assign, goto.as_deref(), *panic, column),
            other => {
                let mut lines = self.block(other, column + 3);
                lines[0] = format!("/\\ {}", lines[0]);
                indent(&mut lines[1..], 3);
                lines
            }
        }
    }

    fn next(&self, assign: &[(Arc<str>, Term)], goto: Option<&str>, panic: bool, column: usize) -> Vec<String> {
        let mut lines = Vec::new();
        let mut changed: Vec<&str> = Vec::new();
        for (variable, value) in assign.iter().filter(|(variable, value)| !is_old(variable, value)) {
            lines.extend(self.assignment(variable, value, column));
            changed.push(variable);
        }
        if let Some(position) = goto {
            lines.push(format!("/\\ Goto({}, \"{position}\")", self.thread));
            changed.extend(["pc", "stack"]);
        }
        if panic {
            lines.push("/\\ error' = Ended(\"panic\", \"\", \"\", \"\", 0)".to_string());
            changed.push("error");
        }
        let rest: Vec<&str> = self
            .variables
            .iter()
            .map(String::as_str)
            .filter(|name| !changed.contains(name))
            .collect();
        lines.push(format!("/\\ UNCHANGED <<{}>>", rest.join(", ")));
        lines
    }

    fn assignment(&self, variable: &str, value: &Term, column: usize) -> Vec<String> {
        let flat = format!("/\\ {variable}' = {}", term(value));
        let Term::Except(function, updates) = value else {
            return vec![flat];
        };
        if column + flat.len() <= WIDTH || updates.len() == 1 {
            return vec![flat];
        }
        let start = format!("/\\ {variable}' = [{} EXCEPT ", term(function));
        let pad = " ".repeat(start.len());
        let last = updates.len() - 1;
        let line = |(number, one): (usize, &Update)| {
            let before = if number == 0 { start.as_str() } else { pad.as_str() };
            let after = if number == last { "]" } else { "," };
            format!("{before}{}{after}", update(function, updates, one))
        };
        updates.iter().enumerate().map(line).collect()
    }

    /// A tree that starts at this column.
    fn block(&self, tree: &Tree, column: usize) -> Vec<String> {
        match tree {
            Tree::Require(..) | Tree::End(End::Next { .. }) => self.conjuncts(tree, column),
            Tree::If(condition, yes, no) => {
                // A way out on one line leaves the rest where it is.
                if let (true, [out]) = (yes.is_way_out(), self.block(yes, column).as_slice()) {
                    let mut lines = vec![format!("IF {} THEN {out} ELSE", term(condition))];
                    lines.extend(self.block(no, column));
                    return lines;
                }
                let mut lines = vec![format!("IF {}", term(condition))];
                lines.extend(self.after("THEN ", yes, column));
                match **no {
                    Tree::If(..) => {
                        let mut rest = self.block(no, column);
                        rest[0] = format!("ELSE {}", rest[0]);
                        lines.extend(rest);
                    }
                    _ => lines.extend(self.after("ELSE ", no, column)),
                }
                lines
            }
            Tree::Exists(name, below, rest) => {
                let mut lines = vec![format!("\\E {name} \\in 0..{} :", below - 1)];
                lines.extend(self.after("  ", rest, column));
                lines
            }
            Tree::Let(name, value, rest) => {
                let mut lines = vec![format!("LET {name} == {} IN", term(value))];
                lines.extend(self.block(rest, column));
                lines
            }
            Tree::Join(Join { name, parameters, body }, rest) => {
                let parameters = match parameters.is_empty() {
                    true => String::new(),
                    false => format!("({})", parameters.join(", ")),
                };
                let mut lines = vec![format!("LET {name}{parameters} ==")];
                lines.extend(self.after("      ", body, column));
                lines.push("IN".to_string());
                lines.extend(self.block(rest, column));
                lines
            }
            Tree::Continue(name, arguments) => {
                let arguments: Vec<String> = arguments.iter().map(self::term).collect();
                match arguments.is_empty() {
                    true => vec![name.to_string()],
                    false => vec![format!("{name}({})", arguments.join(", "))],
                }
            }
            Tree::End(End::Fail(property, kind, function, line)) => {
                let quoted = |text: &str| term(&term::Term::string(text));
                vec![format!(
                    "Fail({}, {}, {}, {}, {line})",
                    quoted(property),
                    quoted(kind),
                    self.thread,
                    quoted(function)
                )]
            }
        }
    }

    fn after(&self, word: &str, tree: &Tree, column: usize) -> Vec<String> {
        let mut lines = self.block(tree, column + word.len());
        lines[0] = format!("{word}{}", lines[0]);
        indent(&mut lines[1..], word.len());
        lines
    }
}

/// Whether a new value is the old one, as on a path that leaves a variable alone.
fn is_old(variable: &str, value: &Term) -> bool {
    let old = Term::name(variable);
    match value {
        Term::Except(function, updates) if **function == old => updates
            .iter()
            .all(|update| update.value == select(old.clone(), &update.path)),
        value => *value == old,
    }
}

fn indent(lines: &mut [String], columns: usize) {
    for line in lines {
        *line = format!("{}{line}", " ".repeat(columns));
    }
}
