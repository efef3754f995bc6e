//! A state as a kernel developer would draw it: threads and structs, field by field.
//!
//! Fields that nobody writes are left out: the listing says what they are.

use std::collections::HashMap;

use serde::Serialize;

use crate::machine::program::{Caller, Program, ThreadId, TypeId};
use crate::machine::{Machine, Reached};

/// An object of at most so many characters stands on one line.
const SHORT: usize = 72;

/// The whole state.
pub(crate) fn state(machine: &Machine, state: &[u64]) -> String {
    let lines = lines(machine, state);
    lines.iter().map(|line| line.plain() + "\n").collect()
}

/// The state after a step, with a mark and the old value at each line that the step changed.
pub(crate) fn changed(machine: &Machine, before: &[u64], after: &[u64]) -> String {
    let blocks = blocks(machine, before, after);
    let lines = blocks.iter().flat_map(|block| &block.lines);
    let text = |line: &Marked| match &line.was {
        Some(was) => format!("> {}  /* was {was} */\n", line.text),
        None if line.changed => format!("> {}\n", line.text),
        None => format!("  {}\n", line.text),
    };
    lines.map(text).collect()
}

/// A thread or a struct in the state after a step, or how that state ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Its name, the same in every state.
    pub name: String,
    /// Its text.
    pub lines: Vec<Marked>,
}

/// What a block is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum BlockKind {
    /// How it ended.
    End,
    /// Where a thread stands.
    Thread,
    /// The fields of an object.
    Object,
}

/// A line of a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Marked {
    /// The line.
    pub text: String,
    /// True if the step changed it.
    pub changed: bool,
    /// The value before, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
}

/// The state after a step in blocks, with what the step changed.
pub(crate) fn blocks(machine: &Machine, before: &[u64], after: &[u64]) -> Vec<Block> {
    let old: HashMap<String, Line> = lines(machine, before)
        .into_iter()
        .map(|line| (line.key.clone(), line))
        .collect();
    let mark = |line: &Line| {
        let old = old.get(&line.key);
        let same = old.is_some_and(|old| old.value == line.value);
        let values = old.filter(|old| !same && !line.value.ends_with('{') && !old.value.ends_with('{'));
        Marked {
            text: line.plain(),
            changed: !same,
            was: values.map(|old| old.value.clone()),
        }
    };
    let mut blocks: Vec<Block> = Vec::new();
    for line in lines(machine, after) {
        match blocks.last_mut().filter(|_| !line.opens) {
            Some(block) => block.lines.push(mark(&line)),
            None => blocks.push(Block {
                kind: line.kind,
                name: line.name.clone(),
                lines: vec![mark(&line)],
            }),
        }
    }
    blocks
}

/// One line: `name = value,` in a block, or the start or end of one.
struct Line {
    /// What it is about, the same in every state.
    key: String,
    name: String,
    value: String,
    inside: bool,
    opens: bool,
    kind: BlockKind,
}

impl Line {
    fn open(kind: BlockKind, name: &str, value: String) -> Self {
        Line {
            key: name.to_string(),
            name: name.to_string(),
            value,
            inside: false,
            opens: true,
            kind,
        }
    }

    fn field(block: &str, name: &str, value: String) -> Self {
        Line {
            key: format!("{block}/{name}"),
            name: name.to_string(),
            value,
            inside: true,
            opens: false,
            kind: BlockKind::Object,
        }
    }

    fn close(block: &str) -> Self {
        Line {
            key: format!("{block}/"),
            name: String::new(),
            value: String::new(),
            inside: false,
            opens: false,
            kind: BlockKind::Object,
        }
    }

    fn plain(&self) -> String {
        match (self.inside, self.opens) {
            (true, _) => format!("    {} = {},", self.name, self.value),
            (false, true) => format!("{}: {}", self.name, self.value),
            (false, false) => "}".to_string(),
        }
    }
}

fn lines(machine: &Machine, state: &[u64]) -> Vec<Line> {
    let mut lines = Vec::new();
    end(machine, state, &mut lines);
    for thread in 0..machine.program.threads.len() {
        self::thread(machine, state, thread, &mut lines);
    }
    for (ty, declared) in machine.program.types.iter().enumerate() {
        for (number, object) in declared.objects.iter().enumerate() {
            if object.root == (ty, number) {
                self::object(machine, state, ty, number, &mut lines);
            }
        }
    }
    lines
}

fn end(machine: &Machine, state: &[u64], lines: &mut Vec<Line>) {
    match machine.reached(state) {
        Reached::Nothing => {}
        Reached::Panic => lines.push(Line::open(BlockKind::End, "end", "panic()".to_string())),
        Reached::Error(error) => {
            let thread = &machine.program.threads[error.thread].name;
            let function = &machine.program.functions[error.function].name;
            let text = format!(
                "{} by {thread} in {function}(), line {}: {} is violated",
                error.kind.words(),
                error.line,
                error.property
            );
            lines.push(Line::open(BlockKind::End, "BUG", text));
        }
    }
}

