//! From declarations to tables: structs, enums, declared objects and their initial values.

use std::collections::HashMap;

use super::constant::{constant, size};
use super::syntax::indexed;
use super::tables::{GlobalPlace, Member, Size, Tables};
use crate::c::ast::{self, Designator, Expr, Ident, Init, Type};
use crate::machine::program::{EnumType, Field, FieldId, Object, Part, PartId, Program, Scalar, StructType, TypeId};
use crate::source::{Diagnostic, Span};

/// Longer arrays are a mistake, not a scenario.
const MOST_ELEMENTS: usize = 1024;
/// More objects, or values in them, are too many to be explored.
const MOST_VALUES: u64 = 16_384;
/// Structs within structs, at most.
const DEEPEST: usize = 60;
/// Sets of enumerators are kept in one word.
const MOST_BITSET: usize = 60;

/// A type of something with storage.
enum Shape {
    Scalar(Scalar, Option<usize>),
    Struct(TypeId, Option<usize>),
}

impl<'a> Tables<'a> {
    /// Collects the declarations of a program.
    pub(crate) fn new(syntax: &'a ast::Program) -> Result<Self, Diagnostic> {
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
            embedded: HashMap::new(),
            sizes: Vec::new(),
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
    pub(crate) fn scalar(&self, ty: &Type, span: Span) -> Result<Scalar, Diagnostic> {
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
                if let Member::Field(id) = member {
                    self.program.fields[id].bound.clone_from(&field.bound);
                }
                if self.members.insert((owner, &field.name.name), member).is_some() {
                    return Err(Diagnostic::at(
                        field.name.span,
                        format!("member `{}` is declared twice", field.name.name),
                    ));
                }
            }
        }
        self.measure()
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
                    bound: None,
                    ghost,
                    written: true,
                    initial: Vec::new(),
                });
                Ok(Member::Field(id))
            }
            Shape::Struct(_, _) if ghost => Err(Diagnostic::at(name.span, "a ghost is a scalar or a pointer")),
            Shape::Struct(inner, length) => {
                self.embedded.entry(owner).or_default().push(self.program.parts.len());
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

    /// Finds out how much memory an object of each type is; an error if that has no end.
    fn measure(&mut self) -> Result<(), Diagnostic> {
        self.sizes = vec![None; self.program.types.len()];
        for declared in &self.syntax.structs {
            self.size(
                self.structs[declared.name.name.as_str()],
                &mut Vec::new(),
                declared.name.span,
            )?;
        }
        Ok(())
    }

    fn size(&mut self, ty: TypeId, inside: &mut Vec<TypeId>, span: Span) -> Result<Size, Diagnostic> {
        if let Some(size) = self.sizes[ty] {
            return Ok(size);
        }
        if inside.contains(&ty) {
            return Err(Diagnostic::at(span, "this struct contains itself").help("embed a pointer instead"));
        }
        inside.push(ty);
        let fields = self.program.types[ty].fields.iter();
        let own: usize = fields.map(|&field| self.program.fields[field].elements()).sum();
        let mut size = Size {
            values: 1 + own as u64,
            depth: 1,
        };
        for part in self.embedded.get(&ty).cloned().unwrap_or_default() {
            let (inner, length) = (self.program.parts[part].inner, self.program.parts[part].length);
            if inside.len() >= DEEPEST {
                return Err(too_deep(span));
            }
            let each = self.size(inner, inside, span)?;
            let all = each.values.saturating_mul(length.unwrap_or(1) as u64);
            size.values = size.values.saturating_add(all);
            size.depth = size.depth.max(each.depth + 1);
        }
        if size.depth > DEEPEST {
            return Err(too_deep(span));
        }
        inside.pop();
        self.sizes[ty] = Some(size);
        Ok(size)
    }

    fn declare_globals(&mut self) -> Result<(), Diagnostic> {
        let mut values = 0u64;
        for global in self.syntax.globals.iter() {
            if global.external {
                return Err(Diagnostic::at(
                    global.name.span,
                    format!("`{}` is declared but nobody defines it", global.name.name),
                )
                .help("the scenario has to define it"));
            }
            let name = &global.name;
            let shape = self.shape(&global.ty, name.span)?;
            let more = match shape {
                Shape::Scalar(_, length) => length.unwrap_or(1) as u64,
                Shape::Struct(ty, length) => {
                    let each = self.sizes[ty].map_or(u64::MAX, |size| size.values);
                    each.saturating_mul(length.unwrap_or(1) as u64)
                }
            };
            values = values.saturating_add(more);
            if values > MOST_VALUES {
                return Err(Diagnostic::at(
                    name.span,
                    format!("there is too much memory from here on: {values} objects and values"),
                )
                .help(format!(
                    "at most {MOST_VALUES} can be explored: declare fewer or smaller objects"
                )));
            }
            let place = match shape {
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
        for id in self.embedded.get(&ty).cloned().unwrap_or_default() {
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
        let mut seen: HashMap<&str, Span> = HashMap::new();
        for (designator, init) in elements {
            let Designator::Field(name) = designator else {
                return Err(Diagnostic::at(init_span(init), "name the member that this initialises")
                    .help("write `.member = value`"));
            };
            if let Some(first) = seen.insert(&name.name, name.span) {
                return Err(initialised_twice(name.span, first));
            }
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
        let mut seen: HashMap<usize, Span> = HashMap::new();
        for (designator, init) in elements {
            match designator {
                Designator::Next => {}
                Designator::Index(index) => next = size(self, index)?,
                Designator::Field(name) => return Err(Diagnostic::at(name.span, "an array has no members")),
            }
            if let Some(first) = seen.insert(next, init_span(init)) {
                return Err(initialised_twice(init_span(init), first));
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

fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::at(span, format!("structs are nested more than {DEEPEST} deep")).help("embed a pointer instead")
}

fn initialised_twice(second: Span, first: Span) -> Diagnostic {
    Diagnostic::at(second, "this is initialised twice")
        .also(first, "here as well")
        .help("remove one of the two")
}

fn init_span(init: &Init) -> Span {
    match init {
        Init::Expr(Expr { span, .. }) | Init::List(_, span) => *span,
    }
}
