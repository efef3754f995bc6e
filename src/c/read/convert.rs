//! What converting trees needs everywhere: places, names after `#define`, and a bound on nesting.

use tree_sitter::Node;

use super::annotations::Marks;
use super::lexer::span;
use super::meaning::{Defines, Value};
use super::syntax;
use crate::c::ast::{Expr, ExprKind, Ident};
use crate::source::{Diagnostic, FileId, Span};

/// Or what to say about it.
pub(super) type Checked<T> = Result<T, Diagnostic>;

/// Constructs within constructs, at most; also the terms of a sum, which nest to the left.
const MAX_DEPTH: usize = 100;

/// The longest name, in characters.
const MAX_NAME: usize = 64;

/// Converts the tree of one text.
pub(super) struct Converter<'a> {
    pub(super) text: &'a [u8],
    pub(super) file: FileId,
    /// Where `text` begins in the file.
    pub(super) offset: usize,
    pub(super) marks: &'a Marks,
    pub(super) defines: &'a Defines,
    pub(super) errors: Vec<Diagnostic>,
    depth: usize,
}

impl<'a> Converter<'a> {
    pub(super) fn new(text: &'a [u8], file: FileId, marks: &'a Marks, defines: &'a Defines) -> Self {
        Converter {
            text,
            file,
            offset: 0,
            marks,
            defines,
            errors: Vec::new(),
            depth: 0,
        }
    }

    /// The node's place.
    pub(super) fn span(&self, node: Node<'_>) -> Span {
        span(
            self.file,
            node.start_byte() + self.offset,
            node.end_byte() + self.offset,
        )
    }

    /// The first line of the node's place, for messages.
    pub(super) fn place(&self, node: Node<'_>) -> Span {
        let place = syntax::place(node, self.text, self.file);
        span(
            self.file,
            place.start as usize + self.offset,
            place.end as usize + self.offset,
        )
    }

    pub(super) fn text(&self, node: Node<'_>) -> &'a str {
        str::from_utf8(&self.text[node.byte_range()]).unwrap_or_default()
    }

    /// An error about a node.
    pub(super) fn error(&self, node: Node<'_>, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
        Diagnostic::at(self.place(node), message).help(help)
    }

    /// The error for a child that is none of those which are understood.
    pub(super) fn unexpected(&self, node: Node<'_>) -> Diagnostic {
        let what = match self.text(node) {
            text if text.len() <= 20 && !text.is_empty() => format!("`{text}`"),
            _ => format!("{} is not in the subset", node.kind().replace('_', " ")),
        };
        self.error(
            node,
            what + " is not understood here",
            "see the language section of the design: structs, enums, functions and plain statements",
        )
    }

    /// Keeps the value, or the error for later.
    pub(super) fn keep<T>(&mut self, result: Checked<T>) -> Option<T> {
        result.map_err(|error| self.errors.push(error)).ok()
    }

    /// The child of a field.
    pub(super) fn part<'t>(&self, node: Node<'t>, field: &str) -> Checked<Node<'t>> {
        node.child_by_field_name(field).ok_or_else(|| self.unexpected(node))
    }

    /// Refuses a node that has more children than one of each of these fields, and these words.
    pub(super) fn only(&self, node: Node<'_>, fields: &[&str], words: &[&str]) -> Checked<()> {
        let is_known = |field: Option<&str>, child: Node<'_>| match field {
            Some(field) if fields.contains(&field) => node.child_by_field_name(field) == Some(child),
            _ => words.contains(&child.kind()),
        };
        let mut others = children(node)
            .into_iter()
            .filter(|&(field, child)| !is_known(field, child));
        others.next().map_or(Ok(()), |(_, other)| Err(self.unexpected(other)))
    }

    /// The only child that is none of these words, if there is one.
    pub(super) fn only_one<'t>(&self, node: Node<'t>, words: &[&str]) -> Checked<Option<Node<'t>>> {
        let mut others = children(node).into_iter().map(|(_, child)| child);
        let mut others = others.by_ref().filter(|child| !words.contains(&child.kind()));
        let first = others.next();
        others.next().map_or(Ok(first), |second| Err(self.unexpected(second)))
    }

    /// Goes one level deeper, unless that is too deep.
    pub(super) fn nested<T>(&mut self, node: Node<'_>, convert: impl FnOnce(&mut Self) -> Checked<T>) -> Checked<T> {
        if self.depth >= MAX_DEPTH {
            return Err(self.error(
                node,
                "nested too deeply",
                format!("at most {MAX_DEPTH} levels (or terms): use a variable or a function in between"),
            ));
        }
        self.depth += 1;
        let result = convert(self);
        self.depth -= 1;
        result
    }

    /// A name, after `#define`.
    pub(super) fn ident(&self, node: Node<'_>) -> Checked<Ident> {
        self.renamed(self.text(node), self.span(node))
    }

    /// The name that `name` stands for.
    pub(super) fn renamed(&self, name: &str, span: Span) -> Checked<Ident> {
        if name.len() > MAX_NAME {
            return Err(Diagnostic::at(span, "this name is too long").help(format!("at most {MAX_NAME} characters")));
        }
        let name = match self.defines.value(name) {
            None => name,
            Some(Value::Name(other)) => other,
            Some(_) => {
                return Err(Diagnostic::at(span, format!("`{name}` is a constant, by its #define"))
                    .help("use another name here"));
            }
        };
        Ok(Ident {
            name: name.to_string(),
            span,
        })
    }

    /// A name as an expression, after `#define`.
    pub(super) fn name(&self, node: Node<'_>) -> Expr {
        let name = self.text(node);
        let kind = match self.defines.value(name) {
            None => ExprKind::Name(name.to_string()),
            Some(Value::Name(other)) => ExprKind::Name(other.clone()),
            Some(Value::Int(number)) => ExprKind::Int(*number),
            Some(Value::Bool(truth)) => ExprKind::Bool(*truth),
            Some(Value::Null) => ExprKind::Null,
        };
        Expr {
            kind,
            span: self.span(node),
        }
    }
}

/// The children that are no comments, each with its field.
pub(super) fn children<'t>(node: Node<'t>) -> Vec<(Option<&'t str>, Node<'t>)> {
    let mut found = Vec::new();
    let mut cursor = node.walk();
    if cursor.goto_first_child() {
        loop {
            if cursor.node().kind() != "comment" {
                found.push((cursor.field_name(), cursor.node()));
            }
            if !cursor.goto_next_sibling() {
                break;
            }
        }
    }
    found
}
