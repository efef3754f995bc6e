//! Text to syntax tree, by way of tree-sitter.
//!
//! Only node kinds named here are understood: a new construct of the grammar is refused, never skipped.

mod blame;
mod expr;
mod guard;
mod operators;

use std::sync::Arc;

use tree_sitter::Node;

use super::syntax::*;
use crate::source::{Diagnostic, FileId, Span};

/// How deep expressions may nest in the text.
pub(super) const MAX_NESTING: usize = 120;

/// Reads a module. All that is outside the subset is returned; of a text that is no module, the first error.
pub(super) fn module(text: &str, file: FileId) -> Result<Module, Vec<Diagnostic>> {
    let parsable = guard::parsable(text, file).map_err(|d| vec![d])?;
    let mut parser = tree_sitter::Parser::new();
    let whole = Span { file, start: 0, end: 0 };
    if let Err(e) = parser.set_language(&tree_sitter_tlaplus::LANGUAGE.into()) {
        return Err(vec![Diagnostic::at(whole, e.to_string())]);
    }
    let Some(tree) = parser.parse(&parsable, None) else {
        return Err(vec![Diagnostic::at(whole, "this module cannot be parsed")]);
    };
    let reader = Reader { text, file };
    let root = tree.root_node();
    if root.has_error() {
        let unbalanced = blame::unbalanced(text, file);
        return Err(vec![unbalanced.unwrap_or_else(|| reader.syntax_error(root))]);
    }
    reader.source_file(root)
}

/// Reads nodes of one text.
struct Reader<'t> {
    text: &'t str,
    file: FileId,
}

type Result<T, E = Diagnostic> = std::result::Result<T, E>;

