//! Numbers as C has them: an `int` or an `unsigned`, of 32 bits, and never below zero here.

use crate::machine::program::BinaryOp;

/// A constant number and its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    /// Its value.
    pub value: i64,
    /// `unsigned` rather than `int`.
    pub unsigned: bool,
}

/// The bits that a non-negative `int` has.
pub(crate) const INT_BITS: u32 = 31;
/// The bits of an `unsigned`.
pub(crate) const UNSIGNED_BITS: u32 = 32;
/// The bits that a shift count has.
pub(crate) const COUNT_BITS: u32 = 5;

/// The bits of the result of an operator on two numbers, one of which may be `unsigned`.
pub(crate) fn result_bits(op: BinaryOp, left_unsigned: bool, right_unsigned: bool) -> u32 {
    let unsigned = match op {
        BinaryOp::Shl | BinaryOp::Shr => left_unsigned,
        _ => left_unsigned || right_unsigned,
    };
    if unsigned { UNSIGNED_BITS } else { INT_BITS }
}

/// True if a value is not negative and has at most this many bits.
pub(crate) fn fits(value: i64, bits: u32) -> bool {
    value >= 0 && value >> bits == 0
}

impl Number {
    /// A number as it is written without a suffix: an `int` if it is one.
    pub(crate) fn literal(value: i64) -> Self {
        let unsigned = !fits(value, INT_BITS);
        Number { value, unsigned }
    }

    /// The result of an arithmetic operator or comparison, or what is wrong with it.
    pub(crate) fn apply(self, op: BinaryOp, other: Number) -> Result<Number, &'static str> {
        let (left, right) = (self.value, other.value);
        let truth = |truth: bool| Some(i64::from(truth));
        let compared = match op {
            BinaryOp::Eq => truth(left == right),
            BinaryOp::Ne => truth(left != right),
            BinaryOp::Lt => truth(left < right),
            BinaryOp::Le => truth(left <= right),
            BinaryOp::Gt => truth(left > right),
            BinaryOp::Ge => truth(left >= right),
            _ => None,
        };
        if let Some(value) = compared {
            return Ok(Number::literal(value));
        }
        if matches!(op, BinaryOp::Shl | BinaryOp::Shr) && !fits(right, COUNT_BITS) {
            return Err("a shift count is 0 to 31");
        }
        let value = match op {
            BinaryOp::Div | BinaryOp::Rem if right == 0 => return Err("division by zero"),
            BinaryOp::Add => left.checked_add(right),
            BinaryOp::Sub => left.checked_sub(right),
            BinaryOp::Mul => left.checked_mul(right),
            BinaryOp::Div => left.checked_div(right),
            BinaryOp::Rem => left.checked_rem(right),
            BinaryOp::Shl => left.checked_mul(1 << right),
            BinaryOp::Shr => Some(left >> right),
            BinaryOp::BitAnd => Some(left & right),
            BinaryOp::BitOr => Some(left | right),
            _ => Some(left ^ right),
        };
        let bits = result_bits(op, self.unsigned, other.unsigned);
        match value {
            Some(value) if value < 0 => Err("this is below zero"),
            Some(value) if fits(value, bits) => Ok(Number {
                value,
                unsigned: bits == UNSIGNED_BITS,
            }),
            _ if bits == INT_BITS => Err("this is more than an `int` holds"),
            _ => Err("this is more than 32 bits hold"),
        }
    }
}
