//! Late binding: one program out of the definitions of all files.

use std::collections::{HashMap, HashSet};

use super::annotations::{MEANINGLESS, word};
use super::definitions::{Definitions, Prototype};
use super::types::same;
use crate::c::ast::{Enum, Function, Global, Ident, Program, Struct};
use crate::source::{Diagnostic, FileId};

/// Puts the definitions of files together, in the order in which they are added.
#[derive(Debug, Default)]
pub(super) struct Binder {
    program: Program,
    errors: Vec<Diagnostic>,
    enumerators: HashSet<String>,
    prototypes: Vec<Prototype>,
    /// The functions of the protocol by name; true for those of the scenario.
    of_scenario: HashMap<String, bool>,
}

impl Binder {
    /// Adds what a file defines.
    pub(super) fn add(&mut self, found: Definitions, scenario: bool) {
        for structure in found.structs {
            self.structure(structure);
        }
        for enumeration in found.enums {
            self.enumeration(enumeration);
        }
        for global in found.globals {
            self.global(global);
        }
        for function in found.functions {
            self.function(function, scenario);
        }
        self.prototypes.extend(found.prototypes);
    }

    /// The program, and what does not fit together.
    pub(super) fn finish(mut self) -> (Program, Vec<Diagnostic>) {
        self.names_are_unique();
        self.prototypes_say_no_more();
        (self.program, self.errors)
    }

    /// A file may reopen a struct of another file, to add fields.
    fn structure(&mut self, new: Struct) {
        let Some(old) = self
            .program
            .structs
            .iter_mut()
            .find(|old| old.name.name == new.name.name)
        else {
            return self.program.structs.push(new);
        };
        if file(&old.name) == file(&new.name) {
            self.errors.push(
                Diagnostic::at(
                    new.name.span,
                    format!("`struct {}` is defined twice in this file", new.name.name),
                )
                .help("write all fields in one place"),
            );
            return;
        }
        for field in new.fields {
            match old.fields.iter().find(|known| known.name.name == field.name.name) {
                None => old.fields.push(field),
                Some(known) => self.errors.push(
                    Diagnostic::at(
                        field.name.span,
                        format!("`struct {}` has a field `{}` already", new.name.name, field.name.name),
                    )
                    .also(known.name.span, "this one")
                    .help("a struct is reopened with its new fields only"),
                ),
            }
        }
    }

    /// A file may reopen an enum of another file, to add enumerators.
    fn enumeration(&mut self, new: Enum) {
        let known = self.program.enums.iter().position(|old| old.name.name == new.name.name);
        let Some(index) = known else {
            self.program.enums.push(Enum {
                name: new.name.clone(),
                enumerators: Vec::new(),
            });
            return self.enumerators(self.program.enums.len() - 1, new.enumerators);
        };
        if file(&self.program.enums[index].name) == file(&new.name) {
            self.errors.push(
                Diagnostic::at(
                    new.name.span,
                    format!("`enum {}` is defined twice in this file", new.name.name),
                )
                .help("write all enumerators in one place"),
            );
        }
        self.enumerators(index, new.enumerators);
    }

    fn enumerators(&mut self, index: usize, new: Vec<Ident>) {
        for enumerator in new {
            if !self.enumerators.insert(enumerator.name.clone()) {
                self.errors.push(
                    Diagnostic::at(
                        enumerator.span,
                        format!("the enumerator `{}` exists already", enumerator.name),
                    )
                    .help("an enum is reopened with its new enumerators only"),
                );
            } else {
                self.program.enums[index].enumerators.push(enumerator);
            }
        }
    }

    fn global(&mut self, new: Global) {
        let Some(old) = self
            .program
            .globals
            .iter_mut()
            .find(|old| old.name.name == new.name.name)
        else {
            return self.program.globals.push(new);
        };
        if !same(&old.ty, &new.ty) {
            self.errors.push(
                Diagnostic::at(
                    new.name.span,
                    format!("`{}` is declared with another type elsewhere", new.name.name),
                )
                .help("give both declarations the same type"),
            );
        } else if old.external {
            *old = new;
        } else if !new.external {
            self.errors.push(
                Diagnostic::at(new.name.span, format!("`{}` is defined already", new.name.name))
                    .help("write `extern` before it, or use another name"),
            );
        }
    }

    fn function(&mut self, new: Function, scenario: bool) {
        let name = new.name.name.clone();
        let Some(old) = self.program.functions.iter_mut().find(|old| old.name.name == name) else {
            self.of_scenario.insert(name, scenario);
            return self.program.functions.push(new);
        };
        if file(&old.name) == file(&new.name) {
            self.errors.push(
                Diagnostic::at(new.name.span, format!("`{name}` is defined twice in this file"))
                    .help("remove one of the two; a definition overrides one that is included"),
            );
        } else if scenario && self.of_scenario.get(&name) == Some(&false) {
            self.errors.push(
                Diagnostic::at(new.name.span, format!("`{name}` belongs to the protocol"))
                    .help("a scenario says who runs: use another name, or change a listing"),
            );
        } else if let Some(difference) = difference(old, &new) {
            self.errors.push(
                Diagnostic::at(
                    new.name.span,
                    format!("`{name}` overrides a function with another signature"),
                )
                .label(difference)
                .help("keep the result and the parameter types of the definition that it replaces"),
            );
        } else {
            *old = new;
        }
    }

    /// An annotation of a prototype alone would say nothing.
    fn prototypes_say_no_more(&mut self) {
        for prototype in &self.prototypes {
            let functions = &self.program.functions;
            let Some(function) = functions
                .iter()
                .find(|function| function.name.name == prototype.name.name)
            else {
                continue;
            };
            let said: Vec<&str> = function.annotations.iter().map(|one| word(&one.kind)).collect();
            // A definition gives a meaning to what has none.
            let annotations = prototype.annotations.iter().filter(|one| one.name != MEANINGLESS);
            for annotation in annotations {
                if !said.contains(&annotation.name.as_str()) {
                    let message = format!(
                        "the definition of `{}` is not `{}`",
                        function.name.name, annotation.name
                    );
                    self.errors.push(
                        Diagnostic::at(annotation.span, message)
                            .also(function.name.span, "defined here")
                            .help("write the annotation there; a prototype only repeats it"),
                    );
                }
            }
        }
    }

    /// Variables, functions and enumerators share one space of names.
    fn names_are_unique(&mut self) {
        let mut seen: HashMap<&str, &str> = HashMap::new();
        let program = &self.program;
        let names = (program
            .enums
            .iter()
            .flat_map(|e| &e.enumerators)
            .map(|name| (name, "an enumerator")))
        .chain(program.globals.iter().map(|global| (&global.name, "a variable")))
        .chain(program.functions.iter().map(|function| (&function.name, "a function")));
        for (name, kind) in names {
            if let Some(other) = seen.insert(&name.name, kind) {
                self.errors.push(
                    Diagnostic::at(name.span, format!("`{}` is {other} already", name.name)).help("use another name"),
                );
            }
        }
    }
}

fn file(name: &Ident) -> FileId {
    name.span.file
}

/// What tells two signatures apart.
fn difference(old: &Function, new: &Function) -> Option<String> {
    if !same(&old.result, &new.result) {
        return Some("the result is of another type".into());
    }
    if old.params.len() != new.params.len() {
        return Some(format!(
            "{} parameters instead of {}",
            new.params.len(),
            old.params.len()
        ));
    }
    let other = old
        .params
        .iter()
        .zip(&new.params)
        .find(|(old, new)| !same(&old.ty, &new.ty))?;
    Some(format!("`{}` is of another type", other.1.name.name))
}
