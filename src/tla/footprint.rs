//! Which parts of its variables an expression looks at: `mm_struct[m].flags` needs the flags, not the counters.
//!
//! It is read off the resolved tree, where `f.x` and `f["x"]` are one node, and errs on the side of more: a variable that is not
//! applied to arguments where it stands is looked at as a whole.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use super::expr::{Builtin, Expr, ExprKind, OperatorCall};
use super::temporal::SubscriptedAction;
use super::value::Value;

/// The parts of a variable that matter, each by the arguments that lead to it. The domain of the variable always does.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Footprint(BTreeSet<Path>);

/// `v["a"][e].f` looks at `a`, then at something, then at `f`.
type Path = Vec<Option<Arc<str>>>;

/// By variable, the parts that are read, now or in the next state.
pub type Footprints = BTreeMap<usize, Footprint>;

impl Footprint {
    /// All of it.
    pub(crate) fn whole() -> Self {
        Footprint(BTreeSet::from([Path::new()]))
    }

    /// Whether what these arguments lead to is looked at, at least in part.
    pub(crate) fn covers(&self, arguments: &[&str]) -> bool {
        let meets = |path: &Path| {
            path.iter()
                .zip(arguments)
                .all(|(step, name)| step.as_deref().is_none_or(|step| step == *name))
        };
        self.0.iter().any(meets)
    }
}

impl Expr {
    /// What the expression looks at.
    pub fn footprints(&self) -> Footprints {
        Reader::default().read([self])
    }
}

impl SubscriptedAction {
    /// What the action and its subscript look at.
    pub(crate) fn footprints(&self) -> Footprints {
        Reader::default().read([&self.action, &self.stutter])
    }
}

#[derive(Default)]
struct Reader {
    found: Footprints,
    /// The strings that bound names are known to stand for, outermost first.
    known: Path,
    /// Definitions that have been read.
    done: HashSet<*const OperatorCall>,
}

impl Reader {
    fn read<const N: usize>(mut self, expressions: [&Expr; N]) -> Footprints {
        expressions.into_iter().for_each(|e| self.look(e));
        self.found
    }

    fn look(&mut self, e: &Expr) {
        match &e.kind {
            ExprKind::Variable(_) | ExprKind::Next(_) | ExprKind::Apply(_) => self.application(e),
            ExprKind::Call(Builtin::Domain, args) => match variable(&args[0]) {
                Some(v) => {
                    self.found.entry(v).or_default();
                }
                None => self.look(&args[0]),
            },
            ExprKind::Let(two) => {
                self.look(&two[0]);
                self.known.push(self.string(&two[0]));
                self.look(&two[1]);
                self.known.pop();
            }
            ExprKind::Operator(named) if named.closed => {
                if self.done.insert(Arc::as_ptr(named)) {
                    self.apart(|reader| reader.look(&named.body));
                }
            }
            // Its primed variables are not read but sought, and are its own, whatever they are numbered.
            ExprKind::Enabled(action, _) => {
                for variable in action.reads().now {
                    self.found.insert(variable, Footprint::whole());
                }
            }
            // These bind names of their own; what is known outside is forgotten inside.
            ExprKind::Choose(..)
            | ExprKind::Filter(..)
            | ExprKind::Quantified { .. }
            | ExprKind::Map(..)
            | ExprKind::Function(..)
            | ExprKind::Except(..) => e.for_each_child(&mut |child| self.apart(|reader| reader.look(child))),
            _ => e.for_each_child(&mut |child| self.look(child)),
        }
    }

    /// `v[a][b]`: what the arguments lead to, and what they look at themselves.
    fn application(&mut self, e: &Expr) {
        let (mut function, mut path) = (e, Path::new());
        while let ExprKind::Apply(two) = &function.kind {
            self.look(&two[1]);
            path.push(self.string(&two[1]));
            function = &two[0];
        }
        path.reverse();
        match variable(function) {
            Some(v) => {
                self.found.entry(v).or_default().0.insert(path);
            }
            None => self.look(function),
        }
    }

    /// Reads with no name known.
    fn apart(&mut self, read: impl FnOnce(&mut Self)) {
        let known = std::mem::take(&mut self.known);
        read(self);
        self.known = known;
    }

    fn string(&self, e: &Expr) -> Option<Arc<str>> {
        match &e.kind {
            ExprKind::Literal(Value::Str(text)) => Some(text.clone()),
            ExprKind::Local(distance) => self.known.get(self.known.len().checked_sub(distance + 1)?)?.clone(),
            _ => None,
        }
    }
}

fn variable(e: &Expr) -> Option<usize> {
    match e.kind {
        ExprKind::Variable(v) | ExprKind::Next(v) => Some(v),
        _ => None,
    }
}
