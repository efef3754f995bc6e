//! Calls that mean nothing here: `void pr_info() __meaningless;` leaves out a function, whatever its arguments are.
//!
//! Nothing that would happen in the arguments is lost: an effect is refused, and every pointer that they follow has to point to
//! something, as it has to in C.

use std::collections::{BTreeSet, HashSet};

use tree_sitter::Node;

use super::annotations::{MEANINGLESS, Marks};
use super::convert::{Checked, Converter, children};
use super::meaning::Defines;
use super::uncalled::defined;
use super::unit::Unit;
use crate::c::ast::{Expr, ExprKind, Ident};

/// The names that a file declares as meaningless.
pub(super) fn declared(unit: &Unit) -> Vec<Ident> {
    let marks = unit.marks.functions.iter().filter(|mark| mark.name.name == MEANINGLESS);
    let starts: Vec<usize> = marks.map(|mark| mark.span.start as usize).collect();
    let (plain, none) = (Defines::default(), Marks::default());
    let converter = Converter::new(&unit.masked, unit.file, &none, &plain);
    let mut found = Vec::new();
    for (_, node) in children(unit.tree.root_node()) {
        let marked = starts.iter().any(|start| node.byte_range().contains(start));
        if node.kind() != "declaration" || !marked {
            continue;
        }
        let name = node.child_by_field_name("declarator");
        let name = name.and_then(|declarator| declarator.child_by_field_name("declarator"));
        found.extend(name.map(|name| Ident {
            name: converter.text(name).to_string(),
            span: converter.span(name),
        }));
    }
    found
}

/// Adds what a file declares; what it defines has a meaning.
pub(super) fn update(names: &mut BTreeSet<String>, unit: &Unit) {
    names.extend(declared(unit).into_iter().map(|name| name.name));
    for name in defined(unit) {
        names.remove(&name);
    }
}

/// The names that mean nothing in a program.
pub(super) fn of(units: &[Unit]) -> HashSet<String> {
    let declared = units.iter().flat_map(declared).map(|name| name.name);
    let defined: BTreeSet<String> = units.iter().flat_map(defined).collect();
    declared.filter(|name| !defined.contains(name)).collect()
}

impl Converter<'_> {
    /// Whether this is a call of what means nothing, such as a macro that is no declaration.
    pub(super) fn means_nothing(&self, statement: Node<'_>) -> bool {
        let called = statement
            .named_child(0)
            .and_then(|call| call.child_by_field_name("function"));
        called.is_some_and(|name| self.defines.meaningless.contains(self.text(name)))
    }

    /// A call that is left out, with the pointers that its arguments follow.
    pub(super) fn without_meaning(&mut self, node: Node<'_>, name: Ident) -> Checked<ExprKind> {
        let mut followed = Vec::new();
        self.followed(self.part(node, "arguments")?, &mut followed)?;
        Ok(ExprKind::Meaningless(name, followed))
    }

    /// The pointers that are followed in an argument, in the order of the text.
    fn followed(&mut self, node: Node<'_>, found: &mut Vec<Expr>) -> Checked<()> {
        match node.kind() {
            "assignment_expression" | "update_expression" => {
                return Err(self.error(
                    node,
                    "this would be left out with the call around it",
                    "do it in a statement of its own",
                ));
            }
            "conditional_expression" => {
                return Err(self.error(
                    node,
                    "only one side of this is computed, and the call around it is left out",
                    "keep the value in a local variable, or remove the argument",
                ));
            }
            "binary_expression" if matches!(self.operator(node), "&&" | "||") => {
                return Err(self.error(
                    node,
                    "only one side of this may be computed, and the call around it is left out",
                    "keep the value in a local variable, or remove the argument",
                ));
            }
            "call_expression" => {
                let name = self.part(node, "function")?;
                let name = self.text(name);
                if !self.defines.meaningless.contains(name) && !self.defines.macros.contains_key(name) {
                    return Err(self.error(
                        node,
                        "this would be left out with the call around it",
                        format!("call it before, or say that it means nothing, too: `void {name}() {MEANINGLESS};`"),
                    ));
                }
                return self.followed(self.part(node, "arguments")?, found);
            }
            "sizeof_expression" => return Ok(()),
            // `&p->member` computes an address: what p points to is not looked at.
            "pointer_expression" if self.operator(node) == "&" => {
                let mut inner = self.part(node, "argument")?;
                while inner.kind() == "field_expression" && self.operator(inner) == "." {
                    inner = self.part(inner, "argument")?;
                }
                if inner.kind() == "field_expression" {
                    inner = self.part(inner, "argument")?;
                }
                return self.followed(inner, found);
            }
            _ => {}
        }
        for (_, child) in children(node) {
            self.followed(child, found)?;
        }
        let follows = match node.kind() {
            "field_expression" => self.operator(node) == "->",
            "pointer_expression" => self.operator(node) == "*",
            _ => false,
        };
        if follows {
            let pointer = self.part(node, "argument")?;
            let pointer = self.expression(pointer)?;
            found.push(pointer);
        }
        Ok(())
    }

    fn operator(&self, node: Node<'_>) -> &str {
        node.child_by_field_name("operator")
            .map_or("", |operator| self.text(operator))
    }
}
