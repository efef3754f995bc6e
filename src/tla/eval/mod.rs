//! Evaluation of expressions in a state or a pair of states.

mod builtin;
mod env;
mod functions;
mod sets;
mod successors;

pub(super) use env::{Binding, Env, each};
pub use successors::{ActionLabel, init_states, successors};

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use super::expr::{Expr, ExprKind, Level};
use super::value::Value;
use crate::source::{Diagnostic, Span};

/// Sets larger than this are not written out.
pub(super) const MAX_SET: usize = 1_000_000;
/// An evaluation that takes more steps than this is given up: an operator, or an element of a set that is gone through, is one.
const MAX_STEPS: usize = 50_000_000;

/// A state: the value of each variable, computed when asked for.
pub trait State {
    /// The value of a variable, by its index in [`Specification::variables`](super::Specification::variables).
    fn variable(&self, index: usize) -> Value;
}

impl State for [Value] {
    fn variable(&self, index: usize) -> Value {
        self[index].clone()
    }
}

impl State for Vec<Value> {
    fn variable(&self, index: usize) -> Value {
        self[index].clone()
    }
}

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvalError {
    /// What is wrong.
    pub message: String,
    /// The expression without a value.
    pub span: Span,
    /// The operator in which it stands.
    pub operator: Option<Arc<str>>,
}

impl From<EvalError> for Diagnostic {
    fn from(error: EvalError) -> Diagnostic {
        let place = match &error.operator {
            Some(operator) => format!("in `{operator}`"),
            None => String::new(),
        };
        Diagnostic::at(error.span, error.message).label(place)
    }
}

impl From<Box<EvalError>> for Diagnostic {
    fn from(error: Box<EvalError>) -> Diagnostic {
        (*error).into()
    }
}

/// Evaluates an expression of constant level.
pub fn eval_constant(e: &Expr) -> Result<Value> {
    Eval::new(Side::Absent, Side::Absent, &Steps::default()).eval(e, &Env::Empty)
}

/// Evaluates an expression in a state.
pub fn eval_state(e: &Expr, state: &dyn State) -> Result<Value> {
    Eval::new(Side::Known(state), Side::Absent, &Steps::default()).eval(e, &Env::Empty)
}

/// Whether a state predicate holds in a state.
pub fn eval_predicate(e: &Expr, state: &dyn State) -> Result<bool> {
    Eval::new(Side::Known(state), Side::Absent, &Steps::default()).bool(e, &Env::Empty)
}

/// Whether a pair of states is a step of an action.
pub fn eval_action(e: &Expr, state: &dyn State, next: &dyn State) -> Result<bool> {
    Eval::new(Side::Known(state), Side::Known(next), &Steps::default()).bool(e, &Env::Empty)
}

pub(super) type Result<T, E = Box<EvalError>> = std::result::Result<T, E>;

/// What is known of one of the two states.
#[derive(Clone, Copy)]
pub(super) enum Side<'a> {
    Absent,
    Known(&'a dyn State),
    /// Being found out.
    Partial(&'a RefCell<Vec<Option<Value>>>),
}

/// How many steps an evaluation has taken.
#[derive(Default)]
pub(super) struct Steps(Cell<usize>);

/// Evaluates in a pair of states.
#[derive(Clone, Copy)]
pub(super) struct Eval<'a> {
    pub now: Side<'a>,
    pub next: Side<'a>,
    steps: &'a Steps,
}

impl<'a> Eval<'a> {
    pub(crate) fn new(now: Side<'a>, next: Side<'a>, steps: &'a Steps) -> Self {
        Eval { now, next, steps }
    }

    /// Counts steps; an error if they have become too many.
    fn spend(&self, steps: usize, e: &Expr) -> Result<()> {
        let spent = self.steps.0.get() + steps;
        self.steps.0.set(spent);
        if spent > MAX_STEPS {
            return fail(
                e,
                format!("this takes more than {MAX_STEPS} steps to evaluate, and is given up"),
            );
        }
        Ok(())
    }

