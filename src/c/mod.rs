//! C listings: text to syntax tree to steps. Knows no kernel name.

pub mod ast;
pub mod library;
mod lower;
pub mod nearest;
pub mod number;
mod read;
pub mod release;

pub use lower::compile;
pub use read::read_program;
pub(crate) use read::{Callers, body, flatten, includes, left_out, numbers, tags_of, uncalled};
