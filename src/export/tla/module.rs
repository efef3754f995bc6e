//! The module of a protocol in a scenario: variables, initial state, the threads' actions, fairness.

use std::fmt::Write;
use std::sync::Arc;

use super::errors;
use super::fresh::{Fresh, is_reserved};
use super::steps::{Fair, Steps};
use crate::counterexample::text;
use crate::machine::Machine;
use crate::machine::program::{Program, Role};
use crate::model::Instance;
use crate::model::properties::{PropertyModule, of_machine};
use crate::model::property::{DEADLOCK, Property};
use crate::model::variables::{DONE, Variable, frames};
use crate::source::Diagnostic;
use crate::tla::Value;

/// What the module defines beside its actions.
const OWN: [&str; 27] = [
    "vars",
    "Threads",
    "Tasks",
    "Init",
    "At",
    "Goto",
    "Ended",
    "Fail",
    "Stacks",
    "Parts",
    "IsWhole",
    "PartsOf",
    "IsLocked",
    "BitAnd",
    "BitOr",
    "BitXor",
    "Quotient",
    "Remainder",
    "Next",
    "Terminating",
    "Fairness",
    "Spec",
    "my",
    "t",
    "p",
    "h",
    "position",
];

/// Longer values of the initial state stand on several lines.
const WIDTH: usize = 100;

/// Writes the module of this name.
pub(crate) fn module(
    name: &str,
    instance: &Instance,
    modules: &[PropertyModule],
    errors: &[(String, Arc<str>)],
) -> Result<String, Diagnostic> {
    let machine = &instance.machine;
    refuse_reserved(&machine.program)?;
    let module = modules.first();
    let variables = Variable::names(machine);
    if let Some(module) = module {
        for definition in module.spec.all_definitions() {
            if OWN.contains(&&*definition.name.text) {
                return Err(Diagnostic::general(format!(
                    "{}.tla defines `{}`, and so does every exported module",
                    module.spec.name(),
                    definition.name.text
                ))
                .help("rename it"));
            }
        }
    }
    let mut fresh = names(machine, modules, errors);
    let threads: Vec<Steps> = (0..machine.program.threads.len())
        .map(|thread| Steps::of(machine, thread, &mut fresh))
        .collect();
    // Names within a step must differ from all of those.
    let mut text = String::new();
    head(&mut text, name, instance, module, &variables);
    state(&mut text, machine, &variables);
    let mut body = String::new();
    for steps in &threads {
        steps.write(&mut body, machine, &fresh, &variables)?;
    }
    helpers(&mut text, machine, &variables, &body);
    text += &body;
    tail(&mut text, &threads);
    properties(&mut text, machine, modules, errors);
    let _ = writeln!(text, "{}", "=".repeat(77));
    Ok(text)
}

/// The properties that the module itself defines: what no property module says of the machine's own errors.
pub(crate) fn own_properties(machine: &Machine, modules: &[PropertyModule]) -> Vec<Property> {
    let all = of_machine(machine, modules).into_iter();
    all.filter(|property| property.name != DEADLOCK).collect()
}

/// For each property that does not speak of the errors of its name: the name of a formula that does.
pub(crate) fn error_formulas(machine: &Machine, modules: &[PropertyModule]) -> Vec<(String, Arc<str>)> {
    let mut fresh = names(machine, modules, &[]);
    let unspoken = errors::unspoken(machine, modules).into_iter();
    unspoken
        .map(|property| {
            let formula = fresh.take(&format!("{property}_NoError"));
            (property, formula)
        })
        .collect()
}

/// The names that are taken before any thread has its actions.
fn names(machine: &Machine, modules: &[PropertyModule], errors: &[(String, Arc<str>)]) -> Fresh {
    let variables = Variable::names(machine).into_iter().map(Arc::from);
    let defined = modules.iter().flat_map(|module| module.spec.all_definitions());
    let defined = defined.map(|definition| definition.name.text.clone());
    let errors = errors.iter().map(|(_, formula)| formula.clone());
    Fresh::new(
        OWN.map(Arc::from)
            .into_iter()
            .chain(variables)
            .chain(defined)
            .chain(errors),
    )
}

/// Fields and threads become names of TLA+.
fn refuse_reserved(program: &Program) -> Result<(), Diagnostic> {
    let fields = program.fields.iter().map(|field| &field.name);
    let types = program.types.iter().map(|ty| &ty.name);
    let parts = program.parts.iter().map(|part| &part.name);
    match fields.chain(types).chain(parts).find(|name| is_reserved(name)) {
        None => Ok(()),
        Some(name) => Err(Diagnostic::general(format!("TLA+ keeps the word `{name}` for itself"))
            .help("give the field or struct another name to export the listing")),
    }
}

