//! Temporal formulas, taken apart down to what holds in a state or a step.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::eval::{EvalError, State, eval_action, eval_constant, eval_predicate};
use super::expr::{Builtin, Expr, ExprKind, Level};
use super::resolve::Resolver;
use super::specification::{Entity, Specification};
use super::value::Value;
use crate::source::{Diagnostic, Span};

/// A temporal formula. Quantifiers over constant sets are written out.
#[derive(Debug, Clone)]
pub enum Temporal {
    /// A state predicate.
    State(Expr),
    /// `[A]_v` under `[]`, or `<<A>>_v` under `<>`.
    Action(SubscriptedAction),
    /// `[]F`
    Always(Box<Temporal>),
    /// `<>F`
    Eventually(Box<Temporal>),
    /// `F ~> G`
    LeadsTo(Box<Temporal>, Box<Temporal>),
    /// `~F`
    Not(Box<Temporal>),
    /// `F /\ G`
    And(Vec<Temporal>),
    /// `F \/ G`
    Or(Vec<Temporal>),
    /// `F => G`
    Implies(Box<Temporal>, Box<Temporal>),
    /// `WF_v(A)` or `SF_v(A)`
    Fair(Fairness),
}

/// An action with its subscript.
#[derive(Debug, Clone)]
pub struct SubscriptedAction {
    /// The action.
    pub action: Expr,
    /// `UNCHANGED v`.
    pub stutter: Expr,
}

impl SubscriptedAction {
    /// `[A]_v`: the pair is a step of the action or leaves the subscript unchanged.
    pub fn allows(&self, state: &dyn State, next: &dyn State) -> Result<bool, Box<EvalError>> {
        Ok(eval_action(&self.stutter, state, next)? || eval_action(&self.action, state, next)?)
    }

    /// The variables that are parts of the subscript by themselves: what leaves `v` unchanged leaves them unchanged.
    pub(crate) fn subscript(&self) -> BTreeSet<usize> {
        let mut variables = BTreeSet::new();
        unchanged(&self.stutter, &mut variables);
        variables
    }

    /// `<<A>>_v`: the pair is a step of the action and changes the subscript.
    pub(crate) fn takes(&self, state: &dyn State, next: &dyn State) -> Result<bool, Box<EvalError>> {
        Ok(!eval_action(&self.stutter, state, next)? && eval_action(&self.action, state, next)?)
    }
}

fn unchanged(e: &Expr, variables: &mut BTreeSet<usize>) {
    match &e.kind {
        ExprKind::And(parts) => parts.iter().for_each(|part| unchanged(part, variables)),
        ExprKind::Operator(named) => unchanged(&named.body, variables),
        ExprKind::Unchanged(two) => variables.extend(variable(&two[0])),
        _ => {}
    }
}

fn variable(e: &Expr) -> Option<usize> {
    match &e.kind {
        ExprKind::Variable(index) => Some(*index),
        ExprKind::Operator(named) => variable(&named.body),
        _ => None,
    }
}

/// A fairness condition.
#[derive(Debug, Clone)]
pub struct Fairness {
    /// Whether it is strong.
    pub strong: bool,
    /// The action, as `<<A>>_v`.
    pub step: SubscriptedAction,
    /// `ENABLED <<A>>_v`, a state predicate.
    pub enabled: Expr,
    /// Where it is written.
    pub span: Span,
}

impl Fairness {
    /// Whether the action has a step in a state.
    pub fn is_enabled(&self, state: &dyn State) -> Result<bool, Box<EvalError>> {
        eval_predicate(&self.enabled, state)
    }
}

/// A specification `Init /\ [][Next]_v /\ Fairness`, taken apart.
#[derive(Debug, Clone, Default)]
pub struct Behaviour {
    /// The state predicates: what holds at first.
    pub init: Vec<Expr>,
    /// `[][Next]_v`, usually one.
    pub next: Vec<SubscriptedAction>,
    /// `WF_v(A)` and `SF_v(A)`.
    pub fairness: Vec<Fairness>,
    /// Everything else.
    pub liveness: Vec<Temporal>,
}

/// An instantiated module by itself: its variables are the state, and each is an expression of the module outside.
#[derive(Debug)]
pub struct Abstraction<'s> {
    spec: &'s Specification,
    context: usize,
    /// The abstract variables: states are vectors in this order.
    pub variables: Vec<Arc<str>>,
    /// What each abstract variable is in a concrete state.
    pub mapping: Vec<Expr>,
}

impl Specification {
    /// A temporal formula; or a state predicate or action, which is one too.
    pub fn temporal(&self, name: &str) -> Result<Temporal, Diagnostic> {
        classify(&self.operator(name)?)
    }