    pub(crate) fn eval(&self, e: &Expr, env: &Env<'_>) -> Result<Value> {
        self.spend(1, e)?;
        match &e.kind {
            ExprKind::Literal(value) => Ok(value.clone()),
            ExprKind::Variable(index) => self.side(self.now, *index, e),
            ExprKind::Next(index) => self.side(self.next, *index, e),
            ExprKind::Local(distance) => self.local(env, *distance, e),
            ExprKind::Call(builtin, args) => self.call(*builtin, args, e, env),
            ExprKind::Apply(two) => self.apply(two, e, env),
            ExprKind::Operator(named) if named.closed => self.closed(named, e),
            ExprKind::Operator(named) => self.eval(&named.body, env).map_err(|error| within(error, &named.name)),
            ExprKind::Let(two) => {
                let binding = self.lazy(&two[0], env);
                self.eval(&two[1], &Env::Bound(&binding, env))
            }
            ExprKind::If(three) => {
                let [test, yes, no] = &**three;
                let branch = if self.bool(test, env)? { yes } else { no };
                self.eval(branch, env)
            }
            ExprKind::Case(arms, other) => {
                let arm = self.arm(arms, other.as_deref(), e, env)?;
                self.eval(arm, env)
            }
            ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Quantified { .. }
            | ExprKind::Unchanged(_)
            | ExprKind::Enabled(..)
            | ExprKind::Square(_)
            | ExprKind::Angle(_) => self.logic(e, env).map(Value::Bool),
            ExprKind::Tuple(list) => {
                let values: Result<Vec<Value>> = list.iter().map(|e| self.eval(e, env)).collect();
                Ok(Value::Tuple(values?.into()))
            }
            ExprKind::Record(fields) => self.record(fields, env),
            ExprKind::Function(bounds, body) => self.function(bounds, body, env),
            ExprKind::Except(base, updates) => self.except(base, updates, env),
            ExprKind::Set(list) => {
                let values: Result<Vec<Value>> = list.iter().map(|e| self.eval(e, env)).collect();
                homogeneous(Value::set(values?), e)
            }
            ExprKind::Choose(bound, body) => self.choose(bound, body, e, env),
            ExprKind::Filter(bound, body) => self.filter(bound, body, env),
            ExprKind::Map(body, bounds) => self.map(body, bounds, e, env),
            ExprKind::FunctionSet(two) => self.function_set(two, e, env),
            ExprKind::RecordSet(fields) => self.record_set(fields, e, env),
            ExprKind::Product(list) => self.product(list, e, env),
            ExprKind::Unbound(name) => fail(e, format!("the constant `{name}` has no value")),
            ExprKind::Always(_) | ExprKind::Eventually(_) | ExprKind::LeadsTo(_) | ExprKind::Fair(..) => {
                fail(e, "a temporal formula has no value in a state")
            }
        }
    }

    /// Evaluates what must be a boolean.
    pub(crate) fn bool(&self, e: &Expr, env: &Env<'_>) -> Result<bool> {
        self.spend(1, e)?;
        match &e.kind {
            ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Quantified { .. }
            | ExprKind::Unchanged(_)
            | ExprKind::Enabled(..)
            | ExprKind::Square(_)
            | ExprKind::Angle(_) => self.logic(e, env),
            ExprKind::Operator(named) if !named.closed => {
                self.bool(&named.body, env).map_err(|error| within(error, &named.name))
            }
            _ => match self.eval(e, env)? {
                Value::Bool(b) => Ok(b),
                other => fail(e, format!("this is {}, not a boolean", other.sort())),
            },
        }
    }

