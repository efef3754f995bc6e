//! Statements.

use tree_sitter::Node;

use super::convert::{Checked, Converter, children};
use super::keywords;
use crate::c::ast::{Expr, Ident, Stmt, StmtKind, Type};
use crate::source::{Diagnostic, Span};

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
            "while_statement" if self.head(node).is_some() => self.macro_loop(node)?,
            "while_statement" | "do_statement" => self.loop_statement(node)?,
            "for_statement" => self.for_statement(node)?,
            "break_statement" | "continue_statement" => {
                self.only(node, &[], &["break", "continue", ";"])?;
                match node.kind() {
                    "break_statement" => StmtKind::Break,
                    _ => StmtKind::Continue,
                }
            }
            "return_statement" => self.return_statement(node)?,
            "goto_statement" => {
                self.only(node, &["label"], &["goto", ";"])?;
                StmtKind::Goto(self.label(node)?)
            }
            "labeled_statement" => self.labeled(node)?,
            "switch_statement" => self.switch(node)?,
            "case_statement" => {
                return Err(self.error(
                    node,
                    "a label of a `switch` stands in its block",
                    "write it directly between the braces of the `switch`, not inside another statement",
                ));
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
        Ok(match self.only_one(node, &[";"])? {
            Some(expression) => StmtKind::Expr(self.expression(expression)?),
            None => StmtKind::Empty,
        })
    }

    fn if_statement(&mut self, node: Node<'_>) -> Checked<StmtKind> {
        self.only(node, &["condition", "consequence", "alternative"], &["if"])?;
        let condition = self.condition(node)?;
        let yes = self.inner(node, "consequence")?;
        let no = node.child_by_field_name("alternative").map(|no| self.else_clause(no));
        Ok(StmtKind::If(condition, yes, no.transpose()?.map(Box::new)))
    }

    /// The statement in a field.
    fn inner(&mut self, node: Node<'_>, field: &str) -> Checked<Box<Stmt>> {
        let inner = self.part(node, field)?;
        self.statement(inner).map(Box::new)
    }

    fn condition(&mut self, node: Node<'_>) -> Checked<Expr> {
        let condition = self.part(node, "condition")?;
        match condition.kind() {
            "parenthesized_expression" => self.parenthesized(condition),
            _ => Err(self.unexpected(condition)),
        }
    }

    fn else_clause(&mut self, node: Node<'_>) -> Checked<Stmt> {
        let statement = self.only_one(node, &["else"])?;
        self.statement(statement.ok_or_else(|| self.unexpected(node))?)
    }

    /// The macro that is the head of this loop.
    fn head(&self, node: Node<'_>) -> Option<&Ident> {
        let start = (node.start_byte() + self.offset) as u32;
        self.marks.loops.iter().find(|head| head.span.start == start)
    }

    fn macro_loop(&mut self, node: Node<'_>) -> Checked<StmtKind> {
        self.only(node, &["condition", "body"], &["while"])?;
        let Some(name) = self.head(node).cloned() else {
            return Err(self.unexpected(node));
        };
        let mut arguments = vec![self.only_one(self.part(node, "condition")?, &["(", ")"])?];
        while let Some(list) = arguments
            .last()
            .copied()
            .flatten()
            .filter(|last| last.kind() == "comma_expression")
        {
            arguments.pop();
            arguments.push(Some(self.part(list, "left")?));
            arguments.push(Some(self.part(list, "right")?));
        }
        self.looped(node, &name, arguments.into_iter().flatten().collect())
    }

    fn loop_statement(&mut self, node: Node<'_>) -> Checked<StmtKind> {
        self.only(node, &["condition", "body"], &["while", "do", ";"])?;
        // In the order of the text, in which mistakes are told.
        Ok(match node.kind() {
            "do_statement" => StmtKind::DoWhile(self.inner(node, "body")?, self.condition(node)?),
            _ => StmtKind::While(self.condition(node)?, self.inner(node, "body")?),
        })
    }

    fn for_statement(&mut self, node: Node<'_>) -> Checked<StmtKind> {
        let fields = ["initializer", "condition", "update", "body"];
        self.only(node, &fields, &["for", "(", ";", ")"])?;
        let first = match node.child_by_field_name("initializer") {
            Some(declaration) if declaration.kind() == "declaration" => Some(self.local(declaration)?),
            Some(expression) => Some(Stmt {
                kind: StmtKind::Expr(self.expression(expression)?),
                span: self.span(expression),
            }),
            None => None,
        };
        let mut expression = |field| {
            let expression = node.child_by_field_name(field);
            expression.map(|expression| self.expression(expression)).transpose()
        };
        let (condition, next) = (expression("condition")?, expression("update")?);
        Ok(StmtKind::For(
            first.map(Box::new),
            condition,
            next,
            self.inner(node, "body")?,
        ))
    }

    /// A block with its labels; those of another `switch`, or inside another statement, are none of them.
    fn switch(&mut self, node: Node<'_>) -> Checked<StmtKind> {
        self.only(node, &["condition", "body"], &["switch"])?;
        let value = self.condition(node)?;
        let body = self.part(node, "body")?;
        if body.kind() != "compound_statement" {
            return Err(self.error(body, "a `switch` without a block", "write `switch (x) { case 0: … }`"));
        }
        let mut statements: Vec<Stmt> = Vec::new();
        for (_, child) in children(body) {
            match child.kind() {
                "{" | "}" => {}
                "case_statement" => self.case(child, &mut statements)?,
                _ if statements.is_empty() => {
                    return Err(self.error(
                        child,
                        "nothing comes here: it stands before the first `case`",
                        "move it before the `switch`, or behind a `case`",
                    ));
                }
                _ => {
                    let statement = self.statement(child);
                    statements.extend(self.keep(statement));
                }
            }
        }
        if let Some(label) = statements.last().filter(|last| matches!(last.kind, StmtKind::Case(_))) {
            return Err(Diagnostic::at(label.span, "a label before nothing").help("write `break;` after it"));
        }
        Ok(StmtKind::Switch(value, statements))
    }

    /// A label, and the statements behind it up to the next one.
    fn case(&mut self, node: Node<'_>, statements: &mut Vec<Stmt>) -> Checked<()> {
        let (mut value, mut behind) = (None, false);
        for (name, child) in children(node) {
            match (name, child.kind()) {
                (_, "case" | "default") if !behind => {}
                (Some("value"), _) => value = Some(self.expression(child)?),
                (_, ":") if !behind => {
                    behind = true;
                    let kind = StmtKind::Case(value.take());
                    let end = self.span(child).end;
                    let span = Span { end, ..self.span(node) };
                    statements.push(Stmt { kind, span });
                }
                (_, "case_statement") if behind => self.case(child, statements)?,
                _ if behind => {
                    let statement = self.statement(child);
                    statements.extend(self.keep(statement));
                }
                _ => return Err(self.unexpected(child)),
            }
        }
        match behind {
            true => Ok(()),
            false => Err(self.unexpected(node)),
        }
    }

    fn return_statement(&mut self, node: Node<'_>) -> Checked<StmtKind> {
        let value = self.only_one(node, &["return", ";"])?;
        let value = value.map(|value| self.expression(value)).transpose()?;
        Ok(StmtKind::Return(value))
    }

    fn label(&self, node: Node<'_>) -> Checked<Ident> {
        self.ident(self.part(node, "label")?)
    }

    fn labeled(&mut self, node: Node<'_>) -> Checked<StmtKind> {
        let statement = self.only_one(node, &["statement_identifier", ":"])?;
        let statement = statement.ok_or_else(|| self.error(node, "a label before nothing", "write `;` after it"))?;
        Ok(StmtKind::Label(self.label(node)?, Box::new(self.statement(statement)?)))
    }

    /// A declaration of local variables.
    fn local(&mut self, node: Node<'_>) -> Checked<Stmt> {
        let stored = children(node)
            .into_iter()
            .find(|(_, child)| child.kind() == "storage_class_specifier");
        if let Some((_, storage)) = stored {
            return Err(self.error(
                storage,
                format!("`{}` on a local variable is not in the subset", self.text(storage)),
                "a local belongs to one call; declare what is shared outside functions",
            ));
        }
        let (base, declarators) = self.declaration(node, &[",", ";"])?;
        let mut declarations = Vec::new();
        for declarator in declarators {
            declarations.push(Stmt {
                kind: self.local_variable(declarator, base.clone())?,
                span: self.span(declarator),
            });
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
        let (declared, value) = self.initialised(node, base)?;
        if let Some(list) = value.filter(|value| value.kind() == "initializer_list") {
            return Err(self.error(
                list,
                "objects are declared outside functions",
                "a local is a number, a flag or a pointer; initialise it with a value",
            ));
        }
        let value = value.map(|value| self.expression(value)).transpose()?;
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
