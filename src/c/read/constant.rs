//! Constant expressions: sizes, widths and the values of `#define`s.

use crate::c::ast::{BinaryOp, Expr, ExprKind};
use crate::c::number::Number;
use crate::source::{Diagnostic, Span};

/// The value of an expression without variables.
pub(crate) fn constant(expr: &Expr) -> Result<i64, Diagnostic> {
    let number = constant_with(expr, &mut |name, span| {
        Err(Diagnostic::at(span, format!("`{name}` is not a constant")).help("write a number or a #define"))
    })?;
    Ok(number.value)
}

/// The value of an expression, where `lookup` knows the names.
pub(super) fn constant_with(
    expr: &Expr,
    lookup: &mut dyn FnMut(&str, Span) -> Result<Number, Diagnostic>,
) -> Result<Number, Diagnostic> {
    match &expr.kind {
        ExprKind::Int(number) => Ok(*number),
        ExprKind::Bool(truth) => Ok(Number::literal(i64::from(*truth))),
        ExprKind::Name(name) => lookup(name, expr.span),
        ExprKind::Binary(operator, ..) if is_comparison(*operator) => {
            Err(Diagnostic::at(expr.span, "a comparison is no number").help("write the number it stands for"))
        }
        ExprKind::Binary(operator, left, right) => {
            let left = constant_with(left, lookup)?;
            let right = constant_with(right, lookup)?;
            let result = left.apply(*operator, right);
            result.map_err(|wrong| Diagnostic::at(expr.span, wrong).help("a number is 0 to 4294967295"))
        }
        ExprKind::Negate(_) => {
            Err(Diagnostic::at(expr.span, "there are no negative numbers").help("a number is 0 to 4294967295"))
        }
        _ => Err(Diagnostic::at(expr.span, "this is not a constant")
            .help("write numbers and #defines, joined by + - * / % << >> & |")),
    }
}

fn is_comparison(op: BinaryOp) -> bool {
    use BinaryOp::{Eq, Ge, Gt, Le, Lt, Ne};
    matches!(op, Eq | Ne | Lt | Le | Gt | Ge)
}
