//! Which parts of its variables an expression looks at: `mm_struct[m].flags` needs the flags, not the counters.

use super::expr::{Builtin, Expr, Kind};
use super::temporal::Step;
use super::value::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The part of a variable that matters. Its domain always does.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Footprint {
    /// All of it.
    pub whole: bool,
    /// `v.f` and `v[e].f`, for any `e`: these fields.
    pub fields: BTreeSet<Arc<str>>,
    /// `v["k"]`: what these keys are mapped to.
    pub keys: BTreeSet<Arc<str>>,
}

/// By variable, the part that is read, now or in the next state.
pub type Footprints = BTreeMap<usize, Footprint>;

impl Expr {
    /// What the expression looks at.
    pub fn footprints(&self) -> Footprints {
        let mut found = Footprints::new();
        look(self, &mut Vec::new(), &mut found);
        found
    }
}

impl Step {
    /// What the action and its subscript look at.
    pub fn footprints(&self) -> Footprints {
        let mut found = self.action.footprints();
        look(&self.stutter, &mut Vec::new(), &mut found);
        found
    }
}

/// Arguments that are known where an operator is called, outermost first.
type Known = Vec<Option<Arc<str>>>;

fn look(e: &Expr, known: &mut Known, found: &mut Footprints) {
    match &e.kind {
        Kind::Variable(v) | Kind::Next(v) => found.entry(*v).or_default().whole = true,
        Kind::Call(Builtin::Domain, args) if args.len() == 1 && variable(&args[0]).is_some() => {
            found.entry(variable(&args[0]).unwrap_or_default()).or_default();
        }
        Kind::Field(inner, field) => match (&inner.kind, variable(inner)) {
            (_, Some(v)) => {
                found.entry(v).or_default().fields.insert(field.clone());
            }
            (Kind::Apply(two), None) if variable(&two[0]).is_some() => {
                let v = variable(&two[0]).unwrap_or_default();
                found.entry(v).or_default().fields.insert(field.clone());
                look(&two[1], known, found);
            }
            _ => look(inner, known, found),
        },
        Kind::Apply(two) => match (variable(&two[0]), string(&two[1], known)) {
            (Some(v), Some(key)) => {
                found.entry(v).or_default().keys.insert(key);
            }
            _ => two.iter().for_each(|e| look(e, known, found)),
        },
        Kind::Let(two) => {
            look(&two[0], known, found);
            known.push(string(&two[0], known));
            look(&two[1], known, found);
            known.pop();
        }
        Kind::Named(named) if named.closed => look(&named.body, &mut Known::new(), found),
        Kind::Named(named) => look(&named.body, known, found),
        // Its primed variables are its own, whatever they are numbered.
        Kind::Enabled(action, _) => {
            for variable in action.reads().now {
                found.entry(variable).or_default().whole = true;
            }
        }
        // These bind names of their own; what is known outside is forgotten inside.
        Kind::Choose(..)
        | Kind::Filter(..)
        | Kind::Quantified { .. }
        | Kind::Map(..)
        | Kind::Function(..)
        | Kind::Except(..) => e.for_each_child(&mut |child| look(child, &mut Known::new(), found)),
        _ => e.for_each_child(&mut |child| look(child, known, found)),
    }
}

fn variable(e: &Expr) -> Option<usize> {
    match e.kind {
        Kind::Variable(v) | Kind::Next(v) => Some(v),
        _ => None,
    }
}

fn string(e: &Expr, known: &Known) -> Option<Arc<str>> {
    match &e.kind {
        Kind::Literal(Value::Str(text)) => Some(text.clone()),
        Kind::Local(distance) => known.get(known.len().checked_sub(distance + 1)?)?.clone(),
        _ => None,
    }
}
