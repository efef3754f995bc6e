//! The concrete state as TLA+ sees it: every struct is a variable that maps the names of its objects to records.
//!
//! Beside the structs: `global` (the variables that are no structs), `pc`, `stack` and `locals` of each thread, `alive`, `held`, `error`.

use std::sync::Arc;

use crate::machine::program::{FieldId, PartId, Point, Program, Scalar, ThreadId, TypeId};
use crate::machine::{Machine, Reached};
use crate::source::Diagnostic;
use crate::tla::{Footprint, Specification, Value};

/// The `pc` of a thread that has ended.
pub(crate) const DONE: &str = "Done";

/// A variable of the concrete state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variable {
    /// The objects of a struct.
    Struct(TypeId),
    /// By thread: a name for its position, `"Done"` at its end.
    Pc,
    /// By thread: the functions it is in, outermost first, each with the line it has come to.
    Stack,
    /// By thread: its local variables; those that are not read again have the value they started with.
    Locals,
    /// The names of the objects that have not been freed.
    Alive,
    /// By thread: the names of the locks that it holds.
    Held,
    /// What ended the run.
    Error,
}

impl Variable {
    /// The variable of this name.
    pub fn named(machine: &Machine, name: &str) -> Option<Self> {
        Some(match name {
            "pc" => Variable::Pc,
            "stack" => Variable::Stack,
            "locals" => Variable::Locals,
            "alive" => Variable::Alive,
            "held" => Variable::Held,
            "error" => Variable::Error,
            _ => Variable::Struct(machine.program.types.iter().position(|ty| ty.name == name)?),
        })
    }

    /// The names of all variables of a machine, structs in the order of their declaration.
    pub fn names(machine: &Machine) -> Vec<String> {
        let structs = machine.program.types.iter().map(|ty| ty.name.clone());
        let others = ["pc", "stack", "locals", "alive", "held", "error"];
        structs.chain(others.map(String::from)).collect()
    }

    /// The variables that a module declares.
    pub(crate) fn all_of(machine: &Machine, spec: &Specification) -> Result<Vec<Self>, Diagnostic> {
        let variable = |name: &Arc<str>| {
            Variable::named(machine, name).ok_or_else(|| {
                let names = Variable::names(machine).join(", ");
                Diagnostic::general(format!(
                    "{}.tla declares a variable `{name}` that the listing does not have",
                    spec.name()
                ))
                .help(format!(
                    "a variable is the name of a struct, or one of the others; there are {names}"
                ))
            })
        };
        spec.variables().iter().map(variable).collect()
    }

    /// Adds the bits of the packed state that a part of its value depends on, by word.
    pub fn bits(self, machine: &Machine, part: &Footprint, bits: &mut [u64]) {
        let (program, layout) = (&machine.program, &machine.layout);
        let mut add = |(word, mask): (usize, u64)| bits[word] |= mask;
        let threads = || {
            let threads = program.threads.iter().enumerate();
            threads
                .filter(|(_, thread)| part.covers(&[&thread.name]))
                .map(|(id, _)| id)
        };
        match self {
            Variable::Struct(ty) => {
                for &field in &program.types[ty].fields {
                    let declared = &program.fields[field];
                    for (element, slot) in layout.fields[field].iter().enumerate() {
                        let object = &program.types[ty].objects[element / declared.elements()].name;
                        let (global, inside) = ([declared.name.as_str()], [object, declared.name.as_str()]);
                        if part.covers(if ty == Program::GLOBALS { &global } else { &inside }) {
                            add(slot.bits());
                        }
                    }
                }
            }
            Variable::Pc | Variable::Stack => threads().for_each(|thread| add(layout.position[thread].bits())),
            Variable::Locals => {
                for thread in threads() {
                    add(layout.position[thread].bits());
                    layout.frame_bits[thread].iter().for_each(|&frame| add(frame));
                }
            }
            Variable::Alive => layout.alive.iter().flatten().for_each(|slot| add(slot.bits())),
            Variable::Held => {
                let slots = threads().flat_map(|thread| layout.held[thread].iter().flatten().flatten());
                slots.for_each(|slot| add(slot.bits()));
            }
            Variable::Error => add(layout.error.bits()),
        }
    }

    /// Its value in a state.
    pub fn value(self, machine: &Machine, state: &[u64]) -> Value {
        let program = &machine.program;
        let threads = 0..program.threads.len();
        let by_thread = |value: &dyn Fn(ThreadId) -> Value| {
            Value::record(
                threads
                    .clone()
                    .map(|thread| (program.threads[thread].name.as_str(), value(thread))),
            )
        };
        match self {
            Variable::Struct(Program::GLOBALS) => record(machine, Program::GLOBALS, 0, state),
            Variable::Struct(ty) => {
                let objects = program.types[ty].objects.iter().enumerate();
                Value::record(
                    objects.map(|(number, object)| (object.name.as_str(), record(machine, ty, number, state))),
                )
            }
            Variable::Pc => by_thread(&|thread| pc(machine, thread, state)),
            Variable::Stack => by_thread(&|thread| stack(machine, thread, state)),
            Variable::Locals => by_thread(&|thread| locals(machine, thread, state)),
            Variable::Alive => {
                let types = program.types.iter().enumerate().skip(1);
                let objects = types.flat_map(|(ty, declared)| {
                    let living = move |(number, _): &(usize, _)| machine.alive(state, ty, *number);
                    declared
                        .objects
                        .iter()
                        .enumerate()
                        .filter(living)
                        .map(|(_, object)| string(&object.name))
                });
                Value::set(objects)
            }
            Variable::Held => by_thread(&|thread| {
                let locks = machine.locks_held(state, thread).into_iter();
                Value::set(locks.map(|(ty, number)| string(&program.types[ty].objects[number].name)))
            }),
            Variable::Error => ended(machine, machine.reached(state)),
        }
    }
}

