//! What was found, in the forms that people and programs read: one output a file. Decides nothing, prints nothing.

pub mod events;
pub mod history;
pub mod json;
pub mod lanes;
pub mod matrix;
mod meeting;
mod page;
pub mod race;
mod schedule;
mod steps;
pub mod waits;
mod words;
mod wrong;
