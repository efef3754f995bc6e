//! `#define NAME(a, b)`: a value in brackets, a call, or the head of a `for`. These are what they are in C, where the text is pasted,
//! because nothing that stands beside a parameter, or beside the whole, can bind tighter than it.

use tree_sitter::Node;

use super::annotations::Marks;
use super::convert::{Checked, Converter, children};
use super::keywords;
use super::meaning::{Body, Defines, Macro};
use super::unit::{Unit, tree};
use crate::c::ast::{Expr, ExprKind, Ident, Stmt, StmtKind};
use crate::source::{Diagnostic, Span};

/// A macro grows to so many operands and operators, at most.
const MOST_PARTS: usize = 1_000;

/// What is not one of the three forms.
const FORMS: &str = "write `((a) + (b))` with each parameter in brackets, a call, or `for (a = first; a; a = a->next)`; \
     or a function for anything else";

/// A macro as it stands in a file.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) name: String,
    /// The name's place.
    pub(super) span: Span,
    params: Vec<String>,
    text: String,
}

/// The macros that stand in a file, or what is wrong with one.
pub(super) fn written(unit: &Unit) -> Vec<Result<Written, Diagnostic>> {
    let (plain, marks) = (Defines::default(), Marks::default());
    let converter = Converter::new(&unit.masked, unit.file, &marks, &plain);
    let nodes = children(unit.tree.root_node()).into_iter().map(|(_, node)| node);
    let nodes = nodes.filter(|node| node.kind() == "preproc_function_def");
    nodes.map(|node| head(&converter, node)).collect()
}

fn head(converter: &Converter<'_>, node: Node<'_>) -> Checked<Written> {
    let name = converter.part(node, "name")?;
    let (span, name) = (converter.span(name), converter.text(name).to_string());
    keywords::refuse(&Ident {
        name: name.clone(),
        span,
    })?;
    let mut params: Vec<String> = Vec::new();
    for (_, child) in children(converter.part(node, "parameters")?) {
        let param = converter.text(child).to_string();
        match child.kind() {
            "(" | ")" | "," => continue,
            "identifier" if !params.contains(&param) && !keywords::is_keyword(&param) => params.push(param),
            _ => return Err(converter.error(child, "this is no parameter", "give each one a name of its own")),
        }
    }
    let text = node.child_by_field_name("value").map(|value| converter.text(value));
    let text = text.unwrap_or_default().replace("\\\n", " ").replace("\\\r\n", " ");
    Ok(Written {
        name,
        span,
        params,
        text: text.trim().to_string(),
    })
}

