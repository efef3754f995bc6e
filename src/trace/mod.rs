//! Traces of a real kernel: what somebody recorded, as events in the order of their time. Knows formats, and no event by name.

mod event;
mod read;

pub use event::{Event, Fields, Value};
pub use read::{Trace, parse, read};
