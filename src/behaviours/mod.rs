//! The behaviours of explicit graphs, compared by what is seen of them: is there something that one shows, step by step, and the
//! other cannot?
//!
//! What is compared are finite visible traces, stuttering removed. Both graphs are made small first (states that
//! nobody can tell apart are one), then walked side by side, each as the set of the states in which it can be after the same
//! trace. Fairness is not looked at.

mod inclusion;
mod labelled;
mod quotient;
mod run;

pub use inclusion::{Compared, Found, compare};
pub use labelled::{Labelled, Letter, SILENT};
pub use run::run;
