//! Who can disturb whom: which members the program writes and which structs it frees. The other accesses are no scheduling points.

use std::collections::{BTreeMap, HashSet};

use oomspec::c::ast::{Expr, ExprKind, Function, Stmt, StmtKind, Type};

use crate::declared::{Declared, GLOBAL};
use crate::meanings::Meanings;

/// A member of a struct, or a variable that is no struct, as a member of [`GLOBAL`].
pub type Member<'a> = (&'a str, &'a str);

/// What the functions that threads run do to the memory that they share.
#[derive(Debug, Default)]
pub struct Shared<'a> {
    pub written: HashSet<Member<'a>>,
    /// Structs of which some object may be freed, as a whole or with what it lies in.
    pub freed: HashSet<&'a str>,
}

/// Every expression of a statement.
pub fn expressions<'a>(stmt: &'a Stmt, visit: &mut dyn FnMut(&'a Expr)) {
    match &stmt.kind {
        StmtKind::Empty | StmtKind::Break | StmtKind::Continue | StmtKind::Goto(_) | StmtKind::Case(_) => {}
        StmtKind::Expr(expr) => inside(expr, visit),
        StmtKind::Return(expr) | StmtKind::Declare(_, _, expr) => expr.iter().for_each(|expr| inside(expr, visit)),
        StmtKind::Block(stmts) | StmtKind::Declarations(stmts) => {
            stmts.iter().for_each(|stmt| expressions(stmt, visit));
        }
        StmtKind::If(condition, yes, no) => {
            inside(condition, visit);
            expressions(yes, visit);
            no.iter().for_each(|no| expressions(no, visit));
        }
        StmtKind::While(condition, body) | StmtKind::DoWhile(body, condition) => {
            inside(condition, visit);
            expressions(body, visit);
        }
        StmtKind::For(init, condition, next, body) => {
            init.iter().for_each(|init| expressions(init, visit));
            condition.iter().chain(next).for_each(|expr| inside(expr, visit));
            expressions(body, visit);
        }
        StmtKind::Switch(value, stmts) => {
            inside(value, visit);
            stmts.iter().for_each(|stmt| expressions(stmt, visit));
        }
        StmtKind::Label(_, stmt) => expressions(stmt, visit),
    }
}

fn inside<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    visit(expr);
    match &expr.kind {
        ExprKind::Int(_) | ExprKind::Bool(_) | ExprKind::Null | ExprKind::Name(_) => {}
        ExprKind::Field(inner, ..)
        | ExprKind::AddressOf(inner)
        | ExprKind::Deref(inner)
        | ExprKind::Not(inner)
        | ExprKind::Complement(inner)
        | ExprKind::Negate(inner)
        | ExprKind::Step { target: inner, .. } => inside(inner, visit),
        ExprKind::Index(a, b)
        | ExprKind::Binary(_, a, b)
        | ExprKind::And(a, b)
        | ExprKind::Or(a, b)
        | ExprKind::Assign(_, a, b) => [a, b].into_iter().for_each(|expr| inside(expr, visit)),
        ExprKind::Conditional(a, b, c) => [a, b, c].into_iter().for_each(|expr| inside(expr, visit)),
        ExprKind::Call(_, arguments) | ExprKind::Meaningless(_, arguments) => {
            arguments.iter().for_each(|expr| inside(expr, visit))
        }
    }
}

/// The functions that a thread calls, its own the first.
pub fn called<'a>(declared: &Declared<'a>, thread: &'a Function) -> Vec<&'a Function> {
    let mut found = vec![thread];
    let mut next = 0;
    while let Some(function) = found.get(next).copied() {
        expressions(&function.body, &mut |expr| {
            let ExprKind::Call(name, _) = &expr.kind else { return };
            if let Some((_, callee)) = declared.function(&name.name)
                && !found.iter().any(|known| std::ptr::eq(*known, callee))
            {
                found.push(callee);
            }
        });
        next += 1;
    }
    found
}

/// The members that the parameters of a call point to.
type Bindings<'a> = BTreeMap<&'a str, Member<'a>>;

impl<'a> Shared<'a> {
    /// Adds what a thread does.
    pub fn add(&mut self, declared: &Declared<'a>, meanings: &Meanings<'a>, thread: &'a Function) {
        let mut seen = HashSet::new();
        let mut open = vec![(thread, Bindings::new())];
        while let Some((function, bindings)) = open.pop() {
            if !seen.insert((&function.name.name, bindings.clone())) {
                continue;
            }
            expressions(&function.body, &mut |expr| match &expr.kind {
                ExprKind::Assign(_, target, _) | ExprKind::Step { target, .. } => {
                    self.written.extend(member(target, meanings, &bindings));
                }
                ExprKind::Call(name, arguments) if name.name == "kfree" => {
                    if let Some(freed) = meanings.ty(&arguments[0]).structure() {
                        self.free(declared, freed);
                    }
                }
                ExprKind::Call(name, arguments) if name.name == "compare_and_swap" => {
                    self.written.extend(match &arguments[0].kind {
                        ExprKind::AddressOf(place) => member(place, meanings, &bindings),
                        ExprKind::Name(name) => bindings.get(name.as_str()).copied(),
                        _ => None,
                    });
                }
                ExprKind::Call(name, arguments) => {
                    let Some((_, callee)) = declared.function(&name.name) else {
                        return;
                    };
                    let mut inner = Bindings::new();
                    for (param, argument) in callee.params.iter().zip(arguments) {
                        let pointed = match &argument.kind {
                            ExprKind::AddressOf(place) => member(place, meanings, &bindings),
                            ExprKind::Name(name) => bindings.get(name.as_str()).copied(),
                            _ => None,
                        };
                        if let (true, Some(pointed)) = (points_to_scalar(&param.ty), pointed) {
                            inner.insert(&param.name.name, pointed);
                        }
                    }
                    open.push((callee, inner));
                }
                _ => {}
            });
        }
    }

    fn free(&mut self, declared: &Declared<'a>, ty: &str) {
        let objects = declared.objects.iter();
        self.freed.extend(
            objects
                .filter(|object| declared.objects[object.root].ty == ty)
                .map(|object| object.ty),
        );
    }
}

/// True for the type of a parameter that stands for the caller's scalar.
pub fn points_to_scalar(ty: &Type) -> bool {
    matches!(ty.plain(), Type::Pointer(inner) if !matches!(inner.plain(), Type::Struct(_)))
}

/// The member that an expression names, found without running it.
pub fn member<'a>(place: &'a Expr, meanings: &Meanings<'a>, bindings: &Bindings<'a>) -> Option<Member<'a>> {
    match &place.kind {
        ExprKind::Field(base, name, _) => Some((meanings.ty(base).structure()?, &name.name)),
        ExprKind::Index(array, _) => member(array, meanings, bindings),
        ExprKind::Name(name) if meanings.local(place).is_none() => Some((GLOBAL, name)),
        ExprKind::Deref(inner) => match &inner.kind {
            ExprKind::Name(name) => bindings.get(name.as_str()).copied(),
            _ => None,
        },
        _ => None,
    }
}
