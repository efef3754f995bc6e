//! The language against what it is lowered to: a reference interpreter, written from the documents and plain enough to be read beside
//! them, explores programs and must see what the machine sees.

mod arithmetic;
mod built_in;
mod compare;
mod declared;
mod faults;
mod found;
mod interpreter;
mod meanings;
mod programs;
mod random;
mod shared;

use oomspec::c::ast::Program;
use oomspec::c::library::{Library, Listing};
use oomspec::c::{compile, read_program};
use oomspec::machine::Machine;
use oomspec::source::{Diagnostic, Diagnostics};

struct NoFiles;

impl Library for NoFiles {
    fn read(&self, _: &str) -> Option<Result<String, Diagnostic>> {
        None
    }

    fn list(&self) -> Vec<String> {
        Vec::new()
    }
}

/// The syntax tree of a text that stands for itself, and the machine that it is lowered to.
fn both(text: &str) -> Result<(Program, Machine), Diagnostics> {
    let listing = Listing {
        name: "linux/program.c".into(),
        text: text.into(),
        folder: None,
        bounds: Vec::new(),
    };
    let program = read_program(&NoFiles, &listing, None)?;
    let machine = Machine::new(compile(&program)?);
    Ok((program, machine))
}
