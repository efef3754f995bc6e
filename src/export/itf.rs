//! A counterexample in the Informal Trace Format of Apalache (its ADR-015, revision 2023-09-14).

use std::fmt::{self, Display, Formatter};

use serde_json::{Map, Value as Json, json};

use crate::check::{Counterexample, Finding};
use crate::counterexample::step;
use crate::machine::program::{Program, Scalar, TypeId};
use crate::machine::{Label, Machine};
use crate::model::Instance;
use crate::model::variables::Variable;
use crate::tla::Value;

/// The trace of a violated property, a state a line; nothing if it is not violated.
///
/// The variables are those that the TLA+ modules read. Each state but the first says in its `#meta` which step led to it. The last
/// state of a lasso is again the one at `loop`, so that the step that closes the loop is there too.
pub fn itf(instance: &Instance, finding: &Finding) -> Option<String> {
    let counterexample = finding.counterexample.as_ref()?;
    let machine = &instance.machine;
    let variables: Vec<(String, Variable, Type)> = Variable::names(machine)
        .into_iter()
        .filter_map(|name| {
            let variable = Variable::named(machine, &name)?;
            Some((name, variable, Type::of(variable, machine)))
        })
        .collect();
    let names: Vec<&String> = variables.iter().map(|(name, _, _)| name).collect();
    let types: Map<String, Json> = variables
        .iter()
        .map(|(name, _, ty)| (name.clone(), ty.to_string().into()))
        .collect();
    let (protocol, scenario, property) = (&instance.protocol, &instance.scenario, &finding.property.name);
    let meta = json!({
        "format": "ITF",
        "format-description": "https://apalache-mc.org/docs/adr/015adr-trace.html",
        "description": format!("{protocol} in {scenario}: {property} is violated"),
        "varTypes": types,
    });
    let states: Vec<String> = states(machine, counterexample, &variables)
        .map(|state| format!("    {state}"))
        .collect();
    let ending = match counterexample.loop_start {
        Some(start) => format!(",\n  \"loop\": {start}"),
        None => String::new(),
    };
    Some(format!(
        "{{\n  \"#meta\": {meta},\n  \"params\": [],\n  \"vars\": {},\n  \"states\": [\n{}\n  ]{ending}\n}}\n",
        json!(names),
        states.join(",\n"),
    ))
}

fn states<'a>(
    machine: &'a Machine,
    counterexample: &'a Counterexample,
    variables: &'a [(String, Variable, Type)],
) -> impl Iterator<Item = Json> + 'a {
    let states = machine.replay(&counterexample.steps);
    (0..states.len()).map(move |index| {
        let mut object: Map<String, Json> = variables
            .iter()
            .map(|(name, variable, ty)| (name.clone(), ty.json(&variable.value(machine, &states[index]))))
            .collect();
        let mut meta = match index.checked_sub(1) {
            Some(before) => came_by(machine, &states[before], counterexample.steps[before]),
            None => Map::new(),
        };
        meta.insert("index".into(), index.into());
        object.insert("#meta".into(), meta.into());
        object.into()
    })
}

/// The step that leads from a state to the next.
fn came_by(machine: &Machine, before: &[u64], label: Label) -> Map<String, Json> {
    let thread = usize::from(label.thread);
    let mut meta = Map::new();
    meta.insert("thread".into(), machine.program.threads[thread].name.as_str().into());
    meta.insert("text".into(), step::describe(machine, before, label).text.into());
    if let Some(point) = machine.point(before, thread) {
        let site = machine.site(thread, point);
        let function = &machine.program.functions[site.function].name;
        meta.insert("function".into(), function.as_str().into());
        let file = &machine.program.sources.file(site.span.file).name;
        meta.insert("file".into(), file.as_str().into());
        meta.insert("line".into(), site.line.into());
    }
    meta
}

/// The type of a variable, in Apalache's terms: it tells a record from a function on strings, and a sequence from a function.
#[derive(Debug, Clone)]
enum Type {
    Int,
    Bool,
    Str,
    Set(Box<Type>),
    Seq(Box<Type>),
    Function(Box<Type>, Box<Type>),
    Record(Vec<(String, Type)>),
}

