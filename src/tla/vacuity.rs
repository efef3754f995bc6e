//! Formulas without what they promise: `P => Q` becomes `P => FALSE`. If such a formula still holds, `P` never was true.

use super::expr::{Builtin, Expr, ExprKind, OperatorCall};
use super::value::Value;

impl Expr {
    /// The formula with `FALSE` for the right side of its implications; none if it has none.
    pub(crate) fn without_consequents(&self) -> Option<Expr> {
        let mut copy = self.clone();
        copy.weaken().then_some(copy)
    }

    fn weaken(&mut self) -> bool {
        match &mut self.kind {
            ExprKind::Call(Builtin::Implies, sides) => {
                let Some(promise) = sides.get_mut(1) else { return false };
                promise.kind = ExprKind::Literal(Value::Bool(false));
                true
            }
            ExprKind::And(parts) => parts.iter_mut().fold(false, |any, part| part.weaken() | any),
            ExprKind::Quantified { forall: true, body, .. } => body.weaken(),
            ExprKind::Let(two) => two[1].weaken(),
            ExprKind::Operator(named) => match named.body.without_consequents() {
                Some(body) => {
                    let args = named.args.clone();
                    *named = OperatorCall::new(named.name.clone(), named.context, args, body, named.closed);
                    true
                }
                None => false,
            },
            _ => false,
        }
    }
}
