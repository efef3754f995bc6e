//! From declarations to tables: structs, enums, declared objects and their initial values.

use std::collections::{HashMap, HashSet};

use super::constant::{constant, size};
use super::syntax::indexed;
use super::tables::{GlobalPlace, Member, Tables};
use crate::c::ast::{self, Designator, Expr, Ident, Init, Type};
use crate::machine::program::{EnumType, Field, FieldId, Object, Part, PartId, Program, Scalar, StructType, TypeId};
use crate::source::{Diagnostic, Span};

/// More objects than this are a mistake, not a scenario.
const MOST_ELEMENTS: usize = 1024;
/// Sets of enumerators are kept in one word.
const MOST_BITSET: usize = 60;

/// A type of something with storage.
enum Shape {
    Scalar(Scalar, Option<usize>),
    Struct(TypeId, Option<usize>),
}

impl<'a> Tables<'a> {
    /// Collects the declarations of a program.
    pub fn new(syntax: &'a ast::Program) -> Result<Self, Diagnostic> {
        let mut tables = Tables {
            program: Program {
                sources: syntax.sources.clone(),
                ..Program::default()
            },
            functions: HashMap::new(),
            enumerators: HashMap::new(),
            globals: HashMap::new(),
            structs: HashMap::new(),
            enums: HashMap::new(),
            members: HashMap::new(),
            indexed: syntax
                .functions
                .iter()
                .flat_map(|function| indexed(&function.body))
                .collect(),
            syntax,
        };
        for (index, function) in syntax.functions.iter().enumerate() {
            tables.functions.insert(&function.name.name, (index, function));
        }
        tables.declare_enums()?;
        tables.declare_structs()?;
        tables.declare_globals()?;
        tables.initialise()?;
        Ok(tables)
    }

    /// The type of a value as declared.
    pub fn scalar(&self, ty: &Type, span: Span) -> Result<Scalar, Diagnostic> {
        match self.shape(ty, span)? {
            Shape::Scalar(scalar, None) => Ok(scalar),
            _ => Err(Diagnostic::at(
                span,
                "only scalars and pointers can be local variables, parameters or results",
            )
            .help("declare the object outside the functions, in a header or in the scenario")),
        }
    }

    fn declare_enums(&mut self) -> Result<(), Diagnostic> {
        for (id, declared) in self.syntax.enums.iter().enumerate() {
            self.enums.insert(&declared.name.name, id);
            for (value, name) in declared.enumerators.iter().enumerate() {
                if self.enumerators.insert(&name.name, (id, value as i64)).is_some() {
                    return Err(Diagnostic::at(
                        name.span,
                        format!("enumerator `{}` is defined twice", name.name),
                    ));
                }
            }
            let names = declared.enumerators.iter().map(|name| name.name.clone()).collect();
            self.program.enums.push(EnumType {
                name: declared.name.name.clone(),
                names,
            });
        }
        Ok(())
    }

    fn declare_structs(&mut self) -> Result<(), Diagnostic> {
        self.program.types.push(StructType {
            name: "global".to_string(),
            fields: Vec::new(),
            objects: vec![Object {
                name: String::new(),
                root: (Program::GLOBALS, 0),
            }],
        });
        for declared in &self.syntax.structs {
            self.structs.insert(&declared.name.name, self.program.types.len());
            let name = declared.name.name.clone();
            self.program.types.push(StructType {
                name,
                fields: Vec::new(),
                objects: Vec::new(),
            });
        }
        for declared in &self.syntax.structs {
            let owner = self.structs[declared.name.name.as_str()];
            for field in &declared.fields {
                let member = self.add_member(owner, &field.name, &field.ty, field.ghost)?;
                if self.members.insert((owner, &field.name.name), member).is_some() {
                    return Err(Diagnostic::at(
                        field.name.span,
                        format!("member `{}` is declared twice", field.name.name),
                    ));
                }
            }
        }
        self.refuse_endless_structs()
    }

    fn add_member(&mut self, owner: TypeId, name: &Ident, ty: &Type, ghost: bool) -> Result<Member, Diagnostic> {
        match self.shape(ty, name.span)? {
            Shape::Scalar(scalar, length) => {
                let id = self.program.fields.len();
                self.program.types[owner].fields.push(id);
                let name = name.name.clone();
                self.program.fields.push(Field {
                    name,
                    owner,
                    scalar,
                    length,
                    ghost,
                    written: true,
                    initial: Vec::new(),
                });
                Ok(Member::Field(id))
            }
            Shape::Struct(_, _) if ghost => Err(Diagnostic::at(name.span, "a ghost is a scalar or a pointer")),
            Shape::Struct(inner, length) => {
                self.program.parts.push(Part {
                    name: name.name.clone(),
                    owner,
                    inner,
                    length,
                    first: Vec::new(),
                });
                Ok(Member::Part(self.program.parts.len() - 1))
            }
        }
    }

