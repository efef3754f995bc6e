//! TLA+ expressions over the state before a step, simplified as they are built.

use std::collections::HashMap;
use std::sync::Arc;

/// An expression. Equal text means equal value, so terms are compared as data.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Term {
    /// A value, in TLA+ syntax.
    Value(Arc<str>),
    /// `TRUE`, `FALSE`
    Bool(bool),
    /// A number.
    Int(i64),
    /// A variable, a `LET` definition or a parameter.
    Name(Arc<str>),
    /// `record.field`
    Field(Box<Term>, Arc<str>),
    /// `function[argument]`
    Apply(Box<Term>, Box<Term>),
    /// `~condition`
    Not(Box<Term>),
    /// `left op right`
    Infix(Op, Box<Term>, Box<Term>),
    /// `IF condition THEN yes ELSE no`
    If(Box<Term>, Box<Term>, Box<Term>),
    /// `{element}`
    Singleton(Box<Term>),
    /// `Operator(arguments)`
    Call(Arc<str>, Vec<Term>),
    /// `[function EXCEPT ![argument].field[index] = value, ...]`
    Except(Box<Term>, Vec<Update>),
}

/// A part of a function that is replaced.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Update {
    /// Where, outermost first.
    pub path: Vec<Selector>,
    /// The new value.
    pub value: Term,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Selector {
    /// `.field`
    Field(Arc<str>),
    /// `[argument]`
    Index(Term),
}

/// Infix operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub(crate) enum Op {
    And,
    Or,
    Equal,
    Unequal,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    NotIn,
    Union,
    Intersect,
    Without,
    Plus,
    Minus,
    Times,
    Power,
    Floor,
}

impl Op {
    /// How it is written.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Op::And => "/\\",
            Op::Or => "\\/",
            Op::Equal => "=",
            Op::Unequal => "#",
            Op::Less => "<",
            Op::LessEqual => "<=",
            Op::Greater => ">",
            Op::GreaterEqual => ">=",
            Op::In => "\\in",
            Op::NotIn => "\\notin",
            Op::Union => "\\cup",
            Op::Intersect => "\\cap",
            Op::Without => "\\",
            Op::Plus => "+",
            Op::Minus => "-",
            Op::Times => "*",
            Op::Power => "^",
            Op::Floor => "\\div",
        }
    }

    /// How tightly it binds, as in the TLA+ book's table.
    pub(crate) fn precedence(self) -> u32 {
        match self {
            Op::And | Op::Or => 3,
            Op::Equal
            | Op::Unequal
            | Op::Less
            | Op::LessEqual
            | Op::Greater
            | Op::GreaterEqual
            | Op::In
            | Op::NotIn => 5,
            Op::Union | Op::Intersect | Op::Without => 8,
            Op::Plus => 10,
            Op::Minus => 11,
            Op::Times | Op::Floor => 13,
            Op::Power => 14,
        }
    }

    /// Whether `(a op b) op c` needs no parentheses.
    pub(crate) fn is_associative(self) -> bool {
        matches!(
            self,
            Op::And | Op::Or | Op::Union | Op::Intersect | Op::Plus | Op::Times
        )
    }

    fn negated(self) -> Option<Op> {
        Some(match self {
            Op::Equal => Op::Unequal,
            Op::Unequal => Op::Equal,
            Op::Less => Op::GreaterEqual,
            Op::GreaterEqual => Op::Less,
            Op::Greater => Op::LessEqual,
            Op::LessEqual => Op::Greater,
            Op::In => Op::NotIn,
            Op::NotIn => Op::In,
            _ => return None,
        })
    }
}

/// The empty set.
pub(crate) const EMPTY: &str = "{}";

impl Term {
    /// A variable or definition.
    pub(crate) fn name(name: impl Into<Arc<str>>) -> Term {
        Term::Name(name.into())
    }

    /// A string.
    pub(crate) fn string(text: &str) -> Term {
        Term::Value(crate::tla::Value::string(text).to_string().into())
    }

    /// `~condition`
    pub(crate) fn negate(condition: Term) -> Term {
        match condition {
            Term::Bool(value) => Term::Bool(!value),
            Term::Not(inner) => *inner,
            Term::Infix(op, left, right) if op.negated().is_some() => {
                Term::Infix(op.negated().unwrap_or(op), left, right)
            }
            Term::Infix(Op::And, left, right) => Term::infix(Op::Or, Term::negate(*left), Term::negate(*right)),
            Term::Infix(Op::Or, left, right) => Term::infix(Op::And, Term::negate(*left), Term::negate(*right)),
            other => Term::Not(Box::new(other)),
        }
    }

