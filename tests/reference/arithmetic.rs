//! Numbers as C has them, none below zero: an `int` has 31 bits, an `unsigned` 32.

use oomspec::c::ast::BinaryOp;
use oomspec::machine::ErrorKind;

use crate::declared::Ty;

const INT: u32 = 31;
const UNSIGNED: u32 = 32;
const LARGEST_SHIFT: i64 = 31;

/// A value, if it is a number of so many bits.
pub fn fits(value: i64, bits: u32) -> Result<i64, ErrorKind> {
    if value >= 0 && value < 1 << bits {
        Ok(value)
    } else {
        Err(ErrorKind::Overflow)
    }
}

/// What is narrower than an `unsigned` counts as an `int`.
fn is_unsigned(ty: Ty<'_>) -> bool {
    matches!(ty, Ty::Unsigned(UNSIGNED))
}

/// The type that two numbers have in common.
pub fn common<'a>(left: Ty<'a>, right: Ty<'a>) -> Ty<'a> {
    if is_unsigned(left) || is_unsigned(right) {
        Ty::Unsigned(UNSIGNED)
    } else {
        Ty::Int
    }
}

/// The type of an operator's result.
pub fn result<'a>(op: BinaryOp, left: Ty<'a>, right: Ty<'a>) -> Ty<'a> {
    use BinaryOp::{Eq, Ge, Gt, Le, Lt, Ne, Shl, Shr};
    match (op, left, right) {
        (Eq | Ne | Lt | Le | Gt | Ge, ..) => Ty::Bool,
        (_, Ty::Bitset(of), _) | (Shl, _, Ty::Enum(of)) => Ty::Bitset(of),
        (Shl | Shr, left, _) => common(left, left),
        (_, left, right) => common(left, right),
    }
}

/// The negative of a number: there is one of 0 alone.
pub fn negate(value: i64) -> Result<i64, ErrorKind> {
    fits(-value, INT)
}

/// The value of an operator.
pub fn binary(
    op: BinaryOp,
    (left, of_left): (i64, Ty<'_>),
    (right, of_right): (i64, Ty<'_>),
) -> Result<i64, ErrorKind> {
    use BinaryOp::{Add, BitAnd, BitOr, BitXor, Div, Eq, Ge, Gt, Le, Lt, Mul, Ne, Rem, Shl, Shr, Sub};
    if let (Shl, Ty::Enum(_)) = (op, of_right) {
        return Ok(1 << right);
    }
    if matches!(op, Shl | Shr) && right > LARGEST_SHIFT {
        return Err(ErrorKind::Overflow);
    }
    let bits = if is_unsigned(result(op, of_left, of_right)) {
        UNSIGNED
    } else {
        INT
    };
    match op {
        Div | Rem if right == 0 => Err(ErrorKind::DivisionByZero),
        Add => fits(left + right, bits),
        Sub => fits(left - right, bits),
        Mul => fits(left.saturating_mul(right), bits),
        Shl => fits(left << right, bits),
        Shr => Ok(left >> right),
        Div => Ok(left / right),
        Rem => Ok(left % right),
        BitAnd => Ok(left & right),
        BitOr => Ok(left | right),
        BitXor => Ok(left ^ right),
        Eq => Ok(i64::from(left == right)),
        Ne => Ok(i64::from(left != right)),
        Lt => Ok(i64::from(left < right)),
        Le => Ok(i64::from(left <= right)),
        Gt => Ok(i64::from(left > right)),
        Ge => Ok(i64::from(left >= right)),
    }
}
