//! What names stand for after `#define`.

use std::collections::{HashMap, HashSet};

use crate::c::ast::Expr;
use crate::c::number::Number;

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Name(String),
    Int(Number),
    Bool(bool),
    Null,
}

/// What a macro stands for.
#[derive(Debug, Clone)]
pub(super) enum Body {
    Value(Expr),
    /// What stands between the semicolons of `for ( ; ; )`.
    Loop(Box<[Option<Expr>; 3]>),
}

/// A `#define` with parameters.
#[derive(Debug, Clone)]
pub(super) struct Macro {
    pub(super) params: Vec<String>,
    pub(super) body: Body,
}

/// The `#define`s of a program, and what it declares as meaningless.
#[derive(Debug, Default)]
pub(super) struct Defines {
    pub(super) values: HashMap<String, Value>,
    pub(super) macros: HashMap<String, Macro>,
    pub(super) meaningless: HashSet<String>,
}

impl Defines {
    /// What the name stands for, if it is not just itself.
    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }
}
