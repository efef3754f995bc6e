//! Values while lowering: an operand with its type, and the conversions that C makes silently.

use super::tables::Tables;
use crate::c::ast::BinaryOp;
use crate::c::number::{self, INT_BITS, Number, UNSIGNED_BITS};
use crate::machine::program::{EnumId, Operand, Scalar, TypeId};
use crate::source::{Diagnostic, Span};

/// The type of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ty {
    /// A call of a `void` function.
    Void,
    /// `NULL`, a pointer to anything.
    Null,
    /// Anything else.
    Of(Scalar),
}

/// A register or constant and its type.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value {
    /// Where it is.
    pub operand: Operand,
    /// What it is.
    pub ty: Ty,
}

impl Value {
    /// A value of a scalar type.
    pub(crate) fn of(operand: Operand, scalar: Scalar) -> Self {
        let ty = Ty::Of(scalar);
        Value { operand, ty }
    }

    /// A truth value.
    pub(crate) fn truth(operand: Operand) -> Self {
        Value::of(operand, Scalar::Bool)
    }

    /// A constant number.
    pub(crate) fn constant(number: Number) -> Self {
        Value::of(
            Operand::Const(number.value),
            type_of(if number.unsigned { UNSIGNED_BITS } else { INT_BITS }),
        )
    }

    /// True if C counts it as an `unsigned` and not as an `int`.
    pub(crate) fn is_unsigned(self) -> bool {
        matches!(self.ty, Ty::Of(Scalar::Unsigned(UNSIGNED_BITS..)))
    }

    /// The bits that a number may have.
    pub(crate) fn bits(self) -> u32 {
        match (self.operand, self.ty) {
            (Operand::Const(value), _) => i64::BITS - value.leading_zeros(),
            (_, Ty::Of(Scalar::Bool)) => 1,
            (_, Ty::Of(Scalar::Unsigned(bits))) => bits,
            _ => INT_BITS,
        }
    }

    /// True for numbers and truth values.
    pub(crate) fn is_number(self) -> bool {
        matches!(self.ty, Ty::Of(Scalar::Bool | Scalar::Unsigned(_) | Scalar::Integer))
    }

    /// The value of a constant number.
    pub(crate) fn number(self, span: Span) -> Result<i64, Diagnostic> {
        match self.operand {
            Operand::Const(value) if self.is_number() => Ok(value),
            _ => Err(Diagnostic::at(span, "a constant number is needed here")),
        }
    }

    /// The struct that a pointer points to.
    pub(crate) fn pointee(self, tables: &Tables, span: Span) -> Result<TypeId, Diagnostic> {
        match self.ty {
            Ty::Of(Scalar::Pointer(ty)) => Ok(ty),
            Ty::Null => Err(Diagnostic::at(span, "NULL is followed here")),
            _ => Err(Diagnostic::at(
                span,
                format!("a pointer is needed here, this is {}", describe(tables, self.ty)),
            )),
        }
    }

    /// A constant as a value of this type.
    pub(crate) fn convert(self, tables: &Tables, to: Scalar, span: Span) -> Result<i64, Diagnostic> {
        let Operand::Const(value) = self.operand else {
            return Err(Diagnostic::at(span, "this is not a constant"));
        };
        match conversion(tables, self, to, span)? {
            Conversion::None => Ok(value),
            Conversion::Truth => Ok(i64::from(value != 0)),
            Conversion::Fits(bits) if number::fits(value, bits) => Ok(value),
            Conversion::Fits(bits) => Err(Diagnostic::at(
                span,
                format!("{value} does not fit in an unsigned of {bits} bits"),
            )),
        }
    }
}

/// What has to happen to a value that goes where another type is declared.
pub(crate) enum Conversion {
    /// Nothing.
    None,
    /// Compare with zero.
    Truth,
    /// Check the width.
    Fits(u32),
}

/// How a value becomes one of another type, or why it cannot.
pub(crate) fn conversion(tables: &Tables, value: Value, to: Scalar, span: Span) -> Result<Conversion, Diagnostic> {
    let from = value.ty;
    Ok(match (from, to) {
        (Ty::Of(Scalar::Bool), Scalar::Bool) => Conversion::None,
        (Ty::Null, Scalar::Bool) => Conversion::Truth,
        (Ty::Of(Scalar::Unsigned(_) | Scalar::Integer | Scalar::Bitset(_) | Scalar::Pointer(_)), Scalar::Bool) => {
            Conversion::Truth
        }
        (Ty::Of(Scalar::Bool), Scalar::Unsigned(_)) => Conversion::None,
        (Ty::Of(Scalar::Unsigned(_) | Scalar::Integer), Scalar::Unsigned(bits)) if value.bits() <= bits => {
            Conversion::None
        }
        (Ty::Of(Scalar::Unsigned(_) | Scalar::Integer), Scalar::Unsigned(bits)) => Conversion::Fits(bits),
        (Ty::Of(Scalar::Bool | Scalar::Unsigned(_) | Scalar::Integer), Scalar::Integer) => Conversion::None,
        (Ty::Null, Scalar::Pointer(_)) => Conversion::None,
        (Ty::Of(Scalar::Integer), Scalar::Bitset(_)) if value.operand == Operand::Const(0) => Conversion::None,
        (Ty::Of(from), to) if from == to => Conversion::None,
        (Ty::Of(Scalar::Integer), Scalar::Pointer(_)) if value.operand == Operand::Const(0) => {
            return Err(Diagnostic::at(span, "a number is no pointer").help("write `NULL`"));
        }
        (from, to) => {
            let (from, to) = (describe(tables, from), describe(tables, Ty::Of(to)));
            return Err(Diagnostic::at(span, format!("{to} is needed here, this is {from}")));
        }
    })
}

