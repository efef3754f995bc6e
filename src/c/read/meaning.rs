//! What names stand for after `#define`.

use std::collections::HashMap;

use crate::c::number::Number;

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Name(String),
    Int(Number),
    Bool(bool),
    Null,
}

/// The `#define`s of a program.
#[derive(Debug, Default)]
pub(super) struct Defines {
    pub(super) values: HashMap<String, Value>,
}

impl Defines {
    /// What the name stands for, if it is not just itself.
    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }
}
