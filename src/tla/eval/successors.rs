//! Finding the states that an action or an initial predicate allows, the way TLC does: conjuncts from left to right, the
//! first `x' = e` or `x' \in S` gives a variable its value, later ones test it; `\/` and `\E` branch.

use std::cell::RefCell;
use std::sync::Arc;

use super::{Binding, Env, Eval, EvalError, Side, State, Steps, each, fail, within};
use crate::source::Span;
use crate::tla::expr::{Builtin, Expr, ExprKind, OperatorCall};
use crate::tla::specification::Specification;
use crate::tla::value::Value;

/// How deep conjunctions that branch may follow each other.
const MAX_DEPTH: usize = 2_000;

/// Which disjunct of an action a step takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionLabel {
    /// The innermost operator with a name that the disjunction leads to: `exit_mmap_4`; empty if there is none.
    pub name: Arc<str>,
    /// Its arguments.
    pub args: Vec<Value>,
    /// Where it is called.
    pub span: Span,
}

impl std::fmt::Display for ActionLabel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)?;
        for (i, arg) in self.args.iter().enumerate() {
            write!(f, "{}{arg}", if i == 0 { "(" } else { ", " })?;
        }
        f.write_str(if self.args.is_empty() { "" } else { ")" })
    }
}

/// The states that satisfy an initial predicate; one may come more than once.
pub fn init_states(spec: &Specification, init: &Expr) -> Result<Vec<Vec<Value>>, EvalError> {
    let unknown = unknown(spec.variables().len());
    let steps = Steps::default();
    let eval = Eval::new(Side::Partial(&unknown), Side::Absent, &steps);
    let mut states = Vec::new();
    let mut search = Search::new(eval, &unknown, Which::Now);
    let found = search.satisfy(init, &Env::Empty, true, &mut |search| {
        states.push(search.complete(spec, init)?);
        Ok(())
    });
    finished(found)?;
    Ok(states)
}

/// The steps of an action from a state; one may come more than once.
pub fn successors(
    spec: &Specification,
    next: &Expr,
    state: &dyn State,
) -> Result<Vec<(Vec<Value>, ActionLabel)>, EvalError> {
    let unknown = unknown(spec.variables().len());
    let spent = Steps::default();
    let eval = Eval::new(Side::Known(state), Side::Partial(&unknown), &spent);
    let mut steps = Vec::new();
    let mut search = Search::new(eval, &unknown, Which::Next);
    let found = search.satisfy(next, &Env::Empty, true, &mut |search| {
        let label = search.label.take().unwrap_or_else(|| ActionLabel {
            name: "".into(),
            args: Vec::new(),
            span: next.span,
        });
        steps.push((search.complete(spec, next)?, label));
        Ok(())
    });
    finished(found)?;
    Ok(steps)
}

/// Whether an action has a step from the known state of an evaluation.
pub(super) fn enabled(at: &Eval<'_>, action: &Expr, unknowns: usize, env: &Env<'_>) -> Result<bool, Box<EvalError>> {
    let unknown = unknown(unknowns);
    let eval = Eval::new(at.now, Side::Partial(&unknown), at.steps);
    let mut search = Search::new(eval, &unknown, Which::Next);
    match search.satisfy(action, env, false, &mut |_| Err(Stop::Found)) {
        Err(Stop::Found) => Ok(true),
        Err(Stop::Failed(error)) => Err(error),
        Ok(()) => Ok(false),
    }
}

/// Why a search ended early.
enum Stop {
    Found,
    Failed(Box<EvalError>),
}

impl From<Box<EvalError>> for Stop {
    fn from(error: Box<EvalError>) -> Stop {
        Stop::Failed(error)
    }
}

type Found = Result<(), Stop>;
type Then<'t, 'a> = &'t mut dyn FnMut(&mut Search<'a>) -> Found;

#[derive(Clone, Copy, PartialEq)]
enum Which {
    Now,
    Next,
}

/// The search for one unknown state.
struct Search<'a> {
    eval: Eval<'a>,
    unknown: &'a RefCell<Vec<Option<Value>>>,
    which: Which,
    label: Option<ActionLabel>,
    depth: usize,
}

impl<'a> Search<'a> {
    fn new(eval: Eval<'a>, unknown: &'a RefCell<Vec<Option<Value>>>, which: Which) -> Self {
        Search {
            eval,
            unknown,
            which,
            label: None,
            depth: 0,
        }
    }