/// The value of an operator on two constants.
pub(crate) fn fold(op: BinaryOp, left: Value, right: Value, span: Span) -> Result<Value, Diagnostic> {
    let (Operand::Const(a), Operand::Const(b)) = (left.operand, right.operand) else {
        return Err(Diagnostic::at(span, "this is not a constant"));
    };
    if let (BinaryOp::Shl, Ty::Of(Scalar::Enum(id)), 1, 0..60) = (op, right.ty, a, b) {
        return Ok(Value::of(Operand::Const(1 << b), Scalar::Bitset(id)));
    }
    let bitset = |ty: Ty| match ty {
        Ty::Of(Scalar::Bitset(id)) => Some(id),
        _ => None,
    };
    if let (Ty::Of(Scalar::Enum(first)), Ty::Of(Scalar::Enum(second))) = (left.ty, right.ty)
        && let (true, BinaryOp::Eq | BinaryOp::Ne) = (first == second, op)
    {
        return Ok(Value::truth(Operand::Const(i64::from(
            (a == b) == (op == BinaryOp::Eq),
        ))));
    }
    match (bitset(left.ty), bitset(right.ty)) {
        (Some(first), Some(second)) if first == second && is_set_operator(op) => {
            let value = match op {
                BinaryOp::BitAnd => a & b,
                BinaryOp::BitOr => a | b,
                _ => a ^ b,
            };
            let (operand, ty) = (Operand::Const(value), left.ty);
            Ok(Value { operand, ty })
        }
        (None, None) if left.is_number() && right.is_number() => {
            let number = |value, of: Value| Number {
                value,
                unsigned: of.is_unsigned(),
            };
            let folded = number(a, left).apply(op, number(b, right));
            let folded = folded.map_err(|wrong| Diagnostic::at(span, wrong))?;
            Ok(Value::of(Operand::Const(folded.value), result(op, left, right)))
        }
        _ => Err(Diagnostic::at(
            span,
            "the two sides of this operator do not fit together",
        )),
    }
}

/// The type of an operator on two numbers.
pub(crate) fn result(op: BinaryOp, left: Value, right: Value) -> Scalar {
    match op {
        BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => Scalar::Bool,
        _ => type_of(number::result_bits(op, left.is_unsigned(), right.is_unsigned())),
    }
}

/// The bits that the result of an operator has to fit in, if it may not.
pub(crate) fn may_leave(op: BinaryOp, left: Value, right: Value) -> Option<u32> {
    let bits = number::result_bits(op, left.is_unsigned(), right.is_unsigned());
    let leaves = match op {
        BinaryOp::Add => left.bits().max(right.bits()) + 1 > bits,
        BinaryOp::Mul => left.bits() + right.bits() > bits,
        BinaryOp::Sub | BinaryOp::Shl => true,
        _ => false,
    };
    leaves.then_some(bits)
}

/// An `int` or an `unsigned`, by its bits.
fn type_of(bits: u32) -> Scalar {
    match bits {
        UNSIGNED_BITS.. => Scalar::Unsigned(UNSIGNED_BITS),
        _ => Scalar::Integer,
    }
}

/// `&`, `|` and `^` make sets of sets.
pub(crate) fn is_set_operator(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::BitAnd | BinaryOp::BitOr | BinaryOp::BitXor)
}

/// A type in words.
pub(crate) fn describe(tables: &Tables, ty: Ty) -> String {
    let enum_name = |id: EnumId| &tables.program.enums[id].name;
    match ty {
        Ty::Void => "nothing (a void function)".to_string(),
        Ty::Null => "NULL".to_string(),
        Ty::Of(Scalar::Bool) => "a bool".to_string(),
        Ty::Of(Scalar::Unsigned(_) | Scalar::Integer) => "a number".to_string(),
        Ty::Of(Scalar::Enum(id)) => format!("an enum {}", enum_name(id)),
        Ty::Of(Scalar::Bitset(id)) => format!("a bitset(enum {})", enum_name(id)),
        Ty::Of(Scalar::Pointer(ty)) => format!("a pointer to struct {}", tables.program.types[ty].name),
    }
}
