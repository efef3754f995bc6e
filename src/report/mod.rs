//! What was found, in the forms that people and programs read: one output a file. Decides nothing, prints nothing.

pub mod json;
pub mod lanes;
pub mod matrix;
pub mod race;
pub(crate) mod refinement;
pub(crate) mod structs;
pub mod summary;
pub mod violation;
