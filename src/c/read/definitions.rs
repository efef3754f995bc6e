//! What stands at the top level of a file, and the variables among it.

use tree_sitter::Node;

use super::annotations::Mark;
use super::convert::{Checked, Converter, children};
use super::keywords;
use super::types::Declared;
use crate::c::ast::{Designator, Enum, Function, Global, Ident, Init, Struct, Type};
use crate::source::{Diagnostic, Span};

/// What a file defines, in its order.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    pub(super) structs: Vec<Struct>,
    pub(super) enums: Vec<Enum>,
    pub(super) globals: Vec<Global>,
    pub(super) functions: Vec<Function>,
    pub(super) prototypes: Vec<Prototype>,
}

/// A function that is announced, with the annotations that stand there.
#[derive(Debug)]
pub(super) struct Prototype {
    pub(super) name: Ident,
    pub(super) annotations: Vec<Ident>,
}

impl Converter<'_> {
    /// All definitions of a file; mistakes go to `errors`.
    pub(super) fn definitions(&mut self, root: Node<'_>) -> Definitions {
        let mut found = Definitions::default();
        for (_, node) in children(root) {
            let done = self.definition(node, &mut found);
            self.keep(done);
        }
        self.unclaimed_marks(root);
        found
    }

    fn definition(&mut self, node: Node<'_>, found: &mut Definitions) -> Checked<()> {
        match node.kind() {
            ";" | "preproc_include" | "preproc_def" | "preproc_function_def" => {}
            "expression_statement" if self.text(node) == ";" => {}
            "expression_statement" if self.means_nothing(node) => {}
            "expression_statement" => {
                return Err(self.error(
                    node,
                    "a statement outside functions",
                    "move it into a function, or remove it: macros are not read",
                ));
            }
            "struct_specifier" => found.structs.extend(self.structure(node)?),
            "enum_specifier" => found.enums.extend(self.enumeration(node)?),
            "declaration" => self.globals(node, found)?,
            "function_definition" => found.functions.push(self.function(node)?),
            "type_definition" => self.type_definition(node)?,
            _ => return Err(self.unexpected(node)),
        }
        Ok(())
    }

    /// Annotations that belong to nothing.
    fn unclaimed_marks(&mut self, root: Node<'_>) {
        let mut after_parameters = Vec::new();
        for (_, node) in children(root) {
            if matches!(node.kind(), "function_definition" | "declaration") {
                after_parameters.push(node.byte_range());
            }
        }
        for mark in &self.marks.functions {
            if !after_parameters
                .iter()
                .any(|range| range.contains(&(mark.span.start as usize)))
            {
                self.errors.push(
                    Diagnostic::at(mark.span, format!("`{}` is in the wrong place", mark.name.name))
                        .help("annotations stand between the parameter list and the body"),
                );
            }
        }
        let fields: Vec<_> = children(root)
            .into_iter()
            .filter(|(_, node)| node.kind() == "struct_specifier")
            .filter_map(|(_, node)| node.child_by_field_name("body"))
            .flat_map(|body| children(body))
            .filter(|(_, node)| node.kind() == "field_declaration")
            .map(|(_, node)| node.byte_range())
            .collect();
        for ghost in &self.marks.ghosts {
            if !fields.iter().any(|range| range.contains(&(ghost.start as usize))) {
                self.errors.push(misplaced_ghost(*ghost));
            }
        }
    }

    fn globals(&mut self, node: Node<'_>, found: &mut Definitions) -> Checked<()> {
        let (base, declarators) = self.declaration(node, &[",", ";"])?;
        let external = children(node).iter().any(|&(_, child)| self.text(child) == "extern");
        for declarator in declarators {
            self.global(declarator, base.clone(), external, found)?;
        }
        Ok(())
    }

    /// A variable or a prototype.
    fn global(&mut self, node: Node<'_>, base: Type, external: bool, found: &mut Definitions) -> Checked<()> {
        let (declared, value) = self.initialised(node, base)?;
        let init = value.map(|value| self.initialiser(value)).transpose()?;
        if declared.parameters.is_some() {
            let end = node
                .parent()
                .map_or(node.end_byte(), |declaration| declaration.end_byte());
            let here = |mark: &&Mark| (node.start_byte()..end).contains(&(mark.span.start as usize));
            let marks = self.marks.functions.iter().filter(here);
            found.prototypes.push(Prototype {
                name: declared.name,
                annotations: marks.map(|mark| mark.name.clone()).collect(),
            });
            return Ok(());
        }
        keywords::refuse(&declared.name)?;
        self.not_void(node, &declared)?;
        found.globals.push(Global {
            name: declared.name,
            ty: declared.ty,
            external: external && init.is_none(),
            init,
        });
        Ok(())
    }

    pub(super) fn not_void(&self, node: Node<'_>, declared: &Declared<'_>) -> Checked<()> {
        match declared.ty.plain() {
            Type::Void => Err(self.error(
                node,
                "a variable of type void",
                "write `bool`, `unsigned`, `struct NAME`, …",
            )),
            _ => Ok(()),
        }
    }

    fn initialiser(&mut self, node: Node<'_>) -> Checked<Init> {
        if node.kind() != "initializer_list" {
            return self.expression(node).map(Init::Expr);
        }
        self.nested(node, |this| {
            let mut elements = Vec::new();
            for (_, child) in children(node) {
                match child.kind() {
                    "{" | "}" | "," => {}
                    "initializer_pair" => elements.push(this.designated(child)?),
                    _ => elements.push((Designator::Next, this.initialiser(child)?)),
                }
            }
            Ok(Init::List(elements, this.span(node)))
        })
    }

    fn designated(&mut self, node: Node<'_>) -> Checked<(Designator, Init)> {
        let (mut designator, mut value) = (None, None);
        for (name, child) in children(node) {
            match (name, child.kind()) {
                (Some("designator"), _) if designator.is_some() => {
                    return Err(self.error(node, "two designators in one", "nest them: `.a = { .b = 1 }`"));
                }
                (Some("designator"), _) => designator = Some(self.designator(child)?),
                (_, "=") => {}
                (Some("value"), _) => value = Some(self.initialiser(child)?),
                _ => return Err(self.unexpected(child)),
            }
        }
        designator
            .zip(value)
            .ok_or_else(|| self.error(node, "an element without a value", "write `.field = value`"))
    }

    fn designator(&mut self, node: Node<'_>) -> Checked<Designator> {
        let mut found = None;
        for (_, child) in children(node) {
            found = match (node.kind(), child.kind()) {
                (_, "." | "[" | "]") => continue,
                ("field_designator", "field_identifier") => Some(Designator::Field(self.ident(child)?)),
                ("subscript_designator", _) => Some(Designator::Index(self.expression(child)?)),
                _ => return Err(self.unexpected(child)),
            };
        }
        found.ok_or_else(|| self.unexpected(node))
    }

    /// `typedef unsigned char u8;` says what is known anyway; no other name for a type is read.
    fn type_definition(&self, node: Node<'_>) -> Checked<()> {
        let words: Vec<&str> = self.text(node).split_whitespace().collect();
        match words.join(" ").replace(" ;", ";").as_str() {
            "typedef unsigned char u8;"
            | "typedef unsigned short u16;"
            | "typedef unsigned u32;"
            | "typedef unsigned int u32;" => Ok(()),
            _ => Err(self.error(
                node,
                "typedef is not in the subset",
                "write `struct NAME` or `enum NAME` where it is used",
            )),
        }
    }
}

/// `__ghost` before a field, or outside structs.
pub(super) fn misplaced_ghost(place: Span) -> Diagnostic {
    Diagnostic::at(place, "`__ghost` is in the wrong place")
        .label("annotations follow the field's name")
        .help("it marks a field of a struct, after the field's name: `bool x __ghost;`")
}