    fn logic(&self, e: &Expr, env: &Env<'_>) -> Result<bool> {
        match &e.kind {
            ExprKind::And(list) => {
                for e in list {
                    if !self.bool(e, env)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            ExprKind::Or(list) => {
                for e in list {
                    if self.bool(e, env)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            ExprKind::Quantified { forall, bounds, body } => {
                let sets = self.sets(bounds, env)?;
                let stopped = each(bounds, &sets, env, &mut |env| -> Result<bool> {
                    Ok(self.bool(body, env)? != *forall)
                })?;
                Ok(stopped != *forall)
            }
            ExprKind::Unchanged(two) => self.unchanged(two, env),
            ExprKind::Square(two) => Ok(self.bool(&two[0], env)? || self.bool(&two[1], env)?),
            ExprKind::Angle(two) => Ok(self.bool(&two[0], env)? && !self.bool(&two[1], env)?),
            ExprKind::Enabled(action, unknowns) => successors::enabled(self, action, *unknowns, env),
            _ => fail(e, "this is not a boolean"),
        }
    }

    /// `v' = v`; of a tuple, its parts one by one.
    fn unchanged(&self, two: &[Expr; 2], env: &Env<'_>) -> Result<bool> {
        let [now, next] = two;
        if let (ExprKind::Tuple(a), ExprKind::Tuple(b)) = (&now.kind, &next.kind) {
            for (a, b) in a.iter().zip(b) {
                if self.eval(a, env)? != self.eval(b, env)? {
                    return Ok(false);
                }
            }
            return Ok(true);
        }
        Ok(self.eval(now, env)? == self.eval(next, env)?)
    }

    fn side(&self, side: Side<'_>, index: usize, e: &Expr) -> Result<Value> {
        match side {
            Side::Known(state) => Ok(state.variable(index)),
            Side::Partial(state) => match state.borrow().get(index) {
                Some(Some(value)) => Ok(value.clone()),
                _ => fail(e, "this variable is used before an action says what its value is"),
            },
            Side::Absent if e.level == Level::Action => fail(e, "a primed variable, where only one state is given"),
            Side::Absent => fail(e, "a variable, where no state is given"),
        }
    }

    fn local(&self, env: &Env<'_>, distance: usize, e: &Expr) -> Result<Value> {
        match env.binding(distance) {
            Some(Binding::Value(value)) => Ok((*value).clone()),
            Some(Binding::Lazy(lazy)) => {
                if let Some(value) = lazy.known.get() {
                    return Ok(value.clone());
                }
                let value = self.eval(lazy.expr, lazy.env)?;
                if self.keeps(lazy.expr) {
                    let _ = lazy.known.set(value.clone());
                }
                Ok(value)
            }
            None => fail(e, "a name that is not bound"),
        }
    }

    /// Whether a value stays right for as long as its name is bound: not while the states are being found out.
    fn keeps(&self, e: &Expr) -> bool {
        let partial = |side| matches!(side, Side::Partial(_));
        match e.level {
            Level::Constant => true,
            Level::State => !partial(self.now),
            _ => !partial(self.now) && !partial(self.next),
        }
    }

    fn closed(&self, named: &super::expr::OperatorCall, e: &Expr) -> Result<Value> {
        if let Some(value) = named.constant.get() {
            return Ok(value.clone());
        }
        let value = self.eval(&named.body, &Env::Empty);
        let value = value.map_err(|error| within(error, &named.name))?;
        if e.level == Level::Constant {
            let _ = named.constant.set(value.clone());
        }
        Ok(value)
    }

    pub(crate) fn arm<'e>(
        &self,
        arms: &'e [(Expr, Expr)],
        other: Option<&'e Expr>,
        e: &Expr,
        env: &Env<'_>,
    ) -> Result<&'e Expr> {
        for (guard, value) in arms {
            if self.bool(guard, env)? {
                return Ok(value);
            }
        }
        match other {
            Some(other) => Ok(other),
            None => fail(e, "no arm of this CASE holds, and it has no OTHER"),
        }
    }
}

/// An error about an expression.
pub(super) fn fail<T>(e: &Expr, message: impl Into<String>) -> Result<T> {
    Err(Box::new(EvalError {
        message: message.into(),
        span: e.span,
        operator: None,
    }))
}

/// Names the innermost operator around an error.
pub(super) fn within(mut error: Box<EvalError>, operator: &Arc<str>) -> Box<EvalError> {
    if error.operator.is_none() && !operator.is_empty() {
        error.operator = Some(operator.clone());
    }
    error
}

/// Refuses a set whose elements cannot be told apart.
pub(super) fn homogeneous(set: Value, e: &Expr) -> Result<Value> {
    if let Value::Set(elements) = &set
        && let (Some(first), Some(last)) = (elements.first(), elements.last())
        && std::mem::discriminant(first) != std::mem::discriminant(last)
        && !first.comparable(last)
    {
        let message = format!("a set of both {} and {}", first.sort(), last.sort());
        return fail(e, format!("{message}, which cannot be compared"));
    }
    Ok(set)
}

pub(super) fn equal(a: &Value, b: &Value, e: &Expr) -> Result<bool> {
    if a == b {
        return Ok(true);
    }
    if a.comparable(b) {
        return Ok(false);
    }
    let message = format!("{} ({a}) is compared with {} ({b})", a.sort(), b.sort());
    fail(e, shortened(message))
}

/// Keeps messages readable when values are large.
pub(super) fn shortened(message: String) -> String {
    const LONGEST: usize = 300;
    if message.chars().count() <= LONGEST {
        return message;
    }
    let mut short: String = message.chars().take(LONGEST).collect();
    short.push_str("...");
    short
}
