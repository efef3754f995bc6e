//! Syntax tree to steps: each thread's function, with everything it calls inlined, as one instruction list.

mod call;
mod constant;
mod declarations;
mod emit;
mod expr;
mod finish;
mod init;
mod order;
mod place;
mod readonly;
mod stmt;
mod syntax;
mod tables;
#[cfg(test)]
mod tests;
mod unroll;
mod value;

use std::collections::{HashMap, HashSet};

use super::ast::{self, AnnotationKind, Type};
use crate::machine::layout::freed_types;
use crate::machine::program::{Function, Instr, Operand, Program, Role, Scalar, Thread};
use crate::source::{Diagnostic, Diagnostics, Span};
use emit::{Emitter, Shared};
use tables::{GlobalPlace, Tables};
use value::Value;

/// More threads than this make too many states.
const MOST_THREADS: usize = 64;
/// Nor are more instructions checked, over all threads.
const MOST_CODE: usize = 100_000;

/// Compiles a protocol in a scenario.
pub fn compile(syntax: &ast::Program) -> Result<Program, Diagnostics> {
    let fail = |errors: Vec<Diagnostic>| Diagnostics {
        sources: syntax.sources.clone(),
        errors,
    };
    let written = readonly::refuse_writes(syntax);
    if !written.is_empty() {
        return Err(fail(written));
    }
    let mut tables = Tables::new(syntax).map_err(|error| fail(vec![error]))?;
    init::run(&mut tables).map_err(|error| fail(vec![error]))?;
    // Twice: the first time finds out what is written and freed, and so which accesses are scheduling points.
    let draft = threads(&tables, None).map_err(fail)?;
    let shared = shared(&tables, draft);
    let threads = threads(&tables, Some(&shared)).map_err(fail)?;
    let mut program = tables.program;
    for (id, field) in program.fields.iter_mut().enumerate() {
        field.written = shared.written.contains(&id);
    }
    program.threads = threads;
    program.functions = syntax.functions.iter().map(function).collect();
    Ok(program)
}

fn function(function: &ast::Function) -> Function {
    let atomic = call::has(function, |kind| *kind == AnnotationKind::Atomic);
    Function {
        name: function.name.name.clone(),
        span: function.span,
        atomic,
        counts: function.annotations.iter().flat_map(counts).collect(),
        shares: function.annotations.iter().any(shares),
    }
}

fn counts(annotation: &ast::Annotation) -> Vec<String> {
    match &annotation.kind {
        AnnotationKind::Counts(names) => names.iter().map(|name| name.name.clone()).collect(),
        _ => Vec::new(),
    }
}

fn shares(annotation: &ast::Annotation) -> bool {
    use AnnotationKind::{Acquires, CondAcquires};
    matches!(
        annotation.kind,
        Acquires(_, ast::Hold::Shared) | CondAcquires(_, ast::Hold::Shared)
    )
}

fn threads(tables: &Tables, shared: Option<&Shared>) -> Result<Vec<Thread>, Vec<Diagnostic>> {
    let (mut threads, mut errors) = (Vec::new(), Vec::<Diagnostic>::new());
    let mut functions: Vec<_> = tables.functions.values().collect();
    functions.sort_by_key(|(index, _)| *index);
    let mut tasks: HashMap<&str, Span> = HashMap::new();
    let mut instructions = 0;
    for &&(id, function) in &functions {
        let lowered = alone(function, &mut tasks).and_then(|()| threads_of(tables, shared, id, function));
        match lowered {
            Ok(some) => {
                instructions += some.iter().map(|thread| thread.code.len()).sum::<usize>();
                threads.extend(some);
                if threads.len() > MOST_THREADS || instructions > MOST_CODE {
                    let many = format!("{} threads of {instructions} instructions are too many", threads.len());
                    errors.push(Diagnostic::at(function.name.span, many).help(format!(
                        "at most {MOST_THREADS} threads, and {MOST_CODE} instructions in all"
                    )));
                    break;
                }
            }
            // The same mistake in a function that several threads call is one mistake.
            Err(error) if errors.contains(&error) => {}
            Err(error) => errors.push(error),
        }
    }
    if threads.is_empty() && errors.is_empty() {
        errors.push(
            Diagnostic::general("nothing runs here: no function is a thread")
                .help("a scenario has functions such as `void victim_runs(void) __task(victim) { … }`"),
        );
    }
    if errors.is_empty() { Ok(threads) } else { Err(errors) }
}

