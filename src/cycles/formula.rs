//! Temporal formulas, and what their predicates mean.

use std::fmt;

use super::Bits;
use super::graph::{Graph, Step};

/// A temporal formula of TLA+ over numbered predicates.
///
/// Outside every `Always` and `Eventually` a predicate speaks of the first state of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Formula {
    /// `TRUE` or `FALSE`.
    Const(bool),
    /// The predicate of this number.
    Pred(u32),
    /// `~F`
    Not(Box<Formula>),
    /// `F /\ G /\ …`
    And(Vec<Formula>),
    /// `F \/ G \/ …`
    Or(Vec<Formula>),
    /// `F => G`
    Implies(Box<Formula>, Box<Formula>),
    /// `[]F`
    Always(Box<Formula>),
    /// `<>F`
    Eventually(Box<Formula>),
    /// `F ~> G`
    LeadsTo(Box<Formula>, Box<Formula>),
}

/// What a predicate is true of.
#[derive(Clone, Debug)]
pub enum Predicate {
    /// These states.
    State(Bits),
    /// These steps: edges by number, and stuttering steps by their state.
    Step {
        /// The edges it is true of.
        edges: Bits,
        /// The states in which stuttering satisfies it.
        stutters: Bits,
    },
}

impl Formula {
    /// `[]F`
    pub fn always(f: Formula) -> Self {
        Formula::Always(Box::new(f))
    }

    /// `<>F`
    pub fn eventually(f: Formula) -> Self {
        Formula::Eventually(Box::new(f))
    }

    /// `F ~> G`
    pub fn leads_to(f: Formula, g: Formula) -> Self {
        Formula::LeadsTo(Box::new(f), Box::new(g))
    }

    /// `F => G`
    pub fn implies(f: Formula, g: Formula) -> Self {
        Formula::Implies(Box::new(f), Box::new(g))
    }

    /// `WF_v(A)`, from `ENABLED <<A>>_v` and from the steps that are `<<A>>_v`.
    pub fn weakly_fair(enabled: u32, taken: u32) -> Self {
        let kept = Formula::Or(vec![!Formula::Pred(enabled), Formula::Pred(taken)]);
        Formula::always(Formula::eventually(kept))
    }

    /// `SF_v(A)`, from `ENABLED <<A>>_v` and from the steps that are `<<A>>_v`.
    pub fn strongly_fair(enabled: u32, taken: u32) -> Self {
        Formula::Or(vec![
            Formula::eventually(Formula::always(!Formula::Pred(enabled))),
            Formula::always(Formula::eventually(Formula::Pred(taken))),
        ])
    }

    /// The direct parts of a formula.
    pub(super) fn parts(&self) -> Vec<&Formula> {
        use Formula::*;
        match self {
            Const(_) | Pred(_) => vec![],
            Not(f) | Always(f) | Eventually(f) => vec![f],
            And(fs) | Or(fs) => fs.iter().collect(),
            Implies(f, g) | LeadsTo(f, g) => vec![f, g],
        }
    }

    /// Whether a formula nests more than `limit` deep; looks no deeper than that.
    pub(super) fn deeper_than(&self, limit: usize) -> bool {
        limit == 0 || self.parts().iter().any(|f| f.deeper_than(limit - 1))
    }
}

impl std::ops::Not for Formula {
    type Output = Formula;

    fn not(self) -> Formula {
        Formula::Not(Box::new(self))
    }
}

impl Predicate {
    /// The predicate that is true of the states for which `holds` says so.
    pub fn of_states(graph: &Graph<'_>, holds: impl FnMut(u32) -> bool) -> Self {
        Predicate::State(Bits::from_fn(graph.states() as usize, holds))
    }

    /// The predicate that is true of the steps for which `holds` says so. Stuttering in a state is asked as its own step.
    pub fn of_steps(graph: &Graph<'_>, mut holds: impl FnMut(Step) -> bool) -> Self {
        let mut edges = Bits::new(graph.edges() as usize);
        let mut stutters = Bits::new(graph.states() as usize);
        for state in 0..graph.states() {
            if holds(Step { state, edge: None }) {
                stutters.insert(state);
            }
            for edge in graph.edges_of(state) {
                if holds(Step {
                    state,
                    edge: Some(edge),
                }) {
                    edges.insert(edge);
                }
            }
        }
        Predicate::Step { edges, stutters }
    }

    /// Whether the predicate is true of a step, or of the state that the step leaves.
    pub fn holds(&self, step: Step) -> bool {
        match (self, step.edge) {
            (Predicate::State(states), _) => states.contains(step.state),
            (Predicate::Step { edges, .. }, Some(edge)) => edges.contains(edge),
            (Predicate::Step { stutters, .. }, None) => stutters.contains(step.state),
        }
    }
}

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