    /// Calls `then` for every way to satisfy an expression. `top` as long as only disjunctions stand around it.
    fn satisfy(&mut self, e: &Expr, env: &Env<'_>, top: bool, then: Then<'_, 'a>) -> Found {
        self.depth += 1;
        let found = if self.depth > MAX_DEPTH {
            fail(e, "this action nests too deeply").map_err(Stop::from)
        } else {
            self.form(e, env, top, then)
        };
        self.depth -= 1;
        found
    }

    fn form(&mut self, e: &Expr, env: &Env<'_>, top: bool, then: Then<'_, 'a>) -> Found {
        match &e.kind {
            ExprKind::And(list) => self.all(list, env, then),
            ExprKind::Or(list) => list.iter().try_for_each(|e| self.satisfy(e, env, top, &mut *then)),
            ExprKind::Operator(named) => self.named(named, e, env, top, then),
            ExprKind::Let(two) => {
                let binding = self.eval.lazy(&two[0], env);
                self.satisfy(&two[1], &Env::Bound(&binding, env), top, then)
            }
            ExprKind::If(three) => {
                let [test, yes, no] = &**three;
                let branch = if self.eval.bool(test, env)? { yes } else { no };
                self.satisfy(branch, env, false, then)
            }
            ExprKind::Case(arms, other) => {
                let arm = self.eval.arm(arms, other.as_deref(), e, env)?;
                self.satisfy(arm, env, false, then)
            }
            ExprKind::Quantified {
                forall: false,
                bounds,
                body,
            } => {
                let sets = self.eval.sets(bounds, env)?;
                each(bounds, &sets, env, &mut |env| {
                    self.satisfy(body, env, top, &mut *then)?;
                    Ok::<bool, Stop>(false)
                })
                .map(|_| ())
            }
            ExprKind::Quantified { bounds, body, .. } if self.speaks_of_unknown(body) => {
                let sets = self.eval.sets(bounds, env)?;
                let [bound] = &bounds[..] else {
                    return self.test(e, env, then);
                };
                match &sets[..] {
                    [set] if bound.parts == 0 => self.every(set, body, env, then),
                    _ => self.test(e, env, then),
                }
            }
            ExprKind::Square(two) => {
                self.satisfy(&two[0], env, top, &mut *then)?;
                self.satisfy(&two[1], env, top, then)
            }
            ExprKind::Angle(two) => {
                let [action, stutter] = &**two;
                self.satisfy(action, env, top, &mut |search| {
                    if search.eval.bool(stutter, env)? {
                        return Ok(());
                    }
                    then(search)
                })
            }
            ExprKind::Call(Builtin::Implies, args) if args.len() == 2 => {
                if self.eval.bool(&args[0], env)? {
                    self.satisfy(&args[1], env, false, then)
                } else {
                    then(self)
                }
            }
            ExprKind::Call(Builtin::In, args) => match self.unknown_variable(args.first()) {
                Some(index) if args.len() == 2 => {
                    let set = self.eval.elements(&args[1], env)?;
                    for value in set.iter() {
                        self.set(index, Some(value.clone()));
                        let found = then(self);
                        self.set(index, None);
                        found?;
                    }
                    Ok(())
                }
                _ => self.test(e, env, then),
            },
            _ => match self.assign(e, env)? {
                Some(index) => {
                    let found = then(self);
                    self.set(index, None);
                    found
                }
                None => self.test(e, env, then),
            },
        }
    }

    /// Conjuncts, one after the other; those that do not branch are done in a loop.
    fn all(&mut self, list: &[Expr], env: &Env<'_>, then: Then<'_, 'a>) -> Found {
        let mut assigned = Vec::new();
        let mut rest = list;
        let result = loop {
            let Some((first, others)) = rest.split_first() else {
                break then(self);
            };
            match self.simple(first, env, &mut assigned) {
                Ok(Some(true)) => rest = others,
                Ok(Some(false)) => break Ok(()),
                Ok(None) if others.is_empty() => break self.satisfy(first, env, false, then),
                Ok(None) => {
                    break self.satisfy(first, env, false, &mut |search| search.all(others, env, &mut *then));
                }
                Err(error) => break Err(error.into()),
            }
        };
        for index in assigned {
            self.set(index, None);
        }
        result
    }

