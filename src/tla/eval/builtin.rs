//! The operators of the language and the standard modules.

use std::sync::Arc;

use super::super::expr::{Builtin, Expr};
use super::super::value::Value;
use super::{Env, Eval, MAX_SET, Result, equal, fail, homogeneous};

impl Eval<'_> {
    pub(super) fn call(&self, builtin: Builtin, args: &[Expr], e: &Expr, env: &Env<'_>) -> Result<Value> {
        match args {
            [] => self.constant(builtin, e),
            [a] => self.unary(builtin, a, e, env),
            [a, b] => self.binary(builtin, a, b, e, env),
            [a, b, c] => self.sub_sequence(a, b, c, e, env),
            _ => fail(e, "too many arguments"),
        }
    }

    fn constant(&self, builtin: Builtin, e: &Expr) -> Result<Value> {
        match builtin {
            Builtin::Booleans => Ok(Value::set([false.into(), true.into()])),
            _ => fail(e, "this set is infinite and is not written out"),
        }
    }

    fn unary(&self, builtin: Builtin, a: &Expr, e: &Expr, env: &Env<'_>) -> Result<Value> {
        match builtin {
            Builtin::Not => Ok(Value::Bool(!self.bool(a, env)?)),
            Builtin::Negate => match self.int(a, env)?.checked_neg() {
                Some(i) => Ok(Value::Int(i)),
                None => overflow(e),
            },
            Builtin::Domain => {
                let function = self.eval(a, env)?;
                match function.domain() {
                    Some(domain) => Ok(domain),
                    None => fail(a, format!("this is {}, not a function", function.sort())),
                }
            }
            Builtin::BigUnion => {
                let mut all = Vec::new();
                for set in self.elements(a, env)?.iter() {
                    match set {
                        Value::Set(elements) => all.extend(elements.iter().cloned()),
                        other => {
                            let message = format!("an element of this is {}", other.sort());
                            return fail(a, format!("{message}, not a set"));
                        }
                    }
                    if all.len() > 4 * MAX_SET {
                        return self.too_large(e);
                    }
                }
                homogeneous(Value::set(all), e)
            }
            Builtin::Powerset => self.powerset(a, e, env),
            Builtin::Cardinality => Ok(Value::Int(self.elements(a, env)?.len() as i64)),
            Builtin::IsFiniteSet => self.elements(a, env).map(|_| Value::Bool(true)),
            Builtin::Len => Ok(Value::Int(self.sequence(a, env)?.len() as i64)),
            Builtin::Head => match self.sequence(a, env)?.first() {
                Some(first) => Ok(first.clone()),
                None => fail(e, "Head of an empty sequence"),
            },
            Builtin::Tail => match self.sequence(a, env)?.split_first() {
                Some((_, rest)) => Ok(Value::Tuple(rest.into())),
                None => fail(e, "Tail of an empty sequence"),
            },
            _ => fail(e, "this set is infinite and is not written out"),
        }
    }

    fn binary(&self, builtin: Builtin, a: &Expr, b: &Expr, e: &Expr, env: &Env<'_>) -> Result<Value> {
        use Builtin::*;
        let truth = match builtin {
            Implies => !self.bool(a, env)? || self.bool(b, env)?,
            Iff => self.bool(a, env)? == self.bool(b, env)?,
            Equal => equal(&self.eval(a, env)?, &self.eval(b, env)?, e)?,
            Unequal => !equal(&self.eval(a, env)?, &self.eval(b, env)?, e)?,
            In => self.member(&self.eval(a, env)?, b, env)?,
            NotIn => !self.member(&self.eval(a, env)?, b, env)?,
            SubsetEq => {
                let mut all = true;
                for element in self.elements(a, env)?.iter() {
                    all = all && self.member(element, b, env)?;
                }
                all
            }
            Less => self.int(a, env)? < self.int(b, env)?,
            Greater => self.int(a, env)? > self.int(b, env)?,
            LessEq => self.int(a, env)? <= self.int(b, env)?,
            GreaterEq => self.int(a, env)? >= self.int(b, env)?,
            Cup | Cap | Minus => return self.combine(builtin, a, b, e, env),
            Range => return self.range(a, b, e, env),
            Append | Concat | Maplet | Merge => return self.joined(builtin, a, b, e, env),
            _ => {
                let (a, b) = (self.int(a, env)?, self.int(b, env)?);
                return arithmetic(builtin, a, b, e);
            }
        };
        Ok(Value::Bool(truth))
    }

    fn combine(&self, builtin: Builtin, a: &Expr, b: &Expr, e: &Expr, env: &Env<'_>) -> Result<Value> {
        let left = self.elements(a, env)?;
        if builtin == Builtin::Cup {
            let right = self.elements(b, env)?;
            let all = left.iter().chain(right.iter()).cloned();
            return homogeneous(Value::set(all), e);
        }
        let keep = builtin == Builtin::Cap;
        let mut kept = Vec::new();
        for element in left.iter() {
            if self.member(element, b, env)? == keep {
                kept.push(element.clone());
            }
        }
        Ok(Value::Set(kept.into()))
    }

    fn range(&self, a: &Expr, b: &Expr, e: &Expr, env: &Env<'_>) -> Result<Value> {
        let (low, high) = (self.int(a, env)?, self.int(b, env)?);
        if high.checked_sub(low).is_none_or(|n| n >= MAX_SET as i64) && low <= high {
            return self.too_large(e);
        }
        Ok(Value::Set((low..=high).map(Value::Int).collect()))
    }

    fn joined(&self, builtin: Builtin, a: &Expr, b: &Expr, e: &Expr, env: &Env<'_>) -> Result<Value> {
        match builtin {
            Builtin::Append => {
                let sequence = self.sequence(a, env)?;
                let last = self.eval(b, env)?;
                Ok(Value::tuple(sequence.iter().cloned().chain([last])))
            }
            Builtin::Concat => {
                let (left, right) = (self.sequence(a, env)?, self.sequence(b, env)?);
                let all = left.iter().chain(right.iter());
                Ok(Value::tuple(all.cloned()))
            }
            Builtin::Maplet => Ok(Value::function([(self.eval(a, env)?, self.eval(b, env)?)])),
            _ => {
                let mut pairs = self.pairs(a, env)?;
                pairs.extend(self.pairs(b, env)?);
                if pairs.len() > 4 * MAX_SET {
                    return self.too_large(e);
                }
                Ok(Value::function(pairs))
            }
        }
    }

    fn sub_sequence(&self, a: &Expr, from: &Expr, to: &Expr, e: &Expr, env: &Env<'_>) -> Result<Value> {
        let sequence = self.sequence(a, env)?;
        let (from, to) = (self.int(from, env)?, self.int(to, env)?);
        if from > to {
            return Ok(Value::tuple([]));
        }
        let range = usize::try_from(from)
            .ok()
            .and_then(|f| f.checked_sub(1))
            .zip(usize::try_from(to).ok());
        match range.and_then(|(from, to)| sequence.get(from..to)) {
            Some(part) => Ok(Value::Tuple(part.into())),
            None => {
                let length = sequence.len();
                fail(e, format!("{from} to {to} is outside a sequence of {length}"))
            }
        }
    }

    pub(super) fn int(&self, e: &Expr, env: &Env<'_>) -> Result<i64> {
        match self.eval(e, env)? {
            Value::Int(i) => Ok(i),
            other => fail(e, format!("this is {}, not an integer", other.sort())),
        }
    }

    fn sequence(&self, e: &Expr, env: &Env<'_>) -> Result<Arc<[Value]>> {
        match self.eval(e, env)? {
            Value::Tuple(elements) => Ok(elements),
            other => fail(e, format!("this is {}, not a sequence", other.sort())),
        }
    }

    fn pairs(&self, e: &Expr, env: &Env<'_>) -> Result<Vec<(Value, Value)>> {
        match self.eval(e, env)? {
            Value::Tuple(t) => Ok((1..).map(Value::Int).zip(t.iter().cloned()).collect()),
            Value::Function(f) => Ok(f.to_vec()),
            other => fail(e, format!("this is {}, not a function", other.sort())),
        }
    }
}

