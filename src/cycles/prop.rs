//! Propositions, which are judged on a single step, and the forms that temporal parts of a formula are brought to.

use super::Predicate;
use super::graph::Step;

/// A boolean combination of predicates, judged on a single step.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Prop {
    Const(bool),
    Lit(u32, bool),
    And(Vec<Prop>),
    Or(Vec<Prop>),
}

/// A conjunction or a disjunction.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Join {
    And,
    Or,
}

impl Join {
    /// What changes nothing when joined.
    pub(crate) fn unit(self) -> bool {
        self == Join::And
    }
}

impl Prop {
    pub(crate) fn holds(&self, predicates: &[Predicate], step: Step) -> bool {
        match self {
            Prop::Const(b) => *b,
            // `check_predicates` has seen to it that the number exists.
            Prop::Lit(id, positive) => predicates[*id as usize].holds(step) == *positive,
            Prop::And(ps) => ps.iter().all(|p| p.holds(predicates, step)),
            Prop::Or(ps) => ps.iter().any(|p| p.holds(predicates, step)),
        }
    }

    /// Whether its truth depends on more than the state that a step leaves.
    pub(crate) fn speaks_of_steps(&self, predicates: &[Predicate]) -> bool {
        match self {
            Prop::Const(_) => false,
            Prop::Lit(id, _) => matches!(predicates[*id as usize], Predicate::Step { .. }),
            Prop::And(ps) | Prop::Or(ps) => ps.iter().any(|p| p.speaks_of_steps(predicates)),
        }
    }

    pub(crate) fn all(props: impl IntoIterator<Item = Prop>) -> Prop {
        Prop::join(Join::And, props)
    }

    pub(crate) fn any(props: impl IntoIterator<Item = Prop>) -> Prop {
        Prop::join(Join::Or, props)
    }

    pub(crate) fn join(join: Join, props: impl IntoIterator<Item = Prop>) -> Prop {
        let mut parts = vec![];
        for prop in props {
            match (prop, join) {
                (Prop::Const(b), _) if b == join.unit() => {}
                (Prop::Const(b), _) => return Prop::Const(b),
                (Prop::And(ps), Join::And) | (Prop::Or(ps), Join::Or) => parts.extend(ps),
                (prop, _) if parts.contains(&prop) => {}
                (prop, _) => parts.push(prop),
            }
        }
        match (parts.len(), join) {
            (0, _) => Prop::Const(join.unit()),
            (1, _) => parts.swap_remove(0),
            (_, Join::And) => Prop::And(parts),
            (_, Join::Or) => Prop::Or(parts),
        }
    }
}

impl std::ops::Not for Prop {
    type Output = Prop;

    fn not(self) -> Prop {
        let each = |ps: Vec<Prop>| ps.into_iter().map(|p| !p).collect();
        match self {
            Prop::Const(b) => Prop::Const(!b),
            Prop::Lit(id, positive) => Prop::Lit(id, !positive),
            Prop::And(ps) => Prop::Or(each(ps)),
            Prop::Or(ps) => Prop::And(each(ps)),
        }
    }
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
