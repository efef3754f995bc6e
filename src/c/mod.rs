//! C listings: text to syntax tree to steps. Knows no kernel name.

pub mod ast;
mod lower;
mod suggest;

pub use lower::compile;
