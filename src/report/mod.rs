//! What was found, in the forms that people and programs read: one output a file. Decides nothing, prints nothing.

pub mod json;
pub mod matrix;