    /// `left op right`
    pub(crate) fn infix(op: Op, left: Term, right: Term) -> Term {
        let equal = |same: bool| Term::Bool(same == (op == Op::Equal));
        match (op, &left, &right) {
            (Op::And, Term::Bool(true), _) | (Op::Or, Term::Bool(false), _) => return right,
            (Op::And, _, Term::Bool(true)) | (Op::Or, _, Term::Bool(false)) => return left,
            (Op::And, Term::Bool(false), _) | (Op::Or, Term::Bool(true), _) => return left,
            (Op::Equal, _, Term::Bool(true)) | (Op::Unequal, _, Term::Bool(false)) => return left,
            (Op::Equal, _, Term::Bool(false)) | (Op::Unequal, _, Term::Bool(true)) => return Term::negate(left),
            (Op::Equal, Term::Bool(value), _) | (Op::Unequal, Term::Bool(value), _) => {
                let same = *value == (op == Op::Equal);
                return if same { right } else { Term::negate(right) };
            }
            (Op::Equal | Op::Unequal, _, _) if left == right => return equal(true),
            (Op::Equal | Op::Unequal, Term::Value(_), Term::Value(_)) => return equal(false),
            (Op::Equal | Op::Unequal, Term::Int(_), Term::Int(_)) => return equal(false),
            // A bit of a set of flags: `flags \cap {"x"} # {}`.
            (Op::Equal | Op::Unequal, Term::Infix(Op::Intersect, set, one), Term::Value(empty))
                if &**empty == EMPTY =>
            {
                if let Term::Singleton(element) = &**one {
                    let op = if op == Op::Equal { Op::NotIn } else { Op::In };
                    return Term::infix(op, (**element).clone(), (**set).clone());
                }
            }
            // A truth value that was counted.
            (Op::Equal | Op::Unequal, Term::If(condition, yes, no), Term::Int(0))
                if (&**yes, &**no) == (&Term::Int(1), &Term::Int(0)) =>
            {
                let condition = (**condition).clone();
                return if op == Op::Unequal {
                    condition
                } else {
                    Term::negate(condition)
                };
            }
            (_, Term::Int(a), Term::Int(b)) => {
                if let Some(folded) = fold(op, *a, *b) {
                    return folded;
                }
            }
            _ => {}
        }
        Term::Infix(op, Box::new(left), Box::new(right))
    }

    /// `IF condition THEN yes ELSE no`
    pub(crate) fn choose(condition: Term, yes: Term, no: Term) -> Term {
        match (condition, yes, no) {
            (Term::Bool(true), yes, _) => yes,
            (Term::Bool(false), _, no) => no,
            (_, yes, no) if yes == no => yes,
            (condition, Term::Bool(true), no) => Term::infix(Op::Or, condition, no),
            (condition, Term::Bool(false), no) => Term::infix(Op::And, Term::negate(condition), no),
            (condition, yes, Term::Bool(false)) => Term::infix(Op::And, condition, yes),
            (condition, yes, Term::Bool(true)) => Term::infix(Op::Or, Term::negate(condition), yes),
            (condition, yes, no) => Term::If(Box::new(condition), Box::new(yes), Box::new(no)),
        }
    }

    /// `record.field`
    pub(crate) fn field(self, name: &str) -> Term {
        Term::Field(Box::new(self), name.into())
    }

    /// `function[argument]`
    pub(crate) fn at(self, argument: Term) -> Term {
        Term::Apply(Box::new(self), Box::new(argument))
    }

    /// The number of its parts.
    pub(crate) fn size(&self) -> usize {
        let mut size = 1;
        self.children(&mut |child| size += child.size());
        size
    }

    /// How often a name occurs.
    pub(crate) fn count(&self, name: &str) -> usize {
        if let Term::Name(own) = self {
            return usize::from(&**own == name);
        }
        let mut count = 0;
        self.children(&mut |child| count += child.count(name));
        count
    }

    /// The term with names replaced, and simplified anew.
    pub(crate) fn substitute(&self, with: &HashMap<Arc<str>, Term>) -> Term {
        let inside = |term: &Term| Box::new(term.substitute(with));
        match self {
            Term::Value(_) | Term::Bool(_) | Term::Int(_) => self.clone(),
            Term::Name(name) => with.get(name).unwrap_or(self).clone(),
            Term::Field(record, field) => Term::Field(inside(record), field.clone()),
            Term::Apply(function, argument) => Term::Apply(inside(function), inside(argument)),
            Term::Not(condition) => Term::negate(condition.substitute(with)),
            Term::Infix(op, left, right) => Term::infix(*op, left.substitute(with), right.substitute(with)),
            Term::If(condition, yes, no) => {
                Term::choose(condition.substitute(with), yes.substitute(with), no.substitute(with))
            }
            Term::Singleton(element) => Term::Singleton(inside(element)),
            Term::Call(name, arguments) => Term::Call(
                name.clone(),
                arguments.iter().map(|term| term.substitute(with)).collect(),
            ),
            Term::Except(function, updates) => {
                let selector = |selector: &Selector| match selector {
                    Selector::Field(_) => selector.clone(),
                    Selector::Index(term) => Selector::Index(term.substitute(with)),
                };
                let update = |update: &Update| Update {
                    path: update.path.iter().map(selector).collect(),
                    value: update.value.substitute(with),
                };
                Term::Except(inside(function), updates.iter().map(update).collect())
            }
        }
    }

    fn children<'t>(&'t self, visit: &mut dyn FnMut(&'t Term)) {
        match self {
            Term::Value(_) | Term::Bool(_) | Term::Int(_) | Term::Name(_) => {}
            Term::Field(inner, _) | Term::Not(inner) | Term::Singleton(inner) => visit(inner),
            Term::Apply(left, right) | Term::Infix(_, left, right) => {
                visit(left);
                visit(right);
            }
            Term::If(condition, yes, no) => [condition, yes, no].into_iter().for_each(|child| visit(child)),
            Term::Call(_, arguments) => arguments.iter().for_each(visit),
            Term::Except(function, updates) => {
                visit(function);
                for update in updates {
                    for selector in &update.path {
                        if let Selector::Index(term) = selector {
                            visit(term);
                        }
                    }
                    visit(&update.value);
                }
            }
        }
    }
}

fn fold(op: Op, a: i64, b: i64) -> Option<Term> {
    Some(match op {
        Op::Less => Term::Bool(a < b),
        Op::LessEqual => Term::Bool(a <= b),
        Op::Greater => Term::Bool(a > b),
        Op::GreaterEqual => Term::Bool(a >= b),
        Op::Plus => Term::Int(a.checked_add(b)?),
        Op::Minus => Term::Int(a.checked_sub(b)?),
        Op::Times => Term::Int(a.checked_mul(b)?),
        _ => return None,
    })
}
