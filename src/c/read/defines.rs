//! Reading `#define NAME constant-or-name`: the last one of the whole program holds, in every file. One without a value is a word that
//! stands for nothing.

use std::collections::{HashMap, HashSet};

use super::annotations::Marks;
use super::constant::constant_with;
use super::convert::{Converter, children};
use super::keywords;
use super::meaning::{Defines, Macro, Value};
use super::unit::{Unit, tree};
use super::{macros, meaningless};
use crate::c::ast::{Expr, ExprKind};
use crate::source::{Diagnostic, FileId, Span};

/// A `#define` as it stands in a file.
#[derive(Debug, Clone)]
pub(super) struct Define {
    pub(super) name: String,
    /// The name's place.
    pub(super) span: Span,
    /// None for a word that stands for nothing.
    value: Result<Option<Expr>, Diagnostic>,
}

/// These are part of the language, and headers define them like this.
const BUILT_IN: [(&str, &[&str]); 3] = [
    ("NULL", &["0", "((void *)0)", "((void*)0)"]),
    ("true", &["1"]),
    ("false", &["0"]),
];

impl Defines {
    /// Those of all these, in the order of reading.
    pub(super) fn of(units: &[Unit]) -> (Self, Vec<Diagnostic>) {
        let mut last = HashMap::new();
        let mut errors = Vec::new();
        for unit in units {
            let mut own = HashSet::new();
            for define in written(unit) {
                if !own.insert(define.name.clone()) {
                    errors.push(
                        Diagnostic::at(define.span, format!("`{}` is defined twice in this file", define.name))
                            .help("keep one of the two: the last one would hold everywhere"),
                    );
                }
                let nothing = |define: &Define| matches!(define.value, Ok(None));
                if let Some(old) = last.insert(define.name.clone(), define.clone())
                    && nothing(&old) != nothing(&define)
                {
                    errors.push(
                        Diagnostic::at(define.span, format!("`{}` has a value, or it has none", define.name))
                            .also(old.span, "defined here as well")
                            .help("a #define without a value is a word that stands for nothing, in every file"),
                    );
                }
            }
        }
        let mut names: Vec<_> = last
            .values()
            .map(|define: &Define| (define.span, define.name.clone()))
            .collect();
        names.sort();
        let mut resolver = Resolver {
            defines: last,
            values: HashMap::new(),
            stack: Vec::new(),
        };
        // A word that stands for nothing was left out of the texts already.
        for (_, name) in &names {
            if resolver
                .defines
                .get(name)
                .is_some_and(|define| matches!(define.value, Ok(None)))
            {
                continue;
            }
            if let Err(error) = resolver.resolve(name)
                && !errors.contains(&error)
            {
                errors.push(error);
            }
        }
        let mut defines = Defines {
            values: resolver.values,
            meaningless: meaningless::of(units),
            ..Defines::default()
        };
        let (read, more) = macros_of(units, &defines);
        defines.macros = read;
        errors.extend(more);
        (defines, errors)
    }
}

/// The last macro of each name.
fn macros_of(units: &[Unit], defines: &Defines) -> (HashMap<String, Macro>, Vec<Diagnostic>) {
    let (mut last, mut errors) = (HashMap::new(), Vec::new());
    for unit in units {
        let mut own = HashSet::new();
        for written in macros::written(unit) {
            match written {
                Ok(one) if !own.insert(one.name.clone()) => errors.push(
                    Diagnostic::at(one.span, format!("`{}` is defined twice in this file", one.name))
                        .help("keep one of the two: the last one would hold everywhere"),
                ),
                Ok(one) => {
                    last.insert(one.name.clone(), one);
                }
                Err(error) => errors.push(error),
            }
        }
    }
    let mut written: Vec<_> = last.into_values().collect();
    written.sort_by_key(|one| one.span);
    let mut found = HashMap::new();
    for one in &written {
        if defines.meaningless.contains(&one.name) {
            let message = format!("`{}` is a macro, or it means nothing", one.name);
            errors.push(Diagnostic::at(one.span, message).help("remove one of the two"));
        }
        match one.read(defines) {
            Ok(read) => {
                found.insert(one.name.clone(), read);
            }
            Err(error) => errors.push(error),
        }
    }
    (found, errors)
}

/// The macros that hold, in the order in which they stand: the names' places.
pub(super) fn last_macros(units: &[Unit]) -> Vec<Span> {
    let mut kept: Vec<macros::Written> = Vec::new();
    for one in units.iter().flat_map(macros::written).flatten() {
        kept.retain(|old| old.name != one.name);
        kept.push(one);
    }
    kept.into_iter().map(|one| one.span).collect()
}

/// The definitions that hold, in the order in which they stand.
pub(super) fn last(units: &[Unit]) -> Vec<Define> {
    let mut kept: Vec<Define> = Vec::new();
    for define in units.iter().flat_map(written) {
        kept.retain(|old| old.name != define.name);
        kept.push(define);
    }
    kept
}

/// Those of them that are numbers: name and value.
pub(super) fn numbers(units: &[Unit]) -> Vec<(String, i64)> {
    let (defines, _) = Defines::of(units);
    let number = |define: Define| match defines.value(&define.name) {
        Some(&Value::Int(number)) => Some((define.name, number.value)),
        _ => None,
    };
    last(units).into_iter().filter_map(number).collect()
}