    /// A specification such as `Spec`, or `Abs!Spec` in terms of the variables outside the instance.
    pub fn behaviour(&self, name: &str) -> Result<Behaviour, Diagnostic> {
        Ok(Behaviour::new(self.temporal(name)?))
    }

    /// A next-state action as `INIT` and `NEXT` of a .cfg mean it: every step is a step of it.
    pub(crate) fn unsubscripted(&self, name: &str) -> Result<SubscriptedAction, Diagnostic> {
        let action = self.operator(name)?;
        let stutter = ExprKind::Literal(Value::Bool(false)).with_span(action.span());
        Ok(SubscriptedAction { action, stutter })
    }

    /// The module behind a named instance of the root module: `Abs == INSTANCE M WITH x <- e`.
    pub fn abstraction(&self, instance: &str) -> Result<Abstraction<'_>, Diagnostic> {
        let root = &self.contexts[0];
        let Some(Entity::Instance(context)) = self.lookup(0, root.module, instance) else {
            return Err(Diagnostic::general(format!("`{instance}` is no instance of a module")));
        };
        Abstraction::new(self, *context)
    }
}

impl<'s> Abstraction<'s> {
    /// The module of a context.
    pub(super) fn new(spec: &'s Specification, context: usize) -> Result<Self, Diagnostic> {
        let variables = spec.contexts[context].variables.clone();
        let mut resolver = Resolver::new(spec, None);
        let mapping = variables.iter().map(|v| resolver.operator(context, v));
        Ok(Abstraction {
            spec,
            context,
            mapping: mapping.collect::<Result<_, _>>()?,
            variables,
        })
    }

    /// An operator of the abstract module, over the abstract variables.
    pub(crate) fn operator(&self, name: &str) -> Result<Expr, Diagnostic> {
        Resolver::new(self.spec, Some(self.context)).operator(self.context, name)
    }

    /// A temporal formula of the abstract module, over the abstract variables.
    pub(crate) fn temporal(&self, name: &str) -> Result<Temporal, Diagnostic> {
        classify(&self.operator(name)?)
    }

    /// A specification of the abstract module, over the abstract variables.
    pub fn behaviour(&self, name: &str) -> Result<Behaviour, Diagnostic> {
        Ok(Behaviour::new(self.temporal(name)?))
    }

    /// The abstract state behind a concrete one.
    pub fn state(&self, concrete: &dyn State) -> Result<Vec<Value>, Box<EvalError>> {
        let values = self.mapping.iter();
        values.map(|e| super::eval::eval_state(e, concrete)).collect()
    }
}

impl Behaviour {
    /// What holds at first, as one predicate; none if nothing is said of it.
    pub(crate) fn start(&self) -> Option<Expr> {
        let span = self.init.first()?.span;
        Some(ExprKind::And(self.init.clone()).with_span(span))
    }

    /// What it says of runs that do not end: its fairness and its other temporal formulas.
    pub(crate) fn progress(&self) -> Vec<Temporal> {
        let fairness = self.fairness.iter().cloned().map(Temporal::Fair);
        fairness.chain(self.liveness.iter().cloned()).collect()
    }

    pub(super) fn new(formula: Temporal) -> Behaviour {
        let mut behaviour = Behaviour::default();
        behaviour.add(formula);
        behaviour
    }

    fn add(&mut self, formula: Temporal) {
        match formula {
            Temporal::And(list) => list.into_iter().for_each(|f| self.add(f)),
            Temporal::State(e) => self.init.push(e),
            Temporal::Fair(fairness) => self.fairness.push(fairness),
            Temporal::Always(inner) => match *inner {
                Temporal::Action(step) => self.next.push(step),
                other => self.liveness.push(Temporal::Always(Box::new(other))),
            },
            other => self.liveness.push(other),
        }
    }
}

impl Temporal {
    /// The formulas of which this one is the conjunction; itself, if it is none.
    pub(crate) fn conjuncts(&self) -> Vec<&Temporal> {
        match self {
            Temporal::And(parts) => parts.iter().flat_map(Temporal::conjuncts).collect(),
            other => vec![other],
        }
    }
}

/// Takes a formula apart. Negations are pushed to the predicates, so that `~<>~P` is `[]P` and is decided like it.
pub fn classify(e: &Expr) -> Result<Temporal, Diagnostic> {
    Ok(formula(e, &mut Vec::new())?.plain())
}