/// Refuses a second thread of one task: `current`, `pc` and `locals` would not tell them apart.
fn alone<'a>(function: &'a ast::Function, tasks: &mut HashMap<&'a str, Span>) -> Result<(), Diagnostic> {
    for annotation in &function.annotations {
        if let AnnotationKind::Task(task) | AnnotationKind::Daemon(task) = &annotation.kind
            && let Some(other) = tasks.insert(&task.name, annotation.span)
        {
            return Err(Diagnostic::at(
                annotation.span,
                format!("`{}` runs another function already", task.name),
            )
            .also(other, "this one")
            .help("declare a task for each thread"));
        }
    }
    Ok(())
}

/// The threads of a function: none, one, or one for each element of an array of tasks.
fn threads_of<'a>(
    tables: &Tables<'a>,
    shared: Option<&Shared>,
    id: usize,
    function: &'a ast::Function,
) -> Result<Vec<Thread>, Diagnostic> {
    let (mut role, mut fair, mut current, mut is_thread) = (Role::Environment, true, None, false);
    for annotation in &function.annotations {
        match &annotation.kind {
            AnnotationKind::Unfair => fair = false,
            AnnotationKind::Task(task) => (role, current) = (Role::Task, Some(task)),
            AnnotationKind::Daemon(task) => (role, current) = (Role::Daemon, Some(task)),
            _ => continue,
        }
        is_thread = true;
    }
    if !is_thread {
        return Ok(Vec::new());
    }
    if let Some(param) = function.params.first() {
        return Err(Diagnostic::at(param.name.span, "a thread takes no arguments").help("write `(void)`"));
    }
    if !matches!(function.result, Type::Void) {
        return Err(Diagnostic::at(function.name.span, "a thread returns nothing").help("write `void`"));
    }
    let currents = match current {
        None => vec![(function.name.name.clone(), None)],
        Some(task) => {
            let named = |ty: usize, pointer: i64| {
                let object = &tables.program.types[ty].objects[pointer as usize - 1].name;
                let name = match role {
                    Role::Task => object.clone(),
                    _ => object.replacen(&task.name, &function.name.name, 1),
                };
                (name, Some(Value::of(Operand::Const(pointer), Scalar::Pointer(ty))))
            };
            match tables.globals.get(task.name.as_str()) {
                Some(&GlobalPlace::Object(ty, pointer)) => vec![named(ty, pointer)],
                Some(&GlobalPlace::Objects(part)) => {
                    let part = &tables.program.parts[part];
                    let elements = 0..part.length.unwrap_or(1);
                    if elements.len() > MOST_THREADS {
                        let many = format!("{} threads are too many", elements.len());
                        let error = Diagnostic::at(task.span, many);
                        return Err(error.help(format!("at most {MOST_THREADS} threads")));
                    }
                    elements
                        .map(|at| named(part.inner, (part.first[0] + at) as i64))
                        .collect()
                }
                _ => {
                    let known: Vec<&str> = tables.globals.keys().copied().collect();
                    return Err(tables::unknown(
                        format!("there is no object `{}` to be the task", task.name),
                        task,
                        &known,
                    ));
                }
            }
        }
    };
    let one = |(name, current)| {
        let mut emitter = Emitter::new(tables, shared, current);
        emitter.outermost(function, id)?;
        match shared {
            None => Ok(finish::draft(emitter, name, role, fair)),
            Some(_) => finish::finish(emitter, name, role, fair),
        }
    };
    currents.into_iter().map(one).collect()
}

/// Which fields and types the threads write and free: what is written counts, whether a run comes there or not.
fn shared(tables: &Tables, threads: Vec<Thread>) -> Shared {
    let mut written = HashSet::new();
    for instr in threads.iter().flat_map(|thread| &thread.code) {
        if let Instr::Store { field, .. } = instr {
            written.insert(*field);
        }
    }
    let mut program = tables.program.clone();
    program.threads = threads;
    let freed = freed_types(&program);
    let ends = |ty: &crate::machine::program::StructType| ty.objects.iter().any(|object| freed[object.root.0]);
    Shared {
        written,
        freed: program.types.iter().map(ends).collect(),
    }
}
