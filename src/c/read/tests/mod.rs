//! What reads, what does not, and what is said about it.

mod annotations;
mod binding;
mod files;
mod flat;
mod kernel;
mod noise;
mod programs;
mod refused;
mod stories;

use std::collections::BTreeMap;

use super::{Callers, flatten, read_program, uncalled};
use crate::c::ast::Program;
use crate::c::library::{Library, Listing};
use crate::source::{Diagnostic, Diagnostics};

/// A library in memory.
#[derive(Default)]
struct Shelf(BTreeMap<String, String>);

impl Shelf {
    fn of(files: &[(&str, &str)]) -> Self {
        Shelf(
            files
                .iter()
                .map(|(path, text)| (path.to_string(), text.to_string()))
                .collect(),
        )
    }

    fn listing(&self, path: &str) -> Listing {
        Listing::from_library(self, path).unwrap()
    }

    fn read(&self, protocol: &str, scenario: Option<&str>) -> Result<Program, Diagnostics> {
        let scenario = scenario.map(|path| self.listing(path));
        read_program(self, &self.listing(protocol), scenario.as_ref())
    }
}

impl Library for Shelf {
    fn read(&self, path: &str) -> Option<Result<String, Diagnostic>> {
        self.0.get(path).cloned().map(Ok)
    }

    fn list(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

/// A listing that stands alone.
fn alone(text: &str) -> Listing {
    Listing {
        name: "linux/mine.c".into(),
        text: text.into(),
        folder: None,
        bounds: Vec::new(),
    }
}

fn read(text: &str) -> Result<Program, Diagnostics> {
    read_program(&Shelf::default(), &alone(text), None)
}

/// The first error as `message | underlined text | help`.
fn refusal(result: Result<Program, Diagnostics>) -> String {
    match result {
        Ok(program) => panic!("read: {program:?}"),
        Err(diagnostics) => {
            assert!(!diagnostics.render(false).is_empty());
            let error = &diagnostics.errors[0];
            let place = error.span.map_or("", |span| diagnostics.sources.text(span));
            format!(
                "{} | {place} | {}",
                error.message,
                error.help.as_deref().unwrap_or_default()
            )
        }
    }
}

/// The names of things.
fn names<'a>(idents: impl IntoIterator<Item = &'a crate::c::ast::Ident>) -> Vec<&'a str> {
    idents.into_iter().map(|ident| ident.name.as_str()).collect()
}
