//! How a predicate is put together from others.

use super::expr::{Builtin, Expr, ExprKind};
use super::value::Value;

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
    /// `\A x \in S : P`, or `\E x \in S : P`
    Quantified(Quantifier<'e>),
}

/// A predicate about each element of a set.
pub(crate) struct Quantifier<'e> {
    /// Whether all elements have to satisfy it, or one.
    pub(crate) forall: bool,
    /// The set.
    pub(crate) set: &'e Expr,
    body: &'e Expr,
}

impl Quantifier<'_> {
    /// What it says of an element.
    pub(crate) fn of(&self, element: Value) -> Expr {
        let element = ExprKind::Literal(element).with_span(self.set.span);
        ExprKind::Let(Box::new([element, self.body.clone()])).with_span(self.body.span)
    }
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
            ExprKind::Quantified { forall, bounds, body } => match &bounds[..] {
                [bound] if bound.parts == 0 => Some(Junction::Quantified(Quantifier {
                    forall: *forall,
                    set: &bound.set,
                    body,
                })),
                _ => None,
            },
            ExprKind::Operator(call) if call.closed => call.body.junction(),
            _ => None,
        }
    }
}
