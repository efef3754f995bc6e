//! Why a predicate is false in a state: its parts from the outside in, with what they were before and what they are.

use super::eval::{Env, Eval, EvalError, Side, State, Steps, each};
use super::expr::{Builtin, Expr, ExprKind, Level};
use super::specification::Specification;
use super::value::Value;

/// Parts that are shown.
const MOST: usize = 12;

/// A part of a false predicate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// How deep it lies.
    pub depth: usize,
    /// The elements that it speaks of, if it is about some of a set.
    pub of: Option<String>,
    /// As written, on one line.
    pub text: String,
    /// The module it stands in.
    pub module: String,
    /// The line it stands on.
    pub line: u32,
    /// The value in the state before; nothing if there was none, or it was the same.
    pub before: Option<Value>,
    /// The value in the state.
    pub now: Value,
    /// It is why the part around it is false.
    pub fails: bool,
    /// What makes it false comes after it.
    pub wraps: bool,
}

/// The parts of a predicate that is false in a state; nothing if it is true.
///
/// # Errors
///
/// A part has no value.
pub fn falsehood(
    spec: &Specification,
    predicate: &Expr,
    before: Option<&dyn State>,
    now: &dyn State,
) -> Result<Vec<Part>, Box<EvalError>> {
    let steps = (Steps::default(), Steps::default());
    let mut reader = Reader {
        spec,
        before: before.map(|before| Eval::new(Side::Known(before), Side::Absent, &steps.0)),
        now: Eval::new(Side::Known(now), Side::Absent, &steps.1),
        parts: Vec::new(),
    };
    if !reader.now.bool(predicate, &Env::Empty)? {
        reader.failing(predicate, &Env::Empty, 0)?;
    }
    reader.parts.truncate(MOST);
    Ok(reader.parts)
}

struct Reader<'a> {
    spec: &'a Specification,
    before: Option<Eval<'a>>,
    now: Eval<'a>,
    parts: Vec<Part>,
}

type Result<T, E = Box<EvalError>> = std::result::Result<T, E>;

impl Reader<'_> {
    fn add(&mut self, e: &Expr, env: &Env<'_>, depth: usize, fails: bool) -> Result<()> {
        self.part(e, None, env, depth, fails)
    }

    fn part(&mut self, e: &Expr, of: Option<String>, env: &Env<'_>, depth: usize, fails: bool) -> Result<()> {
        let sources = self.spec.sources();
        let text = sources.text(e.span);
        let now = self.now.eval(e, env)?;
        let before = self.before.and_then(|before| before.eval(e, env).ok());
        self.parts.push(Part {
            depth,
            of,
            text: text.split_whitespace().collect::<Vec<_>>().join(" "),
            module: sources.file(e.span.file).name.trim_end_matches(".tla").to_string(),
            line: sources.line(e.span),
            before: before.filter(|before| *before != now),
            now,
            fails,
            wraps: false,
        });
        Ok(())
    }

    /// A part that is false, and what makes it false.
    fn failing(&mut self, e: &Expr, env: &Env<'_>, depth: usize) -> Result<()> {
        self.add(e, env, depth, true)?;
        self.wrapped(e, env, depth)
    }

    /// What makes the last part false.
    fn wrapped(&mut self, e: &Expr, env: &Env<'_>, depth: usize) -> Result<()> {
        let at = self.parts.len();
        self.inside(e, env, depth + 1)?;
        self.parts[at - 1].wraps = self.parts[at..].iter().any(|part| part.fails);
        Ok(())
    }

    /// What makes a predicate false.
    fn inside(&mut self, e: &Expr, env: &Env<'_>, depth: usize) -> Result<()> {
        match &e.kind {
            ExprKind::And(parts) => {
                for part in parts {
                    if !self.now.bool(part, env)? {
                        // What stands behind it may have no value.
                        return self.failing(part, env, depth);
                    }
                    self.add(part, env, depth, false)?;
                }
                Ok(())
            }
            ExprKind::Or(parts) => parts.iter().try_for_each(|part| self.failing(part, env, depth)),
            ExprKind::Call(Builtin::Implies, sides) => {
                self.add(&sides[0], env, depth, false)?;
                self.failing(&sides[1], env, depth)
            }
            ExprKind::Quantified {
                forall: true,
                bounds,
                body,
            } => {
                let sets = self.now.sets(bounds, env)?;
                let names = bounds.iter().map(|bound| bound.parts.max(1)).sum::<usize>();
                each(bounds, &sets, env, &mut |env| {
                    if self.now.bool(body, env)? {
                        return Ok(false);
                    }
                    let values = (0..names)
                        .rev()
                        .map(|at| self.now.eval(&ExprKind::Local(at).with_span(body.span), env));
                    let values = values.map(|value| value.map(|value| value.to_string()));
                    let values: Vec<String> = values.collect::<Result<_>>()?;
                    self.part(body, Some(values.join(", ")), env, depth, true)?;
                    self.wrapped(body, env, depth)?;
                    Ok::<bool, Box<EvalError>>(true)
                })
                .map(|_| ())
            }
            ExprKind::Call(
                Builtin::Equal
                | Builtin::Unequal
                | Builtin::In
                | Builtin::NotIn
                | Builtin::SubsetEq
                | Builtin::Less
                | Builtin::LessEq
                | Builtin::Greater
                | Builtin::GreaterEq,
                sides,
            ) => {
                for side in sides.iter().filter(|side| side.level() != Level::Constant) {
                    // An infinite set has elements, and no value.
                    let _ = self.add(side, env, depth, false);
                }
                Ok(())
            }
            ExprKind::Operator(named) => {
                let env = if named.closed { &Env::Empty } else { env };
                self.inside(&named.body, env, depth)
            }
            ExprKind::Let(two) => {
                let binding = self.now.lazy(&two[0], env);
                // What is bound is evaluated in the state itself.
                let before = self.before.take();
                let found = self.inside(&two[1], &Env::Bound(&binding, env), depth);
                self.before = before;
                found
            }
            ExprKind::If(three) => {
                let branch = if self.now.bool(&three[0], env)? { 1 } else { 2 };
                self.add(&three[0], env, depth, false)?;
                self.failing(&three[branch], env, depth)
            }
            _ => Ok(()),
        }
    }
}