fn head(text: &mut String, name: &str, instance: &Instance, module: Option<&PropertyModule>, variables: &[String]) {
    let title = format!(" MODULE {name} ");
    let dashes = 77usize.saturating_sub(title.len());
    let _ = writeln!(
        text,
        "{}{title}{}",
        "-".repeat(dashes / 2),
        "-".repeat(dashes - dashes / 2)
    );
    let comment = format!(
        "{} in {}, as `oomspec export tla` reads it: each action is one step of the listing, named after function and line. \
         A thread is the disjunction of its actions.",
        instance.protocol, instance.scenario
    );
    let _ = writeln!(text, "(*");
    for line in textwrap::wrap(&comment, text::whole(74)) {
        let _ = writeln!(text, " * {line}");
    }
    let _ = writeln!(text, " *)");
    let extends = module.map_or(String::new(), |module| format!("{}, ", module.spec.name()));
    let _ = writeln!(text, "EXTENDS {extends}Integers, TLC");
    let declared: Vec<&str> = module
        .iter()
        .flat_map(|module| module.spec.variables())
        .map(|name| &**name)
        .collect();
    let own: Vec<&str> = variables
        .iter()
        .map(String::as_str)
        .filter(|name| !declared.contains(name))
        .collect();
    if !own.is_empty() {
        let _ = writeln!(text, "\nVARIABLES {}", own.join(", "));
    }
    let _ = writeln!(text, "\nvars == <<{}>>\n", variables.join(", "));
}

fn state(text: &mut String, machine: &Machine, variables: &[String]) {
    let program = &machine.program;
    let tasks = program.threads.iter().filter(|thread| thread.role == Role::Task);
    let names = |threads: &mut dyn Iterator<Item = &crate::machine::program::Thread>| {
        Value::set(threads.map(|thread| Value::string(thread.name.as_str())))
    };
    let _ = writeln!(text, "Threads == {}", names(&mut program.threads.iter()));
    let _ = writeln!(text, "Tasks   == {}\n", names(&mut tasks.into_iter()));
    let _ = writeln!(
        text,
        "\\* Where a thread stands at each position: functions, outermost first, each with the line it has come to."
    );
    let stacks = Value::record(program.threads.iter().enumerate().map(|(id, thread)| {
        let points = thread.points.iter().enumerate();
        let at = points.map(|(number, point)| {
            (
                Value::string(machine.names[id].positions[number].as_str()),
                frames(machine, id, point),
            )
        });
        let done = (Value::string(DONE), Value::tuple([]));
        (thread.name.as_str(), Value::function(at.chain([done])))
    }));
    let _ = writeln!(text, "Stacks ==\n  {}\n", value(&stacks, 2));
    let initial = machine.initial();
    let _ = writeln!(text, "Init ==");
    for name in variables {
        if let Some(variable) = Variable::named(machine, name) {
            let shown = value(&variable.value(machine, &initial), 8 + name.len());
            let _ = writeln!(text, "  /\\ {name} = {shown}");
        }
    }
    text.push('\n');
}

/// A value, broken into lines if it is long.
fn value(value: &Value, column: usize) -> String {
    let flat = value.to_string();
    let Value::Function(pairs) = value else {
        return flat;
    };
    if column + flat.len() <= WIDTH {
        return flat;
    }
    let pad = " ".repeat(column + 1);
    let record = flat.starts_with('[');
    let entry = |(key, inner): &(Value, Value)| {
        let key = match (key, record) {
            (Value::Str(name), true) => format!("{name} |-> "),
            (key, _) => format!("{key} :> "),
        };
        format!("{key}{}", self::value(inner, column + 1 + key.chars().count()))
    };
    let entries: Vec<String> = pairs.iter().map(entry).collect();
    match record {
        true => format!("[{}]", entries.join(&format!(",\n{pad}"))),
        false => format!("({})", entries.join(&format!(" @@\n{pad}"))),
    }
}

