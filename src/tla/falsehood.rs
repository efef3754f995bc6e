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
    /// It is why the part around it is not as it would have to be.
    pub fails: bool,
    /// What it would have to be: false under a negation.
    pub wanted: bool,
    /// What makes it so comes after it.
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
        reader.failing(predicate, &Env::Empty, Place::OUTSIDE)?;
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

/// How deep a part lies, and what it would have to be.
#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    wanted: bool,
}

impl Place {
    const OUTSIDE: Place = Place { depth: 0, wanted: true };

    fn inside(self) -> Place {
        Place {
            depth: self.depth + 1,
            ..self
        }
    }

    fn negated(self) -> Place {
        Place {
            wanted: !self.wanted,
            ..self
        }
    }
}

impl Reader<'_> {
    fn add(&mut self, e: &Expr, env: &Env<'_>, at: Place, fails: bool) -> Result<()> {
        self.part(e, None, env, at, fails)
    }

    fn part(&mut self, e: &Expr, of: Option<String>, env: &Env<'_>, at: Place, fails: bool) -> Result<()> {
        let sources = self.spec.sources();
        let text = sources.text(e.span);
        let now = self.now.eval(e, env)?;
        let before = self.before.and_then(|before| before.eval(e, env).ok());
        self.parts.push(Part {
            depth: at.depth,
            of,
            text: text.split_whitespace().collect::<Vec<_>>().join(" "),
            module: sources.file(e.span.file).name.trim_end_matches(".tla").to_string(),
            line: sources.line(e.span),
            before: before.filter(|before| *before != now),
            now,
            fails,
            wanted: at.wanted,
            wraps: false,
        });
        Ok(())
    }

    /// A part that is not as it would have to be, and what makes it so.
    fn failing(&mut self, e: &Expr, env: &Env<'_>, at: Place) -> Result<()> {
        self.add(e, env, at, true)?;
        self.wrapped(e, env, at)
    }

    /// What makes the last part so.
    fn wrapped(&mut self, e: &Expr, env: &Env<'_>, at: Place) -> Result<()> {
        let last = self.parts.len();
        self.inside(e, env, at.inside())?;
        self.parts[last - 1].wraps = self.parts[last..].iter().any(|part| part.fails);
        Ok(())
    }

    /// What makes a predicate other than it would have to be.
    fn inside(&mut self, e: &Expr, env: &Env<'_>, at: Place) -> Result<()> {
        match (&e.kind, at.wanted) {
            (ExprKind::And(parts), true) => {
                for part in parts {
                    if !self.now.bool(part, env)? {
                        // What stands behind it may have no value.
                        return self.failing(part, env, at);
                    }
                    self.add(part, env, at, false)?;
                }
                Ok(())
            }
            // All of it is true, and none of it is to blame alone.
            (ExprKind::And(parts), false) => parts.iter().try_for_each(|part| {
                self.add(part, env, at, false)?;
                self.sides(part, env, at.inside());
                Ok(())
            }),
            (ExprKind::Or(parts), true) => parts.iter().try_for_each(|part| self.failing(part, env, at)),
            (ExprKind::Or(parts), false) => {
                for part in parts {
                    if self.now.bool(part, env)? {
                        // What stands behind it may have no value.
                        return self.failing(part, env, at);
                    }
                }
                Ok(())
            }
            (ExprKind::Call(Builtin::Not, sides), _) => self.failing(&sides[0], env, at.negated()),
            (ExprKind::Call(Builtin::Implies, sides), true) => {
                self.add(&sides[0], env, at, false)?;
                self.failing(&sides[1], env, at)
            }
            (ExprKind::Quantified { forall, bounds, body }, wanted) if *forall == wanted => {
                let sets = self.now.sets(bounds, env)?;
                let names = bounds.iter().map(|bound| bound.parts.max(1)).sum::<usize>();
                each(bounds, &sets, env, &mut |env| {
                    if self.now.bool(body, env)? == wanted {
                        return Ok(false);
                    }
                    let values = (0..names)
                        .rev()
                        .map(|at| self.now.eval(&ExprKind::Local(at).with_span(body.span), env));
                    let values = values.map(|value| value.map(|value| value.to_string()));
                    let values: Vec<String> = values.collect::<Result<_>>()?;
                    self.part(body, Some(values.join(", ")), env, at, true)?;
                    self.wrapped(body, env, at)?;
                    Ok::<bool, Box<EvalError>>(true)
                })
                .map(|_| ())
            }
            (ExprKind::Operator(named), _) => {
                let env = if named.closed { &Env::Empty } else { env };
                self.inside(&named.body, env, at)
            }
            (ExprKind::Let(two), _) => {
                let binding = self.now.lazy(&two[0], env);
                // What is bound is evaluated in the state itself.
                let before = self.before.take();
                let found = self.inside(&two[1], &Env::Bound(&binding, env), at);
                self.before = before;
                found
            }
            (ExprKind::If(three), _) => {
                let branch = if self.now.bool(&three[0], env)? { 1 } else { 2 };
                self.add(&three[0], env, at, false)?;
                self.failing(&three[branch], env, at)
            }
            _ => {
                self.sides(e, env, at);
                Ok(())
            }
        }
    }

    /// Both sides of a comparison.
    fn sides(&mut self, e: &Expr, env: &Env<'_>, at: Place) {
        let ExprKind::Call(
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
        ) = &e.kind
        else {
            return;
        };
        for side in sides.iter().filter(|side| side.level() != Level::Constant) {
            // An infinite set has elements, and no value.
            let _ = self.add(side, env, at, false);
        }
    }
}
