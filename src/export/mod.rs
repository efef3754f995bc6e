//! What other tools read.

pub mod tla;
