//! Constant expressions: sizes, widths and the values of `#define`s.

use crate::c::ast::{BinaryOp, Expr, ExprKind};
use crate::source::{Diagnostic, Span};

/// The value of an expression without variables.
pub fn constant(expr: &Expr) -> Result<i64, Diagnostic> {
    constant_with(expr, &mut |name, span| {
        Err(Diagnostic::at(span, format!("`{name}` is not a constant")).help("write a number or a #define"))
    })
}

/// The value of an expression, where `lookup` knows the names.
pub(super) fn constant_with(
    expr: &Expr,
    lookup: &mut dyn FnMut(&str, Span) -> Result<i64, Diagnostic>,
) -> Result<i64, Diagnostic> {
    let value = match &expr.kind {
        ExprKind::Int(number) => Some(*number),
        ExprKind::Bool(truth) => Some(i64::from(*truth)),
        ExprKind::Name(name) => Some(lookup(name, expr.span)?),
        ExprKind::Negate(operand) => constant_with(operand, lookup)?.checked_neg(),
        ExprKind::Binary(operator, left, right) => {
            let left = constant_with(left, lookup)?;
            let right = constant_with(right, lookup)?;
            calculate(*operator, left, right, expr.span)?
        }
        _ => {
            return Err(Diagnostic::at(expr.span, "this is not a constant")
                .help("write numbers and #defines, joined by + - * / % << >> & |"));
        }
    };
    let limit = i64::from(u32::MAX);
    value
        .filter(|value| (-limit..=limit).contains(value))
        .ok_or_else(|| Diagnostic::at(expr.span, "the value is too large").help("numbers have at most 32 bits"))
}

/// None if the result is out of any range.
fn calculate(operator: BinaryOp, left: i64, right: i64, span: Span) -> Result<Option<i64>, Diagnostic> {
    let shift = u32::try_from(right).ok().filter(|&shift| shift < 32);
    Ok(match operator {
        BinaryOp::Add => left.checked_add(right),
        BinaryOp::Sub => left.checked_sub(right),
        BinaryOp::Mul => left.checked_mul(right),
        BinaryOp::Div | BinaryOp::Rem if right == 0 => {
            return Err(Diagnostic::at(span, "division by zero").help("the divisor must not be zero"));
        }
        BinaryOp::Div => left.checked_div(right),
        BinaryOp::Rem => left.checked_rem(right),
        BinaryOp::Shl => shift.and_then(|shift| left.checked_mul(1 << shift)),
        BinaryOp::Shr => shift.map(|shift| left >> shift),
        BinaryOp::BitAnd => Some(left & right),
        BinaryOp::BitOr => Some(left | right),
        BinaryOp::BitXor => Some(left ^ right),
        BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => {
            return Err(Diagnostic::at(span, "a comparison is no number").help("write the number it stands for"));
        }
    })
}
