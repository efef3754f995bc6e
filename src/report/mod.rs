//! What was found, in the forms that people and programs read: one output a file. Decides nothing, prints nothing.

pub mod events;
pub mod json;
pub mod lanes;
pub mod matrix;
mod meeting;
pub mod race;
mod schedule;
pub mod waits;
mod words;
