//! Why a pair of states is no step of an action: for each disjunct, the first conjunct that is false.

use super::eval::{Env, Eval, EvalError, Side, State, Steps, each};
use super::expr::{Expr, ExprKind};
use super::specification::Specification;
use crate::source::Span;

/// A disjunct of an action and what is false in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blame {
    /// The disjunct: the operator it leads to, with the arguments that come closest.
    pub action: String,
    /// The false conjunct, as written, on one line.
    pub conjunct: String,
    /// The module it stands in.
    pub module: String,
    /// The line it stands on.
    pub line: u32,
    /// The place.
    pub span: Span,
}

/// For each named disjunct of a false action the first conjunct that is false; nothing if the action is true.
pub fn explain(spec: &Specification, action: &Expr, state: &dyn State, next: &dyn State) -> Result<Vec<Blame>> {
    let steps = Steps::default();
    let eval = Eval::new(Side::Known(state), Side::Known(next), &steps);
    if eval.bool(action, &Env::Empty)? {
        return Ok(Vec::new());
    }
    let mut reader = Reader {
        eval,
        found: Vec::new(),
    };
    reader.disjuncts(action, &Env::Empty, &Disjunct::unnamed(action))?;
    let blames = reader.found.into_iter().map(|found| {
        let file = spec.sources().file(found.conjunct.file);
        let text = spec.sources().text(found.conjunct);
        Blame {
            action: found.action,
            conjunct: text.split_whitespace().collect::<Vec<_>>().join(" "),
            module: file.name.trim_end_matches(".tla").to_string(),
            line: spec.sources().line(found.conjunct),
            span: found.conjunct,
        }
    });
    Ok(blames.collect())
}

#[derive(Clone)]
struct Disjunct {
    name: String,
    call: Span,
}

impl Disjunct {
    fn unnamed(e: &Expr) -> Disjunct {
        Disjunct {
            name: String::new(),
            call: e.span,
        }
    }
}

struct Found {
    action: String,
    call: Span,
    /// How far the conjuncts before hold; the furthest of several choices is reported.
    progress: Vec<usize>,
    conjunct: Span,
}

struct Reader<'a> {
    eval: Eval<'a>,
    found: Vec<Found>,
}

type Result<T> = std::result::Result<T, Box<EvalError>>;

impl Reader<'_> {
    fn disjuncts(&mut self, e: &Expr, env: &Env<'_>, within: &Disjunct) -> Result<()> {
        match &e.kind {
            ExprKind::Or(list) => list.iter().try_for_each(|e| self.disjuncts(e, env, within)),
            ExprKind::Square(two) => self.disjuncts(&two[0], env, within),
            ExprKind::Let(two) => {
                let binding = self.eval.lazy(&two[0], env);
                self.disjuncts(&two[1], &Env::Bound(&binding, env), within)
            }
            ExprKind::Quantified {
                forall: false,
                bounds,
                body,
            } => {
                let sets = self.eval.sets(bounds, env)?;
                if sets.iter().any(|s| s.is_empty()) {
                    self.add(within, Vec::new(), e.span);
                }
                each(bounds, &sets, env, &mut |env| {
                    self.disjuncts(body, env, within).map(|()| false)
                })
                .map(|_| ())
            }
            ExprKind::Operator(named) => {
                let env = if named.closed { &Env::Empty } else { env };
                let mut inner = within.clone();
                if !named.name.is_empty() {
                    inner.name = named.name.to_string();
                    inner.call = e.span;
                    for (i, arg) in named.args.iter().enumerate() {
                        let arg = self.eval.eval(arg, env)?;
                        let before = if i == 0 { "(" } else { ", " };
                        inner.name += &format!("{before}{arg}");
                    }
                    inner.name += if named.args.is_empty() { "" } else { ")" };
                }
                self.disjuncts(&named.body, env, &inner)
            }
            _ => {
                let mut progress = Vec::new();
                if let Some(conjunct) = self.conjunct(e, env, &mut progress)? {
                    self.add(within, progress, conjunct);
                }
                Ok(())
            }
        }
    }

    fn add(&mut self, disjunct: &Disjunct, progress: Vec<usize>, conjunct: Span) {
        let new = Found {
            action: disjunct.name.clone(),
            call: disjunct.call,
            progress,
            conjunct,
        };
        match self.found.iter_mut().find(|f| f.call == new.call) {
            Some(known) if known.progress < new.progress => *known = new,
            Some(_) => {}
            None => self.found.push(new),
        }
    }

    /// The innermost conjunct that makes an expression false.
    fn conjunct(&self, e: &Expr, env: &Env<'_>, progress: &mut Vec<usize>) -> Result<Option<Span>> {
        match &e.kind {
            ExprKind::And(list) => {
                for (index, e) in list.iter().enumerate() {
                    progress.push(index);
                    if let Some(found) = self.conjunct(e, env, progress)? {
                        return Ok(Some(found));
                    }
                    progress.pop();
                }
                Ok(None)
            }
            ExprKind::Operator(named) => {
                let env = if named.closed { &Env::Empty } else { env };
                let found = self.conjunct(&named.body, env, progress)?;
                let conjunction = matches!(named.body.kind, ExprKind::And(_));
                Ok(found.map(|inner| if conjunction { inner } else { e.span }))
            }
            ExprKind::Let(two) => {
                let binding = self.eval.lazy(&two[0], env);
                self.conjunct(&two[1], &Env::Bound(&binding, env), progress)
            }
            ExprKind::If(three) => {
                let branch = if self.eval.bool(&three[0], env)? { 1 } else { 2 };
                self.conjunct(&three[branch], env, progress)
            }
            ExprKind::Angle(two) => match self.conjunct(&two[0], env, progress)? {
                None if self.eval.bool(&two[1], env)? => Ok(Some(e.span)),
                found => Ok(found),
            },
            _ => Ok((!self.eval.bool(e, env)?).then_some(e.span)),
        }
    }
}