/// The names of the `#define`s in a file that have a value: numbers, or names of numbers.
pub(super) fn sized(unit: &Unit) -> Vec<String> {
    let valued = written(unit)
        .into_iter()
        .filter(|define| matches!(define.value, Ok(Some(_))));
    valued.map(|define| define.name).collect()
}

/// The `#define`s that stand in a file, except for those of what is built in.
pub(super) fn written(unit: &Unit) -> Vec<Define> {
    let plain = Defines::default();
    let marks = Marks::default();
    let converter = Converter::new(&unit.masked, unit.file, &marks, &plain);
    let mut found = Vec::new();
    for (_, node) in children(unit.tree.root_node()) {
        if node.kind() != "preproc_def" {
            continue;
        }
        let Some(name) = node.child_by_field_name("name") else {
            continue;
        };
        let span = converter.span(name);
        let text = |node| converter.text(node).trim();
        let value = node.child_by_field_name("value").map(text);
        let built_in = |&(known, values): &(&str, &[&str])| {
            known == text(name) && value.is_some_and(|value| values.contains(&value))
        };
        if BUILT_IN.iter().any(built_in) {
            continue;
        }
        let value = match node.child_by_field_name("value") {
            _ if keywords::is_keyword(text(name)) => Err(Diagnostic::at(span, format!("`{}` is built in", text(name)))
                .help("a word of the language keeps its meaning: use another name")),
            Some(value) => expression(converter.text(value), value.start_byte(), unit.file).map(Some),
            None => Ok(None),
        };
        found.push(Define {
            name: converter.text(name).to_string(),
            span,
            value,
        });
    }
    found
}

/// The expression in a `#define`; the grammar leaves it as text.
fn expression(text: &str, start: usize, file: FileId) -> Result<Expr, Diagnostic> {
    const BEFORE: &str = "u8 v=";
    let trimmed = text.trim_end();
    let whole = Span {
        file,
        start: start as u32,
        end: (start + trimmed.len()) as u32,
    };
    let refused =
        || Diagnostic::at(whole, "a #define is a constant or a name").help("write a function for anything else");
    let declaration = format!("{BEFORE}{trimmed}\n;");
    // "#define" is longer than what stands before the value here.
    let offset = start.saturating_sub(BEFORE.len());
    let tree = tree(declaration.as_bytes()).ok_or_else(refused)?;
    let root = tree.root_node();
    let value = match children(root).as_slice() {
        [(_, only)] if !root.has_error() => only
            .child_by_field_name("declarator")
            .and_then(|declarator| declarator.child_by_field_name("value")),
        _ => None,
    };
    if value.is_some_and(|value| value.kind() == "binary_expression") {
        return Err(Diagnostic::at(whole, "an expression in a #define stands in brackets")
            .label("C pastes the text: what stands beside it may bind tighter")
            .help(format!("write `({trimmed})`")));
    }
    let (plain, marks) = (Defines::default(), Marks::default());
    let mut converter = Converter::new(declaration.as_bytes(), file, &marks, &plain);
    converter.offset = offset;
    match converter.expression(value.ok_or_else(refused)?) {
        Err(error) if !error.message.contains("number") && !error.message.contains("nested") => Err(refused()),
        result => result,
    }
}

struct Resolver {
    defines: HashMap<String, Define>,
    values: HashMap<String, Value>,
    /// What is being resolved right now.
    stack: Vec<String>,
}

/// Defines that name defines, at most.
const MAX_CHAIN: usize = 50;

impl Resolver {
    fn resolve(&mut self, name: &str) -> Result<Value, Diagnostic> {
        if let Some(value) = self.values.get(name) {
            return Ok(value.clone());
        }
        let Some(define) = self.defines.get(name).cloned() else {
            return Ok(Value::Name(name.to_string()));
        };
        if self.stack.iter().any(|other| other == name) {
            return Err(Diagnostic::at(define.span, format!("`{name}` is defined by itself"))
                .help("give one of the names a value"));
        }
        if self.stack.len() >= MAX_CHAIN {
            return Err(Diagnostic::at(define.span, "#defines name each other too deeply")
                .help("give one of the names a value"));
        }
        self.stack.push(name.to_string());
        let value = define.value.clone().and_then(|expr| match expr {
            Some(expr) => self.evaluate(&expr),
            None => Err(Diagnostic::at(define.span, format!("`{name}` stands for nothing")).help("give it a value")),
        });
        self.stack.pop();
        let value = value?;
        self.values.insert(name.to_string(), value.clone());
        Ok(value)
    }

    fn evaluate(&mut self, expr: &Expr) -> Result<Value, Diagnostic> {
        Ok(match &expr.kind {
            ExprKind::Name(name) => self.resolve(name)?,
            ExprKind::Bool(truth) => Value::Bool(*truth),
            ExprKind::Null => Value::Null,
            _ => Value::Int(constant_with(expr, &mut |name, span| match self.resolve(name)? {
                Value::Int(number) => Ok(number),
                _ => Err(Diagnostic::at(span, format!("`{name}` is not a constant"))
                    .help("a #define is a constant or a name")),
            })?),
        })
    }
}

/// The words that stand for nothing, by the `#define`s of a file.
pub(super) fn nothing(unit: &Unit) -> impl Iterator<Item = String> {
    let written = written(unit).into_iter();
    written
        .filter(|define| matches!(define.value, Ok(None)))
        .map(|define| define.name)
}
