//! Where an expression stands: which names are bound around it, and under which primes.

use std::rc::Rc;
use std::sync::Arc;

use super::super::expr::{Expr, Level};
use super::super::syntax::{Expr as Syntax, Parameter};

/// Under what an expression is resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Mode {
    /// A prime stands around.
    pub primed: bool,
    /// The context of the `ENABLED` around.
    pub enabled: Option<usize>,
}

/// A place in the text: module, context, and the names bound around it.
#[derive(Clone)]
pub(in super::super) struct Site<'s> {
    pub context: usize,
    pub module: usize,
    names: Option<Rc<Names<'s>>>,
}

struct Names<'s> {
    name: Arc<str>,
    scope: Scope<'s>,
    outer: Option<Rc<Names<'s>>>,
}

/// What a bound name stands for.
#[derive(Clone)]
pub(super) enum Scope<'s> {
    /// A value, at this position from the outermost.
    Bound(usize),
    /// An argument or a `LET` without parameters.
    Lazy(Rc<Lazy<'s>>),
    /// An operator: `LET` with parameters, or `LAMBDA`.
    Operator {
        parameters: &'s [Parameter],
        body: &'s Syntax,
        site: Site<'s>,
        /// Its name, unless it is a `LAMBDA`.
        name: Option<Arc<str>>,
    },
    /// An operator passed by name.
    Alias { name: &'s Syntax, site: Site<'s> },
    /// A parameter of an operator that is only being checked.
    Parameter(usize),
}

/// An expression that stands for a name.
pub(super) struct Lazy<'s> {
    pub body: &'s Syntax,
    pub site: Site<'s>,
    pub mode: Mode,
    pub level: Level,
    pub slot: Slot,
}

/// Where the value of a lazy name is found, if the mode is the same.
pub(super) enum Slot {
    /// Bound at this position.
    Position(usize),
    /// Cheap enough to stand wherever the name does.
    Copy(Expr),
}

impl<'s> Site<'s> {
    pub(crate) fn new(context: usize, module: usize) -> Self {
        Site {
            context,
            module,
            names: None,
        }
    }

    pub(super) fn with(&self, name: &Arc<str>, scope: Scope<'s>) -> Self {
        let names = Some(Rc::new(Names {
            name: name.clone(),
            scope,
            outer: self.names.clone(),
        }));
        Site { names, ..self.clone() }
    }

    pub(super) fn find(&self, name: &str) -> Option<Scope<'s>> {
        let mut names = self.names.as_ref();
        while let Some(n) = names {
            if *n.name == *name {
                return Some(n.scope.clone());
            }
            names = n.outer.as_ref();
        }
        None
    }
}

impl Lazy<'_> {
    /// Whether the value found at the definition is also the value under another mode.
    pub(super) fn same_under(&self, mode: Mode) -> bool {
        match self.level {
            Level::Constant => true,
            Level::State => self.mode.primed == mode.primed,
            _ => self.mode == mode,
        }
    }
}
