//! The state in the middle of a step, in terms of the state before it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::term::{Op, Selector, Term, Update};
use crate::machine::program::Reg;

/// The pointer to nothing.
const NULL: &str = "\"NULL\"";

/// What a step has done so far.
#[derive(Debug, Clone)]
pub(crate) struct Memory {
    /// Registers that have a value.
    pub registers: BTreeMap<Reg, Term>,
    /// Variables that the step has written, by name.
    shared: BTreeMap<Arc<str>, Shared>,
    /// The set of living objects.
    pub alive: Term,
    /// The locks that the thread holds.
    pub held: Term,
    known: Known,
}

/// A variable and what was written to it.
#[derive(Debug, Clone)]
struct Shared {
    base: Term,
    updates: Vec<Update>,
}

/// What is known on this path, so that it is not asked twice.
#[derive(Debug, Clone, Default)]
struct Known {
    /// What was given a name, so that it gets no second one.
    named: HashMap<Term, Term>,
    objects: HashSet<Term>,
    living: HashSet<Term>,
}

impl Memory {
    /// The state before a step of a thread, with the values of its registers.
    pub(crate) fn new(held: Term, registers: BTreeMap<Reg, Term>) -> Self {
        Memory {
            registers,
            shared: BTreeMap::new(),
            alive: Term::name("alive"),
            held,
            known: Known::default(),
        }
    }

    /// Reads a part of a variable.
    pub(crate) fn read(&self, variable: &str, path: &[Selector]) -> Term {
        let fresh = Shared {
            base: Term::name(variable),
            updates: Vec::new(),
        };
        let shared = self.shared.get(variable).unwrap_or(&fresh);
        let mut perhaps = Vec::new();
        let mut value = None;
        for update in shared.updates.iter().rev() {
            match same_place(&update.path, path) {
                Term::Bool(false) => {}
                Term::Bool(true) => {
                    value = Some(update.value.clone());
                    break;
                }
                condition => perhaps.push((condition, update.value.clone())),
            }
        }
        let value = value.unwrap_or_else(|| select(shared.base.clone(), path));
        perhaps
            .into_iter()
            .rev()
            .fold(value, |rest, (condition, value)| Term::choose(condition, value, rest))
    }

    /// Writes a part of a variable.
    pub(crate) fn write(&mut self, variable: &str, path: Vec<Selector>, value: Term) {
        let shared = self.shared.entry(variable.into()).or_insert_with(|| Shared {
            base: Term::name(variable),
            updates: Vec::new(),
        });
        shared.updates.retain(|update| update.path != path);
        shared.updates.push(Update { path, value });
    }

    /// A variable's value.
    pub(crate) fn variable(&self, name: &str) -> Term {
        match self.shared.get(name) {
            None => Term::name(name),
            Some(shared) if shared.updates.is_empty() => shared.base.clone(),
            Some(shared) => Term::Except(Box::new(shared.base.clone()), shared.updates.clone()),
        }
    }

    /// Gives a variable a value.
    pub(crate) fn set_variable(&mut self, name: &str, base: Term) {
        let updates = Vec::new();
        self.shared.insert(name.into(), Shared { base, updates });
    }

    /// The variables that were written.
    pub(crate) fn written(&self) -> BTreeSet<Arc<str>> {
        self.shared.keys().cloned().collect()
    }

    /// True if a pointer is known not to be `NULL`.
    pub(crate) fn is_object(&self, pointer: &Term) -> bool {
        matches!(pointer, Term::Value(name) if &**name != NULL) || self.known.objects.contains(pointer)
    }

    /// True if an object is known to live.
    pub(crate) fn is_living(&self, pointer: &Term) -> bool {
        self.known.living.contains(pointer)
    }

    /// A pointer is not `NULL` from here on.
    pub(crate) fn assume_object(&mut self, pointer: Term) {
        self.known.objects.insert(pointer);
    }

    /// An object lives, until something is freed.
    pub(crate) fn assume_living(&mut self, pointer: Term) {
        self.known.living.insert(pointer);
    }

    /// Something is freed.
    pub(crate) fn forget_living(&mut self) {
        self.known.living.clear();
    }

    /// The name of a value that has one.
    pub(crate) fn name_of(&self, value: &Term) -> Option<Term> {
        self.known.named.get(value).cloned()
    }

    /// A value has a name from here on.
    pub(crate) fn remember(&mut self, value: Term, name: Term) {
        self.known.named.insert(value, name);
    }

    /// A condition is true from here on.
    pub(crate) fn assume(&mut self, condition: &Term, null: &Term) {
        match condition {
            Term::Infix(Op::And, left, right) => {
                self.assume(left, null);
                self.assume(right, null);
            }
            Term::Infix(Op::Unequal, pointer, other) if **other == *null => self.assume_object((**pointer).clone()),
            _ => {}
        }
    }
}

/// The part of a value at the end of a path.
pub(crate) fn select(base: Term, path: &[Selector]) -> Term {
    path.iter().fold(base, |term, selector| match selector {
        Selector::Field(name) => term.field(name),
        Selector::Index(index) => term.at(index.clone()),
    })
}

/// When two paths lead to the same place.
fn same_place(left: &[Selector], right: &[Selector]) -> Term {
    let same = |(left, right): (&Selector, &Selector)| match (left, right) {
        (Selector::Index(left), Selector::Index(right)) => Term::infix(Op::Equal, left.clone(), right.clone()),
        (left, right) => Term::Bool(left == right),
    };
    // Where the fields differ, nothing is the same.
    let parts: Vec<Term> = left.iter().zip(right).map(same).collect();
    if left.len() != right.len() || parts.contains(&Term::Bool(false)) {
        return Term::Bool(false);
    }
    parts
        .into_iter()
        .fold(Term::Bool(true), |all, part| Term::infix(Op::And, all, part))
}
