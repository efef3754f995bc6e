//! Functions, records, tuples.

use std::sync::Arc;

use super::super::expr::{Bound, Expr, Update};
use super::super::value::{Value, is_record};
use super::env::{Binding, each};
use super::{Env, Eval, Result, fail, shortened};

impl Eval<'_> {
    pub(super) fn apply(&self, two: &[Expr; 2], e: &Expr, env: &Env<'_>) -> Result<Value> {
        let function = self.eval(&two[0], env)?;
        let argument = self.eval(&two[1], env)?;
        if let Some(value) = function.apply(&argument) {
            return Ok(value.clone());
        }
        if !matches!(function, Value::Tuple(_) | Value::Function(_)) {
            let message = format!("this is {}, not a function", function.sort());
            return fail(&two[0], message);
        }
        let message = match &argument {
            Value::Str(name) if matches!(&function, Value::Function(pairs) if is_record(pairs)) => {
                format!("there is no field `{name}` in {function}")
            }
            _ => format!("the argument {argument} is outside the domain of {function}"),
        };
        fail(e, shortened(message))
    }

    pub(super) fn record(&self, fields: &[(Value, Expr)], env: &Env<'_>) -> Result<Value> {
        let mut pairs = Vec::with_capacity(fields.len());
        for (name, e) in fields {
            pairs.push((name.clone(), self.eval(e, env)?));
        }
        Ok(Value::function(pairs))
    }

    pub(super) fn function(&self, bounds: &[Bound], body: &Expr, env: &Env<'_>) -> Result<Value> {
        let sets = self.sets(bounds, env)?;
        let names: usize = bounds.iter().map(|b| b.parts.max(1)).sum();
        let mut pairs = Vec::new();
        each(bounds, &sets, env, &mut |inner| -> Result<bool> {
            let argument = self.argument(bounds, names, inner);
            pairs.push((argument, self.eval(body, inner)?));
            Ok(false)
        })?;
        Ok(Value::function(pairs))
    }

    /// The argument of a function, put together from the names just bound.
    fn argument(&self, bounds: &[Bound], names: usize, env: &Env<'_>) -> Value {
        let mut distance = names;
        let mut parts = Vec::with_capacity(bounds.len());
        let mut next = || {
            distance -= 1;
            match env.binding(distance) {
                Some(Binding::Value(v)) => (*v).clone(),
                // bounds bind values only
                _ => Value::Tuple([].into()),
            }
        };
        for bound in bounds {
            parts.push(match bound.parts {
                0 => next(),
                n => Value::tuple((0..n).map(|_| next())),
            });
        }
        match parts.pop() {
            Some(only) if parts.is_empty() => only,
            last => Value::tuple(parts.into_iter().chain(last)),
        }
    }

    pub(super) fn except(&self, base: &Expr, updates: &[Update], env: &Env<'_>) -> Result<Value> {
        let mut value = self.eval(base, env)?;
        for update in updates {
            let path: Result<Vec<Value>> = update.path.iter().map(|e| self.eval(e, env)).collect();
            self.replace(&mut value, &path?, update, base, env)?;
        }
        Ok(value)
    }

    /// Replaces what stands at the end of a path; a path that leads nowhere changes nothing, as in TLA+.
    fn replace(&self, at: &mut Value, path: &[Value], update: &Update, base: &Expr, env: &Env<'_>) -> Result<()> {
        let Some((step, rest)) = path.split_first() else {
            let old = at.clone();
            let binding = Binding::Value(&old);
            *at = self.eval(&update.value, &Env::Bound(&binding, env))?;
            return Ok(());
        };
        let place = match (at, step) {
            (Value::Tuple(elements), Value::Int(i)) => {
                let index = usize::try_from(*i).ok().and_then(|i| i.checked_sub(1));
                match index.filter(|i| *i < elements.len()) {
                    Some(index) => &mut Arc::make_mut(elements)[index],
                    None => return Ok(()),
                }
            }
            (Value::Function(pairs), step) => match pairs.binary_search_by(|(k, _)| k.cmp(step)) {
                Ok(index) => &mut Arc::make_mut(pairs)[index].1,
                Err(_) => return Ok(()),
            },
            (Value::Tuple(_), _) => return Ok(()),
            (other, _) => {
                let message = format!("EXCEPT of {}, which is not a function", other.sort());
                return fail(base, message);
            }
        };
        self.replace(place, rest, update, base, env)
    }
}
