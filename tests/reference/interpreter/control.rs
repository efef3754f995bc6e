//! What a thread still has to do, and what it has found out so far.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use oomspec::c::ast::{Expr, Stmt, StmtKind, Type};
use oomspec::source::Span;

use crate::meanings::Local;

/// A part of the program; two are the same if they are the same place in the tree.
#[derive(Debug)]
pub struct At<'a, T>(pub &'a T);

impl<T> Clone for At<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for At<'_, T> {}

impl<T> PartialEq for At<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl<T> Eq for At<'_, T> {}

impl<T> Hash for At<'_, T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::ptr::from_ref(self.0).hash(state);
    }
}

/// What can be read, written or pointed to. A pointer is the number of its object plus one, or 0 for `NULL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Place<'a> {
    Local(Local),
    Object(i64),
    /// A member, and which element of it.
    Member(i64, &'a str, &'a str, i64),
}

/// Something found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Item<'a> {
    Value(i64),
    Place(Place<'a>),
}

/// Something to do. What it works on lies on the stack of items, the last operand topmost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Task<'a> {
    Run(At<'a, Stmt>),
    /// Leaves one value, also where it is of no type.
    Evaluate(At<'a, Expr>),
    /// Leaves a place.
    Locate(At<'a, Expr>),
    /// Reads a place.
    Load(At<'a, Expr>),
    /// Writes a value to a place, and leaves it.
    Store(At<'a, Expr>),
    /// The same place or value once more.
    Duplicate,
    Discard,
    Member(At<'a, Expr>),
    Element(At<'a, Expr>),
    Address,
    Operator(At<'a, Expr>),
    /// Looks whether what a pointer points to is there.
    Touch(At<'a, Expr>),
    CountUpOrDown(At<'a, Expr>),
    Truth,
    /// The rest of `&&`, `||` and `?:`, when the first operand is known.
    Rest(At<'a, Expr>),
    Convert(At<'a, Type>, Span),
    Call(At<'a, Expr>),
    Leave,
    Await(At<'a, Expr>),
    Awaited,
    GhostWritten,
    Choose(At<'a, Expr>),
    Swap(At<'a, Expr>),
    /// The last value as one of the scalar whose place lies so many items below it.
    ConvertFor(At<'a, Expr>, usize),
    Assertion(At<'a, Expr>),
    Free(At<'a, Expr>),
    Panic,
    Declare(At<'a, Stmt>),
    If(At<'a, Stmt>),
    /// Another turn of a loop; `break` removes it, `continue` returns to it.
    Again(At<'a, Stmt>),
    Condition(At<'a, Stmt>),
    Test(At<'a, Stmt>),
    /// The value of a `switch` is known.
    Chosen(At<'a, Stmt>),
    /// The end of a `switch`; `break` goes there.
    EndOfSwitch,
    GiveBack(At<'a, Expr>),
}

/// A parameter or local variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Variable<'a> {
    Value(i64),
    /// A parameter that points to a scalar of the caller's choice.
    Pointer(Place<'a>),
}

/// A call that has not returned.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Frame<'a> {
    /// Its number among the functions.
    pub(super) function: usize,
    /// The call.
    pub(super) span: Span,
    pub(super) variables: BTreeMap<Local, Variable<'a>>,
    pub(super) result: i64,
    /// The property that errors break here.
    pub(super) breaks: Option<&'a str>,
}

/// Where a thread stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Control<'a> {
    pub(super) tasks: Vec<Task<'a>>,
    pub(super) items: Vec<Item<'a>>,
    pub(super) frames: Vec<Frame<'a>>,
    /// Inside how many things that are one step.
    pub(super) atomic: u32,
}

/// What is left to do from a label on, the last of it first.
pub(super) fn from_label<'a>(stmt: &'a Stmt, label: &str) -> Option<Vec<Task<'a>>> {
    match &stmt.kind {
        StmtKind::Label(name, inner) if name.name == label => Some(vec![Task::Run(At(inner))]),
        StmtKind::Label(_, inner) => from_label(inner, label),
        StmtKind::Block(stmts) => stmts.iter().enumerate().find_map(|(index, inner)| {
            let rest = from_label(inner, label)?;
            let later = stmts[index + 1..].iter().rev().map(|stmt| Task::Run(At(stmt)));
            Some(later.chain(rest).collect())
        }),
        StmtKind::Switch(_, stmts) => stmts.iter().enumerate().find_map(|(index, inner)| {
            let rest = from_label(inner, label)?;
            Some(from_here(&stmts[index + 1..]).into_iter().chain(rest).collect())
        }),
        StmtKind::If(_, yes, no) => from_label(yes, label).or_else(|| no.as_ref().and_then(|no| from_label(no, label))),
        StmtKind::While(_, body) | StmtKind::DoWhile(body, _) | StmtKind::For(_, _, _, body) => {
            let rest = from_label(body, label)?;
            Some([Task::Again(At(stmt))].into_iter().chain(rest).collect())
        }
        _ => None,
    }
}

/// The rest of the block of a `switch`, the last of it first. Labels do nothing.
pub(super) fn from_here<'a>(stmts: &'a [Stmt]) -> Vec<Task<'a>> {
    let later = stmts.iter().rev();
    let later = later.filter(|stmt| !matches!(stmt.kind, StmtKind::Case(_)));
    [Task::EndOfSwitch]
        .into_iter()
        .chain(later.map(|stmt| Task::Run(At(stmt))))
        .collect()
}