fn arithmetic(builtin: Builtin, a: i64, b: i64, e: &Expr) -> Result<Value> {
    let result = match builtin {
        Builtin::Add => a.checked_add(b),
        Builtin::Subtract => a.checked_sub(b),
        Builtin::Multiply => a.checked_mul(b),
        Builtin::Divide if b == 0 => return fail(e, "division by zero"),
        Builtin::Divide => a
            .checked_div(b)
            .map(|q| q - i64::from(a % b != 0 && (a < 0) != (b < 0))),
        Builtin::Modulo if b <= 0 => return fail(e, "`%` by a number that is not positive"),
        Builtin::Modulo => a.checked_rem_euclid(b),
        Builtin::Power if b < 0 => return fail(e, "a negative exponent"),
        Builtin::Power if a == 0 && b == 0 => return fail(e, "0^0 is undefined"),
        Builtin::Power => power(a, b),
        _ => return fail(e, "this operator does not take two arguments"),
    };
    match result {
        Some(i) => Ok(Value::Int(i)),
        None => overflow(e),
    }
}

fn power(base: i64, exponent: i64) -> Option<i64> {
    match base {
        0 | 1 => Some(base),
        -1 => Some(if exponent % 2 == 0 { 1 } else { -1 }),
        _ => base.checked_pow(u32::try_from(exponent).ok()?),
    }
}

fn overflow<T>(e: &Expr) -> Result<T> {
    fail(e, "this integer does not fit in 64 bits")
}
