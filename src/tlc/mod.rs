//! TLC as the second pair of eyes: runs it on exported modules and compares every answer.

mod compare;
mod digest;
mod run;
mod table;

pub use compare::{Agreement, Answer, Asked, Row, Scope, compare};
pub use run::{Job, Options, Report, RunError, Violation, ViolationKind, run};
pub use table::{Record, Table};