/// The value of a scalar: numbers, truth values, names of enumerators and of objects.
pub(crate) fn scalar(program: &Program, scalar: Scalar, value: i64) -> Value {
    match scalar {
        Scalar::Bool => Value::Bool(value != 0),
        Scalar::Unsigned(_) | Scalar::Integer => Value::Int(value),
        Scalar::Enum(id) => program.enums[id]
            .names
            .get(value as usize)
            .map_or(Value::Int(value), |name| string(name)),
        Scalar::Bitset(id) => {
            let names = program.enums[id].names.iter().enumerate();
            Value::set(
                names
                    .filter(|(bit, _)| value >> bit & 1 == 1)
                    .map(|(_, name)| string(name)),
            )
        }
        Scalar::Pointer(_) if value == 0 => string("NULL"),
        Scalar::Pointer(ty) => string(&program.types[ty].objects[value as usize - 1].name),
    }
}

fn string(text: &str) -> Value {
    Value::Str(Arc::from(text))
}

/// A struct as a record: its fields, and the names of the structs embedded in it.
fn record(machine: &Machine, ty: TypeId, number: usize, state: &[u64]) -> Value {
    let fields = machine.program.types[ty].fields.iter().map(|&field| {
        let name = machine.program.fields[field].name.as_str();
        (name, field_value(machine, field, number, state))
    });
    let parts = machine
        .program
        .parts
        .iter()
        .enumerate()
        .filter(|(_, part)| part.owner == ty);
    let parts = parts.map(|(id, part)| (part.name.as_str(), part_value(&machine.program, id, number)));
    Value::record(fields.chain(parts))
}

fn field_value(machine: &Machine, field: FieldId, number: usize, state: &[u64]) -> Value {
    let declared = &machine.program.fields[field];
    let length = declared.elements();
    let element = |index: usize| {
        let value = machine.layout.fields[field][number * length + index].load(state);
        scalar(&machine.program, declared.scalar, value)
    };
    match declared.length {
        None => element(0),
        Some(length) => Value::function((0..length).map(|index| (Value::Int(index as i64), element(index)))),
    }
}

fn part_value(program: &Program, part: PartId, number: usize) -> Value {
    let part = &program.parts[part];
    let name = |index: usize| string(&program.types[part.inner].objects[part.first[number] - 1 + index].name);
    match part.length {
        None => name(0),
        Some(length) => Value::function((0..length).map(|index| (Value::Int(index as i64), name(index)))),
    }
}

fn pc(machine: &Machine, thread: ThreadId, state: &[u64]) -> Value {
    match machine.layout.position[thread].load(state) {
        0 => string(DONE),
        position => string(&machine.names[thread].positions[position as usize - 1]),
    }
}

fn stack(machine: &Machine, thread: ThreadId, state: &[u64]) -> Value {
    match machine.point(state, thread) {
        Some(point) => frames(machine, thread, point),
        None => Value::tuple([]),
    }
}

/// The functions a thread is in at a point, outermost first, each with the line it has come to.
pub(crate) fn frames(machine: &Machine, thread: ThreadId, point: &Point) -> Value {
    let site = machine.site(thread, point);
    let callers = site.stack.iter().map(|caller| (caller.function, caller.line));
    let frames = callers.chain([(site.function, site.line)]);
    Value::tuple(frames.map(|(function, line)| {
        let name = string(&machine.program.functions[function].name);
        Value::record([("function", name), ("line", Value::Int(i64::from(line)))])
    }))
}

fn locals(machine: &Machine, thread: ThreadId, state: &[u64]) -> Value {
    let code = &machine.program.threads[thread];
    let mut stored: Vec<usize> = code
        .points
        .iter()
        .flat_map(|point| point.live.iter().copied())
        .collect();
    stored.sort_unstable();
    stored.dedup();
    let position = machine.layout.position[thread].load(state) as usize;
    let live = position
        .checked_sub(1)
        .map(|point| &machine.layout.frames[thread][point]);
    Value::record(stored.into_iter().map(|reg| {
        let slot = live.and_then(|live| live.iter().find(|(other, _)| *other == reg));
        let value = slot.map_or(0, |(_, slot)| slot.load(state));
        let name = machine.names[thread].locals[reg].as_str();
        (name, scalar(&machine.program, code.registers[reg].scalar, value))
    }))
}

/// What `error` is where a run has got to.
pub(crate) fn ended(machine: &Machine, reached: Reached<'_>) -> Value {
    let (property, kind, thread, function, line) = match reached {
        Reached::Nothing => ("none", "", "", "", 0),
        Reached::Panic => ("panic", "", "", "", 0),
        Reached::Error(error) => (
            error.property.as_str(),
            error.kind.words(),
            machine.program.threads[error.thread].name.as_str(),
            machine.program.functions[error.function].name.as_str(),
            i64::from(error.line),
        ),
    };
    Value::record([
        ("property", string(property)),
        ("kind", string(kind)),
        ("thread", string(thread)),
        ("function", string(function)),
        ("line", Value::Int(line)),
    ])
}
