//! Statements.

use tree_sitter::Node;

use super::convert::{Checked, Converter, children};
use super::keywords;
use crate::c::ast::{Expr, Ident, Stmt, StmtKind, Type};

impl Converter<'_> {
    /// A statement.
    pub(super) fn statement(&mut self, node: Node<'_>) -> Checked<Stmt> {
        self.nested(node, |this| this.statement_here(node))
    }

    fn statement_here(&mut self, node: Node<'_>) -> Checked<Stmt> {
        let kind = match node.kind() {
            "compound_statement" => self.block(node)?,
            "expression_statement" => self.expression_statement(node)?,
            "declaration" => return self.local(node),
            "if_statement" => self.if_statement(node)?,
            "while_statement" | "do_statement" => self.loop_statement(node)?,
            "for_statement" => self.for_statement(node)?,
            "break_statement" => self.only_words(node, StmtKind::Break)?,
            "continue_statement" => self.only_words(node, StmtKind::Continue)?,
            "return_statement" => self.return_statement(node)?,
            "goto_statement" => StmtKind::Goto(self.label(node)?.0),
            "labeled_statement" => {
                let (label, statement) = self.label(node)?;
                let statement =
                    statement.ok_or_else(|| self.error(node, "a label before nothing", "write `;` after it"))?;
                StmtKind::Label(label, Box::new(self.statement(statement)?))
            }
            "struct_specifier" | "enum_specifier" | "type_definition" => {
                return Err(self.error(node, "a type inside a function", "move it to the top level of the file"));
            }
            _ => return Err(self.unexpected(node)),
        };
        Ok(Stmt {
            kind,
            span: self.span(node),
        })
    }

    fn block(&mut self, node: Node<'_>) -> Checked<StmtKind> {
        let mut statements = Vec::new();
        for (_, child) in children(node) {
            if matches!(child.kind(), "{" | "}") {
                continue;
            }
            let statement = self.statement(child);
            statements.extend(self.keep(statement));
        }
        Ok(StmtKind::Block(statements))
    }

    fn expression_statement(&mut self, node: Node<'_>) -> Checked<StmtKind> {
        let mut expression = None;
        for (_, child) in children(node) {
            match child.kind() {
                ";" => {}
                _ if expression.is_none() => expression = Some(self.expression(child)?),
                _ => return Err(self.unexpected(child)),
            }
        }
        Ok(expression.map_or(StmtKind::Empty, StmtKind::Expr))
    }

    fn if_statement(&mut self, node: Node<'_>) -> Checked<StmtKind> {
        let (mut condition, mut yes, mut no) = (None, None, None);
        for (name, child) in children(node) {
            match (name, child.kind()) {
                (Some("condition"), "parenthesized_expression") => condition = Some(self.parenthesized(child)?),
                (Some("consequence"), _) => yes = Some(Box::new(self.statement(child)?)),
                (Some("alternative"), "else_clause") => no = Some(Box::new(self.else_clause(child)?)),
                (_, "if") => {}
                _ => return Err(self.unexpected(child)),
            }
        }
        match (condition, yes) {
            (Some(condition), Some(yes)) => Ok(StmtKind::If(condition, yes, no)),
            _ => Err(self.unexpected(node)),
        }
    }

    fn else_clause(&mut self, node: Node<'_>) -> Checked<Stmt> {
        let mut statement = None;
        for (_, child) in children(node) {
            match child.kind() {
                "else" => {}
                _ if statement.is_none() => statement = Some(self.statement(child)?),
                _ => return Err(self.unexpected(child)),
            }
        }
        statement.ok_or_else(|| self.unexpected(node))
    }

    fn loop_statement(&mut self, node: Node<'_>) -> Checked<StmtKind> {
        let (mut condition, mut body) = (None, None);
        for (name, child) in children(node) {
            match (name, child.kind()) {
                (Some("condition"), "parenthesized_expression") => condition = Some(self.parenthesized(child)?),
                (Some("body"), _) => body = Some(Box::new(self.statement(child)?)),
                (_, "while" | "do" | ";") => {}
                _ => return Err(self.unexpected(child)),
            }
        }
        match (condition, body) {
            (Some(condition), Some(body)) if node.kind() == "do_statement" => Ok(StmtKind::DoWhile(body, condition)),
            (Some(condition), Some(body)) => Ok(StmtKind::While(condition, body)),
            _ => Err(self.unexpected(node)),
        }
    }

    fn for_statement(&mut self, node: Node<'_>) -> Checked<StmtKind> {
        let (mut first, mut condition, mut next, mut body) = (None, None, None, None);
        for (name, child) in children(node) {
            match (name, child.kind()) {
                (Some("initializer"), "declaration") => first = Some(Box::new(self.local(child)?)),
                (Some("initializer"), _) => {
                    let span = self.span(child);
                    let kind = StmtKind::Expr(self.expression(child)?);
                    first = Some(Box::new(Stmt { kind, span }));
                }
                (Some("condition"), _) => condition = Some(self.expression(child)?),
                (Some("update"), _) => next = Some(self.expression(child)?),
                (Some("body"), _) => body = Some(Box::new(self.statement(child)?)),
                (_, "for" | "(" | ";" | ")") => {}
                _ => return Err(self.unexpected(child)),
            }
        }
        let body = body.ok_or_else(|| self.unexpected(node))?;
        Ok(StmtKind::For(first, condition, next, body))
    }

    fn only_words(&self, node: Node<'_>, kind: StmtKind) -> Checked<StmtKind> {
        for (_, child) in children(node) {
            if !matches!(child.kind(), "break" | "continue" | ";") {
                return Err(self.unexpected(child));
            }
        }
        Ok(kind)
    }

    fn return_statement(&mut self, node: Node<'_>) -> Checked<StmtKind> {
        let mut value: Option<Expr> = None;
        for (_, child) in children(node) {
            match child.kind() {
                "return" | ";" => {}
                _ if value.is_none() => value = Some(self.expression(child)?),
                _ => return Err(self.unexpected(child)),
            }
        }
        Ok(StmtKind::Return(value))
    }

    /// The label of a `goto` or of a statement, and that statement.
    fn label<'t>(&self, node: Node<'t>) -> Checked<(Ident, Option<Node<'t>>)> {
        let (mut label, mut statement) = (None, None);
        for (name, child) in children(node) {
            match (name, child.kind()) {
                (Some("label"), "statement_identifier") => label = Some(self.ident(child)?),
                (_, "goto" | ":" | ";") => {}
                _ if statement.is_none() && node.kind() == "labeled_statement" => statement = Some(child),
                _ => return Err(self.unexpected(child)),
            }
        }
        let label = label.ok_or_else(|| self.unexpected(node))?;
        Ok((label, statement))
    }

    /// The declaration of local variables.
    fn local(&mut self, node: Node<'_>) -> Checked<Stmt> {
        let mut base = None;
        let mut declarations = Vec::new();
        for (name, child) in children(node) {
            match (name, child.kind()) {
                (Some("type"), _) => base = Some(self.declared_type(node, child)?),
                (Some("declarator"), _) => {
                    let base = base.clone().ok_or_else(|| self.unexpected(child))?;
                    let kind = self.local_variable(child, base)?;
                    declarations.push(Stmt {
                        kind,
                        span: self.span(child),
                    });
                }
                (_, "," | ";") => {}
                (_, "storage_class_specifier") => {
                    return Err(self.error(
                        child,
                        format!("`{}` on a local variable is not in the subset", self.text(child)),
                        "a local belongs to one call; declare what is shared outside functions",
                    ));
                }
                _ if self.is_noise(child)? => {}
                _ => return Err(self.unexpected(child)),
            }
        }
        let span = self.span(node);
        match <[Stmt; 1]>::try_from(declarations) {
            Ok([Stmt { kind, .. }]) => Ok(Stmt { kind, span }),
            Err(several) if several.is_empty() => Err(self.unexpected(node)),
            Err(several) => Ok(Stmt {
                kind: StmtKind::Declarations(several),
                span,
            }),
        }
    }

    fn local_variable(&mut self, node: Node<'_>, base: Type) -> Checked<StmtKind> {
        let (mut declared, mut value) = (None, None);
        if node.kind() == "init_declarator" {
            for (name, child) in children(node) {
                match (name, child.kind()) {
                    (Some("declarator"), _) => declared = Some(self.declarator(child, base.clone())?),
                    (_, "=") => {}
                    (Some("value"), "initializer_list") => {
                        return Err(self.error(
                            child,
                            "objects are declared outside functions",
                            "a local is a number, a flag or a pointer; initialise it with a value",
                        ));
                    }
                    (Some("value"), _) => value = Some(self.expression(child)?),
                    _ => return Err(self.unexpected(child)),
                }
            }
        } else {
            declared = Some(self.declarator(node, base)?);
        }
        let declared = declared.ok_or_else(|| self.unexpected(node))?;
        if declared.parameters.is_some() {
            return Err(self.error(
                node,
                "a prototype inside a function",
                "remove it: the order of definitions does not matter",
            ));
        }
        keywords::refuse(&declared.name)?;
        self.scalar(node, &declared.ty, "a local")?;
        Ok(StmtKind::Declare(declared.name, declared.ty, value))
    }

    /// Objects are declared outside functions and passed by address.
    pub(super) fn scalar(&self, node: Node<'_>, ty: &Type, what: &str) -> Checked<()> {
        let kind = match ty.plain() {
            Type::Struct(_) => "struct",
            Type::Array(..) => "array",
            Type::Void => return Err(self.error(node, format!("{what} of type void"), "write `bool`, `unsigned`, …")),
            _ => return Ok(()),
        };
        Err(self.error(
            node,
            format!("{what} cannot hold a whole {kind}"),
            "declare the object outside functions and use a pointer to it here",
        ))
    }
}
