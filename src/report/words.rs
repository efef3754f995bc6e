//! Steps, calls and values in the listing's own words, short enough for a lane.

use super::events::{Event, Frame};
use crate::machine::program::{Instr, PointKind, Scalar, Site};
use crate::machine::{Change, Machine};

/// How a text is broken into lines: between words only, and a longer word stands alone.
pub fn whole(columns: usize) -> textwrap::Options<'static> {
    textwrap::Options::new(columns)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false)
}

/// A value and what it became.
pub fn change(machine: &Machine, name: &str, change: &Change) -> String {
    let scalar = machine.program.fields[change.field].scalar;
    let (before, after) = (change.before, change.after);
    match scalar {
        Scalar::Bitset(_) if before & !after == 0 => {
            format!("{name} |= {}", machine.value_name(scalar, after & !before))
        }
        Scalar::Unsigned(_) => format!("{name} {before} -> {after}"),
        _ => format!("{name} = {}", machine.value_name(scalar, after)),
    }
}

/// What one step does: `test_bit(FLAG) = 0`, `put(): users 2 -> 1`, `map->top = NULL`.
pub fn step(machine: &Machine, event: &Event) -> String {
    let Some(point) = event.point(machine) else {
        return String::new();
    };
    let site = machine.site(event.thread(), point);
    let text = one_line(machine.program.sources.text(site.span));
    match point.kind {
        PointKind::Call(callee) => {
            let name = &machine.program.functions[callee].name;
            if let Some(counted) = counted(machine, event) {
                return format!("{}(): {counted}", function(machine, site));
            }
            let returned = event
                .view
                .returned
                .and_then(|value| Some((result_type(machine, event, site.function, name)?, value)));
            call(machine, name, &text) + &equals(machine, returned)
        }
        PointKind::Read => match event.view.accessed.first() {
            Some(&(field, element, false)) => {
                let value = machine.layout.fields[field][element].load(&event.before);
                let value = machine.value_name(machine.program.fields[field].scalar, value);
                let place = match text.contains('[') {
                    true => machine.element_name(field, element),
                    false => text,
                };
                format!("{place} is {value}")
            }
            _ => text,
        },
        PointKind::Write if text.contains('[') => match machine.changes(&event.before, &event.after).first() {
            Some(changed) => change(machine, &machine.element_name(changed.field, changed.element), changed),
            None => text,
        },
        PointKind::Choose => format!("{text} = {}", event.label.outcome),
        PointKind::Write | PointKind::Await | PointKind::Free => text.trim_end_matches(';').to_string(),
    }
}

/// A function that ran through: its call, and what it returned in its last step.
pub fn ran_through(machine: &Machine, last: &Event, frames: &[Frame]) -> String {
    let [.., caller, frame] = frames else {
        return String::new();
    };
    let name = &machine.program.functions[frame.function].name;
    let result = result(machine, last, caller.function, name);
    called(machine, frames).unwrap_or_default() + &equals(machine, result)
}

/// The call of the innermost function.
pub fn called(machine: &Machine, frames: &[Frame]) -> Option<String> {
    let [.., caller, frame] = frames else { return None };
    let name = &machine.program.functions[frame.function].name;
    let text = call_text(machine, caller.function, frame.line, name).unwrap_or_default();
    Some(call(machine, name, text))
}

/// `hold(lock)` for `hold(&object->lock)`: of the arguments, those that are addresses, `current`, or enumerators.
pub fn call(machine: &Machine, name: &str, text: &str) -> String {
    let arguments = arguments(text);
    let kept: Vec<&str> = arguments
        .iter()
        .map(|argument| argument.trim())
        .filter_map(|argument| kept_argument(machine, argument, arguments.len()))
        .collect();
    format!("{name}({})", kept.join(", "))
}

/// Any text on one line, with single blanks.
pub fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// A changelog is plain text.
pub fn ascii(text: &str) -> String {
    let plain = |c: char| if c.is_ascii() && !c.is_ascii_control() { c } else { '?' };
    text.chars().map(plain).collect()
}

/// Cuts a text that is too long, and says so.
pub fn cut(text: &str, width: usize) -> String {
    let text = ascii(text);
    match text.len() {
        length if length <= width => text,
        _ => format!("{}...", text[..width.saturating_sub(3)].trim_end()),
    }
}

/// `put(map)` of `put(map) = 1`.
pub fn without_result(text: &str) -> &str {
    text.split(" = ").next().unwrap_or(text)
}

/// `put()` of `put(map) = 1`.
pub fn bare(text: &str) -> String {
    format!("{}()", text.split('(').next().unwrap_or(text))
}

