//! Calls: an operator's body put in the place of the call, its arguments bound around it.

use std::rc::Rc;
use std::sync::Arc;

use super::super::expr::{Expr, ExprKind, OperatorCall};
use super::super::specification::Entity;
use super::super::syntax::{self, Definition, Ident, Parameter};
use super::names::{Args, arity, unknown};
use super::scope::{Lazy, Scope, Site, Slot};
use super::{MAX_NODES, Resolver, Result, Shared, too_large};
use crate::source::{Diagnostic, Span};

impl<'s> Resolver<'s> {
    /// Resolves with nothing bound around; the result does not see the names bound here.
    pub(super) fn closed(&mut self, resolve: impl FnOnce(&mut Self) -> Result<Expr>) -> Result<Expr> {
        let before = std::mem::take(&mut self.bound);
        let body = resolve(self);
        self.bound = before;
        let body = body?;
        if matches!(
            body.kind,
            ExprKind::Literal(_) | ExprKind::Variable(_) | ExprKind::Next(_) | ExprKind::Operator(_)
        ) {
            return Ok(body);
        }
        let span = body.span;
        Ok(ExprKind::Operator(OperatorCall::new("".into(), 0, Vec::new(), body, true)).with_span(span))
    }

    /// A definition without parameters: resolved once for each mode.
    pub(super) fn shared(
        &mut self,
        definition: &'s Definition,
        (context, module, unit): (usize, usize, usize),
        home: &Site<'s>,
        span: Span,
    ) -> Result<Expr> {
        let key = (context, module, unit, self.mode);
        if let Some(Shared { operator, nodes }) = self.shared.get(&key) {
            // Whoever walks through the formula comes by each time.
            self.nodes += nodes;
            if self.nodes > MAX_NODES {
                return Err(too_large(span));
            }
            return Ok(ExprKind::Operator(operator.clone()).with_span(span));
        }
        let outside = self.nodes;
        let before = std::mem::take(&mut self.bound);
        let body = self.expr(&definition.body, home);
        self.bound = before;
        let body = body?;
        let operator = OperatorCall::new(definition.name.text.clone(), context, Vec::new(), body, true);
        let nodes = self.nodes - outside;
        self.shared.insert(
            key,
            Shared {
                operator: operator.clone(),
                nodes,
            },
        );
        Ok(ExprKind::Operator(operator).with_span(span))
    }

    /// An operator with parameters: its body, with each argument bound around it.
    pub(super) fn inline(
        &mut self,
        operator: Option<&Arc<str>>,
        (parameters, body): (&'s [Parameter], &'s syntax::Expr),
        home: &Site<'s>,
        name: &Ident,
        span: Span,
        args: Args<'_, 's>,
    ) -> Result<Expr> {
        arity(name, parameters.len(), args.0.len())?;
        let before = self.bound;
        let mut inner = home.clone();
        let mut bindings = Vec::new();
        let mut shown = Vec::new();
        for (parameter, arg) in parameters.iter().zip(args.0) {
            let scope = if parameter.arity > 0 {
                self.operand_scope(arg, args.1)
            } else {
                let value = self.expr(arg, args.1)?;
                self.bind(value, arg, args.1, &mut bindings)
            };
            if let Scope::Lazy(lazy) = &scope {
                shown.push(lazy.clone());
            }
            inner = inner.with(&parameter.name.text, scope);
        }
        let body = self.expr(body, &inner)?;
        let shown: Vec<Expr> = shown.iter().map(|lazy| self.slot(&lazy.slot, lazy.body.span)).collect();
        self.bound = before;
        let mut result = match operator {
            None => body,
            Some(name) => {
                let call = OperatorCall::new(name.clone(), home.context, shown, body, false);
                ExprKind::Operator(call).with_span(span)
            }
        };
        for value in bindings.into_iter().rev() {
            result = ExprKind::Let(Box::new([value, result])).with_span(span);
        }
        Ok(result)
    }

