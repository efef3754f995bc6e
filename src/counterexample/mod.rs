//! A counterexample in words: which of its steps matter, to whom, and what each of them does. Draws nothing.

pub(crate) mod conflict;
pub(crate) mod dependence;
pub(crate) mod diagram;
pub(crate) mod events;
pub mod history;
pub(crate) mod lines;
mod participants;
pub mod retraced;
mod schedule;
pub(crate) mod step;
pub(crate) mod text;
mod turned;
pub(crate) mod waits;
pub(crate) mod wrong;