impl Temporal {
    /// The same formula, with no negation but before predicates and steps, and without repeated operators.
    fn plain(self) -> Temporal {
        let plain = |inner: Box<Temporal>| Box::new(inner.plain());
        match self {
            Temporal::Not(inner) => inner.plain().negated(),
            Temporal::Always(inner) => match inner.plain() {
                always @ (Temporal::Always(_) | Temporal::LeadsTo(..)) => always,
                other => Temporal::Always(Box::new(other)),
            },
            Temporal::Eventually(inner) => match inner.plain() {
                eventually @ Temporal::Eventually(_) => eventually,
                other => Temporal::Eventually(Box::new(other)),
            },
            Temporal::LeadsTo(from, to) => Temporal::LeadsTo(plain(from), plain(to)),
            Temporal::Implies(from, to) => Temporal::Implies(plain(from), plain(to)),
            Temporal::And(parts) => Temporal::And(parts.into_iter().map(Temporal::plain).collect()),
            Temporal::Or(parts) => Temporal::Or(parts.into_iter().map(Temporal::plain).collect()),
            Temporal::State(_) | Temporal::Action(_) | Temporal::Fair(_) => self,
        }
    }

    fn negated(self) -> Temporal {
        let negated = |parts: Vec<Temporal>| parts.into_iter().map(Temporal::negated).collect();
        match self {
            Temporal::State(predicate) => {
                let span = predicate.span;
                Temporal::State(ExprKind::Call(Builtin::Not, vec![predicate]).with_span(span))
            }
            Temporal::Not(inner) => *inner,
            Temporal::And(parts) => Temporal::Or(negated(parts)),
            Temporal::Or(parts) => Temporal::And(negated(parts)),
            Temporal::Implies(from, to) => Temporal::And(vec![*from, to.negated()]),
            // A step means one thing under `[]` and another under `<>`.
            Temporal::Always(inner) if !inner.has_step() => Temporal::Eventually(Box::new(inner.negated())),
            Temporal::Eventually(inner) if !inner.has_step() => Temporal::Always(Box::new(inner.negated())),
            other => Temporal::Not(Box::new(other)),
        }
    }

    fn has_step(&self) -> bool {
        match self {
            Temporal::State(_) | Temporal::Fair(_) => false,
            Temporal::Action(_) => true,
            Temporal::Always(inner) | Temporal::Eventually(inner) | Temporal::Not(inner) => inner.has_step(),
            Temporal::LeadsTo(from, to) | Temporal::Implies(from, to) => from.has_step() || to.has_step(),
            Temporal::And(parts) | Temporal::Or(parts) => parts.iter().any(Temporal::has_step),
        }
    }
}

/// The names bound around a formula, outermost first: values, or expressions over the names before them.
pub(super) type Around = Vec<Expr>;

fn formula(e: &Expr, around: &mut Around) -> Result<Temporal, Diagnostic> {
    if e.level <= Level::State {
        return Ok(Temporal::State(closed(e, around)));
    }
    let boxed = |e: &Expr, around: &mut Around| formula(e, around).map(Box::new);
    Ok(match &e.kind {
        ExprKind::And(list) => Temporal::And(formulas(list, around)?),
        ExprKind::Or(list) => Temporal::Or(formulas(list, around)?),
        ExprKind::Call(Builtin::Not, args) => Temporal::Not(boxed(&args[0], around)?),
        ExprKind::Call(Builtin::Implies, args) => Temporal::Implies(boxed(&args[0], around)?, boxed(&args[1], around)?),
        ExprKind::Call(Builtin::Iff, args) => {
            let (a, b) = (boxed(&args[0], around)?, boxed(&args[1], around)?);
            Temporal::And(vec![Temporal::Implies(a.clone(), b.clone()), Temporal::Implies(b, a)])
        }
        ExprKind::If(three) => {
            let test = boxed(&three[0], around)?;
            let (yes, no) = (boxed(&three[1], around)?, boxed(&three[2], around)?);
            Temporal::And(vec![
                Temporal::Implies(test.clone(), yes),
                Temporal::Implies(Box::new(Temporal::Not(test)), no),
            ])
        }
        ExprKind::Operator(named) if named.closed => formula(&named.body, &mut Vec::new())?,
        ExprKind::Operator(named) => formula(&named.body, around)?,
        ExprKind::Let(two) => {
            around.push(two[0].clone());
            let body = formula(&two[1], around);
            around.pop();
            body?
        }
        ExprKind::Local(distance) => {
            let Some(position) = around.len().checked_sub(distance + 1) else {
                return Err(Diagnostic::at(e.span, "a name that is not bound"));
            };
            let mut outer = around[..position].to_vec();
            formula(&around[position].clone(), &mut outer)?
        }
        ExprKind::Quantified { forall, bounds, body } => {
            let mut parts = Vec::new();
            let sets = bounds.iter().map(|b| constant_set(&b.set, b.parts, around));
            let sets: Vec<_> = sets.collect::<Result<_, _>>()?;
            write_out(&sets, body, around, &mut parts)?;
            if *forall {
                Temporal::And(parts)
            } else {
                Temporal::Or(parts)
            }
        }
        ExprKind::Always(inner) => Temporal::Always(Box::new(under(inner, around, true)?)),
        ExprKind::Eventually(inner) => Temporal::Eventually(Box::new(under(inner, around, false)?)),
        ExprKind::LeadsTo(two) => Temporal::LeadsTo(boxed(&two[0], around)?, boxed(&two[1], around)?),
        ExprKind::Fair(strong, two) => {
            let ExprKind::Angle(parts) = &two[0].kind else {
                return Err(Diagnostic::at(e.span, "a fairness condition without an action"));
            };
            Temporal::Fair(Fairness {
                strong: *strong,
                step: step(parts, around),
                enabled: closed(&two[1], around),
                span: e.span,
            })
        }
        _ => {
            return Err(Diagnostic::at(e.span, "an action where a temporal formula is needed")
                .help("write `[][A]_v` or `<><<A>>_v`"));
        }
    })
}

