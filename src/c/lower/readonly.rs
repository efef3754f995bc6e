//! `const`: what is declared so is initialised and never assigned, and no pointer gets around it.

use std::collections::HashMap;

use crate::c::ast::{self, AnnotationKind, Designator, Expr, ExprKind, Function, Ident, Init, Stmt, StmtKind, Type};
use crate::source::{Diagnostic, Span};

/// Refuses every assignment to something `const`, in all functions, called or not.
pub(crate) fn refuse_writes(program: &ast::Program) -> Vec<Diagnostic> {
    let mut checker = Checker {
        structs: program.structs.iter().map(|of| (of.name.name.as_str(), of)).collect(),
        functions: program.functions.iter().map(|of| (of.name.name.as_str(), of)).collect(),
        scopes: vec![HashMap::new()],
        current: None,
        errors: Vec::new(),
    };
    for global in &program.globals {
        checker.declare(&global.name, &global.ty);
    }
    checker.current = task(program, &checker);
    for global in &program.globals {
        checker.initialised(&global.ty, global.init.as_ref());
    }
    for function in &program.functions {
        checker.function(function);
    }
    checker.errors
}

/// An object that some thread has as its `current`: they are all of one type, or it does not matter here.
fn task<'a>(program: &'a ast::Program, checker: &Checker<'a>) -> Option<Qualified<'a>> {
    let annotations = program.functions.iter().flat_map(|function| &function.annotations);
    let mut tasks = annotations.filter_map(|annotation| match &annotation.kind {
        AnnotationKind::Task(task) | AnnotationKind::Daemon(task) => Some(task),
        _ => None,
    });
    let object = checker.named(&tasks.next()?.name)?;
    let element = match object {
        // Each element is the task of a thread.
        Qualified::Of(Type::Array(inner, _), constant, name) => Qualified::declared(inner, constant, name),
        other => other,
    };
    Some(Qualified::Address(Box::new(element)))
}

/// What an expression is, as far as `const` goes.
#[derive(Debug, Clone)]
enum Qualified<'a> {
    /// Something of this type, and whether it may not be written; declared there.
    Of(&'a Type, bool, Span),
    /// A pointer to it.
    Address(Box<Qualified<'a>>),
}

impl<'a> Qualified<'a> {
    /// Something that is declared as of this type, in something that may be `const` as a whole.
    fn declared(ty: &'a Type, inside: bool, name: Span) -> Self {
        Qualified::Of(ty.plain(), inside || matches!(ty, Type::Const(_)), name)
    }

    fn pointee(self) -> Option<Qualified<'a>> {
        match self {
            Qualified::Of(Type::Pointer(inner), _, name) => Some(Qualified::declared(inner, false, name)),
            Qualified::Address(inner) => Some(*inner),
            Qualified::Of(..) => None,
        }
    }

    /// Where it was declared, if it may not be written.
    fn constant(&self) -> Option<Span> {
        match self {
            Qualified::Of(_, true, name) => Some(*name),
            _ => None,
        }
    }
}

struct Checker<'a> {
    structs: HashMap<&'a str, &'a ast::Struct>,
    functions: HashMap<&'a str, &'a Function>,
    /// Variables: the outermost are those of the program.
    scopes: Vec<HashMap<&'a str, (&'a Type, Span)>>,
    current: Option<Qualified<'a>>,
    errors: Vec<Diagnostic>,
}