fn helpers(text: &mut String, machine: &Machine, variables: &[String], body: &str) {
    let others: Vec<&str> = variables
        .iter()
        .map(String::as_str)
        .filter(|name| *name != "error")
        .collect();
    let _ = write!(
        text,
        "At(t, position) == error.property = \"none\" /\\ pc[t] = position\n\n\
         Goto(t, position) ==\n\
         \x20 /\\ pc' = [pc EXCEPT ![t] = position]\n\
         \x20 /\\ stack' = [stack EXCEPT ![t] = Stacks[t][position]]\n\n\
         Ended(property, kind, thread, function, line) ==\n\
         \x20 [property |-> property, kind |-> kind, thread |-> thread, function |-> function, line |-> line]\n\n\
         \\* A step that goes wrong does nothing else.\n\
         Fail(property, kind, thread, function, line) ==\n\
         \x20 /\\ error' = Ended(property, kind, thread, function, line)\n\
         \x20 /\\ UNCHANGED <<{}>>\n\n",
        others.join(", ")
    );
    let uses = |name: &str| body.contains(&format!("{name}("));
    if uses("IsWhole") {
        let _ = write!(
            text,
            "\\* The objects that can be freed, each with the structs inside it.\n\
             Parts ==\n  {}\n\
             IsWhole(p) == p \\in DOMAIN Parts\n\
             PartsOf(p) == Parts[p]\n\
             IsLocked(p, h) == \\E t \\in Threads : h[t] \\cap Parts[p] # {{}}\n\n",
            value(&parts(machine), 2)
        );
    }
    if ["BitAnd", "BitOr", "BitXor"].into_iter().any(uses) {
        text.push_str(
            "\\* Of numbers in two's complement.\n\
             RECURSIVE BitAnd(_, _)\n\
             BitAnd(a, b) ==\n\
             \x20 CASE a = 0 \\/ b = 0 -> 0\n\
             \x20   [] a = -1 -> b\n\
             \x20   [] b = -1 -> a\n\
             \x20   [] OTHER -> 2 * BitAnd(a \\div 2, b \\div 2) + (IF a % 2 = 1 /\\ b % 2 = 1 THEN 1 ELSE 0)\n\
             BitOr(a, b)  == a + b - BitAnd(a, b)\n\
             BitXor(a, b) == a + b - 2 * BitAnd(a, b)\n\n",
        );
    }
    if ["Quotient", "Remainder"].into_iter().any(uses) {
        text.push_str(
            "\\* C rounds towards zero.\n\
             Quotient(a, b) ==\n\
             \x20 LET quotient == (IF a < 0 THEN -a ELSE a) \\div (IF b < 0 THEN -b ELSE b)\n\
             \x20 IN  IF (a < 0) = (b < 0) THEN quotient ELSE -quotient\n\
             Remainder(a, b) == a - b * Quotient(a, b)\n\n",
        );
    }
}

fn parts(machine: &Machine) -> Value {
    let program = &machine.program;
    let freed = crate::machine::layout::freed_types(program);
    let mut parts = Vec::new();
    for (ty, declared) in program.types.iter().enumerate().filter(|(ty, _)| freed[*ty]) {
        for (number, object) in declared
            .objects
            .iter()
            .enumerate()
            .filter(|(number, object)| object.root == (ty, *number))
        {
            let inside = program.types.iter().flat_map(|inner| &inner.objects);
            let inside = inside.filter(|inner| inner.root == (ty, number));
            let names = Value::set(inside.map(|inner| Value::string(inner.name.as_str())));
            parts.push((object.name.as_str(), names));
        }
    }
    Value::record(parts)
}

fn tail(text: &mut String, threads: &[Steps]) {
    let _ = writeln!(text, "{}", "-".repeat(77));
    text.push_str(
        "(* A run ends with an error, with panic(), or when all tasks have finished: that is no deadlock. *)\n\
         Terminating ==\n\
         \x20 /\\ error.property # \"none\" \\/ \\A t \\in Tasks : pc[t] = \"Done\"\n\
         \x20 /\\ UNCHANGED vars\n\n\
         Next ==\n",
    );
    for steps in threads {
        let _ = writeln!(text, "  \\/ {}", steps.name);
    }
    text.push_str("  \\/ Terminating\n\n");
    text.push_str(
        "\\* A thread that can step does, some day; one that waits for a lock gets it if it is free again and again.\n",
    );
    text.push_str("Fairness ==\n");
    let owed = threads
        .iter()
        .flat_map(|steps| [("WF", &steps.weak), ("SF", &steps.strong)]);
    let owed: Vec<(&str, &Fair)> = owed.filter_map(|(sort, fair)| Some((sort, fair.as_ref()?))).collect();
    for (sort, Fair { actions, stutters }) in &owed {
        let or_steps = stutters
            .as_ref()
            .map_or(String::new(), |name| format!(" \\/ []<>{name}"));
        let _ = writeln!(text, "  /\\ {sort}_vars({actions}){or_steps}");
    }
    if owed.is_empty() {
        text.push_str("  TRUE\n");
    }
    text.push_str("\nSpec == Init /\\ [][Next]_vars /\\ Fairness\n\n");
}

fn properties(text: &mut String, machine: &Machine, modules: &[PropertyModule], errors: &[(String, Arc<str>)]) {
    let own = own_properties(machine, modules);
    if own.is_empty() && errors.is_empty() {
        return;
    }
    let _ = writeln!(text, "{}", "-".repeat(77));
    for property in own {
        let _ = writeln!(text, "\\* {}  {}", property.code, property.description);
        let _ = writeln!(
            text,
            "{} == [](error.property # \"{}\")\n",
            property.name, property.name
        );
    }
    for (property, formula) in errors {
        let _ = writeln!(text, "\\* An error breaks the property whose name it bears.");
        let _ = writeln!(text, "{formula} == [](error.property # \"{property}\")\n");
    }
}
