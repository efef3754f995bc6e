//! From syntax to expressions: names looked up, operators put where they are called, primes pushed to the variables.
//!
//! TLA+ operators are macros: an argument may be an action, and a prime outside a call reaches into it. So every call is
//! resolved anew with its arguments; only definitions without parameters are shared.

mod call;
mod names;
mod scope;

use std::collections::HashMap;
use std::sync::Arc;

use super::eval::eval_constant;
use super::expr::{self, Builtin, Expr, ExprKind, Level};
use super::specification::Specification;
use super::syntax::{self, ExceptComponent};
use super::value::Value;
use crate::source::{Diagnostic, Span};
use scope::{Mode, Scope, Site};

/// How deep resolved expressions may nest, operators opened up.
const MAX_DEPTH: usize = 400;
/// How many nodes the operators of one formula may open up to.
const MAX_NODES: usize = 1_000_000;

type Result<T, E = Diagnostic> = std::result::Result<T, E>;

impl Specification {
    /// An operator without parameters, ready for evaluation: `TypeOK`, or `Abs!Next` through an instance.
    pub fn operator(&self, name: &str) -> Result<Expr> {
        Resolver::new(self, None).operator(0, name)
    }

    /// Evaluates the `ASSUME`s of all modules, in every instance; an error if one of them is false or has no value.
    pub fn check_assumptions(&self) -> Result<()> {
        for (context, names) in self.contexts.iter().enumerate() {
            let visible = &self.visible[names.module].modules;
            for index in (0..self.modules.len()).filter(|index| visible.contains(index)) {
                for unit in &self.modules[index].units {
                    if let syntax::Unit::Assumption(e) = unit {
                        let assumption = Resolver::new(self, None).expr(e, &Site::new(context, index))?;
                        assume(&assumption)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Resolves everything once, constants open, and returns what is wrong.
    pub(super) fn check(&self) -> Vec<Diagnostic> {
        let mut errors = Vec::new();
        for (index, module) in self.modules.iter().enumerate() {
            let Some(context) = self.context_of(index) else {
                continue;
            };
            let site = Site::new(context, index);
            for unit in &module.units {
                let mut resolver = Resolver::new(self, None);
                let result = match unit {
                    syntax::Unit::Definition(d) => resolver.uncalled(d, &site),
                    syntax::Unit::Assumption(e) => resolver.expr(e, &site).map(|_| ()),
                    syntax::Unit::Instance(i) => i
                        .substitutions
                        .iter()
                        .try_for_each(|(_, e)| resolver.substitution(e, &site)),
                    _ => Ok(()),
                };
                errors.extend(result.err());
                if resolver.nodes > MAX_NODES {
                    // whatever uses this definition is too large as well
                    return errors;
                }
            }
        }
        errors.dedup();
        errors
    }

    /// The first context in which a module's names live.
    fn context_of(&self, module: usize) -> Option<usize> {
        let mut contexts = self.contexts.iter();
        contexts.position(|c| self.visible[c.module].modules.contains(&module))
    }
}

/// A definition that is there only once.
struct Shared {
    operator: Arc<expr::OperatorCall>,
    /// How many nodes it opens up to.
    nodes: usize,
}

/// Resolves expressions of a specification.
pub(super) struct Resolver<'s> {
    spec: &'s Specification,
    /// The instance whose variables are taken as the state, if not the root.
    detached: Option<usize>,
    shared: HashMap<(usize, usize, usize, Mode), Shared>,
    mode: Mode,
    /// How many names are bound around the current place.
    bound: usize,
    depth: usize,
    nodes: usize,
}

impl<'s> Resolver<'s> {
    pub(super) fn new(spec: &'s Specification, detached: Option<usize>) -> Self {
        Resolver {
            spec,
            detached,
            shared: HashMap::new(),
            mode: Mode::default(),
            bound: 0,
            depth: 0,
            nodes: 0,
        }
    }

    /// An operator without parameters by its name, `I!J!Op`, seen from a context.
    pub(super) fn operator(&mut self, context: usize, name: &str) -> Result<Expr> {
        let span = self.spec.end();
        let ident = |text: &str| syntax::Ident {
            text: text.into(),
            span,
        };
        let mut path: Vec<syntax::Ident> = name.split('!').map(ident).collect();
        let name = path.pop().unwrap_or_else(|| ident(name));
        let site = Site::new(context, self.spec.contexts[context].module);
        self.apply(span, &path, &name, &[], &site)
    }

    pub(super) fn expr(&mut self, e: &'s syntax::Expr, site: &Site<'s>) -> Result<Expr> {
        self.depth += 1;
        self.nodes += 1;
        let result = if self.depth > MAX_DEPTH {
            Err(Diagnostic::at(e.span, "operators nest too deeply here").label(format!("more than {MAX_DEPTH} levels")))
        } else if self.nodes > MAX_NODES {
            Err(too_large(e.span))
        } else {
            self.form(e, site)
        };
        self.depth -= 1;
        let result = fold(result?);
        if result.level == Level::Temporal && !may_hold_temporal(&result.kind) {
            return Err(Diagnostic::at(e.span, "a temporal formula where a value is needed"));
        }
        Ok(result)
    }

    fn form(&mut self, e: &'s syntax::Expr, site: &Site<'s>) -> Result<Expr> {
        use syntax::ExprKind as S;
        let kind = match &e.kind {
            S::Int(i) => ExprKind::Literal(Value::Int(*i)),
            S::Str(s) => ExprKind::Literal(Value::Str(s.clone())),
            S::Bool(b) => ExprKind::Literal(Value::Bool(*b)),
            S::Apply { path, name, args } => return self.apply(e.span, path, name, args, site),
            S::Lambda { .. } => {
                return Err(Diagnostic::at(e.span, "LAMBDA stands only as an argument"));
            }
            S::And(list) => ExprKind::And(self.list(list, site)?),
            S::Or(list) => ExprKind::Or(self.list(list, site)?),
            S::Prime(inner) => return self.prime(inner, site, e.span),
            S::Quantified { forall, bounds, body } => {
                let (bounds, body) = self.bounded(bounds, body, site)?;
                ExprKind::Quantified {
                    forall: *forall,
                    bounds,
                    body: Box::new(body),
                }
            }
            S::Choose { bound, body } => {
                let (bound, body) = self.one_bound(bound, body, site)?;
                ExprKind::Choose(bound, body)
            }
            S::Filter { bound, body } => {
                let (bound, body) = self.one_bound(bound, body, site)?;
                ExprKind::Filter(bound, body)
            }
            S::Map { body, bounds } => {
                let (bounds, body) = self.bounded(bounds, body, site)?;
                ExprKind::Map(Box::new(body), bounds)
            }
            S::Function { bounds, body } => {
                let (bounds, body) = self.bounded(bounds, body, site)?;
                ExprKind::Function(bounds, Box::new(body))
            }
            S::Set(list) => ExprKind::Set(self.list(list, site)?),
            S::Tuple(list) => ExprKind::Tuple(self.list(list, site)?),
            S::Product(list) => ExprKind::Product(self.list(list, site)?),
            S::FunctionSet(two) => ExprKind::FunctionSet(self.two(two, site)?),
            S::Record(fields) => ExprKind::Record(self.fields(fields, site)?),
            S::RecordSet(fields) => ExprKind::RecordSet(self.fields(fields, site)?),
            S::Field(record, name) => ExprKind::Apply(Box::new([self.expr(record, site)?, field(name)])),
            S::Index(function, args) => {
                let function = self.expr(function, site)?;
                ExprKind::Apply(Box::new([function, self.index(args, site, e.span)?]))
            }
            S::Except(base, updates) => self.except(base, updates, site)?,
            S::Old => match site.find("@") {
                Some(local) => return self.local(local, e.span, &[]),
                None => return Err(Diagnostic::at(e.span, "`@` stands only inside EXCEPT")),
            },
            S::Square(two) => ExprKind::Square(self.action(&two[0], &two[1], site)?),
            S::Angle(two) => ExprKind::Angle(self.action(&two[0], &two[1], site)?),
            S::Fair {
                strong,
                subscript,
                action,
            } => self.fair(*strong, action, subscript, site, e.span)?,
            S::If(three) => {
                let [a, b, c] = &**three;
                ExprKind::If(Box::new([
                    self.expr(a, site)?,
                    self.expr(b, site)?,
                    self.expr(c, site)?,
                ]))
            }
            S::Case { arms, other } => {
                let mut resolved = Vec::with_capacity(arms.len());
                for (guard, value) in arms {
                    resolved.push((self.expr(guard, site)?, self.expr(value, site)?));
                }
                let other = match other {
                    Some(other) => Some(self.boxed(other, site)?),
                    None => None,
                };
                ExprKind::Case(resolved, other)
            }
            S::Let { definitions, body } => return self.let_in(definitions, body, site),
        };
        Ok(kind.with_span(e.span))
    }

    fn prime(&mut self, inner: &'s syntax::Expr, site: &Site<'s>, span: Span) -> Result<Expr> {
        self.not_primed(span)?;
        self.mode.primed = true;
        let result = self.expr(inner, site);
        self.mode.primed = false;
        let mut result = result?;
        result.span = span;
        Ok(result)
    }

    /// An action and what leaves its subscript unchanged.
    fn action(
        &mut self,
        action: &'s syntax::Expr,
        subscript: &'s syntax::Expr,
        site: &Site<'s>,
    ) -> Result<Box<[Expr; 2]>> {
        let stutter = self.unchanged(subscript, site, subscript.span)?;
        Ok(Box::new([self.expr(action, site)?, stutter]))
    }

    fn unchanged(&mut self, e: &'s syntax::Expr, site: &Site<'s>, span: Span) -> Result<Expr> {
        let now = self.expr(e, site)?;
        if now.level > Level::State {
            return Err(Diagnostic::at(e.span, "this must speak of one state only"));
        }
        let next = self.prime(e, site, e.span)?;
        let mut parts = Vec::new();
        unchanged_parts(now, next, &mut parts);
        Ok(match (parts.pop(), parts.is_empty()) {
            (Some(only), true) => Expr { span, ..only },
            (last, _) => {
                parts.extend(last);
                ExprKind::And(parts).with_span(span)
            }
        })
    }

    /// `ENABLED`: inside, the primed variables are those of the module in which it is written.
    fn enabled(&mut self, site: &Site<'s>, span: Span, action: impl FnOnce(&mut Self) -> Result<Expr>) -> Result<Expr> {
        self.not_primed(span)?;
        let before = self.mode;
        self.mode.enabled = Some(site.context);
        let result = action(self);
        self.mode = before;
        let unknowns = self.spec.contexts[site.context].variables.len();
        Ok(ExprKind::Enabled(Box::new(result?), unknowns).with_span(span))
    }

    fn fair(
        &mut self,
        strong: bool,
        action: &'s syntax::Expr,
        subscript: &'s syntax::Expr,
        site: &Site<'s>,
        span: Span,
    ) -> Result<ExprKind> {
        let angle = |r: &mut Self| {
            let parts = r.action(action, subscript, site)?;
            Ok(ExprKind::Angle(parts).with_span(span))
        };
        let taken = angle(self)?;
        let enabled = self.enabled(site, span, angle)?;
        Ok(ExprKind::Fair(strong, Box::new([taken, enabled])))
    }

    fn not_primed(&self, span: Span) -> Result<()> {
        if self.mode.primed {
            let message = "a prime stands around this already";
            return Err(Diagnostic::at(span, message).label("only one state follows"));
        }
        Ok(())
    }

    fn bounded(
        &mut self,
        bounds: &'s [syntax::Bound],
        body: &'s syntax::Expr,
        site: &Site<'s>,
    ) -> Result<(Vec<expr::Bound>, Expr)> {
        let mut resolved = Vec::new();
        let mut inner = site.clone();
        let before = self.bound;
        for bound in bounds {
            let set = self.expr(&bound.set, site)?;
            let times = if bound.tuple { 1 } else { bound.names.len() };
            let parts = if bound.tuple { bound.names.len() } else { 0 };
            resolved.extend(std::iter::repeat_n(expr::Bound { parts, set }, times));
        }
        let names = bounds.iter().flat_map(|b| &b.names);
        for (i, name) in names.enumerate() {
            self.fresh(name, site)?;
            inner = inner.with(&name.text, Scope::Bound(before + i));
            self.bound = before + i + 1;
        }
        let body = self.expr(body, &inner);
        self.bound = before;
        Ok((resolved, body?))
    }

    fn one_bound(
        &mut self,
        bound: &'s syntax::Bound,
        body: &'s syntax::Expr,
        site: &Site<'s>,
    ) -> Result<(Box<expr::Bound>, Box<Expr>)> {
        let (mut bounds, body) = self.bounded(std::slice::from_ref(bound), body, site)?;
        match (bounds.pop(), bounds.is_empty()) {
            (Some(bound), true) => Ok((Box::new(bound), Box::new(body))),
            _ => Err(Diagnostic::at(bound.set.span, "only one name can be bound here")),
        }
    }

    fn except(&mut self, base: &'s syntax::Expr, updates: &'s [syntax::Update], site: &Site<'s>) -> Result<ExprKind> {
        let base = self.boxed(base, site)?;
        let mut resolved = Vec::new();
        for update in updates {
            let mut path = Vec::new();
            for step in &update.path {
                path.push(match step {
                    ExceptComponent::Field(name) => field(name),
                    ExceptComponent::Index(args) => self.index(args, site, update.span)?,
                });
            }
            let inner = site.with(&"@".into(), Scope::Bound(self.bound));
            self.bound += 1;
            let value = self.expr(&update.value, &inner);
            self.bound -= 1;
            let value = value?;
            resolved.push(expr::Update { path, value });
        }
        Ok(ExprKind::Except(base, resolved))
    }

    fn index(&mut self, args: &'s [syntax::Expr], site: &Site<'s>, span: Span) -> Result<Expr> {
        match args {
            [one] => self.expr(one, site),
            many => Ok(ExprKind::Tuple(self.list(many, site)?).with_span(span)),
        }
    }

    fn fields(&mut self, fields: &'s [(syntax::Ident, syntax::Expr)], site: &Site<'s>) -> Result<Vec<(Value, Expr)>> {
        let fields = fields.iter();
        fields
            .map(|(name, e)| Ok((Value::Str(name.text.clone()), self.expr(e, site)?)))
            .collect()
    }

    fn list(&mut self, list: &'s [syntax::Expr], site: &Site<'s>) -> Result<Vec<Expr>> {
        list.iter().map(|e| self.expr(e, site)).collect()
    }

    fn two(&mut self, two: &'s [syntax::Expr; 2], site: &Site<'s>) -> Result<Box<[Expr; 2]>> {
        Ok(Box::new([self.expr(&two[0], site)?, self.expr(&two[1], site)?]))
    }

    fn boxed(&mut self, e: &'s syntax::Expr, site: &Site<'s>) -> Result<Box<Expr>> {
        Ok(Box::new(self.expr(e, site)?))
    }
}

fn assume(assumption: &Expr) -> Result<()> {
    if assumption.level > Level::Constant {
        return Err(
            Diagnostic::at(assumption.span, "this assumption is about a variable here")
                .help("let the INSTANCE put constants in the place of its constants"),
        );
    }
    match eval_constant(assumption)? {
        Value::Bool(true) => Ok(()),
        Value::Bool(false) => Err(Diagnostic::at(assumption.span, "this assumption is false")),
        other => {
            let message = format!("this assumption is {}, not a boolean", other.sort());
            Err(Diagnostic::at(assumption.span, message))
        }
    }
}

fn too_large(span: Span) -> Diagnostic {
    Diagnostic::at(span, "this formula is too large").label(format!(
        "operators inside operators open up to more than {MAX_NODES} of them"
    ))
}

/// The name of a field, as the argument that it is.
fn field(name: &syntax::Ident) -> Expr {
    ExprKind::Literal(Value::Str(name.text.clone())).with_span(name.span)
}

/// What leaves a tuple unchanged leaves each of its parts unchanged.
fn unchanged_parts(now: Expr, next: Expr, parts: &mut Vec<Expr>) {
    match (now.kind, next.kind) {
        (ExprKind::Tuple(now), ExprKind::Tuple(next)) => {
            for (now, next) in now.into_iter().zip(next) {
                unchanged_parts(now, next, parts);
            }
        }
        (ExprKind::Operator(now), ExprKind::Operator(next))
            if matches!(now.body.kind, ExprKind::Tuple(_) | ExprKind::Operator(_)) =>
        {
            unchanged_parts(now.body.clone(), next.body.clone(), parts);
        }
        (ExprKind::Literal(_), ExprKind::Literal(_)) => {}
        (a, b) => {
            let now = Expr { kind: a, ..now };
            let next = Expr { kind: b, ..next };
            let span = now.span;
            parts.push(ExprKind::Unchanged(Box::new([now, next])).with_span(span));
        }
    }
}

/// Writes small collections of values down as values.
fn fold(mut e: Expr) -> Expr {
    let values = |list: &[Expr]| -> Option<Vec<Value>> { list.iter().map(|e| e.literal().cloned()).collect() };
    let value = match &e.kind {
        ExprKind::Tuple(list) => values(list).map(Value::tuple),
        ExprKind::Set(list) => values(list)
            .filter(|v| v.windows(2).all(|w| w[0].comparable(&w[1])))
            .map(Value::set),
        ExprKind::Record(fields) => fields
            .iter()
            .map(|(k, e)| Some((k.clone(), e.literal()?.clone())))
            .collect::<Option<Vec<_>>>()
            .map(Value::function),
        _ => None,
    };
    if let Some(value) = value {
        e.kind = ExprKind::Literal(value);
    }
    e
}

/// Whether a temporal formula may have temporal parts at this place.
fn may_hold_temporal(kind: &ExprKind) -> bool {
    match kind {
        ExprKind::Quantified { bounds, .. } => bounds.iter().all(|b| b.set.level < Level::Temporal),
        ExprKind::Let(two) => two[1].level == Level::Temporal,
        ExprKind::If(three) => three[0].level < Level::Temporal,
        ExprKind::Call(Builtin::Not | Builtin::Implies | Builtin::Iff, _) => true,
        ExprKind::Square(two) | ExprKind::Angle(two) => two[0].level < Level::Temporal,
        ExprKind::Fair(..) => true,
        ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Operator(_) | ExprKind::Local(_) => true,
        ExprKind::Always(_) | ExprKind::Eventually(_) | ExprKind::LeadsTo(_) => true,
        _ => false,
    }
}
