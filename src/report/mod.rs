//! What was found, in the forms that people and programs read: one output a file. Decides nothing, prints nothing.

mod columns;
pub mod events;
pub mod history;
pub mod json;
pub mod lanes;
pub mod matrix;
mod meeting;
mod page;
mod plot;
pub mod race;
pub mod refinement;
mod schedule;
pub mod step;
mod steps;
pub mod structs;
pub mod summary;
pub mod violation;
pub mod waits;
pub(crate) mod words;
pub mod wrong;
pub(crate) mod xml;
