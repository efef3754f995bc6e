//! What the machine's numbers are in TLA+: truth values, numbers, names of enumerators and of objects, sets of names.

use super::term::{EMPTY, Op, Term};
use crate::machine::program::{EnumId, Operand, Program, Scalar, TypeId};

/// The sort of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
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

impl Kind {
    /// The sort of a type's values.
    pub fn of(scalar: Scalar) -> Kind {
        match scalar {
            Scalar::Bool => Kind::Bool,
            Scalar::Unsigned(_) | Scalar::Integer => Kind::Int,
            Scalar::Enum(id) => Kind::Enum(id),
            Scalar::Bitset(id) => Kind::Set(id),
            Scalar::Pointer(ty) => Kind::Pointer(ty),
        }
    }

    /// A constant of this sort; a number where it has none.
    pub fn constant(self, program: &Program, value: i64) -> Term {
        let text = |scalar| {
            Term::Value(
                crate::model::variables::scalar(program, scalar, value)
                    .to_string()
                    .into(),
            )
        };
        match self {
            Kind::Bool if value == 0 || value == 1 => Term::Bool(value == 1),
            Kind::Bool | Kind::Int => Term::Int(value),
            Kind::Enum(id) => text(Scalar::Enum(id)),
            Kind::Set(id) if value.count_ones() == 1 => {
                match program.enums[id].names.get(value.trailing_zeros() as usize) {
                    Some(name) => Term::Singleton(Box::new(Term::string(name))),
                    None => text(Scalar::Bitset(id)),
                }
            }
            Kind::Set(id) => text(Scalar::Bitset(id)),
            Kind::Pointer(ty) => text(Scalar::Pointer(ty)),
        }
    }

    /// A value of this sort as one of another.
    pub fn convert(self, program: &Program, term: Term, to: Kind) -> Term {
        match (self, to) {
            (from, to) if from == to => term,
            (from, Kind::Bool) => from.truth(program, term),
            (Kind::Bool, Kind::Int) => match term {
                Term::Bool(value) => Term::Int(i64::from(value)),
                term => Term::If(Box::new(term), Box::new(Term::Int(1)), Box::new(Term::Int(0))),
            },
            (Kind::Enum(id), Kind::Int) => {
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
    pub fn truth(self, program: &Program, term: Term) -> Term {
        match self {
            Kind::Bool => term,
            Kind::Set(_) => Term::infix(Op::Unequal, term, Term::Value(EMPTY.into())),
            _ => Term::infix(Op::Unequal, term, self.constant(program, 0)),
        }
    }

    /// The sort in which two operands meet: that of one if the other is a constant.
    pub fn common(left: (Operand, Kind), right: (Operand, Kind)) -> Kind {
        match (left, right) {
            ((Operand::Const(_), _), (Operand::Const(_), _)) => Kind::Int,
            ((Operand::Const(value), _), (_, kind)) | ((_, kind), (Operand::Const(value), _)) => match kind {
                Kind::Bool if value != 0 && value != 1 => Kind::Int,
                kind => kind,
            },
            ((_, left), (_, right)) if left == right => left,
            _ => Kind::Int,
        }
    }
}