    fn refuse_endless_structs(&self) -> Result<(), Diagnostic> {
        for declared in &self.syntax.structs {
            let start = self.structs[declared.name.name.as_str()];
            let mut inside = vec![start];
            let mut seen = HashSet::new();
            while let Some(ty) = inside.pop() {
                for part in self.program.parts.iter().filter(|part| part.owner == ty) {
                    if part.inner == start {
                        return Err(Diagnostic::at(declared.name.span, "this struct contains itself")
                            .help("embed a pointer instead"));
                    }
                    if seen.insert(part.inner) {
                        inside.push(part.inner);
                    }
                }
            }
        }
        Ok(())
    }

    fn declare_globals(&mut self) -> Result<(), Diagnostic> {
        for global in self.syntax.globals.iter() {
            if global.external {
                return Err(Diagnostic::at(
                    global.name.span,
                    format!("`{}` is declared but nobody defines it", global.name.name),
                )
                .help("the scenario has to define it"));
            }
            let name = &global.name;
            let place = match self.shape(&global.ty, name.span)? {
                Shape::Struct(ty, None) => {
                    let root = (ty, self.program.types[ty].objects.len());
                    GlobalPlace::Object(ty, self.create(ty, name.name.clone(), root) as i64)
                }
                Shape::Struct(inner, Some(length)) => {
                    let first = self.program.types[inner].objects.len() + 1;
                    for index in 0..length {
                        let root = (inner, self.program.types[inner].objects.len());
                        self.create(inner, format!("{}[{index}]", name.name), root);
                    }
                    let (name, owner, first) = (name.name.clone(), Program::GLOBALS, vec![first]);
                    self.program.parts.push(Part {
                        name,
                        owner,
                        inner,
                        length: Some(length),
                        first,
                    });
                    GlobalPlace::Objects(self.program.parts.len() - 1)
                }
                Shape::Scalar(..) => match self.add_member(Program::GLOBALS, name, &global.ty, false)? {
                    Member::Field(field) => {
                        let elements = self.program.fields[field].elements();
                        self.program.fields[field].initial = vec![0; elements];
                        GlobalPlace::Field(field)
                    }
                    Member::Part(part) => GlobalPlace::Objects(part),
                },
            };
            if self.functions.contains_key(name.name.as_str()) || self.enumerators.contains_key(name.name.as_str()) {
                return Err(Diagnostic::at(
                    name.span,
                    format!("`{}` already names something else", name.name),
                ));
            }
            self.globals.insert(&name.name, place);
            let elements: usize = self.program.fields.iter().map(|field| field.initial.len()).sum();
            if elements > MOST_ELEMENTS * 16 {
                return Err(Diagnostic::at(name.span, "there are too many objects"));
            }
        }
        Ok(())
    }

    /// Creates an object with all its parts; returns its pointer value.
    fn create(&mut self, ty: TypeId, name: String, root: (TypeId, usize)) -> usize {
        self.program.types[ty].objects.push(Object {
            name: name.clone(),
            root,
        });
        let pointer = self.program.types[ty].objects.len();
        for field in self.program.types[ty].fields.clone() {
            let elements = self.program.fields[field].elements();
            self.program.fields[field].initial.extend(vec![0; elements]);
        }
        for id in 0..self.program.parts.len() {
            if self.program.parts[id].owner != ty {
                continue;
            }
            let Part {
                name: member,
                inner,
                length,
                ..
            } = self.program.parts[id].clone();
            let first = self.program.types[inner].objects.len() + 1;
            self.program.parts[id].first.push(first);
            for index in 0..length.unwrap_or(1) {
                let name = match length {
                    None => format!("{name}.{member}"),
                    Some(_) => format!("{name}.{member}[{index}]"),
                };
                self.create(inner, name, root);
            }
        }
        pointer
    }

    fn initialise(&mut self) -> Result<(), Diagnostic> {
        for global in &self.syntax.globals {
            let Some(init) = &global.init else { continue };
            match self.globals[global.name.name.as_str()] {
                GlobalPlace::Object(ty, pointer) => self.initialise_struct(ty, pointer as usize - 1, init)?,
                GlobalPlace::Objects(part) => self.initialise_parts(part, 0, init)?,
                GlobalPlace::Field(field) => self.initialise_field(field, 0, init)?,
            }
        }
        Ok(())
    }

