//! Names: what each stands for.

use super::super::expr::{Expr, ExprKind};
use super::super::specification::{Binding, Entity, Substituted};
use super::super::standard;
use super::super::syntax::{self, Definition, Ident};
use super::scope::Site;
use super::{Resolver, Result};
use crate::source::{Diagnostic, Span};

/// The arguments of a call and where they stand.
pub(super) type Args<'a, 's> = (&'s [syntax::Expr], &'a Site<'s>);

impl<'s> Resolver<'s> {
    pub(super) fn apply(
        &mut self,
        span: Span,
        path: &[Ident],
        name: &Ident,
        args: &'s [syntax::Expr],
        site: &Site<'s>,
    ) -> Result<Expr> {
        if path.is_empty() {
            if let Some(local) = site.find(&name.text) {
                return self.called(local, name, span, (args, site));
            }
            if let Some(result) = self.temporal(span, name, args, site) {
                return result;
            }
        }
        let mut at = Site::new(site.context, site.module);
        for step in path {
            match self.spec.lookup(at.context, at.module, &step.text) {
                Some(Entity::Instance(inner)) => {
                    at = Site::new(*inner, self.spec.contexts[*inner].module);
                }
                _ => {
                    let message = format!("`{}` is no instance of a module", step.text);
                    return Err(Diagnostic::at(step.span, message));
                }
            }
        }
        let Some(entity) = self.spec.lookup(at.context, at.module, &name.text) else {
            return Err(unknown(name, path));
        };
        self.entity(entity, name, span, (args, site))
    }

    /// Operators whose arguments are not values.
    fn temporal(
        &mut self,
        span: Span,
        name: &Ident,
        args: &'s [syntax::Expr],
        site: &Site<'s>,
    ) -> Option<Result<Expr>> {
        let kind = match (&*name.text, args) {
            ("/\\", [a, b]) => self.pair(a, b, site).map(ExprKind::And),
            ("\\/", [a, b]) => self.pair(a, b, site).map(ExprKind::Or),
            ("ENABLED", [a]) => return Some(self.enabled(site, span, |r| r.expr(a, site))),
            ("UNCHANGED", [a]) => {
                let ready = self.not_primed(span);
                return Some(ready.and_then(|()| self.unchanged(a, site, span)));
            }
            ("[]", [a]) => self.boxed(a, site).map(ExprKind::Always),
            ("<>", [a]) => self.boxed(a, site).map(ExprKind::Eventually),
            ("~>", [a, b]) => self
                .pair(a, b, site)
                .map(|two| ExprKind::LeadsTo(Box::new(into_two(two)))),
            ("/\\" | "\\/" | "ENABLED" | "UNCHANGED" | "[]" | "<>" | "~>", _) => {
                let message = format!("`{}` cannot be passed as an operator", name.text);
                return Some(Err(Diagnostic::at(name.span, message).help("use a LAMBDA")));
            }
            _ => return None,
        };
        Some(kind.map(|k| k.with_span(span)))
    }

    fn pair(&mut self, a: &'s syntax::Expr, b: &'s syntax::Expr, site: &Site<'s>) -> Result<Vec<Expr>> {
        Ok(vec![self.expr(a, site)?, self.expr(b, site)?])
    }

    pub(super) fn entity(&mut self, entity: &'s Entity, name: &Ident, span: Span, args: Args<'_, 's>) -> Result<Expr> {
        match entity {
            Entity::Variable(index) => {
                arity(name, 0, args.0.len())?;
                self.variable(*index, name, span)
            }
            Entity::Constant(index) => self.constant(*index, name, span, args),
            Entity::Definition(context, module, unit) => {
                let spec = self.spec;
                let Some(definition) = spec.definition_at(*module, *unit) else {
                    return Err(unknown(name, &[]));
                };
                order(definition, name)?;
                let home = Site::new(*context, *module);
                if definition.parameters.is_empty() {
                    arity(name, 0, args.0.len())?;
                    let key = (*context, *module, *unit);
                    return self.shared(definition, key, &home, span);
                }
                let body = (&*definition.parameters, &definition.body);
                self.inline(Some(&definition.name.text), body, &home, name, span, args)
            }
            Entity::Builtin(builtin, wanted) => {
                arity(name, *wanted, args.0.len())?;
                let args = self.list(args.0, args.1)?;
                Ok(ExprKind::Call(*builtin, args).with_span(span))
            }
            Entity::Instance(_) => {
                let message = format!("`{}` is an instance, not an operator", name.text);
                Err(Diagnostic::at(name.span, message).help(format!("write `{}!Op`", name.text)))
            }
            Entity::Substituted(s) => self.substituted(s, name, span, args),
        }
    }

    fn variable(&mut self, index: usize, name: &Ident, span: Span) -> Result<Expr> {
        if self.detached.is_some() {
            let message = format!("`{}` is a variable outside the instance", name.text);
            return Err(Diagnostic::at(span, message));
        }
        if !self.mode.primed {
            return Ok(ExprKind::Variable(index).with_span(span));
        }
        if self.mode.enabled.is_some_and(|context| context != 0) {
            let message = format!(
                "the next value of `{}` is used inside ENABLED of another module",
                name.text
            );
            return Err(Diagnostic::at(span, message));
        }
        Ok(ExprKind::Next(index).with_span(span))
    }

    fn constant(&mut self, index: usize, name: &Ident, span: Span, args: Args<'_, 's>) -> Result<Expr> {
        let spec = self.spec;
        let constant = &spec.constants[index];
        match &constant.binding {
            Binding::None => {
                arity(name, constant.arity, args.0.len())?;
                for arg in args.0 {
                    self.operand(arg, args.1)?;
                }
                Ok(ExprKind::Unbound(constant.name.clone()).with_span(span))
            }
            Binding::Value(value) => {
                arity(name, 0, args.0.len())?;
                Ok(ExprKind::Literal(value.clone()).with_span(span))
            }
            Binding::Operator(operator) => {
                self.depth += 1;
                if self.depth > super::MAX_DEPTH {
                    let message = format!("`{operator}`, which stands for this constant, uses it itself");
                    return Err(Diagnostic::at(constant.span, message));
                }
                let Some(entity) = spec.lookup(0, spec.contexts[0].module, operator) else {
                    return Err(unknown(name, &[]));
                };
                // whatever the root module defines may stand for a constant declared above it
                let name = Ident {
                    text: operator.clone(),
                    span: spec.end(),
                };
                let result = self.entity(entity, &name, span, args);
                self.depth -= 1;
                result
            }
        }
    }

    fn substituted(&mut self, s: &'s Substituted, name: &Ident, span: Span, args: Args<'_, 's>) -> Result<Expr> {
        if let Some(index) = s.variable {
            let unknown = self.mode.primed && self.mode.enabled == Some(s.context);
            if unknown || self.detached == Some(s.context) {
                arity(name, 0, args.0.len())?;
                let next = self.mode.primed;
                let kind = if next { ExprKind::Next } else { ExprKind::Variable }(index);
                return Ok(kind.with_span(span));
            }
        }
        let spec = self.spec;
        let outer = spec.contexts[s.context].outer;
        let Some((context, module)) = outer else {
            return Err(unknown(name, &[]));
        };
        let Some(by) = s.by else {
            let Some(entity) = spec.lookup(context, module, &s.name) else {
                return Err(unknown(name, &[]));
            };
            return self.entity(entity, name, span, args);
        };
        let Some(value) = spec.substitution_at(by) else {
            return Err(unknown(name, &[]));
        };
        let home = Site::new(context, module);
        if args.0.is_empty() {
            // names bound around the use are not bound around the substitution
            return self.closed(|r| r.expr(value, &home));
        }
        let scope = self.operand_scope(value, &home);
        self.called(scope, name, span, args)
    }

    /// Checks what an `INSTANCE` puts in place of a name.
    pub(super) fn substitution(&mut self, e: &'s syntax::Expr, site: &Site<'s>) -> Result<()> {
        if let syntax::ExprKind::Apply { path, name, args } = &e.kind
            && args.is_empty()
            && path.is_empty()
            && let Some(Entity::Definition(_, module, unit)) = self.spec.lookup(site.context, site.module, &name.text)
            && let Some(d) = self.spec.definition_at(*module, *unit)
            && !d.parameters.is_empty()
        {
            return Ok(());
        }
        self.operand(e, site)
    }

    /// A bound name must not hide another: TLA+ forbids it.
    pub(super) fn fresh(&self, name: &Ident, site: &Site<'s>) -> Result<()> {
        let outside = self.spec.lookup(site.context, site.module, &name.text);
        let taken = match outside {
            _ if site.find(&name.text).is_some() => true,
            Some(Entity::Definition(_, module, unit)) => {
                let definition = self.spec.definition_at(*module, *unit);
                definition.is_some_and(|d| d.span.file != name.span.file || d.span.end <= name.span.start)
            }
            other => other.is_some(),
        };
        if taken {
            let message = format!("`{}` is already defined or declared", name.text);
            return Err(Diagnostic::at(name.span, message).label("give it another name"));
        }
        Ok(())
    }
}

fn into_two(list: Vec<Expr>) -> [Expr; 2] {
    // only ever called with the two operands of an infix operator
    list.try_into()
        .unwrap_or_else(|_| unreachable!("an infix operator has two operands"))
}

pub(super) fn arity(name: &Ident, wanted: usize, given: usize) -> Result<()> {
    if wanted == given {
        return Ok(());
    }
    let s = if wanted == 1 { "" } else { "s" };
    let message = format!("`{}` takes {wanted} argument{s}, but {given} stand here", name.text);
    Err(Diagnostic::at(name.span, message))
}

/// A definition must stand before its use; so there is no recursion either.
fn order(definition: &Definition, name: &Ident) -> Result<()> {
    let (at, span) = (name.span, definition.span);
    if at.file != span.file || at.start >= span.end {
        return Ok(());
    }
    if at.start < span.start {
        let message = format!("`{}` is used before its definition", name.text);
        return Err(Diagnostic::at(at, message).help("move the definition up"));
    }
    let message = format!("`{}` uses itself, and recursion is outside the subset", name.text);
    Err(Diagnostic::at(at, message).help("write it with a quantifier, a set or a function instead"))
}

pub(super) fn unknown(name: &Ident, path: &[Ident]) -> Diagnostic {
    let error = Diagnostic::at(name.span, format!("there is no operator or name `{}` here", name.text));
    match standard::home(&name.text) {
        Some(module) if path.is_empty() => error.help(format!("add `EXTENDS {module}`")),
        _ => error,
    }
}
