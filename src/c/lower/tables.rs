//! What names stand for: structs, enums, declared objects, functions.

use std::collections::{HashMap, HashSet};

use crate::c::ast::{self, Ident, Type};
use crate::machine::program::{EnumId, FieldId, PartId, Program, TypeId};
use crate::source::{Diagnostic, Span};

/// What a name with static storage stands for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum GlobalPlace {
    /// A struct object.
    Object(TypeId, i64),
    /// An array of structs.
    Objects(PartId),
    /// A scalar, a pointer, or an array of them.
    Field(FieldId),
}

/// What a member of a struct is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Member {
    /// A scalar or an array of scalars.
    Field(FieldId),
    /// An embedded struct or an array of them.
    Part(PartId),
}

/// Everything that a function body can name, and the data half of the machine's program.
pub(crate) struct Tables<'a> {
    /// The program so far: types, enums, fields, parts and initial values, no threads.
    pub program: Program,
    /// Functions by name, with their index.
    pub functions: HashMap<&'a str, (usize, &'a ast::Function)>,
    /// Enumerators by name.
    pub enumerators: HashMap<&'a str, (EnumId, i64)>,
    /// Globals by name.
    pub globals: HashMap<&'a str, GlobalPlace>,
    pub(super) structs: HashMap<&'a str, TypeId>,
    pub(super) enums: HashMap<&'a str, EnumId>,
    pub(super) members: HashMap<(TypeId, &'a str), Member>,
    /// The expressions in which an index stands.
    pub indexed: HashSet<Span>,
    /// By struct: what is embedded in it.
    pub(super) embedded: HashMap<TypeId, Vec<PartId>>,
    /// By struct; none while that is not known.
    pub(super) sizes: Vec<Option<Size>>,
    pub(crate) syntax: &'a ast::Program,
}

/// How much an object of a struct is, with what is embedded in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// Objects, and values in them.
    pub values: u64,
    /// Structs within structs.
    pub depth: usize,
}

impl<'a> Tables<'a> {
    /// The member of a struct.
    pub(crate) fn member(&self, ty: TypeId, name: &Ident) -> Result<Member, Diagnostic> {
        self.members.get(&(ty, name.name.as_str())).copied().ok_or_else(|| {
            let of = &self.program.types[ty].name;
            let known: Vec<&str> = self
                .members
                .keys()
                .filter(|(owner, _)| *owner == ty)
                .map(|(_, name)| *name)
                .collect();
            unknown(format!("struct {of} has no member `{}`", name.name), name, &known)
        })
    }

    /// The struct behind a pointer type, or `None` for a pointer to a scalar, which is bound to a place at each call.
    pub(crate) fn pointee(&self, ty: &Type) -> Result<Option<TypeId>, Diagnostic> {
        match ty.plain() {
            Type::Pointer(inner) => match inner.plain() {
                Type::Struct(name) => self.struct_named(name).map(Some),
                _ => Ok(None),
            },
            _ => Ok(None),
        }
    }

    /// An enum by its tag.
    pub(crate) fn enum_named(&self, name: &Ident) -> Result<EnumId, Diagnostic> {
        let known: Vec<&str> = self.enums.keys().copied().collect();
        self.enums
            .get(name.name.as_str())
            .copied()
            .ok_or_else(|| unknown(format!("there is no enum `{}`", name.name), name, &known))
    }

    pub(super) fn struct_named(&self, name: &Ident) -> Result<TypeId, Diagnostic> {
        let known: Vec<&str> = self.structs.keys().copied().collect();
        self.structs
            .get(name.name.as_str())
            .copied()
            .ok_or_else(|| unknown(format!("there is no struct `{}`", name.name), name, &known))
    }
}

/// A message about a name that does not exist, with the closest one that does.
pub(crate) fn unknown(message: String, name: &Ident, known: &[&str]) -> Diagnostic {
    let diagnostic = Diagnostic::at(name.span, message);
    match crate::c::nearest::nearest(&name.name, known.iter().copied()) {
        Some(close) => diagnostic.help(format!("did you mean `{close}`?")),
        None => diagnostic,
    }
}