impl Written {
    /// What it stands for, where these `#define`s hold.
    pub(super) fn read(&self, defines: &Defines) -> Checked<Macro> {
        let refused = || Diagnostic::at(self.span, format!("`{}` is no macro of the subset", self.name)).help(FORMS);
        if let Some(param) = self.params.iter().find(|param| defines.value(param).is_some()) {
            return Err(
                Diagnostic::at(self.span, format!("`{param}` is a #define already")).help("rename the parameter")
            );
        }
        let is_loop = self.text.starts_with("for");
        let text = format!("void m(void) {{ {} ;}}", self.text);
        let tree = tree(text.as_bytes()).filter(|tree| !tree.root_node().has_error());
        let tree = tree.ok_or_else(refused)?;
        let function = children(tree.root_node());
        let [(_, function)] = function.as_slice() else {
            return Err(refused());
        };
        let body = function.child_by_field_name("body").ok_or_else(refused)?;
        let statements: Vec<Node<'_>> = children(body).into_iter().map(|(_, node)| node).collect();
        let [_, statement, _] = statements.as_slice() else {
            return Err(refused());
        };
        let marks = Marks::default();
        let mut converter = Converter::new(text.as_bytes(), self.span.file, &marks, defines);
        if !self.is_whole(&converter, *statement, is_loop) {
            return Err(refused());
        }
        let converted = converter.statement(*statement).map_err(|error| Diagnostic {
            span: Some(self.span),
            others: Vec::new(),
            ..error
        })?;
        if let Some(error) = converter.errors.pop() {
            return Err(Diagnostic {
                span: Some(self.span),
                ..error
            });
        }
        let body = match converted.kind {
            StmtKind::Expr(value) if !is_loop => Body::Value(value),
            StmtKind::For(first, condition, next, body) if matches!(body.kind, StmtKind::Empty) => {
                let first = match first.map(|first| first.kind) {
                    None => None,
                    Some(StmtKind::Expr(first)) => Some(first),
                    Some(_) => return Err(refused()),
                };
                Body::Loop(Box::new([first, condition, next]))
            }
            _ => return Err(refused()),
        };
        let values = match &body {
            Body::Value(value) => vec![value],
            Body::Loop(parts) => parts.iter().flatten().collect(),
        };
        // Its arguments would be gone before anybody looks for effects in them.
        if values.iter().any(|value| leaves_out(value)) {
            return Err(
                Diagnostic::at(self.span, "a macro calls what means nothing").help(format!(
                    "say that it means nothing itself: `void {}() __meaningless;`",
                    self.name
                )),
            );
        }
        let parts = match &body {
            Body::Value(value) => calls(value),
            Body::Loop(parts) => parts.iter().flatten().map(calls).max().unwrap_or_default(),
        };
        if parts > 1 {
            return Err(Diagnostic::at(self.span, "a macro makes one call at most").help("write a function"));
        }
        Ok(Macro {
            params: self.params.clone(),
            body,
        })
    }

    /// Whether pasting the text is the same as using its tree: each parameter is in brackets, an argument, or alone.
    fn is_whole(&self, converter: &Converter<'_>, statement: Node<'_>, is_loop: bool) -> bool {
        if !is_loop {
            let inner = statement.named_child(0);
            let whole =
                inner.is_some_and(|inner| matches!(inner.kind(), "parenthesized_expression" | "call_expression"));
            if statement.kind() != "expression_statement" || !whole {
                return false;
            }
        }
        let mut open = vec![statement];
        while let Some(node) = open.pop() {
            let named = |name: &str| self.params.iter().any(|param| param == name);
            if matches!(
                node.kind(),
                "identifier" | "field_identifier" | "type_identifier" | "statement_identifier"
            ) && named(converter.text(node))
            {
                let around = node.parent().map_or("", |parent| parent.kind());
                let fine = match around {
                    "parenthesized_expression" | "argument_list" => true,
                    // The arguments of a loop are names and members: nothing binds tighter.
                    _ => is_loop && node.kind() == "identifier" && around != "call_expression",
                };
                if !fine {
                    return false;
                }
            }
            open.extend(children(node).into_iter().map(|(_, child)| child));
        }
        true
    }
}

