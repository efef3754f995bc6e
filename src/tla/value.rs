//! Values of TLA+ expressions, in one canonical form each, so that equal values are equal data.

use std::cmp::Ordering;
use std::sync::Arc;

/// A TLA+ value. Cloning copies a pointer.
///
/// A tuple is a function on `1..n` and a record a function on strings, as in TLC: [`Value::function`] puts every function into
/// its canonical form, so that the derived equality is TLA+'s.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// `TRUE` or `FALSE`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A string.
    Str(Arc<str>),
    /// A model value of a configuration file: equal to itself only.
    Model(Arc<str>),
    /// A finite set: sorted, without repetition. Build it with [`Value::set`].
    Set(Arc<[Value]>),
    /// A function whose domain is `1..n`.
    Tuple(Arc<[Value]>),
    /// Any other function, sorted by argument. Build it with [`Value::function`].
    Function(Arc<[(Value, Value)]>),
}

impl Value {
    /// A string.
    pub fn string(text: impl Into<Arc<str>>) -> Value {
        Value::Str(text.into())
    }

    /// The set of some elements.
    pub fn set(elements: impl IntoIterator<Item = Value>) -> Value {
        let mut elements: Vec<Value> = elements.into_iter().collect();
        elements.sort_unstable();
        elements.dedup();
        Value::Set(elements.into())
    }

    /// A tuple or sequence.
    pub fn tuple(elements: impl IntoIterator<Item = Value>) -> Value {
        Value::Tuple(elements.into_iter().collect())
    }

    /// The function with these arguments and results; of two results for one argument the first counts.
    pub fn function(pairs: impl IntoIterator<Item = (Value, Value)>) -> Value {
        let mut pairs: Vec<(Value, Value)> = pairs.into_iter().collect();
        pairs.sort_by(|a, b| a.0.cmp(&b.0));
        pairs.dedup_by(|later, first| later.0 == first.0);
        let is_tuple = (1i64..).zip(&pairs).all(|(i, (k, _))| *k == Value::Int(i));
        if is_tuple {
            Value::Tuple(pairs.into_iter().map(|(_, v)| v).collect())
        } else {
            Value::Function(pairs.into())
        }
    }

    /// A record: a function on strings.
    pub fn record<N: Into<Arc<str>>>(fields: impl IntoIterator<Item = (N, Value)>) -> Value {
        Value::function(fields.into_iter().map(|(n, v)| (Value::string(n), v)))
    }

    /// What a function yields for an argument; nothing if this is no function or the argument is outside its domain.
    pub(crate) fn apply(&self, argument: &Value) -> Option<&Value> {
        match (self, argument) {
            (Value::Tuple(t), Value::Int(i)) => t.get(usize::try_from(i.checked_sub(1)?).ok()?),
            (Value::Function(f), _) => find(f, argument).ok().map(|i| &f[i].1),
            _ => None,
        }
    }

    /// The domain of a function.
    pub(crate) fn domain(&self) -> Option<Value> {
        match self {
            Value::Tuple(t) => Some(Value::Set((1..=t.len() as i64).map(Value::Int).collect())),
            Value::Function(f) => Some(Value::Set(f.iter().map(|(k, _)| k.clone()).collect())),
            _ => None,
        }
    }

    /// What sort of value this is, for messages: "a set".
    pub(crate) fn sort(&self) -> &'static str {
        match self {
            Value::Bool(_) => "a boolean",
            Value::Int(_) => "an integer",
            Value::Str(_) => "a string",
            Value::Model(_) => "a model value",
            Value::Set(_) => "a set",
            Value::Tuple(_) => "a tuple",
            Value::Function(f) if is_record(f) => "a record",
            Value::Function(_) => "a function",
        }
    }

    /// Whether it means something to ask if two values are equal: `1 = "a"` is a mistake, as in TLC, and not false.
    pub(crate) fn comparable(&self, other: &Value) -> bool {
        fn first_difference<'v, T: PartialEq>(a: &'v [T], b: &'v [T]) -> Option<(&'v T, &'v T)> {
            let same_length = a.len() == b.len();
            let mut pairs = a.iter().zip(b).filter(|(a, b)| a != b);
            pairs.next().filter(|_| same_length)
        }
        match (self, other) {
            (Value::Model(_), _) | (_, Value::Model(_)) => true,
            (Value::Set(a), Value::Set(b)) | (Value::Tuple(a), Value::Tuple(b)) => {
                first_difference(a, b).is_none_or(|(a, b)| a.comparable(b))
            }
            (Value::Function(a), Value::Function(b)) => {
                first_difference(a, b).is_none_or(|((k, v), (l, w))| if k == l { v.comparable(w) } else { true })
            }
            _ => rank(self) == rank(other),
        }
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Value {
        Value::Bool(b)
    }
}