    fn initialise_struct(&mut self, ty: TypeId, number: usize, init: &'a Init) -> Result<(), Diagnostic> {
        let Init::List(elements, _) = init else {
            return Err(Diagnostic::at(init_span(init), "a struct is initialised by a list")
                .help("write `{ .member = value }`"));
        };
        for (designator, init) in elements {
            let Designator::Field(name) = designator else {
                return Err(Diagnostic::at(init_span(init), "name the member that this initialises")
                    .help("write `.member = value`"));
            };
            match self.member(ty, name)? {
                Member::Field(field) => self.initialise_field(field, number, init)?,
                Member::Part(part) => self.initialise_parts(part, number, init)?,
            }
        }
        Ok(())
    }

    fn initialise_parts(&mut self, part: PartId, container: usize, init: &'a Init) -> Result<(), Diagnostic> {
        let Part {
            inner, length, first, ..
        } = self.program.parts[part].clone();
        let first = first[container] - 1;
        let Some(length) = length else {
            return self.initialise_struct(inner, first, init);
        };
        for (index, init) in self.indexed(init, length)? {
            self.initialise_struct(inner, first + index, init)?;
        }
        Ok(())
    }

    fn initialise_field(&mut self, field: FieldId, number: usize, init: &'a Init) -> Result<(), Diagnostic> {
        let (scalar, length) = (self.program.fields[field].scalar, self.program.fields[field].length);
        let elements = match length {
            None => vec![(0, init)],
            Some(length) => self.indexed(init, length)?,
        };
        for (index, init) in elements {
            let Init::Expr(expr) = init else {
                return Err(Diagnostic::at(init_span(init), "a scalar is initialised by one value"));
            };
            let value = constant(self, expr)?.convert(self, scalar, expr.span)?;
            self.program.fields[field].initial[number * length.unwrap_or(1) + index] = value;
        }
        Ok(())
    }

    fn indexed(&self, init: &'a Init, length: usize) -> Result<Vec<(usize, &'a Init)>, Diagnostic> {
        let Init::List(elements, _) = init else {
            return Err(Diagnostic::at(init_span(init), "an array is initialised by a list").help("write `{ a, b }`"));
        };
        let mut next = 0;
        let mut indexed = Vec::new();
        for (designator, init) in elements {
            match designator {
                Designator::Next => {}
                Designator::Index(index) => next = size(self, index)?,
                Designator::Field(name) => return Err(Diagnostic::at(name.span, "an array has no members")),
            }
            if next >= length {
                return Err(Diagnostic::at(
                    init_span(init),
                    format!("the array has only {length} elements"),
                ));
            }
            indexed.push((next, init));
            next += 1;
        }
        Ok(indexed)
    }

    fn shape(&self, ty: &Type, span: Span) -> Result<Shape, Diagnostic> {
        Ok(match ty {
            Type::Const(inner) => return self.shape(inner, span),
            Type::Void => return Err(Diagnostic::at(span, "nothing can be of type void")),
            Type::Bool => Shape::Scalar(Scalar::Bool, None),
            Type::Unsigned(bits) => Shape::Scalar(Scalar::Unsigned(*bits), None),
            Type::Enum(name) => Shape::Scalar(Scalar::Enum(self.enum_named(name)?), None),
            Type::Bitset(name) => {
                let id = self.enum_named(name)?;
                if self.program.enums[id].names.len() > MOST_BITSET {
                    return Err(Diagnostic::at(
                        name.span,
                        format!("a bitset holds at most {MOST_BITSET} enumerators"),
                    ));
                }
                Shape::Scalar(Scalar::Bitset(id), None)
            }
            Type::Struct(name) => Shape::Struct(self.struct_named(name)?, None),
            Type::Pointer(inner) => match inner.plain() {
                Type::Struct(name) => Shape::Scalar(Scalar::Pointer(self.struct_named(name)?), None),
                _ => {
                    return Err(Diagnostic::at(span, "only pointers to structs can be stored")
                        .help("the address of a scalar can only be the argument of a call"));
                }
            },
            Type::Array(inner, length) => {
                let elements = size(self, length)?;
                if elements == 0 || elements > MOST_ELEMENTS {
                    return Err(Diagnostic::at(
                        length.span,
                        format!("an array has 1 to {MOST_ELEMENTS} elements"),
                    ));
                }
                match self.shape(inner, span)? {
                    Shape::Scalar(scalar, None) => Shape::Scalar(scalar, Some(elements)),
                    Shape::Struct(inner, None) => Shape::Struct(inner, Some(elements)),
                    _ => return Err(Diagnostic::at(span, "arrays of arrays are outside the subset")),
                }
            }
        })
    }
}

fn init_span(init: &Init) -> Span {
    match init {
        Init::Expr(Expr { span, .. }) | Init::List(_, span) => *span,
    }
}
