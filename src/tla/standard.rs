//! The operators that come with the language and its standard modules.

use super::expr::Builtin::{self, *};

/// Operators that need no `EXTENDS`, with the number of their arguments.
pub(super) const LANGUAGE: &[(&str, Builtin, usize)] = &[
    ("~", Not, 1),
    ("=>", Implies, 2),
    ("<=>", Iff, 2),
    ("=", Equal, 2),
    ("#", Unequal, 2),
    ("\\in", In, 2),
    ("\\notin", NotIn, 2),
    ("\\subseteq", SubsetEq, 2),
    ("\\cup", Cup, 2),
    ("\\cap", Cap, 2),
    ("\\", Minus, 2),
    ("UNION", BigUnion, 1),
    ("SUBSET", Powerset, 1),
    ("DOMAIN", Domain, 1),
    ("BOOLEAN", Booleans, 0),
    ("STRING", Strings, 0),
];

const NATURALS: &[(&str, Builtin, usize)] = &[
    ("Nat", Naturals, 0),
    ("+", Add, 2),
    ("-", Subtract, 2),
    ("*", Multiply, 2),
    ("^", Power, 2),
    ("\\div", Divide, 2),
    ("%", Modulo, 2),
    ("<", Less, 2),
    (">", Greater, 2),
    ("<=", LessEq, 2),
    (">=", GreaterEq, 2),
    ("..", Range, 2),
];

const INTEGERS: &[(&str, Builtin, usize)] = &[("Int", Integers, 0), ("-.", Negate, 1)];

const FINITE_SETS: &[(&str, Builtin, usize)] = &[("Cardinality", Cardinality, 1), ("IsFiniteSet", IsFiniteSet, 1)];

const SEQUENCES: &[(&str, Builtin, usize)] = &[
    ("Len", Len, 1),
    ("Head", Head, 1),
    ("Tail", Tail, 1),
    ("Append", Append, 2),
    ("\\o", Concat, 2),
    ("SubSeq", SubSeq, 3),
    ("Seq", Seq, 1),
];

const TLC: &[(&str, Builtin, usize)] = &[(":>", Maplet, 2), ("@@", Merge, 2)];

/// What `EXTENDS` of a standard module brings, as far as the subset knows it.
pub(super) fn module(name: &str) -> Option<Vec<(&'static str, Builtin, usize)>> {
    Some(match name {
        "Naturals" => NATURALS.to_vec(),
        "Integers" => [NATURALS, INTEGERS].concat(),
        "FiniteSets" => FINITE_SETS.to_vec(),
        "Sequences" => SEQUENCES.to_vec(),
        "TLC" => TLC.to_vec(),
        _ => return None,
    })
}

/// The standard module that defines a name, for help texts.
pub(super) fn home(name: &str) -> Option<&'static str> {
    let modules = ["Naturals", "Integers", "FiniteSets", "Sequences", "TLC"];
    modules.into_iter().find(|m| {
        let all = module(m).unwrap_or_default();
        all.iter().any(|(n, ..)| *n == name)
    })
}

/// Standard modules outside the subset.
pub(super) const REFUSED: &[&str] = &["Reals", "Bags", "RealTime", "TLAPS", "Randomization", "TLCExt"];
