//! Text to syntax tree: one file a stage.
//!
//! `lexer` and `annotations` settle what is no C, `unit` parses, `load` follows includes, `syntax` says what the subset leaves out, `defines` finds
//! what names stand for, `macros` what those with parameters do, `meaningless` which calls are left out, `definitions`, `records`, `functions`, `types`, `statements` and
//! `expressions` convert the grammar's trees, `bind` makes one program of
//! all files, `tags` reads the story at the top. A node of the grammar that none of them knows is an error, never skipped.

mod annotations;
mod bind;
mod constant;
mod convert;
mod defines;
mod definitions;
mod drift;
mod expressions;
mod flatten;
mod functions;
mod keywords;
mod lexer;
mod load;
mod macros;
mod meaning;
mod meaningless;
mod records;
mod statements;
mod syntax;
mod tags;
mod types;
mod uncalled;
mod unit;

pub(crate) use constant::constant;
pub(crate) use drift::body;
pub(crate) use flatten::{flatten, left_out};
pub(crate) use load::includes;
pub(crate) use uncalled::{Callers, uncalled};

use super::ast::{Program, Tags};
use super::library::{Library, Listing};
use crate::source::{Diagnostic, Diagnostics, Sources};
use bind::Binder;
use convert::Converter;
use load::{Loaded, load};
use meaning::Defines;
use uncalled::elsewhere;
use unit::Unit;

/// Reads a protocol, with all it includes, and a scenario.
///
/// The file of the protocol itself is always the first of [`Program::sources`].
pub fn read_program(
    library: &dyn Library,
    protocol: &Listing,
    scenario: Option<&Listing>,
) -> Result<Program, Diagnostics> {
    let (mut program, _) = program(load(library, protocol, scenario))?;
    program.elsewhere = elsewhere(&program, library);
    Ok(program)
}

/// What the text of a protocol, or of a scenario, says about itself; what it includes is not looked at.
pub(crate) fn tags_of(listing: &Listing, scenario: bool) -> Result<Tags, Diagnostics> {
    let mut sources = Sources::default();
    let file = sources.add(&listing.name, listing.text.clone());
    let (mut tags, mut errors) = (Tags::default(), Vec::new());
    match unit::parse(&listing.text, file) {
        Ok(unit) => tags::read(&Unit { scenario, ..unit }, &mut tags, &mut errors),
        Err(error) => errors.push(error),
    }
    match errors.is_empty() {
        true => Ok(tags),
        false => Err(Diagnostics { sources, errors }),
    }
}

/// The `#define`s of a protocol in a scenario that are numbers: its bounds, each with its name.
pub(crate) fn numbers(
    library: &dyn Library,
    protocol: &Listing,
    scenario: &Listing,
) -> Result<Vec<(String, i64)>, Diagnostics> {
    let (_, units) = program(load(library, protocol, Some(scenario)))?;
    Ok(defines::numbers(&units))
}

/// The program in the loaded files, and the files.
fn program(loaded: Loaded) -> Result<(Program, Vec<Unit>), Diagnostics> {
    let Loaded {
        sources,
        units,
        mut errors,
    } = loaded;
    let (defines, mut more) = Defines::of(&units);
    errors.append(&mut more);
    let mut binder = Binder::default();
    for unit in units.iter().filter(|unit| !unit.broken) {
        let mut converter = Converter::new(&unit.masked, unit.file, &unit.marks, &defines);
        let found = converter.definitions(unit.tree.root_node());
        errors.append(&mut converter.errors);
        binder.add(found, unit.scenario);
    }
    let (mut program, mut more) = binder.finish();
    errors.append(&mut more);
    for scenario in [false, true] {
        // What is included stands before the file that was asked for.
        if let Some(main) = units.iter().rfind(|unit| unit.scenario == scenario && !unit.given) {
            tags::read(main, &mut program.tags, &mut errors);
        }
    }
    if errors.is_empty() {
        program.sources = sources;
        return Ok((program, units));
    }
    errors.sort_by_key(|error: &Diagnostic| error.span.map(|span| (span.file, span.start)));
    errors.dedup();
    Err(Diagnostics { sources, errors })
}

#[cfg(test)]
mod tests;
