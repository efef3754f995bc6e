//! Formulas that say: the states, seen through an instance of a module, behave as its specification says.
//!
//! They are recognised in the resolved formula, so that neither comments nor parentheses, nor the order of operands, nor names that
//! stand for parts of it make a difference.

use std::sync::Arc;

use super::expr::{Builtin, Expr, ExprKind, Level};
use super::resolve::Resolver;
use super::specification::Specification;
use super::temporal::{Abstraction, Around, Behaviour, SubscriptedAction, Temporal, classify, closed};
use crate::source::Diagnostic;

/// `Abs!Spec`, or `Abs!SafeSpec /\ (Abs!Fair \/ <>Failed)`, taken apart.
#[derive(Debug, Clone)]
pub struct Refinement {
    context: usize,
    /// What holds at first, over the abstract variables.
    pub init: Vec<Expr>,
    /// `[][Next]_v`, over the abstract variables; never empty.
    pub next: Vec<SubscriptedAction>,
    /// What it says of runs that do not end.
    pub progress: Vec<Excused>,
}

/// A promise that some runs are excused from.
#[derive(Debug, Clone)]
pub struct Excused {
    /// The promise, over the abstract variables.
    pub promise: Temporal,
    /// `Failed`, over the concrete variables: a run in which it is true once need not keep the promise.
    pub unless: Option<Expr>,
}

impl Refinement {
    /// The module whose specification it is.
    pub(crate) fn abstraction<'s>(&self, spec: &'s Specification) -> Result<Abstraction<'s>, Diagnostic> {
        Abstraction::new(spec, self.context)
    }
}

impl Specification {
    /// The definition of this name as a refinement, if it is one: a conjunction of formulas of one instance, `[][Next]_v` among
    /// them; in those that say nothing of a single state or step, `\/ <>Excuse` may stand beside.
    pub(crate) fn refinement(&self, name: &str) -> Result<Option<Refinement>, Diagnostic> {
        let mut reader = Reader::default();
        if reader.conjunction(&self.operator(name)?).is_none() {
            return Ok(None);
        }
        let Some(context) = reader.context else {
            return Ok(None);
        };
        let mut found = Refinement {
            context,
            init: Vec::new(),
            next: Vec::new(),
            progress: Vec::new(),
        };
        for clause in reader.clauses {
            let parts = clause.abstract_parts.iter();
            let parts = parts.map(|name| Resolver::new(self, Some(context)).operator(context, name));
            // A specification that also depends on the world outside its instance is no refinement, but a formula like others.
            let Ok(parts) = parts.collect::<Result<Vec<Expr>, Diagnostic>>() else {
                return Ok(None);
            };
            let mut parts: Vec<Temporal> = parts.iter().map(classify).collect::<Result<_, _>>()?;
            let formula = match parts.len() {
                1 => parts.remove(0),
                _ => Temporal::Or(parts),
            };
            let behaviour = Behaviour::new(formula);
            let unless = any(clause.excuses);
            if unless.is_some() && !(behaviour.init.is_empty() && behaviour.next.is_empty()) {
                return Ok(None);
            }
            let promises = behaviour.progress().into_iter();
            found.progress.extend(promises.map(|promise| Excused {
                promise,
                unless: unless.clone(),
            }));
            found.init.extend(behaviour.init);
            found.next.extend(behaviour.next);
        }
        Ok((!found.next.is_empty()).then_some(found))
    }
}

/// The disjunction of predicates, if there are any.
fn any(mut predicates: Vec<Expr>) -> Option<Expr> {
    let last = predicates.pop()?;
    if predicates.is_empty() {
        return Some(last);
    }
    let span = last.span;
    predicates.push(last);
    Some(ExprKind::Or(predicates).with_span(span))
}

/// `Abs!F \/ Abs!G \/ <>P \/ <>Q`
#[derive(Default)]
struct Clause {
    /// `F` and `G`
    abstract_parts: Vec<Arc<str>>,
    /// `P` and `Q`
    excuses: Vec<Expr>,
}

/// Takes a formula apart; none as soon as it is not of the form.
#[derive(Default)]
struct Reader {
    /// The instance that it speaks of.
    context: Option<usize>,
    clauses: Vec<Clause>,
    around: Around,
}

impl Reader {
    fn conjunction(&mut self, e: &Expr) -> Option<()> {
        match &e.kind {
            ExprKind::And(list) => list.iter().try_for_each(|e| self.conjunction(e)),
            _ if looks_through(e) => self.inside(e, &mut Reader::conjunction),
            _ => {
                let mut clause = Clause::default();
                self.disjunction(e, &mut clause)?;
                (!clause.abstract_parts.is_empty()).then(|| self.clauses.push(clause))
            }
        }
    }

    fn disjunction(&mut self, e: &Expr, clause: &mut Clause) -> Option<()> {
        match &e.kind {
            ExprKind::Or(list) => list.iter().try_for_each(|e| self.disjunction(e, clause)),
            ExprKind::Call(Builtin::Not, args) => self.negation(&args[0], clause),
            ExprKind::Call(Builtin::Implies, args) => {
                self.negation(&args[0], clause)?;
                self.disjunction(&args[1], clause)
            }
            ExprKind::Eventually(inner) if inner.level <= Level::State => {
                clause.excuses.push(closed(inner, &self.around));
                Some(())
            }
            ExprKind::Operator(named) if named.context != 0 => {
                let same = *self.context.get_or_insert(named.context) == named.context;
                if !same || !named.args.is_empty() {
                    return None;
                }
                clause.abstract_parts.push(named.name.clone());
                Some(())
            }
            _ if looks_through(e) => self.inside(e, &mut |reader, e| reader.disjunction(e, clause)),
            _ => None,
        }
    }

    /// What is true if the formula is not.
    fn negation(&mut self, e: &Expr, clause: &mut Clause) -> Option<()> {
        match &e.kind {
            ExprKind::And(list) => list.iter().try_for_each(|e| self.negation(e, clause)),
            ExprKind::Call(Builtin::Not, args) => self.disjunction(&args[0], clause),
            ExprKind::Always(inner) if inner.level <= Level::State => {
                let inner = closed(inner, &self.around);
                let span = inner.span;
                clause
                    .excuses
                    .push(ExprKind::Call(Builtin::Not, vec![inner]).with_span(span));
                Some(())
            }
            _ if looks_through(e) => self.inside(e, &mut |reader, e| reader.negation(e, clause)),
            _ => None,
        }
    }

    /// What a name of the concrete module, or one of `LET`, stands for.
    fn inside(&mut self, e: &Expr, read: &mut dyn FnMut(&mut Self, &Expr) -> Option<()>) -> Option<()> {
        match &e.kind {
            ExprKind::Operator(named) if named.closed => {
                let around = std::mem::take(&mut self.around);
                let found = read(self, &named.body);
                self.around = around;
                found
            }
            ExprKind::Operator(named) => read(self, &named.body),
            ExprKind::Let(two) => {
                self.around.push(two[0].clone());
                let found = read(self, &two[1]);
                self.around.pop();
                found
            }
            ExprKind::Local(distance) => {
                let position = self.around.len().checked_sub(distance + 1)?;
                let value = self.around[position].clone();
                let inner = self.around.split_off(position);
                let found = read(self, &value);
                self.around.extend(inner);
                found
            }
            _ => None,
        }
    }
}

/// Whether a formula is a name for another one.
fn looks_through(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Operator(named) => named.context == 0,
        ExprKind::Let(_) | ExprKind::Local(_) => true,
        _ => false,
    }
}
