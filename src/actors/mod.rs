//! The program as stateright actors: each thread of the listing, and the shared memory, *is* a stateright actor.
//!
//! A thread sends its next step to the memory actor; the memory actor runs it with [`Machine::step`] and replies with the
//! thread's new position. A step that has to wait is a delivery that changes nothing, so its message stays in the network
//! until it can run. [`System`] delivers a step and its reply together, so that one step of the listing is one action: its
//! state graph and the machine's are the same graph. stateright's BFS checks that model (`check.rs`), and what its Explorer
//! answers is here without its server (`explorer.rs`). There are no semantics here.
//!
//! [`Machine::step`]: crate::machine::Machine::step

mod check;
pub mod compare;
mod explorer;
mod node;
mod safety;
mod system;

pub(crate) use check::{Failure, check};
pub(crate) use explorer::{Explorer, interface};
pub use node::Memory;
pub use safety::Safety;
pub(crate) use system::labels;
pub use system::{Action, State, System, TooManyProperties};