    /// A conjunct that does not branch: whether it holds, after giving a variable its value.
    fn simple(&mut self, e: &Expr, env: &Env<'_>, assigned: &mut Vec<usize>) -> Result<Option<bool>, Box<EvalError>> {
        if !self.speaks_of_unknown(e) {
            return self.eval.bool(e, env).map(Some);
        }
        match &e.kind {
            ExprKind::Unchanged(_) | ExprKind::Call(Builtin::Equal, _) => match self.assign(e, env)? {
                Some(index) => {
                    assigned.push(index);
                    Ok(Some(true))
                }
                None => self.eval.bool(e, env).map(Some),
            },
            ExprKind::And(list) if list.iter().all(|e| matches!(e.kind, ExprKind::Unchanged(_))) => {
                for e in list {
                    if self.simple(e, env, assigned)? != Some(true) {
                        return Ok(Some(false));
                    }
                }
                Ok(Some(true))
            }
            _ => Ok(None),
        }
    }

    /// `x' = e` or `UNCHANGED x` of a variable without a value yet gives it one.
    fn assign(&mut self, e: &Expr, env: &Env<'_>) -> Result<Option<usize>, Box<EvalError>> {
        let (variable, value) = match &e.kind {
            ExprKind::Call(Builtin::Equal, args) if args.len() == 2 => (&args[0], &args[1]),
            ExprKind::Unchanged(two) => (&two[1], &two[0]),
            _ => return Ok(None),
        };
        let Some(index) = self.unknown_variable(Some(variable)) else {
            return Ok(None);
        };
        let value = self.eval.eval(value, env)?;
        self.set(index, Some(value));
        Ok(Some(index))
    }

    fn every(&mut self, set: &[Value], body: &Expr, env: &Env<'_>, then: Then<'_, 'a>) -> Found {
        let Some((first, rest)) = set.split_first() else {
            return then(self);
        };
        let binding = Binding::Value(first);
        self.satisfy(body, &Env::Bound(&binding, env), false, &mut |search| {
            search.every(rest, body, env, &mut *then)
        })
    }

    fn named(&mut self, named: &Arc<OperatorCall>, e: &Expr, env: &Env<'_>, top: bool, then: Then<'_, 'a>) -> Found {
        let inner = if named.closed { Env::Empty } else { *env };
        let found = if top && !named.name.is_empty() {
            self.satisfy(&named.body, &inner, true, &mut |search| {
                if search.label.is_none() {
                    let args = named.args.iter().map(|a| search.eval.eval(a, &inner));
                    search.label = Some(ActionLabel {
                        name: named.name.clone(),
                        args: args.collect::<Result<_, _>>()?,
                        span: e.span,
                    });
                }
                then(search)
            })
        } else {
            self.satisfy(&named.body, &inner, top, then)
        };
        self.label = None;
        found.map_err(|stop| match stop {
            Stop::Failed(error) => Stop::Failed(within(error, &named.name)),
            found => found,
        })
    }

    fn test(&mut self, e: &Expr, env: &Env<'_>, then: Then<'_, 'a>) -> Found {
        if self.eval.bool(e, env)? { then(self) } else { Ok(()) }
    }

    /// The index of a variable of the unknown state that has no value yet.
    fn unknown_variable(&self, e: Option<&Expr>) -> Option<usize> {
        let mut e = e?;
        while let ExprKind::Operator(named) = &e.kind {
            e = &named.body;
        }
        let index = match (&e.kind, self.which) {
            (ExprKind::Variable(i), Which::Now) | (ExprKind::Next(i), Which::Next) => *i,
            _ => return None,
        };
        matches!(self.unknown.borrow().get(index), Some(None)).then_some(index)
    }

    fn speaks_of_unknown(&self, e: &Expr) -> bool {
        match self.which {
            Which::Now => e.level >= super::Level::State,
            Which::Next => e.level >= super::Level::Action,
        }
    }

    fn set(&self, index: usize, value: Option<Value>) {
        if let Some(place) = self.unknown.borrow_mut().get_mut(index) {
            *place = value;
        }
    }

    fn complete(&self, spec: &Specification, e: &Expr) -> Result<Vec<Value>, Box<EvalError>> {
        let unknown = self.unknown.borrow();
        let mut values = Vec::with_capacity(unknown.len());
        for (index, value) in unknown.iter().enumerate() {
            match value {
                Some(value) => values.push(value.clone()),
                None => {
                    let name = spec.variables().get(index).map_or("?", |n| n);
                    let prime = if self.which == Which::Next { "'" } else { "" };
                    return fail(e, format!("nothing says what `{name}{prime}` is"));
                }
            }
        }
        Ok(values)
    }
}

fn unknown(count: usize) -> RefCell<Vec<Option<Value>>> {
    RefCell::new(vec![None; count])
}

fn finished(found: Found) -> Result<(), EvalError> {
    match found {
        Err(Stop::Failed(error)) => Err(*error),
        Ok(()) | Err(Stop::Found) => Ok(()),
    }
}