fn thread(machine: &Machine, state: &[u64], thread: ThreadId, lines: &mut Vec<Line>) {
    let code = &machine.program.threads[thread];
    let block = format!("thread {}", code.name);
    let Some(point) = machine.point(state, thread) else {
        lines.push(Line::open(BlockKind::Thread, &block, "ended".to_string()));
        return;
    };
    lines.push(Line::open(BlockKind::Thread, &block, "{".to_string()));
    let mut field = |name: &str, value: String| lines.push(Line::field(&block, name, value));
    field("at", machine.position_name(thread, point));
    let calls = &machine.site(thread, point).stack;
    if !calls.is_empty() {
        let function = |caller: &Caller| {
            let name = &machine.program.functions[caller.function].name;
            format!("{name}:{}", caller.line)
        };
        let calls: Vec<String> = calls.iter().rev().map(function).collect();
        field("called_from", calls.join(" < "));
    }
    let locks: Vec<&str> = machine
        .locks_held(state, thread)
        .iter()
        .map(|&(ty, number)| &*machine.program.types[ty].objects[number].name)
        .collect();
    if !locks.is_empty() {
        field("holds", locks.join(", "));
    }
    let position = machine.layout.position[thread].load(state) as usize;
    for &(reg, slot) in &machine.layout.frames[thread][position - 1] {
        let register = &code.registers[reg];
        field(
            &register.name(&machine.program),
            machine.value_name(register.scalar, slot.load(state)),
        );
    }
    lines.push(Line::close(&block));
}

fn object(machine: &Machine, state: &[u64], ty: TypeId, number: usize, lines: &mut Vec<Line>) {
    let declared = &machine.program.types[ty];
    let block = match declared.objects[number].name.as_str() {
        "" => "globals",
        name => name,
    };
    if !machine.alive(state, ty, number) {
        lines.push(Line::open(
            BlockKind::Object,
            block,
            format!("struct {} freed", declared.name),
        ));
        return;
    }
    let members = members(machine, state, ty, number);
    if members.is_empty() {
        if !machine.layout.alive[ty][number].is_constant() {
            lines.push(Line::open(
                BlockKind::Object,
                block,
                format!("struct {} alive", declared.name),
            ));
        }
        return;
    }
    let value = match ty {
        Program::GLOBALS => "{".to_string(),
        _ => format!("struct {} {{", declared.name),
    };
    let short = format!("{}{}", value.trim_end_matches('{'), list(members.iter().map(assign)));
    if block.len() + short.len() <= SHORT {
        lines.push(Line::open(BlockKind::Object, block, short));
        return;
    }
    lines.push(Line::open(BlockKind::Object, block, value));
    lines.extend(
        members
            .iter()
            .map(|(name, value)| Line::field(block, name, value.clone())),
    );
    lines.push(Line::close(block));
}

/// The fields of an object and the structs inside it, which nest as deep as the listing's declarations do.
fn members(machine: &Machine, state: &[u64], ty: TypeId, number: usize) -> Vec<(String, String)> {
    let program = &machine.program;
    let mut members = Vec::new();
    for &id in &program.types[ty].fields {
        let field = &program.fields[id];
        if !field.written {
            continue;
        }
        let first = number * field.elements();
        let value = |element: usize| machine.value_name(field.scalar, machine.layout.fields[id][element].load(state));
        let text = match field.length {
            None => value(first),
            Some(length) => list((first..first + length).map(value)),
        };
        members.push((field.name.clone(), text));
    }
    for part in program.parts.iter().filter(|part| part.owner == ty) {
        let Some(&first) = part.first.get(number) else { continue };
        let value = |pointer: usize| {
            let inner = self::members(machine, state, part.inner, pointer - 1);
            match inner.is_empty() {
                true => None,
                false => Some(list(inner.iter().map(assign))),
            }
        };
        let text = match part.length {
            None => value(first),
            // Arrays of structs that are variables stand on their own.
            Some(_) if ty == Program::GLOBALS => continue,
            Some(length) => (first..first + length)
                .map(value)
                .collect::<Option<Vec<_>>>()
                .map(|values| list(values.into_iter())),
        };
        members.extend(text.map(|text| (part.name.clone(), text)));
    }
    members
}

fn assign((name, value): &(String, String)) -> String {
    format!("{name} = {value}")
}

fn list(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    match items.is_empty() {
        true => "{}".to_string(),
        false => format!("{{ {} }}", items.join(", ")),
    }
}