fn formulas(list: &[Expr], around: &mut Around) -> Result<Vec<Temporal>, Diagnostic> {
    list.iter().map(|e| formula(e, around)).collect()
}

/// What stands under `[]` (a square action) or under `<>` (an angle action), or any formula.
fn under(e: &Expr, around: &mut Around, square: bool) -> Result<Temporal, Diagnostic> {
    if e.level != Level::Action {
        return formula(e, around);
    }
    match &e.kind {
        ExprKind::Square(parts) if square => Ok(Temporal::Action(step(parts, around))),
        ExprKind::Angle(parts) if !square => Ok(Temporal::Action(step(parts, around))),
        ExprKind::Operator(named) if named.closed => under(&named.body, &mut Vec::new(), square),
        ExprKind::Operator(named) => under(&named.body, around, square),
        ExprKind::Let(two) => {
            around.push(two[0].clone());
            let body = under(&two[1], around, square);
            around.pop();
            body
        }
        _ => formula(e, around),
    }
}

fn step(parts: &[Expr; 2], around: &Around) -> SubscriptedAction {
    SubscriptedAction {
        action: closed(&parts[0], around),
        stutter: closed(&parts[1], around),
    }
}

/// An expression with the names around it bound.
pub(super) fn closed(e: &Expr, around: &Around) -> Expr {
    if matches!(&e.kind, ExprKind::Operator(named) if named.closed) {
        return e.clone();
    }
    let mut result = e.clone();
    for value in around.iter().rev() {
        let span = result.span;
        result = ExprKind::Let(Box::new([value.clone(), result])).with_span(span);
        result.level = e.level;
    }
    result
}

/// The elements of a set, each as the values it gives to the names it binds.
fn constant_set(set: &Expr, parts: usize, around: &Around) -> Result<Vec<Vec<Value>>, Diagnostic> {
    if set.level > Level::Constant {
        return Err(
            Diagnostic::at(set.span, "this set changes, and stands around a temporal formula")
                .help("quantify over a constant set"),
        );
    }
    let elements = match eval_constant(&closed(set, around))? {
        Value::Set(elements) => elements,
        other => {
            let message = format!("this is {}, not a set", other.sort());
            return Err(Diagnostic::at(set.span, message));
        }
    };
    let each = elements.iter().map(|element| match element {
        _ if parts == 0 => Ok(vec![element.clone()]),
        Value::Tuple(values) if values.len() == parts => Ok(values.to_vec()),
        other => {
            let message = format!("{other} is not a tuple of {parts} parts");
            Err(Diagnostic::at(set.span, message))
        }
    });
    each.collect()
}

/// How many instances of one quantified temporal formula are written out.
const MAX_PARTS: usize = 1000;

fn write_out(
    sets: &[Vec<Vec<Value>>],
    body: &Expr,
    around: &mut Around,
    parts: &mut Vec<Temporal>,
) -> Result<(), Diagnostic> {
    let Some((set, rest)) = sets.split_first() else {
        if parts.len() >= MAX_PARTS {
            let message = "this quantifier stands for too many temporal formulas";
            return Err(Diagnostic::at(body.span, message));
        }
        parts.push(formula(body, around)?);
        return Ok(());
    };
    for values in set {
        let before = around.len();
        around.extend(values.iter().map(|v| ExprKind::Literal(v.clone()).with_span(body.span)));
        let result = write_out(rest, body, around, parts);
        around.truncate(before);
        result?;
    }
    Ok(())
}