impl Converter<'_> {
    /// The value that a macro stands for.
    pub(super) fn expanded(&mut self, node: Node<'_>, name: &Ident, arguments: Vec<Expr>) -> Checked<Expr> {
        let defines = self.defines;
        let Some(Macro { params, body }) = defines.macros.get(&name.name) else {
            return Err(self.unexpected(node));
        };
        let Body::Value(value) = body else {
            return Err(self.error(
                node,
                format!("`{}` is the head of a loop", name.name),
                "write it where a statement stands, with a body behind it",
            ));
        };
        self.fits(node, name, params, &arguments)?;
        let mut parts = 0;
        let pasted = pasted(value, params, &arguments, self.span(node), &mut parts);
        pasted.ok_or_else(|| self.error(node, "this macro grows too large", "use a variable in between"))
    }

    /// The loop whose head a macro is.
    pub(super) fn looped(&mut self, node: Node<'_>, name: &Ident, arguments: Vec<Node<'_>>) -> Checked<StmtKind> {
        let defines = self.defines;
        let Some(Macro { params, body }) = defines.macros.get(&name.name) else {
            let shown: Vec<&str> = arguments.iter().map(|argument| self.text(*argument)).collect();
            return Err(
                Diagnostic::at(name.span, format!("no header defines `{}`", name.name)).help(format!(
                    "write `#define {}({}) for (…; …; …)` in a header, or the loop itself",
                    name.name,
                    shown.join(", ")
                )),
            );
        };
        let Body::Loop(parts) = body else {
            return Err(
                Diagnostic::at(name.span, format!("`{}` is no head of a loop", name.name))
                    .help("write `;` behind it, or the loop"),
            );
        };
        for argument in &arguments {
            let mut inner = *argument;
            while matches!(inner.kind(), "field_expression" | "subscript_expression") {
                inner = self.part(inner, "argument")?;
            }
            if !matches!(inner.kind(), "identifier" | "number_literal") {
                return Err(self.error(
                    *argument,
                    "an argument of a loop is a name or a member",
                    "use a variable",
                ));
            }
        }
        let arguments: Vec<Expr> = arguments
            .into_iter()
            .map(|argument| self.expression(argument))
            .collect::<Checked<_>>()?;
        self.fits(node, name, params, &arguments)?;
        let (mut size, mut heads) = (0, Vec::new());
        // A place for each part: what reports say of a call hangs on it.
        let brackets = self.span(self.part(node, "condition")?);
        let head = Span {
            end: brackets.end,
            ..name.span
        };
        for (part, place) in parts.iter().zip([name.span, brackets, head]) {
            let whole = part.as_ref().map(|part| {
                pasted(part, params, &arguments, place, &mut size)
                    .ok_or_else(|| self.error(node, "this macro grows too large", "write the loop"))
            });
            heads.push(whole.transpose()?);
        }
        let (next, condition, first) = (heads.pop().flatten(), heads.pop().flatten(), heads.pop().flatten());
        let first = first.map(|first| {
            let span = first.span;
            Box::new(Stmt {
                kind: StmtKind::Expr(first),
                span,
            })
        });
        let body = self.part(node, "body")?;
        Ok(StmtKind::For(first, condition, next, Box::new(self.statement(body)?)))
    }

    fn fits(&self, node: Node<'_>, name: &Ident, params: &[String], arguments: &[Expr]) -> Checked<()> {
        if params.len() == arguments.len() {
            return Ok(());
        }
        let message = format!(
            "`{}` takes {} arguments, {} are given",
            name.name,
            params.len(),
            arguments.len()
        );
        Err(self.error(node, message, "see its #define"))
    }
}

fn leaves_out(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Meaningless(..)) || expr.operands().into_iter().any(leaves_out)
}

fn calls(expr: &Expr) -> usize {
    let inner: usize = expr.operands().into_iter().map(calls).sum();
    inner + usize::from(matches!(expr.kind, ExprKind::Call(..)))
}

/// The tree with its parameters replaced; all of it stands where the macro is used. None if that is too much.
fn pasted(expr: &Expr, params: &[String], arguments: &[Expr], span: Span, parts: &mut usize) -> Option<Expr> {
    if let ExprKind::Name(name) = &expr.kind
        && let Some(index) = params.iter().position(|param| param == name)
    {
        let argument = arguments.get(index)?.clone();
        *parts += size(&argument);
        return (*parts <= MOST_PARTS).then_some(argument);
    }
    *parts += 1;
    let mut copy = Expr {
        kind: expr.kind.clone(),
        span,
    };
    if let ExprKind::Field(_, name, _) | ExprKind::Call(name, _) = &mut copy.kind {
        name.span = span;
    }
    for operand in copy.operands_mut() {
        *operand = pasted(operand, params, arguments, span, parts)?;
    }
    // `*&x` is x.
    if let ExprKind::Deref(inner) = &copy.kind
        && let ExprKind::AddressOf(place) = &inner.kind
    {
        return Some((**place).clone());
    }
    (*parts <= MOST_PARTS).then_some(copy)
}

fn size(expr: &Expr) -> usize {
    1 + expr.operands().into_iter().map(size).sum::<usize>()
}
