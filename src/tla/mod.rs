//! TLA+: modules read into formulas, formulas evaluated in states. Knows nothing of the C side, and explores nothing.

mod config;
mod display;
mod eval;
mod explain;
mod expr;
mod falsehood;
mod footprint;
mod junction;
mod load;
mod parse;
mod precedence;
mod refinement;
mod resolve;
mod specification;
mod standard;
mod syntax;
mod temporal;
mod vacuity;
mod value;

pub use config::{Config, Name, Replacement};
pub use eval::{
    ActionLabel, EvalError, State, eval_action, eval_constant, eval_predicate, eval_state, init_states, successors,
};
pub use explain::{Blame, explain};
pub use expr::{Expr, Level, Reads};
pub use falsehood::{Part, falsehood};
pub use footprint::{Footprint, Footprints};
pub(crate) use junction::{Junction, Quantifier};
pub use refinement::{Excused, Refinement};
pub use specification::{Library, Specification};
pub use syntax::{Definition, Ident, Parameter};
pub use temporal::{Abstraction, Behaviour, Fairness, SubscriptedAction, Temporal, classify};
pub use value::Value;
