//! What was explored and found, in the formats that other tools read: one format a file. Decides nothing, prints nothing.

pub mod dot;
pub mod graphml;
pub mod itf;
mod states;
pub mod tla;

pub use states::{Edge, Node, StateGraph};