impl Type {
    fn of(variable: Variable, machine: &Machine) -> Type {
        let program = &machine.program;
        let place = [("function", Type::Str), ("line", Type::Int)];
        match variable {
            Variable::Struct(Program::GLOBALS) => structure(program, Program::GLOBALS),
            Variable::Struct(ty) => by_name(structure(program, ty)),
            Variable::Pc => by_name(Type::Str),
            Variable::Stack => by_name(Type::Seq(Box::new(record(&place)))),
            Variable::Locals => locals(&variable.value(machine, &machine.initial())),
            Variable::Alive => strings(),
            Variable::Held => by_name(strings()),
            Variable::Error => {
                let texts = ["property", "kind", "thread"].map(|name| (name, Type::Str));
                record(&[&texts[..], &place].concat())
            }
        }
    }

    fn json(&self, value: &Value) -> Json {
        match (self, value) {
            (_, Value::Bool(truth)) => json!(truth),
            (_, Value::Int(number)) => json!({ "#bigint": number.to_string() }),
            (_, Value::Str(text) | Value::Model(text)) => json!(&**text),
            (Type::Set(of), Value::Set(elements)) => {
                json!({ "#set": each(elements.iter(), |element| of.json(element)) })
            }
            (Type::Seq(of), Value::Tuple(elements)) => each(elements.iter(), |element| of.json(element)),
            (Type::Function(of, to), Value::Function(pairs)) => {
                json!({ "#map": each(pairs.iter(), |(key, value)| json!([of.json(key), to.json(value)])) })
            }
            (Type::Function(_, to), Value::Tuple(elements)) => {
                let keys = 1i64..;
                let pair = |(key, value): (i64, &Value)| json!([Type::Int.json(&Value::Int(key)), to.json(value)]);
                json!({ "#map": each(keys.zip(elements.iter()), pair) })
            }
            (Type::Record(fields), _) => {
                let field =
                    |(name, ty): &(String, Type)| Some((name.clone(), ty.json(value.apply(&name.as_str().into())?)));
                fields.iter().filter_map(field).collect::<Map<String, Json>>().into()
            }
            // No variable has a value that is not of its type.
            (_, value) => json!({ "#unserializable": value.to_string() }),
        }
    }
}

impl Display for Type {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Type::Int => f.write_str("Int"),
            Type::Bool => f.write_str("Bool"),
            Type::Str => f.write_str("Str"),
            Type::Set(of) => write!(f, "Set({of})"),
            Type::Seq(of) => write!(f, "Seq({of})"),
            Type::Function(of, to) => write!(f, "{of} -> {to}"),
            Type::Record(fields) => {
                let fields: Vec<String> = fields.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
                write!(f, "{{ {} }}", fields.join(", "))
            }
        }
    }
}

fn each<T>(elements: impl Iterator<Item = T>, json: impl FnMut(T) -> Json) -> Json {
    Json::Array(elements.map(json).collect())
}

fn by_name(ty: Type) -> Type {
    Type::Function(Box::new(Type::Str), Box::new(ty))
}

fn strings() -> Type {
    Type::Set(Box::new(Type::Str))
}

fn record(fields: &[(&str, Type)]) -> Type {
    Type::Record(fields.iter().map(|(name, ty)| (name.to_string(), ty.clone())).collect())
}

/// A struct: its fields, and the names of the structs embedded in it.
fn structure(program: &Program, id: TypeId) -> Type {
    let array = |length: Option<usize>, ty: Type| match length {
        Some(_) => Type::Function(Box::new(Type::Int), Box::new(ty)),
        None => ty,
    };
    let fields = program.types[id].fields.iter().map(|&field| &program.fields[field]);
    let fields = fields.map(|field| (field.name.clone(), array(field.length, scalar(field.scalar))));
    let parts = program.parts.iter().filter(|part| part.owner == id);
    let parts = parts.map(|part| (part.name.clone(), array(part.length, Type::Str)));
    Type::Record(fields.chain(parts).collect())
}

fn scalar(scalar: Scalar) -> Type {
    match scalar {
        Scalar::Bool => Type::Bool,
        Scalar::Unsigned(_) | Scalar::Integer => Type::Int,
        Scalar::Enum(_) | Scalar::Pointer(_) => Type::Str,
        Scalar::Bitset(_) => strings(),
    }
}

/// Each thread has local variables of its own, all of scalar type, so that any value tells their types.
fn locals(value: &Value) -> Type {
    match value {
        Value::Function(fields) => Type::Record(
            fields
                .iter()
                .filter_map(|(name, value)| match name {
                    Value::Str(name) => Some((name.to_string(), locals(value))),
                    _ => None,
                })
                .collect(),
        ),
        Value::Tuple(_) => Type::Record(Vec::new()),
        Value::Set(_) => strings(),
        Value::Bool(_) => Type::Bool,
        Value::Int(_) => Type::Int,
        Value::Str(_) | Value::Model(_) => Type::Str,
    }
}
