//! What the machine's numbers are in TLA+: truth values, numbers, names of enumerators and of objects, sets of names.

use super::term::{EMPTY, Op, Term};
use crate::machine::program::{EnumId, Operand, Program, Scalar, TypeId};

/// The sort of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// `TRUE`, `FALSE`
    Bool,
    /// Numbers.
    Int,
    /// The name of an enumerator.
    Enum(EnumId),
    /// A set of names of enumerators.
    Set(EnumId),
    /// `"NULL"` or the name of an object.
    Pointer(TypeId),
}

impl Sort {
    /// The sort of a type's values.
    pub(crate) fn of(scalar: Scalar) -> Sort {
        match scalar {
            Scalar::Bool => Sort::Bool,
            Scalar::Unsigned(_) | Scalar::Integer => Sort::Int,
            Scalar::Enum(id) => Sort::Enum(id),
            Scalar::Bitset(id) => Sort::Set(id),
            Scalar::Pointer(ty) => Sort::Pointer(ty),
        }
    }

    /// A constant of this sort; a number where it has none.
    pub(crate) fn constant(self, program: &Program, value: i64) -> Term {
        let text = |scalar| {
            Term::Value(
                crate::model::variables::scalar(program, scalar, value)
                    .to_string()
                    .into(),
            )
        };
        match self {
            Sort::Bool if value == 0 || value == 1 => Term::Bool(value == 1),
            Sort::Bool | Sort::Int => Term::Int(value),
            Sort::Enum(id) => text(Scalar::Enum(id)),
            Sort::Set(id) if value.count_ones() == 1 => {
                match program.enums[id].names.get(value.trailing_zeros() as usize) {
                    Some(name) => Term::Singleton(Box::new(Term::string(name))),
                    None => text(Scalar::Bitset(id)),
                }
            }
            Sort::Set(id) => text(Scalar::Bitset(id)),
            Sort::Pointer(ty) => text(Scalar::Pointer(ty)),
        }
    }

    /// A value of this sort as one of another.
    pub(crate) fn convert(self, program: &Program, term: Term, to: Sort) -> Term {
        match (self, to) {
            (from, to) if from == to => term,
            (from, Sort::Bool) => from.truth(program, term),
            (Sort::Bool, Sort::Int) => match term {
                Term::Bool(value) => Term::Int(i64::from(value)),
                term => Term::If(Box::new(term), Box::new(Term::Int(1)), Box::new(Term::Int(0))),
            },
            (Sort::Enum(id), Sort::Int) => {
                let names = program.enums[id].names.iter().enumerate();
                names.skip(1).fold(Term::Int(0), |rest, (number, name)| {
                    let this = Term::infix(Op::Equal, term.clone(), Term::string(name));
                    Term::choose(this, Term::Int(number as i64), rest)
                })
            }
            // Nothing else is converted by the language.
            _ => term,
        }
    }

    /// Whether a value is not zero.
    pub(crate) fn truth(self, program: &Program, term: Term) -> Term {
        match self {
            Sort::Bool => term,
            Sort::Set(_) => Term::infix(Op::Unequal, term, Term::Value(EMPTY.into())),
            _ => Term::infix(Op::Unequal, term, self.constant(program, 0)),
        }
    }

    /// The sort in which two operands meet: that of one if the other is a constant.
    pub(crate) fn common(left: (Operand, Sort), right: (Operand, Sort)) -> Sort {
        match (left, right) {
            ((Operand::Const(_), _), (Operand::Const(_), _)) => Sort::Int,
            ((Operand::Const(value), _), (_, sort)) | ((_, sort), (Operand::Const(value), _)) => match sort {
                Sort::Bool if value != 0 && value != 1 => Sort::Int,
                sort => sort,
            },
            ((_, left), (_, right)) if left == right => left,
            _ => Sort::Int,
        }
    }
}