impl Reader<'_> {
    fn source_file(&self, root: Node<'_>) -> Result<Module, Vec<Diagnostic>> {
        let modules: Vec<Node<'_>> = children(root).into_iter().filter(|n| n.kind() == "module").collect();
        match modules[..] {
            [module] => self.module(module),
            [] => Err(vec![
                Diagnostic::at(self.span(root), "there is no module in this file")
                    .help("a module starts with `---- MODULE Name ----` and ends with `====`"),
            ]),
            [_, second, ..] => Err(vec![self.outside(second, "a second module in one file")]),
        }
    }

    fn module(&self, node: Node<'_>) -> Result<Module, Vec<Diagnostic>> {
        let mut errors = Vec::new();
        let mut module = Module {
            name: self.field_ident(node, "name").map_err(|d| vec![d])?,
            extends: Vec::new(),
            units: Vec::new(),
        };
        for child in children(node).into_iter().filter(|n| !n.is_extra()) {
            match child.kind() {
                "extends" => module.extends = self.idents(child, "identifier_ref"),
                "header_line" | "MODULE" | "identifier" | "double_line" | "single_line" => {}
                _ => match self.unit(child) {
                    Ok(unit) => module.units.extend(unit),
                    Err(error) => errors.push(error),
                },
            }
        }
        if errors.is_empty() { Ok(module) } else { Err(errors) }
    }

    fn unit(&self, node: Node<'_>) -> Result<Option<Unit>> {
        Ok(Some(match node.kind() {
            "constant_declaration" => Unit::Constants(self.parameters(named_children(node))?),
            "variable_declaration" => Unit::Variables(self.idents(node, "identifier")),
            "operator_definition" | "function_definition" => Unit::Definition(self.definition(node)?),
            "instance" => Unit::Instance(self.instance(node, None)?),
            "module_definition" => Unit::Instance(self.named_instance(node)?),
            "local_definition" => {
                let inner = named_children(node).into_iter().next();
                let inner = inner.ok_or_else(|| self.outside(node, "this"))?;
                match self.unit(inner)? {
                    Some(Unit::Definition(d)) => Unit::Definition(Definition { local: true, ..d }),
                    Some(Unit::Instance(i)) => Unit::Instance(Instance { local: true, ..i }),
                    _ => return Err(self.outside(node, "LOCAL here")),
                }
            }
            "assumption" => {
                let body = named_children(node).into_iter().next_back();
                let body = body.ok_or_else(|| self.outside(node, "this"))?;
                Unit::Assumption(self.expr(body, 0)?)
            }
            "theorem" if node.child_by_field_name("proof").is_none() => return Ok(None),
            "theorem" | "use_or_hide" => {
                return Err(self
                    .outside(node, "a proof")
                    .help("state the theorem without its proof"));
            }
            "recursive_declaration" => return Err(self.recursive(node)),
            "module" => return Err(self.outside(node, "a module inside a module")),
            other => return Err(self.outside(node, &other.replace('_', " "))),
        }))
    }

    fn recursive(&self, node: Node<'_>) -> Diagnostic {
        self.outside(node, "RECURSIVE")
            .help("write it with a quantifier, a set or a function instead")
    }

    fn definition(&self, node: Node<'_>) -> Result<Definition> {
        self.definition_at(node, 0)
    }

    fn definition_at(&self, node: Node<'_>, depth: usize) -> Result<Definition> {
        let name_node = self.field(node, "name")?;
        if name_node.kind() != "identifier" {
            return Err(self
                .outside(name_node, "defining an operator symbol")
                .help("give the operator a name"));
        }
        let name = self.ident(name_node);
        let body_node = self.field(node, "definition")?;
        let body = self.expr(body_node, depth)?;
        let (parameters, body) = if node.kind() == "function_definition" {
            let bounds = self.bounds(node, depth)?;
            let span = body.span;
            let body = Box::new(body);
            let kind = ExprKind::Function { bounds, body };
            (Vec::new(), Expr { kind, span })
        } else {
            let mut cursor = node.walk();
            let fields = node.children_by_field_name("parameter", &mut cursor);
            let named = fields.filter(Node::is_named).collect();
            (self.parameters(named)?, body)
        };
        Ok(Definition {
            name,
            parameters,
            body,
            local: false,
            span: self.span(node),
        })
    }

    fn parameters(&self, nodes: Vec<Node<'_>>) -> Result<Vec<Parameter>> {
        let mut parameters = Vec::new();
        for node in nodes {
            match node.kind() {
                "identifier" => parameters.push(Parameter {
                    name: self.ident(node),
                    arity: 0,
                }),
                "operator_declaration" => {
                    let arity = named_children(node)
                        .iter()
                        .filter(|n| n.kind() == "placeholder")
                        .count();
                    let name = self.field_ident(node, "name")?;
                    parameters.push(Parameter { name, arity });
                }
                "comment" | "block_comment" => {}
                _ => return Err(self.outside(node, "this parameter")),
            }
        }
        Ok(parameters)
    }

    fn named_instance(&self, node: Node<'_>) -> Result<Instance> {
        if let Some(parameter) = node.child_by_field_name("parameter") {
            return Err(self
                .outside(parameter, "an INSTANCE with parameters")
                .help("write one INSTANCE for each value"));
        }
        let name = self.field_ident(node, "name")?;
        self.instance(self.field(node, "definition")?, Some(name))
    }

    fn instance(&self, node: Node<'_>, name: Option<Ident>) -> Result<Instance> {
        let mut module = None;
        let mut substitutions = Vec::new();
        for child in named_children(node) {
            match child.kind() {
                "identifier_ref" => module = Some(self.ident(child)),
                "substitution" => {
                    let parts = named_children(child);
                    let (Some(name), Some(value)) = (parts.first(), parts.last()) else {
                        return Err(self.outside(child, "this substitution"));
                    };
                    if name.kind() != "identifier_ref" {
                        return Err(self.outside(*name, "substituting an operator symbol"));
                    }
                    substitutions.push((self.ident(*name), self.argument(*value, 0)?));
                }
                _ => return Err(self.outside(child, "this")),
            }
        }
        Ok(Instance {
            name,
            module: module.ok_or_else(|| self.outside(node, "this"))?,
            substitutions,
            local: false,
            span: self.span(node),
        })
    }

    fn idents(&self, node: Node<'_>, kind: &str) -> Vec<Ident> {
        let matching = children(node).into_iter().filter(|n| n.kind() == kind);
        matching.map(|n| self.ident(n)).collect()
    }

    fn ident(&self, node: Node<'_>) -> Ident {
        Ident {
            text: Arc::from(self.text_of(node)),
            span: self.span(node),
        }
    }

    fn field_ident(&self, node: Node<'_>, field: &str) -> Result<Ident> {
        Ok(self.ident(self.field(node, field)?))
    }

    fn field<'n>(&self, node: Node<'n>, field: &str) -> Result<Node<'n>> {
        node.child_by_field_name(field)
            .ok_or_else(|| self.outside(node, "this"))
    }

    fn text_of(&self, node: Node<'_>) -> &str {
        self.text.get(node.byte_range()).unwrap_or("")
    }

    fn span(&self, node: Node<'_>) -> Span {
        Span {
            file: self.file,
            start: node.start_byte() as u32,
            end: node.end_byte() as u32,
        }
    }

    fn outside(&self, node: Node<'_>, what: &str) -> Diagnostic {
        Diagnostic::at(self.span(node), format!("{what} is outside the subset")).label("not understood")
    }

    /// The first error of a tree that has some: what a parser makes of the text behind it tells nothing.
    fn syntax_error(&self, root: Node<'_>) -> Diagnostic {
        let mut node = root;
        while let Some(inner) = children(node).into_iter().find(|n| n.has_error() || n.is_missing()) {
            node = inner;
        }
        let mut span = self.span(node);
        if node.is_missing() {
            let what = if node.is_named() {
                "something".to_string()
            } else {
                format!("`{}`", node.kind())
            };
            let message = format!("syntax error: {what} is missing here");
            return Diagnostic::at(span, message);
        }
        let text = self.text_of(node);
        let line = text.lines().next().unwrap_or("").trim_end();
        span.end = span.start + line.len() as u32;
        Diagnostic::at(span, "syntax error").label("not TLA+")
    }
}

fn children(node: Node<'_>) -> Vec<Node<'_>> {
    node.children(&mut node.walk()).collect()
}

/// Named children without comments.
fn named_children(node: Node<'_>) -> Vec<Node<'_>> {
    let all = children(node).into_iter();
    all.filter(|n| n.is_named() && !n.is_extra()).collect()
}
