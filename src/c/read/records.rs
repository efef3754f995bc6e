//! Structs and enums.

use tree_sitter::Node;

use super::constant;
use super::convert::{Checked, Converter, children};
use super::definitions::misplaced_ghost;
use super::keywords;
use super::types::SHORT_BITS;
use crate::c::ast::{Enum, Field, Ident, Struct, Type};
use crate::c::number::INT_BITS;
use crate::source::Diagnostic;

impl Converter<'_> {
    /// None if it only announces a struct.
    pub(super) fn structure(&mut self, node: Node<'_>) -> Checked<Option<Struct>> {
        self.only(node, &["name", "body"], &["struct"])?;
        let name = node.child_by_field_name("name");
        let name = name.ok_or_else(|| self.error(node, "a struct without a name", "write `struct NAME { … };`"))?;
        let name = self.ident(name)?;
        let Some(body) = node.child_by_field_name("body") else {
            return Ok(None);
        };
        let mut fields: Vec<Field> = Vec::new();
        for (_, child) in children(body) {
            if matches!(child.kind(), "{" | "}" | ";") {
                continue;
            }
            let more = self.field_declaration(child);
            for field in self.keep(more).unwrap_or_default() {
                if fields.iter().any(|other| other.name.name == field.name.name) {
                    self.errors.push(
                        Diagnostic::at(field.name.span, format!("two fields are named `{}`", field.name.name))
                            .help("rename one of them"),
                    );
                } else {
                    fields.push(field);
                }
            }
        }
        Ok(Some(Struct { name, fields }))
    }

    fn field_declaration(&mut self, node: Node<'_>) -> Checked<Vec<Field>> {
        if node.kind() != "field_declaration" {
            return Err(self.unexpected(node));
        }
        let (base, declarators) = self.declaration(node, &[",", ";", "bitfield_clause"])?;
        let mut fields: Vec<(Field, usize)> = Vec::new();
        for declarator in declarators {
            let mut declared = self.declarator(declarator, base.clone())?;
            if declared.parameters.is_some() {
                return Err(self.error(
                    declarator,
                    "a function in a struct",
                    "define it at the top level of the file",
                ));
            }
            self.not_void(declarator, &declared)?;
            let mut bound = None;
            if let Some(width) = next(declarator).filter(|next| next.kind() == "bitfield_clause") {
                declared.ty = self.width(width, &declared.ty)?;
                bound = self.only_one(width, &[":"])?.map(|width| self.text(width).to_string());
            }
            let field = Field {
                name: declared.name,
                ty: declared.ty,
                ghost: false,
                bound,
            };
            fields.push((field, declarator.end_byte()));
        }
        if fields.is_empty() {
            return Err(self.error(
                node,
                "a field without a name",
                "write a name; a struct in a struct has its own definition",
            ));
        }
        for ghost in &self.marks.ghosts {
            if !node.byte_range().contains(&(ghost.start as usize)) {
                continue;
            }
            let before = fields.iter_mut().rev().find(|(_, end)| *end <= ghost.start as usize);
            match before {
                Some((field, _)) if field.ghost => {
                    return Err(Diagnostic::at(*ghost, "`__ghost` stands here twice").help("remove one of them"));
                }
                Some((field, _)) => field.ghost = true,
                None => return Err(misplaced_ghost(*ghost)),
            }
        }
        Ok(fields.into_iter().map(|(field, _)| field).collect())
    }

    fn width(&mut self, node: Node<'_>, ty: &Type) -> Checked<Type> {
        if let Type::Const(inner) = ty {
            return Ok(Type::Const(Box::new(self.width(node, inner)?)));
        }
        let Type::Unsigned(most) = *ty else {
            return Err(self.error(
                node,
                "only unsigned fields have a width",
                "write `unsigned x : 3`, or remove the width",
            ));
        };
        if matches!(most, INT_BITS | SHORT_BITS) {
            return Err(self.error(
                node,
                "a signed field has no width here",
                "one of its bits is for the sign, and no number is below zero: write `unsigned x : 3`",
            ));
        }
        let width = self.only_one(node, &[":"])?;
        let width = self.expression(width.ok_or_else(|| self.unexpected(node))?)?;
        match u32::try_from(constant(&width)?) {
            Ok(bits) if (1..=most).contains(&bits) => Ok(Type::Unsigned(bits)),
            _ => Err(Diagnostic::at(width.span, format!("a width is between 1 and {most}"))
                .help("the width bounds what the field can hold: 2 bits hold 0 to 3")),
        }
    }

    /// None if it only announces an enum.
    pub(super) fn enumeration(&mut self, node: Node<'_>) -> Checked<Option<Enum>> {
        self.only(node, &["name", "body"], &["enum"])?;
        let Some(name) = node.child_by_field_name("name") else {
            return Err(self.error(
                node,
                "an enum without a name",
                "name it, or write `#define NAME number` for each constant",
            ));
        };
        let name = self.ident(name)?;
        let Some(body) = node.child_by_field_name("body") else {
            return Ok(None);
        };
        let mut enumerators = Vec::new();
        for (_, child) in children(body) {
            match child.kind() {
                "{" | "}" | "," => {}
                "enumerator" => {
                    let name = self
                        .enumerator(child)
                        .and_then(|name| keywords::refuse(&name).map(|()| name));
                    enumerators.extend(self.keep(name));
                }
                _ => return Err(self.unexpected(child)),
            }
        }
        Ok(Some(Enum { name, enumerators }))
    }

    fn enumerator(&mut self, node: Node<'_>) -> Checked<Ident> {
        match children(node).as_slice() {
            [(_, name)] => self.ident(*name),
            _ => Err(self.error(
                node,
                "an enumerator with a value",
                "remove the value: they are numbered from 0 in their order",
            )),
        }
    }
}

/// What follows a node, without comments.
fn next(node: Node<'_>) -> Option<Node<'_>> {
    let next = node.next_sibling()?;
    if next.kind() == "comment" {
        self::next(next)
    } else {
        Some(next)
    }
}
