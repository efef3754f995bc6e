//! `__initially`: a function that runs once, before everything, where the list of an initialiser would have to be as long as a size.

use super::emit::{Emitter, Shared};
use super::finish;
use super::tables::Tables;
use crate::c::ast::{AnnotationKind, Function, Type};
use crate::machine::program::{Instr, Role};
use crate::machine::{Machine, Reached};
use crate::source::Diagnostic;

/// Runs the functions that are `__initially`, in the order of the text: what they leave is what the program begins with.
///
/// # Errors
///
/// One takes arguments, returns something, waits, chooses, frees, takes a lock, or goes wrong.
pub(super) fn run(tables: &mut Tables) -> Result<(), Diagnostic> {
    let mut functions: Vec<_> = tables.functions.values().copied().collect();
    functions.sort_by_key(|(index, _)| *index);
    let is_init = |function: &Function| super::call::has(function, |kind| *kind == AnnotationKind::Init);
    for (id, function) in functions.into_iter().filter(|(_, function)| is_init(function)) {
        one(tables, id, function)?;
    }
    Ok(())
}

fn one<'a>(tables: &mut Tables<'a>, id: usize, function: &'a Function) -> Result<(), Diagnostic> {
    if let Some(param) = function.params.first() {
        return Err(Diagnostic::at(param.name.span, "what is `__initially` takes no arguments").help("write `(void)`"));
    }
    if !matches!(function.result, Type::Void) {
        return Err(Diagnostic::at(function.name.span, "what is `__initially` returns nothing").help("write `void`"));
    }
    // Nobody else is there: it is one step.
    let alone = Shared {
        freed: vec![false; tables.program.types.len()],
        ..Shared::default()
    };
    let mut emitter = Emitter::new(tables, Some(&alone), None);
    emitter.atomic = 1;
    emitter.outermost(function, id)?;
    let thread = finish::finish(emitter, function.name.name.clone(), Role::Environment, true)?;
    for (instr, &at) in thread.code.iter().zip(&thread.at) {
        let what = match instr {
            Instr::Await(_) => "wait",
            Instr::Choose { .. } => "choose",
            Instr::Free { .. } => "free something",
            Instr::Acquire { .. } | Instr::Release { .. } => "take or release a lock",
            Instr::Panic => "panic",
            _ => continue,
        };
        let error = Diagnostic::at(
            thread.sites[at as usize].span,
            format!("what is `__initially` does not {what}"),
        );
        return Err(error.help("nothing runs yet: it only gives initial values"));
    }
    let mut program = tables.program.clone();
    program.fields.iter_mut().for_each(|field| field.written = true);
    program.functions = tables.syntax.functions.iter().map(super::function).collect();
    program.threads = vec![thread];
    let machine = Machine::new(program);
    let state = machine.initial();
    if let Reached::Error(error) = machine.reached(&state) {
        let message = format!("`{}` goes wrong: {}", function.name.name, error.kind.words());
        return Err(Diagnostic::at(function.name.span, message).help("it runs once, before everything"));
    }
    for (field, slots) in tables.program.fields.iter_mut().zip(&machine.layout.fields) {
        field.initial = slots.iter().map(|slot| slot.load(&state)).collect();
    }
    Ok(())
}