/// The change of a counter that a step was given the address of: `users 2 -> 1`.
pub fn counted(machine: &Machine, event: &Event) -> Option<String> {
    let site = machine.site(event.thread(), event.point(machine)?);
    let text = one_line(machine.program.sources.text(site.span));
    let changes = machine.changes(&event.before, &event.after);
    let [only] = changes.as_slice() else { return None };
    let field = &machine.program.fields[only.field];
    let given = arguments(&text)
        .into_iter()
        .any(|argument| argument.trim().starts_with('&') && last_component(argument.trim()) == field.name);
    (given && matches!(field.scalar, Scalar::Unsigned(_))).then(|| change(machine, &field.name, only))
}

fn function<'a>(machine: &'a Machine, site: &Site) -> &'a str {
    &machine.program.functions[site.function].name
}

fn equals(machine: &Machine, result: Option<(Scalar, i64)>) -> String {
    match result {
        Some((scalar, value)) => format!(" = {}", machine.value_name(scalar, value)),
        None => String::new(),
    }
}

/// The registers that calls of a function from another return their result in.
fn result_registers<'a>(
    machine: &'a Machine,
    event: &Event,
    caller: usize,
    callee: &str,
) -> impl Iterator<Item = (usize, Scalar)> + 'a {
    let wanted = format!("{}.{callee}()", machine.program.functions[caller].name);
    let registers = machine.program.threads[event.thread()].registers.iter().enumerate();
    registers
        .filter(move |(_, register)| register.name == wanted)
        .map(|(at, register)| (at, register.scalar))
}

fn result_type(machine: &Machine, event: &Event, caller: usize, callee: &str) -> Option<Scalar> {
    let mut registers = result_registers(machine, event, caller, callee);
    registers.next().map(|(_, scalar)| scalar)
}

/// What a function returned in its last step.
fn result(machine: &Machine, last: &Event, caller: usize, callee: &str) -> Option<(Scalar, i64)> {
    let start = last.point(machine)?.at;
    let code = machine.program.threads[last.thread()].code.iter().enumerate();
    // Every inlined copy has a register of its own; the one that is set next in the text is this copy's.
    let set_next = |reg: usize| {
        let mut sets = code.clone().skip(start);
        sets.find(|(_, instr)| matches!(instr, Instr::Copy { to, .. } if *to == reg))
            .map(|(at, _)| at)
    };
    let (reg, scalar) = result_registers(machine, last, caller, callee)
        .filter_map(|(reg, scalar)| Some((set_next(reg)?, reg, scalar)))
        .min_by_key(|&(at, _, _)| at)
        .map(|(_, reg, scalar)| (reg, scalar))?;
    Some((scalar, *last.view.registers.get(reg)?))
}

/// The text of a call on a line of a function.
fn call_text<'a>(machine: &'a Machine, caller: usize, line: u32, name: &str) -> Option<&'a str> {
    let file = machine.program.functions[caller].span.file;
    let text = &machine.program.sources.file(file).text;
    let skip = (line as usize).checked_sub(1)?;
    let start: usize = text.split_inclusive('\n').take(skip).map(str::len).sum();
    let rest = text.get(start..)?;
    let found = rest
        .match_indices(name)
        .map(|(at, _)| at)
        .find(|&at| !rest[..at].ends_with(is_word) && rest[at + name.len()..].trim_start().starts_with('('))?;
    Some(&rest[found..])
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The arguments of the first call in a text, which may go on behind it.
fn arguments(text: &str) -> Vec<&str> {
    let Some(open) = text.find('(') else {
        return Vec::new();
    };
    let (mut found, mut depth, mut start) = (Vec::new(), 0usize, open + 1);
    for (at, c) in text[open + 1..].char_indices().map(|(at, c)| (open + 1 + at, c)) {
        match c {
            '(' | '[' => depth += 1,
            ')' | ',' if depth == 0 => {
                found.push(&text[start..at]);
                start = at + 1;
                if c == ')' {
                    break;
                }
            }
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    found
}

fn kept_argument<'a>(machine: &Machine, argument: &'a str, count: usize) -> Option<&'a str> {
    let program = &machine.program;
    if argument.starts_with('&') {
        let name = last_component(argument);
        // An enumerator beside it says which set is meant.
        let mut sets = program
            .fields
            .iter()
            .filter(|field| matches!(field.scalar, Scalar::Bitset(_)));
        let set = sets.any(|field| field.name == name);
        return (!set || count == 1).then_some(name);
    }
    let enumerator = program
        .enums
        .iter()
        .any(|ty| ty.names.iter().any(|name| name == argument));
    (argument == "current" || enumerator).then_some(argument)
}

/// `lock` of `&object->lock`.
fn last_component(expression: &str) -> &str {
    let name = expression.rsplit(['>', '.', '&']).next();
    name.unwrap_or(expression).trim()
}
