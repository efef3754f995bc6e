//! What people see: one output per file. Decides nothing.

pub mod lanes;
pub mod step;
pub mod structs;
