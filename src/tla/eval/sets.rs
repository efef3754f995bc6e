//! Sets: written out when they must be, asked for membership when that is enough.

use std::sync::Arc;

use super::super::expr::{Bound, Builtin, Expr, ExprKind};
use super::super::value::Value;
use super::env::{Binding, each, unpack};
use super::{Env, Eval, MAX_SET, Result, equal, fail, homogeneous, shortened};

impl Eval<'_> {
    /// The elements of what must be a set.
    pub(crate) fn elements(&self, e: &Expr, env: &Env<'_>) -> Result<Arc<[Value]>> {
        match self.eval(e, env)? {
            Value::Set(elements) => {
                self.spend(elements.len(), e)?;
                Ok(elements)
            }
            other => fail(e, format!("this is {}, not a set", other.sort())),
        }
    }

    /// The sets that names range over, checked for the shape the names need.
    pub(crate) fn sets(&self, bounds: &[Bound], env: &Env<'_>) -> Result<Vec<Arc<[Value]>>> {
        let mut sets = Vec::with_capacity(bounds.len());
        for bound in bounds {
            let elements = self.elements(&bound.set, env)?;
            if bound.parts > 0 {
                let fits = |v: &Value| matches!(v, Value::Tuple(t) if t.len() == bound.parts);
                if let Some(odd) = elements.iter().find(|v| !fits(v)) {
                    let message = format!("{odd} is not a tuple of {} parts", bound.parts);
                    return fail(&bound.set, shortened(message));
                }
            }
            sets.push(elements);
        }
        Ok(sets)
    }

    pub(super) fn choose(&self, bound: &Bound, body: &Expr, e: &Expr, env: &Env<'_>) -> Result<Value> {
        for set in self.sets(std::slice::from_ref(bound), env)? {
            for element in set.iter() {
                if self.satisfies(element, bound, body, env)? {
                    return Ok(element.clone());
                }
            }
        }
        fail(e, "no element satisfies this CHOOSE")
    }

    pub(super) fn filter(&self, bound: &Bound, body: &Expr, env: &Env<'_>) -> Result<Value> {
        let mut kept = Vec::new();
        for set in self.sets(std::slice::from_ref(bound), env)? {
            for element in set.iter() {
                if self.satisfies(element, bound, body, env)? {
                    kept.push(element.clone());
                }
            }
        }
        Ok(Value::Set(kept.into()))
    }

    fn satisfies(&self, element: &Value, bound: &Bound, body: &Expr, env: &Env<'_>) -> Result<bool> {
        match element {
            Value::Tuple(parts) if bound.parts > 0 => unpack(parts, env, &mut |env| self.bool(body, env)),
            _ => self.bool(body, &Env::Bound(&Binding::Value(element), env)),
        }
    }

    pub(super) fn map(&self, body: &Expr, bounds: &[Bound], e: &Expr, env: &Env<'_>) -> Result<Value> {
        let sets = self.sets(bounds, env)?;
        let mut mapped = Vec::new();
        each(bounds, &sets, env, &mut |env| {
            if mapped.len() >= MAX_SET {
                return self.too_large(e);
            }
            mapped.push(self.eval(body, env)?);
            Ok(false)
        })?;
        homogeneous(Value::set(mapped), e)
    }

    pub(super) fn function_set(&self, two: &[Expr; 2], e: &Expr, env: &Env<'_>) -> Result<Value> {
        let domain = self.elements(&two[0], env)?;
        let range = self.elements(&two[1], env)?;
        let choices = vec![range; domain.len()];
        let function = |values: &[Value]| Value::function(domain.iter().cloned().zip(values.iter().cloned()));
        self.combinations(&choices, e, function)
    }

    pub(super) fn record_set(&self, fields: &[(Value, Expr)], e: &Expr, env: &Env<'_>) -> Result<Value> {
        let choices: Result<Vec<_>> = fields.iter().map(|(_, e)| self.elements(e, env)).collect();
        self.combinations(&choices?, e, |values| {
            let names = fields.iter().map(|(name, _)| name.clone());
            Value::function(names.zip(values.iter().cloned()))
        })
    }

    pub(super) fn product(&self, list: &[Expr], e: &Expr, env: &Env<'_>) -> Result<Value> {
        let choices: Result<Vec<_>> = list.iter().map(|e| self.elements(e, env)).collect();
        self.combinations(&choices?, e, |values| Value::Tuple(values.into()))
    }

    pub(super) fn powerset(&self, set: &Expr, e: &Expr, env: &Env<'_>) -> Result<Value> {
        let elements = self.elements(set, env)?;
        let bits = elements.len();
        if bits >= usize::BITS as usize || 1 << bits > MAX_SET {
            return self.too_large(e);
        }
        let subset = |mask: usize| {
            let chosen = (0..bits).filter(|i| mask >> i & 1 == 1);
            Value::Set(chosen.map(|i| elements[i].clone()).collect())
        };
        Ok(Value::set((0..1usize << bits).map(subset)))
    }

    /// Every way to take one element of each set.
    fn combinations(&self, choices: &[Arc<[Value]>], e: &Expr, build: impl Fn(&[Value]) -> Value) -> Result<Value> {
        let count = choices.iter().try_fold(1usize, |n, c| n.checked_mul(c.len()));
        if choices.iter().any(|c| c.is_empty()) {
            return Ok(Value::set([]));
        }
        if count.is_none_or(|n| n.saturating_mul(choices.len().max(1)) > 4 * MAX_SET) {
            return self.too_large(e);
        }
        let mut digits = vec![0; choices.len()];
        let mut all = Vec::new();
        loop {
            let values: Vec<Value> = digits
                .iter()
                .zip(choices)
                .map(|(d, c): (&usize, _)| c[*d].clone())
                .collect();
            all.push(build(&values));
            let mut place = choices.len();
            loop {
                if place == 0 {
                    return Ok(Value::set(all));
                }
                place -= 1;
                digits[place] += 1;
                if digits[place] < choices[place].len() {
                    break;
                }
                digits[place] = 0;
            }
        }
    }

    pub(super) fn too_large<T>(&self, e: &Expr) -> Result<T> {
        fail(
            e,
            format!("this set has more than {MAX_SET} elements and is not written out"),
        )
    }

    /// Whether an element is in a set, without writing the set out if its form allows.
    pub(super) fn member(&self, element: &Value, set: &Expr, env: &Env<'_>) -> Result<bool> {
        match &set.kind {
            ExprKind::Operator(named) if named.closed && named.constant.get().is_none() => self
                .member(element, &named.body, &Env::Empty)
                .map_err(|error| super::within(error, &named.name)),
            ExprKind::Operator(named) if !named.closed => self
                .member(element, &named.body, env)
                .map_err(|error| super::within(error, &named.name)),
            ExprKind::Local(distance) => match env.binding(*distance) {
                Some(Binding::Lazy(lazy)) if lazy.known.get().is_none() => self.member(element, lazy.expr, lazy.env),
                _ => self.listed(element, set, env),
            },
            ExprKind::Let(two) => {
                let binding = self.lazy(&two[0], env);
                self.member(element, &two[1], &Env::Bound(&binding, env))
            }
            ExprKind::If(three) => {
                let branch = if self.bool(&three[0], env)? { 1 } else { 2 };
                self.member(element, &three[branch], env)
            }
            ExprKind::FunctionSet(two) => self.is_function(element, two, env),
            ExprKind::RecordSet(fields) => {
                let Value::Function(pairs) = element else {
                    return self.no_function(element, set);
                };
                if pairs.len() != fields.len() {
                    return Ok(false);
                }
                for (name, values) in fields {
                    match element.apply(name) {
                        Some(value) if self.member(value, values, env)? => {}
                        _ => return Ok(false),
                    }
                }
                Ok(true)
            }
            ExprKind::Product(list) => {
                let Value::Tuple(parts) = element else {
                    return self.no_function(element, set);
                };
                if parts.len() != list.len() {
                    return Ok(false);
                }
                for (part, set) in parts.iter().zip(list) {
                    if !self.member(part, set, env)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            ExprKind::Call(builtin, args) => self.member_of_call(element, *builtin, args, set, env),
            _ => self.listed(element, set, env),
        }
    }

    fn member_of_call(
        &self,
        element: &Value,
        builtin: Builtin,
        args: &[Expr],
        set: &Expr,
        env: &Env<'_>,
    ) -> Result<bool> {
        match (builtin, args, element) {
            (Builtin::Integers, _, Value::Int(_)) => Ok(true),
            (Builtin::Naturals, _, Value::Int(i)) => Ok(*i >= 0),
            (Builtin::Strings, _, Value::Str(_)) => Ok(true),
            (Builtin::Integers | Builtin::Naturals | Builtin::Strings, _, other) => {
                let message = format!("{} is asked to be an element of this", other.sort());
                fail(set, message)
            }
            (Builtin::Range, [low, high], Value::Int(i)) => Ok(self.int(low, env)? <= *i && *i <= self.int(high, env)?),
            (Builtin::Seq, [set], Value::Tuple(elements)) => {
                for element in elements.iter() {
                    if !self.member(element, set, env)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (Builtin::Powerset, [base], Value::Set(elements)) => {
                for element in elements.iter() {
                    if !self.member(element, base, env)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (Builtin::Cup, [a, b], _) => Ok(self.member(element, a, env)? || self.member(element, b, env)?),
            (Builtin::Cap, [a, b], _) => Ok(self.member(element, a, env)? && self.member(element, b, env)?),
            (Builtin::Minus, [a, b], _) => Ok(self.member(element, a, env)? && !self.member(element, b, env)?),
            _ => self.listed(element, set, env),
        }
    }

    fn is_function(&self, element: &Value, two: &[Expr; 2], env: &Env<'_>) -> Result<bool> {
        let Some(Value::Set(domain)) = element.domain() else {
            return self.no_function(element, &two[0]);
        };
        if domain != self.elements(&two[0], env)? {
            return Ok(false);
        }
        for argument in domain.iter() {
            if let Some(value) = element.apply(argument)
                && !self.member(value, &two[1], env)?
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn no_function(&self, element: &Value, set: &Expr) -> Result<bool> {
        if matches!(element, Value::Function(_) | Value::Tuple(_) | Value::Model(_)) {
            return Ok(false);
        }
        let message = format!("{} is asked to be an element of this", element.sort());
        fail(set, message)
    }

    fn listed(&self, element: &Value, set: &Expr, env: &Env<'_>) -> Result<bool> {
        let elements = self.elements(set, env)?;
        if elements.binary_search(element).is_ok() {
            return Ok(true);
        }
        match elements.first() {
            Some(first) => equal(element, first, set),
            None => Ok(false),
        }
    }
}
