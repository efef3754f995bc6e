//! Constant expressions: array sizes, initialisers, loop bounds.

use super::tables::{GlobalPlace, Tables};
use super::value::{Ty, Value};
use crate::c::ast::{Expr, ExprKind};
use crate::machine::program::{Operand, Scalar};
use crate::source::{Diagnostic, Span};

/// The value of a constant expression.
pub(crate) fn constant(tables: &Tables, expr: &Expr) -> Result<Value, Diagnostic> {
    Ok(match &expr.kind {
        ExprKind::Int(number) => Value::constant(*number),
        ExprKind::Bool(value) => Value::of(Operand::Const(i64::from(*value)), Scalar::Bool),
        ExprKind::Null => Value {
            operand: Operand::Const(0),
            ty: Ty::Null,
        },
        ExprKind::Name(name) => match tables.enumerators.get(name.as_str()) {
            Some(&(id, value)) => Value::of(Operand::Const(value), Scalar::Enum(id)),
            None => return Err(not_constant(expr.span)),
        },
        ExprKind::AddressOf(inner) => address(tables, inner)?,
        ExprKind::Negate(_) => {
            return Err(Diagnostic::at(expr.span, "there are no negative numbers").help("a number is 0 to 4294967295"));
        }
        ExprKind::Binary(op, left, right) => {
            let (left, right) = (constant(tables, left)?, constant(tables, right)?);
            super::value::fold(*op, left, right, expr.span)?
        }
        _ => return Err(not_constant(expr.span)),
    })
}

/// A constant that is a size or an index.
pub(crate) fn size(tables: &Tables, expr: &Expr) -> Result<usize, Diagnostic> {
    let value = constant(tables, expr)?.number(expr.span)?;
    usize::try_from(value).map_err(|_| Diagnostic::at(expr.span, "this must not be negative"))
}

fn address(tables: &Tables, place: &Expr) -> Result<Value, Diagnostic> {
    let (ty, pointer) = object(tables, place)?;
    Ok(Value::of(Operand::Const(pointer), Scalar::Pointer(ty)))
}

/// A declared object, or a part of one, named by a constant expression.
fn object(tables: &Tables, place: &Expr) -> Result<(usize, i64), Diagnostic> {
    match &place.kind {
        ExprKind::Name(name) => match tables.globals.get(name.as_str()) {
            Some(&GlobalPlace::Object(ty, pointer)) => Ok((ty, pointer)),
            _ => Err(not_object(place.span)),
        },
        ExprKind::Index(array, index) => {
            let ExprKind::Name(name) = &array.kind else {
                return Err(not_object(place.span));
            };
            let Some(&GlobalPlace::Objects(part)) = tables.globals.get(name.as_str()) else {
                return Err(not_object(place.span));
            };
            let part = &tables.program.parts[part];
            let number = size(tables, index)?;
            if number >= part.length.unwrap_or(1) {
                return Err(Diagnostic::at(index.span, "this index is outside the array"));
            }
            Ok((part.inner, (part.first[0] + number) as i64))
        }
        ExprKind::Field(base, name, false) => {
            let (ty, pointer) = object(tables, base)?;
            match tables.member(ty, name)? {
                super::tables::Member::Part(part) if tables.program.parts[part].length.is_none() => {
                    let part = &tables.program.parts[part];
                    Ok((part.inner, part.first[pointer as usize - 1] as i64))
                }
                _ => Err(not_object(place.span)),
            }
        }
        _ => Err(not_object(place.span)),
    }
}

fn not_constant(span: Span) -> Diagnostic {
    Diagnostic::at(span, "this is not a constant")
        .help("use a number, an enumerator, a #define or the address of an object")
}

fn not_object(span: Span) -> Diagnostic {
    Diagnostic::at(span, "this is not the name of a declared object")
}
