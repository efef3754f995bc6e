//! oomspec: a formal specification of Linux's OOM reaper protocols, and the checker that decides it.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod actors;
pub mod c;
pub mod check;
pub mod explore;
pub mod machine;
pub mod report;
pub mod source;
pub mod spec;
pub mod tla;
