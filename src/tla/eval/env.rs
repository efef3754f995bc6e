//! The names bound around an expression, on the stack of whoever evaluates it.

use std::cell::OnceCell;
use std::sync::Arc;

use super::super::expr::{Bound, Expr};
use super::super::value::Value;
use super::{Eval, Result};

/// Bound names, innermost first.
#[derive(Clone, Copy)]
pub(in super::super) enum Env<'e> {
    Empty,
    Bound(&'e Binding<'e>, &'e Env<'e>),
}

pub(in super::super) enum Binding<'e> {
    Value(&'e Value),
    Lazy(Lazy<'e>),
}

/// An expression that is evaluated when its name is first used.
pub(in super::super) struct Lazy<'e> {
    pub expr: &'e Expr,
    pub env: &'e Env<'e>,
    pub known: OnceCell<Value>,
}

impl<'e> Env<'e> {
    pub(crate) fn binding(&self, distance: usize) -> Option<&'e Binding<'e>> {
        let mut env = self;
        for _ in 0..distance {
            match env {
                Env::Bound(_, outer) => env = outer,
                Env::Empty => return None,
            }
        }
        match env {
            Env::Bound(binding, _) => Some(binding),
            Env::Empty => None,
        }
    }
}

impl Eval<'_> {
    pub(crate) fn lazy<'e>(&self, expr: &'e Expr, env: &'e Env<'e>) -> Binding<'e> {
        Binding::Lazy(Lazy {
            expr,
            env,
            known: OnceCell::new(),
        })
    }
}

/// Calls `visit` for each choice of elements, until it answers true; says whether it did.
pub(in super::super) fn each<E>(
    bounds: &[Bound],
    sets: &[Arc<[Value]>],
    env: &Env<'_>,
    visit: &mut dyn FnMut(&Env<'_>) -> Result<bool, E>,
) -> Result<bool, E> {
    let (Some((bound, bounds)), Some((set, sets))) = (bounds.split_first(), sets.split_first()) else {
        return visit(env);
    };
    for element in set.iter() {
        let stop = match element {
            Value::Tuple(parts) if bound.parts > 0 => unpack(parts, env, &mut |env| each(bounds, sets, env, visit))?,
            _ => {
                let binding = Binding::Value(element);
                let inner = Env::Bound(&binding, env);
                if bounds.is_empty() {
                    visit(&inner)?
                } else {
                    each(bounds, sets, &inner, visit)?
                }
            }
        };
        if stop {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Binds a name to each part of a tuple.
pub(in super::super) fn unpack<T>(parts: &[Value], env: &Env<'_>, visit: &mut dyn FnMut(&Env<'_>) -> T) -> T {
    match parts.split_first() {
        None => visit(env),
        Some((first, rest)) => {
            let binding = Binding::Value(first);
            unpack(rest, &Env::Bound(&binding, env), visit)
        }
    }
}
