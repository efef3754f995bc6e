//! The negation of a formula as a disjunction of clauses that a search can follow.
//!
//! Every temporal part is brought to one of five forms: `[]p`, `[]<>p`, `<>[]p`, `[]<>p => []<>q`, and
//! `<>(p /\ []q /\ further such parts)`, where `p` and `q` speak of single steps. What cannot be brought there is refused. The fourth is
//! fairness: it stays one condition on the run, whatever stands beside it, and never splits a formula into cases.

use super::normal::{self, Atom};
use super::prop::{Event, Prop, Streett};
use super::{Formula, Predicate, Unsupported};

/// How deep a formula may nest.
const MAX_DEPTH: usize = 64;

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
    /// True of every run.
    pub(crate) fn anything() -> Clause {
        Clause::of(vec![])
    }

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