impl<'a> Checker<'a> {
    fn declare(&mut self, name: &'a Ident, ty: &'a Type) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(&name.name, (ty, name.span));
        }
    }

    fn named(&self, name: &str) -> Option<Qualified<'a>> {
        let known = self.scopes.iter().rev().find_map(|scope| scope.get(name));
        known.map(|&(ty, span)| Qualified::declared(ty, false, span))
    }

    fn function(&mut self, function: &'a Function) {
        self.scopes.push(HashMap::new());
        for param in &function.params {
            self.declare(&param.name, &param.ty);
        }
        self.statement(&function.body, function);
        self.scopes.pop();
    }

    fn statement(&mut self, statement: &'a Stmt, function: &'a Function) {
        self.scopes.push(HashMap::new());
        match &statement.kind {
            // These are part of the block around them.
            StmtKind::Declare(..) | StmtKind::Declarations(_) => {
                self.scopes.pop();
                return self.declaration(statement);
            }
            StmtKind::Empty | StmtKind::Break | StmtKind::Continue | StmtKind::Goto(_) | StmtKind::Return(None) => {}
            StmtKind::Expr(value) => self.expression(value),
            StmtKind::Return(Some(value)) => {
                self.expression(value);
                self.given(&function.result, value);
            }
            StmtKind::Block(statements) => statements.iter().for_each(|inner| self.statement(inner, function)),
            StmtKind::If(condition, yes, no) => {
                self.expression(condition);
                self.statement(yes, function);
                no.iter().for_each(|no| self.statement(no, function));
            }
            StmtKind::While(condition, body) | StmtKind::DoWhile(body, condition) => {
                self.expression(condition);
                self.statement(body, function);
            }
            StmtKind::For(first, condition, next, body) => {
                first.iter().for_each(|first| self.statement(first, function));
                condition.iter().chain(next).for_each(|value| self.expression(value));
                self.statement(body, function);
            }
            StmtKind::Switch(value, statements) => {
                self.expression(value);
                statements.iter().for_each(|inner| self.statement(inner, function));
            }
            StmtKind::Case(_) => {}
            StmtKind::Label(_, inner) => {
                self.scopes.pop();
                return self.statement(inner, function);
            }
        }
        self.scopes.pop();
    }

    fn declaration(&mut self, statement: &'a Stmt) {
        match &statement.kind {
            StmtKind::Declare(name, ty, value) => {
                if let Some(value) = value {
                    self.expression(value);
                    self.given(ty, value);
                }
                self.declare(name, ty);
            }
            StmtKind::Declarations(several) => several.iter().for_each(|one| self.declaration(one)),
            _ => {}
        }
    }

    fn initialised(&mut self, ty: &'a Type, init: Option<&'a Init>) {
        match (ty.plain(), init) {
            (_, Some(Init::Expr(value))) => self.given(ty, value),
            (Type::Array(inner, _), Some(Init::List(elements, _))) => {
                elements
                    .iter()
                    .for_each(|(_, init)| self.initialised(inner, Some(init)));
            }
            (Type::Struct(name), Some(Init::List(elements, _))) => {
                for (designator, init) in elements {
                    if let Designator::Field(field) = designator
                        && let Some(ty) = self.member(&name.name, &field.name).map(|field| &field.ty)
                    {
                        self.initialised(ty, Some(init));
                    }
                }
            }
            _ => {}
        }
    }

    fn member(&self, owner: &str, name: &str) -> Option<&'a ast::Field> {
        let fields = &self.structs.get(owner)?.fields;
        fields.iter().find(|field| field.name.name == name)
    }

    /// Looks for assignments in an expression.
    fn expression(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Assign(_, target, value) => {
                self.written(target);
                if let Some(Qualified::Of(ty, ..)) = self.kind(target) {
                    self.given(ty, value);
                }
            }
            ExprKind::Step { target, .. } => self.written(target),
            ExprKind::Call(name, arguments) if name.name == "compare_and_swap" => {
                if let [
                    Expr {
                        kind: ExprKind::AddressOf(target),
                        ..
                    },
                    ..,
                ] = arguments.as_slice()
                {
                    self.written(target);
                    if let (Some(Qualified::Of(ty, ..)), Some(value)) = (self.kind(target), arguments.get(2)) {
                        self.given(ty, value);
                    }
                }
            }
            ExprKind::Call(name, arguments) => {
                let params = self.functions.get(name.name.as_str()).map(|function| &function.params);
                for (param, argument) in params.into_iter().flatten().zip(arguments) {
                    self.given(&param.ty, argument);
                }
            }
            _ => {}
        }
        expr.operands().into_iter().for_each(|operand| self.expression(operand));
    }

    fn written(&mut self, target: &'a Expr) {
        if let Some(declared) = self.kind(target).and_then(|kind| kind.constant()) {
            self.errors.push(
                Diagnostic::at(target.span, "this is `const`")
                    .label("assigned here")
                    .also(declared, "declared here")
                    .help("remove `const` from the declaration, or do not assign it"),
            );
        }
    }

    /// A pointer to something `const` stays one.
    fn given(&mut self, to: &'a Type, value: &'a Expr) {
        let Type::Pointer(inner) = to.plain() else { return };
        let pointee = self.kind(value).and_then(Qualified::pointee);
        if let Some(declared) = pointee.and_then(|kind| kind.constant())
            && !matches!(**inner, Type::Const(_))
        {
            self.errors.push(
                Diagnostic::at(
                    value.span,
                    "this points to something `const`, and would no longer do so",
                )
                .also(declared, "declared here")
                .help("declare the pointer that receives it as one to `const`"),
            );
        }
    }

    fn kind(&self, expr: &'a Expr) -> Option<Qualified<'a>> {
        match &expr.kind {
            ExprKind::Name(name) => match self.named(name) {
                None if name == "current" => self.current.clone(),
                known => known,
            },
            ExprKind::Field(base, name, arrow) => {
                let base = self.kind(base)?;
                let Qualified::Of(Type::Struct(owner), inside, declared) =
                    (if *arrow { base.pointee()? } else { base })
                else {
                    return None;
                };
                let field = self.member(&owner.name, &name.name)?;
                let own = matches!(field.ty, Type::Const(_));
                Some(Qualified::declared(
                    &field.ty,
                    inside,
                    if inside && !own { declared } else { field.name.span },
                ))
            }
            ExprKind::Index(array, _) => match self.kind(array)? {
                Qualified::Of(Type::Array(inner, _), inside, declared) => {
                    Some(Qualified::declared(inner, inside, declared))
                }
                _ => None,
            },
            ExprKind::Deref(inner) => self.kind(inner)?.pointee(),
            ExprKind::AddressOf(inner) => Some(Qualified::Address(Box::new(self.kind(inner)?))),
            ExprKind::Assign(_, target, _) => self.kind(target),
            ExprKind::Conditional(_, yes, no) => {
                let of_const =
                    |kind: &Qualified<'a>| kind.clone().pointee().is_some_and(|inner| inner.constant().is_some());
                let (yes, no) = (self.kind(yes), self.kind(no));
                no.filter(of_const).or(yes)
            }
            ExprKind::Call(name, _) => {
                let function = self.functions.get(name.name.as_str())?;
                Some(Qualified::declared(&function.result, false, function.name.span))
            }
            _ => None,
        }
    }
}
