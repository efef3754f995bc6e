//! The operators of the subset, with the precedence ranges of "Specifying Systems", page 271.
//!
//! The grammar gives each operator one precedence and makes all of them associative, so that it reads what TLA+ calls a
//! mistake (`a /\ b \/ c`); the ranges here find those, so that our reading and SANY's never differ.

/// An operator: its node in the grammar, how messages and definitions spell it, and how tightly it binds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Operator {
    pub node: &'static str,
    pub symbol: &'static str,
    pub low: u8,
    pub high: u8,
    /// Whether `a op b op c` is allowed, as `(a op b) op c`.
    pub chains: bool,
}

/// The infix operator a grammar node stands for.
pub(super) fn infix(node: &str) -> Option<&'static Operator> {
    INFIX.iter().find(|op| op.node == node)
}

/// The prefix operator a grammar node stands for.
pub(super) fn prefix(node: &str) -> Option<&'static Operator> {
    PREFIX.iter().find(|op| op.node == node)
}

/// The only postfix operator of the subset.
pub(super) const PRIME: Operator = op("prime", "'", 15, 15, false);

const fn op(node: &'static str, symbol: &'static str, low: u8, high: u8, chains: bool) -> Operator {
    Operator {
        node,
        symbol,
        low,
        high,
        chains,
    }
}

const INFIX: &[Operator] = &[
    op("implies", "=>", 1, 1, false),
    op("iff", "<=>", 2, 2, false),
    op("equiv", "<=>", 2, 2, false),
    op("leads_to", "~>", 2, 2, false),
    op("land", "/\\", 3, 3, true),
    op("lor", "\\/", 3, 3, true),
    op("eq", "=", 5, 5, false),
    op("neq", "#", 5, 5, false),
    op("lt", "<", 5, 5, false),
    op("gt", ">", 5, 5, false),
    op("leq", "<=", 5, 5, false),
    op("geq", ">=", 5, 5, false),
    op("in", "\\in", 5, 5, false),
    op("notin", "\\notin", 5, 5, false),
    op("subseteq", "\\subseteq", 5, 5, false),
    op("compose", "@@", 6, 6, true),
    op("map_to", ":>", 7, 7, false),
    op("setminus", "\\", 8, 8, false),
    op("cap", "\\cap", 8, 8, true),
    op("cup", "\\cup", 8, 8, true),
    op("dots_2", "..", 9, 9, false),
    op("plus", "+", 10, 10, true),
    op("minus", "-", 11, 11, true),
    op("mod", "%", 10, 11, false),
    op("times", "\\X", 10, 13, true),
    op("mul", "*", 13, 13, true),
    op("div", "\\div", 13, 13, false),
    op("circ", "\\o", 13, 13, true),
    op("pow", "^", 14, 14, false),
];

const PREFIX: &[Operator] = &[
    op("lnot", "~", 4, 4, false),
    op("enabled", "ENABLED", 4, 15, false),
    op("unchanged", "UNCHANGED", 4, 15, false),
    op("always", "[]", 4, 15, false),
    op("eventually", "<>", 4, 15, false),
    op("powerset", "SUBSET", 8, 8, false),
    op("union", "UNION", 8, 8, false),
    op("domain", "DOMAIN", 9, 9, false),
    op("negative", "-.", 12, 12, false),
];
