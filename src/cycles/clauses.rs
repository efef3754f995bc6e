//! The negation of a formula as a disjunction of clauses that a search can follow.
//!
//! Every temporal part is brought to one of five forms: `[]p`, `[]<>p`, `<>[]p`, `[]<>p => []<>q`, and
//! `<>(p /\ []q /\ further such parts)`, where `p` and `q` speak of single steps. What cannot be brought there is refused. The fourth is
//! fairness: it stays one condition on the run, whatever stands beside it, and never splits a formula into cases.

use std::fmt;

use super::normal::{self, Atom};
use super::prop::Prop;
use super::{Formula, Predicate};

/// How deep a formula may nest.
const MAX_DEPTH: usize = 64;

/// Why a formula cannot be decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsupported {
    /// It nests too deep.
    TooDeep,
    /// It splits into too many cases, or follows too many events at once for a graph of this size.
    TooLarge,
    /// There is no predicate of this number.
    UnknownPredicate(u32),
    /// A predicate on steps stands outside every `[]` and `<>`.
    StepOutsideBox,
    /// `[]` of a disjunction whose parts are temporal in a way that is not followed, such as `[](P \/ []Q)`.
    Nesting,
}

/// A clause: the conjunction of its fields.
#[derive(Clone, Debug)]
pub(super) struct Clause {
    /// True of the first state.
    pub now: Prop,
    /// True of every step.
    pub always: Prop,
    /// True of every step from some point on.
    pub settles: Prop,
    /// Each true of infinitely many steps.
    pub recurs: Vec<Prop>,
    /// Each is kept.
    pub responds: Vec<Streett>,
    /// Each happens.
    pub happens: Vec<Event>,
}

/// A Streett pair, `[]<>request => []<>response`.
#[derive(Clone, Debug)]
pub(super) struct Streett {
    pub request: Prop,
    pub response: Prop,
}

/// `<>(start /\ []keep /\ then...)`: at some point `start` is true, from there on `keep` is, and each of `then` happens.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub start: Prop,
    pub keep: Prop,
    pub then: Vec<Event>,
}

/// The clauses of the formula's negation: a run violates the formula if it satisfies one of them.
pub(super) fn of_negation(formula: &Formula, predicates: &[Predicate]) -> Result<Vec<Clause>, Unsupported> {
    if formula.deeper_than(MAX_DEPTH) {
        return Err(Unsupported::TooDeep);
    }
    check_predicates(formula, predicates)?;
    let mut clauses = vec![];
    for atoms in normal::cases(formula, false)? {
        let clause = Clause::of(atoms);
        if clause.now.speaks_of_steps(predicates) {
            return Err(Unsupported::StepOutsideBox);
        }
        clauses.push(clause);
    }
    Ok(clauses)
}

impl Clause {
    fn of(atoms: Vec<Atom>) -> Clause {
        let parts = normal::Parts::of(atoms);
        Clause {
            now: Prop::all(parts.now),
            always: Prop::all(parts.always),
            settles: Prop::all(parts.settles),
            recurs: parts.recurs,
            responds: parts.responds,
            happens: parts.happens,
        }
    }
}

fn check_predicates(formula: &Formula, predicates: &[Predicate]) -> Result<(), Unsupported> {
    if let Formula::Pred(id) = formula
        && *id as usize >= predicates.len()
    {
        return Err(Unsupported::UnknownPredicate(*id));
    }
    formula
        .parts()
        .into_iter()
        .try_for_each(|f| check_predicates(f, predicates))
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unsupported::TooDeep => write!(f, "the formula nests too deep"),
            Unsupported::TooLarge => write!(f, "the formula splits into too many cases"),
            Unsupported::UnknownPredicate(id) => write!(f, "there is no predicate {id}"),
            Unsupported::StepOutsideBox => {
                write!(f, "an action stands outside every [] and <>; write [][A]_v")
            }
            Unsupported::Nesting => write!(
                f,
                "[] of a disjunction with temporal parts other than <>Q; write it as P ~> Q, []<>P or <>[]P"
            ),
        }
    }
}

impl std::error::Error for Unsupported {}
