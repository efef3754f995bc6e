//! TLA+: modules read into formulas, formulas evaluated in states. Knows nothing of the C side, and explores nothing.

mod display;
mod eval;
mod expr;
mod load;
mod parse;
mod precedence;
mod resolve;
mod spec;
mod standard;
mod successors;
mod syntax;
mod value;

pub use eval::{EvalError, State, eval_action, eval_constant, eval_predicate, eval_state};
pub use expr::{Expr, Level, Reads};
pub use spec::{Constant, Library, Spec};
pub use successors::{ActionLabel, init_states, successors};
pub use syntax::{Definition, Ident};
pub use value::Value;
