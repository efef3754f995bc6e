//! Questions about syntax that need no types.

use crate::c::ast::{Expr, ExprKind, Stmt, StmtKind};
use crate::source::Span;

/// Where the expression reads this name.
pub(crate) fn named(expr: &Expr, name: &str) -> Option<Span> {
    let mut found = None;
    any(expr, &mut |expr| {
        let here = matches!(&expr.kind, ExprKind::Name(other) if other == name);
        found = found.or(here.then_some(expr.span));
        here
    });
    found
}

/// True if the statement may assign the variable.
pub(crate) fn assigns_to(stmt: &Stmt, name: &str) -> bool {
    let is_name = |target: &Expr| matches!(&target.kind, ExprKind::Name(other) if other == name);
    any_in(stmt, &mut |expr| match &expr.kind {
        ExprKind::Assign(_, target, _) | ExprKind::Step { target, .. } => is_name(target),
        ExprKind::AddressOf(target) => is_name(target),
        _ => false,
    })
}

/// Where the expressions stand that have an index in them.
pub(crate) fn indexed(stmt: &Stmt) -> Vec<Span> {
    let mut found = Vec::new();
    any_in(stmt, &mut |expr| {
        if any(expr, &mut |part| matches!(part.kind, ExprKind::Index(..))) {
            found.push(expr.span);
        }
        false
    });
    found
}

/// True if a label stands inside the statement.
pub(crate) fn has_label(stmt: &Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Label(..) => true,
        _ => children(stmt).into_iter().any(has_label),
    }
}

fn any_in(stmt: &Stmt, wanted: &mut dyn FnMut(&Expr) -> bool) -> bool {
    let here: Vec<&Expr> = match &stmt.kind {
        StmtKind::Expr(expr) | StmtKind::Declare(_, _, Some(expr)) | StmtKind::Return(Some(expr)) => vec![expr],
        StmtKind::If(condition, ..) | StmtKind::While(condition, _) | StmtKind::DoWhile(_, condition) => {
            vec![condition]
        }
        StmtKind::For(_, condition, next, _) => condition.iter().chain(next).collect(),
        StmtKind::Switch(value, _) => vec![value],
        _ => vec![],
    };
    here.into_iter().any(|expr| any(expr, wanted)) || children(stmt).into_iter().any(|stmt| any_in(stmt, wanted))
}

fn children(stmt: &Stmt) -> Vec<&Stmt> {
    match &stmt.kind {
        StmtKind::Block(stmts) | StmtKind::Declarations(stmts) | StmtKind::Switch(_, stmts) => stmts.iter().collect(),
        StmtKind::If(_, yes, no) => std::iter::once(&**yes).chain(no.as_deref()).collect(),
        StmtKind::While(_, body) | StmtKind::DoWhile(body, _) | StmtKind::Label(_, body) => vec![body],
        StmtKind::For(init, _, _, body) => init.as_deref().into_iter().chain([&**body]).collect(),
        _ => vec![],
    }
}

fn any(expr: &Expr, wanted: &mut dyn FnMut(&Expr) -> bool) -> bool {
    if wanted(expr) {
        return true;
    }
    expr.operands().into_iter().any(|operand| any(operand, wanted))
}