    /// Binds a name to an expression: with a place of its own, unless the expression is as cheap as a name.
    fn bind(&mut self, value: Expr, body: &'s syntax::Expr, site: &Site<'s>, bindings: &mut Vec<Expr>) -> Scope<'s> {
        let level = value.level;
        let slot = match value.kind {
            ExprKind::Literal(_) | ExprKind::Variable(_) | ExprKind::Next(_) => Slot::Copy(value),
            ExprKind::Local(distance) => Slot::Position(self.bound - 1 - distance),
            _ => {
                bindings.push(value);
                self.bound += 1;
                Slot::Position(self.bound - 1)
            }
        };
        Scope::Lazy(Rc::new(Lazy {
            body,
            site: site.clone(),
            mode: self.mode,
            level,
            slot,
        }))
    }

    fn slot(&self, slot: &Slot, span: Span) -> Expr {
        match slot {
            Slot::Copy(value) => value.clone(),
            Slot::Position(position) => ExprKind::Local(self.bound - 1 - position).with_span(span),
        }
    }

    /// An argument that stands for an operator.
    pub(super) fn operand_scope(&mut self, arg: &'s syntax::Expr, site: &Site<'s>) -> Scope<'s> {
        match &arg.kind {
            syntax::ExprKind::Lambda { parameters, body } => Scope::Operator {
                parameters,
                body,
                site: site.clone(),
                name: None,
            },
            _ => Scope::Alias {
                name: arg,
                site: site.clone(),
            },
        }
    }

    /// Checks an argument that nobody uses.
    pub(super) fn operand(&mut self, arg: &'s syntax::Expr, site: &Site<'s>) -> Result<()> {
        match &arg.kind {
            syntax::ExprKind::Lambda { .. } => Ok(()),
            _ => self.expr(arg, site).map(|_| ()),
        }
    }

    /// A name bound around the place of use.
    pub(super) fn local(&mut self, local: Scope<'s>, span: Span, _args: &[syntax::Expr]) -> Result<Expr> {
        match local {
            Scope::Bound(position) => Ok(ExprKind::Local(self.bound - 1 - position).with_span(span)),
            Scope::Lazy(lazy) if lazy.same_under(self.mode) => {
                let mut found = self.slot(&lazy.slot, span);
                found.level = lazy.level;
                Ok(found)
            }
            Scope::Lazy(lazy) => self.expr(lazy.body, &lazy.site),
            Scope::Parameter(_) => Ok(ExprKind::Unbound("a parameter".into()).with_span(span)),
            Scope::Operator { .. } | Scope::Alias { .. } => {
                Err(Diagnostic::at(span, "an operator stands where a value is needed"))
            }
        }
    }

    pub(super) fn called(&mut self, local: Scope<'s>, name: &Ident, span: Span, args: Args<'_, 's>) -> Result<Expr> {
        match local {
            Scope::Operator {
                parameters,
                body,
                site,
                name: operator,
            } => self.inline(operator.as_ref(), (parameters, body), &site, name, span, args),
            Scope::Alias { name: operator, site } => match &operator.kind {
                syntax::ExprKind::Apply {
                    path,
                    name: inner,
                    args: none,
                } if none.is_empty() => self.alias(path, inner, span, args, &site),
                _ => Err(
                    Diagnostic::at(operator.span, "a value stands where an operator is needed")
                        .help("write `LAMBDA x : ...`"),
                ),
            },
            Scope::Parameter(wanted) if wanted > 0 => {
                arity(name, wanted, args.0.len())?;
                for arg in args.0 {
                    self.operand(arg, args.1)?;
                }
                self.local(local, span, args.0)
            }
            value => {
                arity(name, 0, args.0.len())?;
                self.local(value, span, args.0)
            }
        }
    }

    /// An operator passed by name, called with arguments that stand elsewhere.
    fn alias(
        &mut self,
        path: &'s [Ident],
        name: &'s Ident,
        span: Span,
        args: Args<'_, 's>,
        site: &Site<'s>,
    ) -> Result<Expr> {
        if path.is_empty()
            && let Some(local) = site.find(&name.text)
        {
            return self.called(local, name, span, args);
        }
        let mut at = Site::new(site.context, site.module);
        for step in path {
            if let Some(Entity::Instance(inner)) = self.spec.lookup(at.context, at.module, &step.text) {
                at = Site::new(*inner, self.spec.contexts[*inner].module);
            }
        }
        match self.spec.lookup(at.context, at.module, &name.text) {
            Some(entity) => self.entity(entity, name, span, args),
            None => Err(unknown(name, path)),
        }
    }

    pub(super) fn let_in(
        &mut self,
        definitions: &'s [Definition],
        body: &'s syntax::Expr,
        site: &Site<'s>,
    ) -> Result<Expr> {
        let before = self.bound;
        let mut inner = site.clone();
        let mut bindings = Vec::new();
        for definition in definitions {
            let name = &definition.name;
            self.fresh(name, &inner)?;
            let scope = if definition.parameters.is_empty() {
                let value = self.expr(&definition.body, &inner)?;
                self.bind(value, &definition.body, &inner, &mut bindings)
            } else {
                self.uncalled(definition, &inner)?;
                Scope::Operator {
                    parameters: &definition.parameters,
                    body: &definition.body,
                    site: inner.clone(),
                    name: Some(name.text.clone()),
                }
            };
            inner = inner.with(&name.text, scope);
        }
        let mut result = self.expr(body, &inner)?;
        self.bound = before;
        for value in bindings.into_iter().rev() {
            let span = result.span;
            result = ExprKind::Let(Box::new([value, result])).with_span(span);
        }
        Ok(result)
    }

    /// Checks a definition that may never be called.
    pub(super) fn uncalled(&mut self, definition: &'s Definition, site: &Site<'s>) -> Result<()> {
        let mut inner = site.clone();
        for parameter in &definition.parameters {
            self.fresh(&parameter.name, site)?;
            inner = inner.with(&parameter.name.text, Scope::Parameter(parameter.arity));
        }
        self.expr(&definition.body, &inner).map(|_| ())
    }
}
