//! Loops of a constant bound: `for (i = 0; i < N; i++)` with a body that leaves `i` alone.

use super::constant::constant;
use super::emit::{Binding, Emitter};
use super::syntax;
use crate::c::ast::{BinaryOp, Expr, ExprKind, Stmt, StmtKind};
use crate::machine::program::{Reg, Scalar};

/// Loops with more turns stay loops.
const MOST_TURNS: usize = 64;

/// A loop that is unrolled.
pub(crate) struct Counter<'a> {
    /// The counter's name.
    pub name: &'a str,
    /// Its register.
    pub reg: Reg,
    /// Its type.
    pub scalar: Scalar,
    /// Its value in each turn.
    pub values: Vec<i64>,
    /// Its value after the last turn.
    pub last: i64,
    /// What else the condition asks for: `i < N && rest`.
    pub rest: Option<&'a Expr>,
}

impl<'a> Counter<'a> {
    /// The counter of a `for` statement whose initialisation was just lowered, if its bound is constant.
    pub(crate) fn of(emitter: &Emitter<'a, '_>, stmt: &'a Stmt) -> Option<Self> {
        let StmtKind::For(Some(init), Some(condition), Some(next), body) = &stmt.kind else {
            return None;
        };
        let (name, first) = start(init)?;
        let (test, rest) = match &condition.kind {
            ExprKind::And(test, rest) => (&**test, Some(&**rest)),
            _ => (condition, None),
        };
        let ExprKind::Binary(op, left, bound) = &test.kind else {
            return None;
        };
        let number = |expr: &Expr| constant(emitter.tables, expr).ok()?.number(expr.span).ok();
        let (first, bound) = (number(first)?, number(bound)?);
        let step = step(next, name, &number)?;
        let Some(Binding::Local(reg, scalar)) = emitter.binding(name) else {
            return None;
        };
        if !is_name(left, name) || !counts(scalar) || syntax::assigns_to(body, name) || syntax::has_label(body) {
            return None;
        }
        let goes_on = |value: i64| match op {
            BinaryOp::Lt => value < bound,
            BinaryOp::Le => value <= bound,
            BinaryOp::Gt => value > bound,
            BinaryOp::Ge => value >= bound,
            BinaryOp::Ne => value != bound,
            _ => false,
        };
        let mut values = Vec::new();
        let mut value = first;
        while goes_on(value) {
            if values.len() == MOST_TURNS {
                return None;
            }
            values.push(value);
            value = value.checked_add(step)?;
        }
        // The last value is stored in the counter: leave a loop that would overflow it to be found by running it.
        let fits = matches!(scalar, Scalar::Unsigned(bits) if value >= 0 && value >> bits == 0);
        fits.then_some(Counter {
            name,
            reg,
            scalar,
            values,
            last: value,
            rest,
        })
    }
}

fn start(init: &Stmt) -> Option<(&str, &Expr)> {
    match &init.kind {
        StmtKind::Expr(Expr {
            kind: ExprKind::Assign(None, target, value),
            ..
        }) => match &target.kind {
            ExprKind::Name(name) => Some((name, value)),
            _ => None,
        },
        StmtKind::Declare(name, _, Some(value)) => Some((&name.name, value)),
        StmtKind::Declarations(stmts) => match stmts.as_slice() {
            [only] => start(only),
            _ => None,
        },
        _ => None,
    }
}

fn step(next: &Expr, name: &str, number: &dyn Fn(&Expr) -> Option<i64>) -> Option<i64> {
    match &next.kind {
        ExprKind::Step { increment, target, .. } if is_name(target, name) => Some(if *increment { 1 } else { -1 }),
        ExprKind::Assign(Some(BinaryOp::Add), target, by) if is_name(target, name) => number(by),
        ExprKind::Assign(Some(BinaryOp::Sub), target, by) if is_name(target, name) => Some(-number(by)?),
        _ => None,
    }
}

fn is_name(expr: &Expr, name: &str) -> bool {
    matches!(&expr.kind, ExprKind::Name(other) if other == name)
}

/// True for a type that counts.
fn counts(scalar: Scalar) -> bool {
    matches!(scalar, Scalar::Unsigned(_))
}
