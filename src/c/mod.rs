//! C listings: text to syntax tree to steps. Knows no kernel name.

pub mod ast;
pub mod library;
pub mod nearest;
pub mod read;
