//! Functions that nothing calls: most often an override whose name is misspelt.

use std::collections::{BTreeMap, BTreeSet};

use tree_sitter::Node;

use super::keywords::is_keyword;
use super::unit::{Unit, parse};
use crate::c::ast::{AnnotationKind, ExprKind, Function, Program};
use crate::c::library::Library;
use crate::c::nearest::{did_you_mean, nearest};
use crate::source::{Diagnostic, FileId};

/// What the files of a library say about functions that a single program does not.
#[derive(Debug, Clone, Default)]
pub(crate) struct Callers {
    /// Defined under `kernel/`: a listing need not use them.
    kernel: BTreeSet<String>,
    /// Called by some scenario.
    called: BTreeSet<String>,
}

impl Callers {
    /// Looks through the kernel headers and the scenarios of a library.
    pub(crate) fn of(library: &dyn Library) -> Self {
        let mut callers = Callers::default();
        for path in library.list() {
            let names = match path.split('/').next() {
                Some("kernel") => &mut callers.kernel,
                Some("scenarios") => &mut callers.called,
                _ => continue,
            };
            // Files that cannot be read are reported when they are used.
            let Some(Ok(text)) = library.read(&path) else {
                continue;
            };
            if let Ok(unit) = parse(&text, FileId(0)) {
                names.extend(if path.starts_with("kernel/") {
                    defined(&unit)
                } else {
                    called(&unit)
                });
            }
        }
        callers
    }
}

/// The functions of the listing itself (and of the scenario itself) that are no threads and that nothing calls.
pub(crate) fn uncalled(program: &Program, callers: &Callers) -> Vec<Diagnostic> {
    let mut own = vec![FileId(0)];
    own.extend(program.tags.scenario.as_ref().map(|(name, _)| name.span.file));
    let dead = dead(program.functions.iter(), callers);
    let called: BTreeSet<String> = program.functions.iter().flat_map(calls).collect();
    let mut errors = Vec::new();
    for function in &program.functions {
        let name = function.name.name.as_str();
        if !dead.contains(name) || !own.contains(&function.name.span.file) {
            continue;
        }
        let others = program.functions.iter().map(|other| other.name.name.as_str());
        let known = others
            .filter(|other| !dead.contains(*other))
            .chain(called.iter().map(String::as_str));
        errors.push(
            Diagnostic::at(function.name.span, format!("nothing calls `{name}`")).help(did_you_mean(
                name,
                known,
                "call it, make it a thread (`__task(t)`, `__daemon(t)`, `__unfair`), or remove it",
            )),
        );
    }
    errors
}

/// The names of those functions that nothing calls; those in `kernel/` may be unused.
pub(super) fn dead<'p>(functions: impl Iterator<Item = &'p Function> + Clone, callers: &Callers) -> BTreeSet<String> {
    let mut called_by: BTreeMap<String, bool> = BTreeMap::new();
    for function in functions.clone() {
        for name in calls(function).into_iter().filter(|name| *name != function.name.name) {
            called_by.insert(name, true);
        }
    }
    functions
        .filter(|function| !is_thread(function))
        .map(|function| &function.name.name)
        .filter(|name| {
            !called_by.contains_key(*name) && !callers.kernel.contains(*name) && !callers.called.contains(*name)
        })
        .cloned()
        .collect()
}

fn is_thread(function: &Function) -> bool {
    function.annotations.iter().any(|annotation| {
        matches!(
            annotation.kind,
            AnnotationKind::Task(_) | AnnotationKind::Daemon(_) | AnnotationKind::Unfair | AnnotationKind::Init
        )
    })
}

/// The names of the functions defined in a file.
pub(super) fn defined(unit: &Unit) -> BTreeSet<String> {
    identifiers(unit, |node| {
        let mut declarator = node
            .child_by_field_name("declarator")
            .filter(|_| node.kind() == "function_definition")?;
        while declarator.kind() != "identifier" {
            declarator = declarator.child_by_field_name("declarator")?;
        }
        Some(declarator)
    })
}

/// For each function that is called and not there: what a header of the library has that is called so, or nearly.
pub(super) fn elsewhere(program: &Program, library: &dyn Library) -> BTreeMap<String, (String, String)> {
    let known: BTreeSet<&str> = program
        .functions
        .iter()
        .map(|function| function.name.name.as_str())
        .collect();
    let mut missing: BTreeSet<String> = program.functions.iter().flat_map(calls).collect();
    missing.retain(|name| !known.contains(name.as_str()) && !is_keyword(name));
    if missing.is_empty() {
        return BTreeMap::new();
    }
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for path in library.list().into_iter().filter(|path| path.ends_with(".h")) {
        if let Some(Ok(text)) = library.read(&path)
            && let Ok(unit) = parse(&text, FileId(0))
        {
            let file = path.rsplit('/').next().unwrap_or(&path);
            let names = defined(&unit).into_iter().chain(named(&unit));
            headers.extend(names.map(|name| (name, file.to_string())));
        }
    }
    let like = |name: &String| {
        let same = headers.contains_key(name).then_some(name.as_str());
        let near = same.or_else(|| nearest(name, headers.keys().map(String::as_str)))?;
        (!known.contains(near)).then(|| (near.to_string(), headers[near].clone()))
    };
    missing
        .into_iter()
        .filter_map(|name| like(&name).map(|found| (name, found)))
        .collect()
}

/// The macros and the functions without meaning of a file.
fn named(unit: &Unit) -> BTreeSet<String> {
    let macros = identifiers(unit, |node| {
        node.child_by_field_name("name")
            .filter(|_| node.kind() == "preproc_function_def")
    });
    let prototypes = identifiers(unit, |node| {
        let declarator = node.child_by_field_name("declarator")?;
        let name = declarator.child_by_field_name("declarator")?;
        (node.kind() == "declaration" && declarator.kind() == "function_declarator").then_some(name)
    });
    macros.into_iter().chain(prototypes).collect()
}

/// The names called in a file.
fn called(unit: &Unit) -> BTreeSet<String> {
    identifiers(unit, |node| {
        node.child_by_field_name("function")
            .filter(|_| node.kind() == "call_expression")
    })
}

fn identifiers(unit: &Unit, pick: impl Fn(Node<'_>) -> Option<Node<'_>>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut cursor = unit.tree.walk();
    loop {
        if let Some(name) = pick(cursor.node()) {
            names.insert(String::from_utf8_lossy(&unit.masked[name.byte_range()]).into_owned());
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return names;
            }
        }
    }
}

/// The names called by a function.
fn calls(function: &Function) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    function.body.expressions(&mut |expression| {
        if let ExprKind::Call(name, _) = &expression.kind {
            names.insert(name.name.clone());
        }
    });
    names
}
