//! What Cost.tla says: until when something is counted, whose steps, and what is looked at when another victim is taken.

use crate::model::visible::Visible;
use crate::source::{Diagnostic, Diagnostics};
use crate::tla::Library;

/// Cost.tla, read.
#[derive(Debug)]
pub struct Terms {
    /// All its definitions.
    pub module: Visible,
    /// Where each of these stands among its variables.
    pub(super) asked: usize,
    pub(super) served: usize,
    pub(super) measured: usize,
    pub(super) exited: usize,
    /// What is counted of exits alone.
    pub(super) of_exits: usize,
    /// The action before which numbers are looked at.
    pub(super) next: usize,
}

/// Definitions that Rust asks for by name; every other state function is a number that is looked at.
const NAMES: [&str; 5] = ["Asked", "Served", "Measured", "Exited", "OfExits"];
/// The action.
const NEXT: &str = "NextVictim";

impl Terms {
    /// The module's name.
    pub const MODULE: &'static str = "Cost";

    /// Reads the module.
    ///
    /// # Errors
    ///
    /// It cannot be read, or lacks one of the definitions that are asked for by name.
    pub fn load(library: &dyn Library, module: &str) -> Result<Self, Diagnostics> {
        let module = Visible::load(library, module)?;
        let find = |all: &[(String, _)], name: &str| {
            let missing = || {
                let error = Diagnostic::general(format!("{}.tla does not define `{name}`", module.spec.name()));
                let all: Vec<&str> = NAMES.into_iter().chain([NEXT]).collect();
                error.help(format!("it has to define {}", all.join(", ")))
            };
            all.iter().position(|(known, _)| known == name).ok_or_else(missing)
        };
        let variable = |name| find(&module.variables, name);
        Ok(Terms {
            asked: variable(NAMES[0])?,
            served: variable(NAMES[1])?,
            measured: variable(NAMES[2])?,
            exited: variable(NAMES[3])?,
            of_exits: variable(NAMES[4])?,
            next: find(&module.actions, NEXT)?,
            module,
        })
    }

    /// The numbers that are looked at: where each stands among the variables, and its name.
    pub(super) fn numbers(&self) -> impl Iterator<Item = (usize, &str)> {
        let all = self.module.variables.iter().enumerate();
        all.filter(|(_, (name, _))| !NAMES.contains(&name.as_str()))
            .map(|(at, (name, _))| (at, name.as_str()))
    }
}
