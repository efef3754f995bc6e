//! Types and declarators: `struct page *pte[N]`.

use tree_sitter::Node;

use super::convert::{Checked, Converter, children};
use super::syntax::FOR_EACH;
use crate::c::ast::{Ident, Type};
use crate::c::nearest::did_you_mean;
use crate::c::number::{INT_BITS, UNSIGNED_BITS};

/// The bits that a non-negative `short` has.
pub(super) const SHORT_BITS: u32 = INT_BITS / 2;

/// What a declarator declares.
pub(super) struct Declared<'t> {
    pub(super) name: Ident,
    pub(super) ty: Type,
    /// The parameter list, if it is a function; `ty` is then its result.
    pub(super) parameters: Option<Node<'t>>,
}

impl Converter<'_> {
    /// The type before a declarator.
    fn base_type(&self, node: Node<'_>) -> Checked<Type> {
        match node.kind() {
            "primitive_type" => match self.text(node) {
                "bool" => Ok(Type::Bool),
                "void" => Ok(Type::Void),
                "int" => Ok(Type::Unsigned(INT_BITS)),
                "size_t" => Ok(Type::Unsigned(UNSIGNED_BITS)),
                other => Err(self.no_type(node, other)),
            },
            "sized_type_specifier" => self.sized(node),
            "type_identifier" => match self.ident(node)?.name.as_str() {
                "u8" => Ok(Type::Unsigned(8)),
                "u16" => Ok(Type::Unsigned(16)),
                "u32" => Ok(Type::Unsigned(32)),
                other => Err(self.no_type(node, other)),
            },
            "struct_specifier" => self.tagged(node).map(Type::Struct),
            "enum_specifier" => self.tagged(node).map(Type::Enum),
            "macro_type_specifier" => self.bitset(node).map(Type::Bitset),
            _ => Err(self.unexpected(node)),
        }
    }

    /// The type that a declaration begins with, and what it declares; other words of it are these, or change no step.
    pub(super) fn declaration<'t>(&self, node: Node<'t>, others: &[&str]) -> Checked<(Type, Vec<Node<'t>>)> {
        let mut declarators = Vec::new();
        for (name, child) in children(node) {
            match name {
                Some("type") => {}
                Some("declarator") => declarators.push(child),
                _ if others.contains(&child.kind()) || self.is_noise(child)? => {}
                _ => return Err(self.unexpected(child)),
            }
        }
        let ty = self.part(node, "type")?;
        let base = self.base_type(ty)?;
        let words = children(node).into_iter().chain(children(ty));
        let constant = words.into_iter().any(|(_, child)| self.is_const(child));
        Ok((if constant { Type::Const(Box::new(base)) } else { base }, declarators))
    }

    /// A declarator, and the value behind it if there is one.
    pub(super) fn initialised<'t>(&mut self, node: Node<'t>, ty: Type) -> Checked<(Declared<'t>, Option<Node<'t>>)> {
        if node.kind() != "init_declarator" {
            return Ok((self.declarator(node, ty)?, None));
        }
        self.only(node, &["declarator", "value"], &["="])?;
        let declared = self.declarator(self.part(node, "declarator")?, ty)?;
        Ok((declared, Some(self.part(node, "value")?)))
    }

    fn is_const(&self, node: Node<'_>) -> bool {
        node.kind() == "type_qualifier" && self.text(node) == "const"
    }

    fn no_type(&self, node: Node<'_>, name: &str) -> crate::source::Diagnostic {
        let instead = match name {
            "ssize_t" | "int32_t" => "write `int`",
            "char" | "uint32_t" => "write `unsigned`",
            "uint8_t" | "int8_t" => "write `u8`",
            "uint16_t" | "int16_t" => "write `u16`",
            "float" | "double" => "floating point is not in the subset: write `unsigned`",
            name if name.len() > 2 && !name.contains(char::is_lowercase) => {
                "macros are not read: write out what it declares"
            }
            "else" => "write the `if` it belongs to",
            name if name.contains("64") => "numbers have at most 32 bits: write `unsigned`",
            _ => "",
        };
        let error = self.error(node, format!("`{name}` is not a type of the subset"), instead);
        if instead.is_empty() {
            let types = ["bool", "unsigned", "u8", "u16", "u32"];
            return error.help(did_you_mean(
                name,
                types,
                format!("write `struct {name}`, `enum {name}`, or one of {}", types.join(", ")),
            ));
        }
        error
    }

    fn sized(&self, node: Node<'_>) -> Checked<Type> {
        let mut words = Vec::new();
        for (_, child) in children(node) {
            match child.kind() {
                "unsigned" | "signed" | "short" | "long" | "primitive_type" => words.push(self.text(child)),
                _ if self.is_const(child) => {}
                _ => return Err(self.unexpected(child)),
            }
        }
        words.sort_unstable();
        match words.as_slice() {
            ["unsigned"]
            | ["int", "unsigned"]
            | ["long", "unsigned"]
            | ["int", "long", "unsigned"]
            | ["long", "long", "unsigned"]
            | ["int", "long", "long", "unsigned"] => Ok(Type::Unsigned(UNSIGNED_BITS)),
            ["char", "unsigned"] => Ok(Type::Unsigned(8)),
            ["short", "unsigned"] | ["int", "short", "unsigned"] => Ok(Type::Unsigned(16)),
            ["signed"]
            | ["int", "signed"]
            | ["long"]
            | ["int", "long"]
            | ["long", "signed"]
            | ["int", "long", "signed"]
            | ["long", "long"]
            | ["int", "long", "long"] => Ok(Type::Unsigned(INT_BITS)),
            ["short"] | ["int", "short"] => Ok(Type::Unsigned(SHORT_BITS)),
            _ => Err(self.error(
                node,
                format!("`{}` is not a type of the subset", self.text(node)),
                "write `int`, `long` or `unsigned`, or give a field a width: `unsigned x : 3`",
            )),
        }
    }

    /// The name after `struct` or `enum`, where it is used and not defined.
    fn tagged(&self, node: Node<'_>) -> Checked<Ident> {
        if node.child_by_field_name("body").is_some() {
            return Err(self.error(
                node,
                "a definition within a declaration",
                "end it with `};` at the top level of the file, and use its name here",
            ));
        }
        self.only(node, &["name"], &["struct", "enum"])?;
        self.ident(self.part(node, "name")?)
    }

    fn bitset(&self, node: Node<'_>) -> Checked<Ident> {
        self.only(node, &["name", "type"], &["(", ")"])?;
        match self.text(self.part(node, "name")?) {
            "bitset" => {}
            other if other.contains("for_each") => {
                return Err(self.error(node, "macros that stand for a loop are not read", FOR_EACH));
            }
            "typeof" | "__typeof__" => {
                return Err(self.error(node, "`typeof` is not in the subset", "write the type"));
            }
            other => {
                let help = did_you_mean(other, ["bitset"], "write a type; is a `;` missing here?");
                return Err(self.error(node, "this is not a type", help));
            }
        }
        match children(self.part(node, "type")?).as_slice() {
            [(_, element)] if element.kind() == "enum_specifier" => self.tagged(*element),
            _ => Err(self.error(node, "a bitset is a set of enumerators", "write `bitset(enum NAME)`")),
        }
    }

    /// Whether this is a word before a type that changes no step; those that would are errors.
    pub(super) fn is_noise(&self, node: Node<'_>) -> Checked<bool> {
        match node.kind() {
            "storage_class_specifier" | "type_qualifier" => {}
            _ => return Ok(false),
        }
        let help = match self.text(node) {
            "static" | "inline" | "extern" | "const" => return Ok(true),
            "volatile" | "_Atomic" => "remove it: every access to shared memory is a step of its own",
            _ => "remove it",
        };
        Err(self.error(node, format!("`{}` is not in the subset", self.text(node)), help))
    }

    /// A declarator for something of this type.
    pub(super) fn declarator<'t>(&mut self, node: Node<'t>, ty: Type) -> Checked<Declared<'t>> {
        match node.kind() {
            "identifier" | "field_identifier" => Ok(Declared {
                name: self.ident(node)?,
                ty,
                parameters: None,
            }),
            "pointer_declarator" => self.pointer(node, ty),
            "array_declarator" => self.array(node, ty),
            "function_declarator" => self.function_declarator(node, ty),
            "parenthesized_declarator" => Err(self.error(
                node,
                "brackets in a declaration are not in the subset",
                "there are no pointers to functions or arrays; otherwise remove the brackets",
            )),
            _ => Err(self.unexpected(node)),
        }
    }

    fn pointer<'t>(&mut self, node: Node<'t>, ty: Type) -> Checked<Declared<'t>> {
        match ty.plain() {
            Type::Pointer(_) => {
                return Err(self.error(
                    node,
                    "pointers to pointers are not in the subset",
                    "return the pointer, or point to the struct that holds it",
                ));
            }
            Type::Void => {
                return Err(self.error(node, "`void *` is not in the subset", "name the struct it points to"));
            }
            _ => {}
        }
        let (mut inner, mut constant) = (None, false);
        for (name, child) in children(node) {
            match (name, child.kind()) {
                (Some("declarator"), _) => inner = Some(child),
                (_, "*") => {}
                _ if self.is_noise(child)? => constant |= self.is_const(child),
                _ => return Err(self.unexpected(child)),
            }
        }
        let inner = inner.ok_or_else(|| self.unexpected(node))?;
        let pointer = Type::Pointer(Box::new(ty));
        let pointer = if constant {
            Type::Const(Box::new(pointer))
        } else {
            pointer
        };
        self.declarator(inner, pointer)
    }

    fn array<'t>(&mut self, node: Node<'t>, ty: Type) -> Checked<Declared<'t>> {
        if matches!(ty.plain(), Type::Array(..)) {
            return Err(self.error(
                node,
                "arrays of arrays are not in the subset",
                "make the inner one a field of a struct",
            ));
        }
        self.only(node, &["declarator", "size"], &["[", "]"])?;
        let size = node.child_by_field_name("size");
        let size = size.ok_or_else(|| self.error(node, "an array without a size", "write the number of elements"))?;
        let size = Box::new(self.expression(size)?);
        self.declarator(self.part(node, "declarator")?, Type::Array(Box::new(ty), size))
    }

    fn function_declarator<'t>(&mut self, node: Node<'t>, ty: Type) -> Checked<Declared<'t>> {
        let (mut declared, mut parameters) = (None, None);
        for (name, child) in children(node) {
            match (name, child.kind()) {
                (Some("declarator"), "identifier") => declared = Some(self.declarator(child, ty.clone())?),
                (Some("declarator"), "parenthesized_declarator") => {
                    return Err(self.error(
                        child,
                        "pointers to functions are not in the subset",
                        "call a function by its name; `if` chooses between several",
                    ));
                }
                (Some("parameters"), _) => parameters = Some(child),
                (_, "identifier" | "call_expression") => {
                    return Err(self.error(
                        child,
                        format!("`{}` is not an annotation", self.text(child)),
                        "annotations begin with two underscores: `__atomic`, `__acquires(x)`",
                    ));
                }
                _ => return Err(self.unexpected(child)),
            }
        }
        let mut declared = declared.ok_or_else(|| self.unexpected(node))?;
        declared.parameters = parameters;
        Ok(declared)
    }
}

/// Whether two types are the same, wherever they stand and with or without `const`.
pub(super) fn same(a: &Type, b: &Type) -> bool {
    match (a.plain(), b.plain()) {
        (Type::Void, Type::Void) | (Type::Bool, Type::Bool) => true,
        (Type::Unsigned(a), Type::Unsigned(b)) => a == b,
        (Type::Enum(a), Type::Enum(b)) | (Type::Bitset(a), Type::Bitset(b)) | (Type::Struct(a), Type::Struct(b)) => {
            a.name == b.name
        }
        (Type::Pointer(a), Type::Pointer(b)) => same(a, b),
        (Type::Array(a, n), Type::Array(b, m)) => {
            let (n, m) = (super::constant(n), super::constant(m));
            same(a, b) && (n == m || n.is_err() || m.is_err())
        }
        _ => false,
    }
}
