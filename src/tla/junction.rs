//! How a predicate is put together from others.

use super::expr::{Builtin, Expr, ExprKind};

/// A predicate that is a boolean combination of predicates, which are evaluated from left to right as far as it needs.
pub(crate) enum Junction<'e> {
    /// `P /\ Q`
    And(&'e [Expr]),
    /// `P \/ Q`
    Or(&'e [Expr]),
    /// `P => Q`
    Implies(&'e Expr, &'e Expr),
    /// `~P`
    Not(&'e Expr),
}

impl Expr {
    /// The predicates that this one combines, through the names of definitions without parameters; none if it is no combination, or
    /// if they need what is bound around it.
    pub(crate) fn junction(&self) -> Option<Junction<'_>> {
        match &self.kind {
            ExprKind::And(parts) => Some(Junction::And(parts)),
            ExprKind::Or(parts) => Some(Junction::Or(parts)),
            ExprKind::Call(Builtin::Implies, sides) => Some(Junction::Implies(&sides[0], &sides[1])),
            ExprKind::Call(Builtin::Not, inner) => Some(Junction::Not(&inner[0])),
            ExprKind::Operator(call) if call.closed => call.body.junction(),
            _ => None,
        }
    }
}