impl From<i64> for Value {
    fn from(i: i64) -> Value {
        Value::Int(i)
    }
}

impl From<&str> for Value {
    fn from(s: &str) -> Value {
        Value::string(s)
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Value) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A total order over all values: by sort, then the smaller collection first. `CHOOSE` takes the least in this order.
impl Ord for Value {
    fn cmp(&self, other: &Value) -> Ordering {
        match (self, other) {
            (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
            (Value::Int(a), Value::Int(b)) => a.cmp(b),
            (Value::Str(a), Value::Str(b)) | (Value::Model(a), Value::Model(b)) => {
                if Arc::ptr_eq(a, b) {
                    Ordering::Equal
                } else {
                    a.cmp(b)
                }
            }
            (Value::Set(a), Value::Set(b)) | (Value::Tuple(a), Value::Tuple(b)) => {
                a.len().cmp(&b.len()).then_with(|| a.cmp(b))
            }
            (Value::Function(a), Value::Function(b)) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
            (Value::Tuple(a), Value::Function(b)) => a.len().cmp(&b.len()).then(Ordering::Less),
            (Value::Function(a), Value::Tuple(b)) => a.len().cmp(&b.len()).then(Ordering::Greater),
            _ => rank(self).cmp(&rank(other)),
        }
    }
}

/// Whether a function's arguments are strings that can stand as field names.
pub(super) fn is_record(pairs: &[(Value, Value)]) -> bool {
    pairs
        .iter()
        .all(|(k, _)| matches!(k, Value::Str(s) if is_identifier(s)))
}

fn is_identifier(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && text.bytes().any(|b| b.is_ascii_alphabetic())
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Bool(_) => 0,
        Value::Int(_) => 1,
        Value::Str(_) => 2,
        Value::Model(_) => 3,
        Value::Set(_) => 4,
        Value::Tuple(_) | Value::Function(_) => 5,
    }
}

fn find(pairs: &[(Value, Value)], argument: &Value) -> Result<usize, usize> {
    pairs.binary_search_by(|(k, _)| k.cmp(argument))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tuple_is_a_function_on_an_interval() {
        let f = Value::function([(2.into(), "b".into()), (1.into(), "a".into())]);
        assert_eq!(f, Value::tuple(["a".into(), "b".into()]));
        assert_eq!(Value::function([]), Value::tuple([]));
        assert_eq!(f.apply(&2.into()), Some(&"b".into()));
        assert_eq!(f.apply(&3.into()), None);
        assert_eq!(f.apply(&Value::Int(i64::MIN)), None);
    }

    #[test]
    fn a_record_is_a_function_on_strings() {
        let f = Value::function([("x".into(), 1.into()), ("y".into(), 2.into())]);
        assert_eq!(f, Value::record([("y", 2.into()), ("x", 1.into())]));
        assert_eq!(f.apply(&"y".into()), Some(&2.into()));
        assert_eq!(f.apply(&"z".into()), None);
        let mixed = Value::function([(1.into(), 1.into()), ("y".into(), 2.into())]);
        assert_eq!(mixed.apply(&"y".into()), Some(&2.into()));
    }

    #[test]
    fn sets_have_no_order_and_no_repetition() {
        assert_eq!(
            Value::set([2.into(), 1.into(), 2.into()]),
            Value::set([1.into(), 2.into()])
        );
    }
}
