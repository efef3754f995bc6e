//! Values in TLA+ syntax, as TLC prints them.

use std::fmt::{self, Display, Formatter};

use super::value::{Value, is_record};

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Value::Bool(true) => f.write_str("TRUE"),
            Value::Bool(false) => f.write_str("FALSE"),
            Value::Int(i) => write!(f, "{i}"),
            Value::Str(s) => quoted(f, s),
            Value::Model(s) => f.write_str(s),
            Value::Set(s) => list(f, "{", s.iter(), "}", |f, v| v.fmt(f)),
            Value::Tuple(t) => list(f, "<<", t.iter(), ">>", |f, v| v.fmt(f)),
            Value::Function(p) if is_record(p) => list(f, "[", p.iter(), "]", |f, (k, v)| {
                let Value::Str(name) = k else { return Ok(()) };
                write!(f, "{name} |-> {v}")
            }),
            Value::Function(p) => {
                f.write_str("(")?;
                for (i, (k, v)) in p.iter().enumerate() {
                    let separator = if i == 0 { "" } else { " @@ " };
                    write!(f, "{separator}{k} :> {v}")?;
                }
                f.write_str(")")
            }
        }
    }
}

fn quoted(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            '\r' => f.write_str("\\r")?,
            '\u{c}' => f.write_str("\\f")?,
            c => write!(f, "{c}")?,
        }
    }
    f.write_str("\"")
}

fn list<T>(
    f: &mut Formatter<'_>,
    open: &str,
    items: impl Iterator<Item = T>,
    close: &str,
    show: impl Fn(&mut Formatter<'_>, T) -> fmt::Result,
) -> fmt::Result {
    f.write_str(open)?;
    for (i, item) in items.enumerate() {
        if i > 0 {
            f.write_str(", ")?;
        }
        show(f, item)?;
    }
    f.write_str(close)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_print_as_tla() {
        let r = Value::record([("flags", Value::set(["b".into(), "a".into()]))]);
        let f = Value::function([("exit:3".into(), Value::tuple([1.into(), true.into()]))]);
        assert_eq!(r.to_string(), r#"[flags |-> {"a", "b"}]"#);
        assert_eq!(f.to_string(), r#"("exit:3" :> <<1, TRUE>>)"#);
        assert_eq!(Value::from("a\"b\\").to_string(), r#""a\"b\\""#);
        assert_eq!(Value::set([]).to_string(), "{}");
    }
}
