//! What was found, in the forms that people and programs read: one output a file. Decides nothing, prints nothing.

pub mod changed;
pub mod cost;
pub mod difference;
pub mod evaluated;
pub mod followed;
pub mod github;
pub mod history;
pub mod json;
pub mod junit;
pub mod ktap;
pub mod lanes;
mod lines;
pub mod matrix;
mod outcome;
pub mod race;
pub(crate) mod refinement;
pub mod sarif;
pub(crate) mod structs;
pub mod summary;
pub mod swept;
pub mod violation;
mod why;
