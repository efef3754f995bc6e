//! Names that nothing else in a module has.

use std::collections::HashSet;
use std::sync::Arc;

/// The words of the language that look like names.
const RESERVED: [&str; 47] = [
    "ACTION",
    "ASSUME",
    "ASSUMPTION",
    "AXIOM",
    "BOOLEAN",
    "BY",
    "CASE",
    "CHOOSE",
    "CONSTANT",
    "CONSTANTS",
    "COROLLARY",
    "DEF",
    "DEFINE",
    "DEFS",
    "DOMAIN",
    "ELSE",
    "ENABLED",
    "EXCEPT",
    "EXTENDS",
    "FALSE",
    "HAVE",
    "HIDE",
    "IF",
    "IN",
    "INSTANCE",
    "LAMBDA",
    "LEMMA",
    "LET",
    "LOCAL",
    "MODULE",
    "NEW",
    "OBVIOUS",
    "OMITTED",
    "OTHER",
    "PROOF",
    "PROVE",
    "QED",
    "RECURSIVE",
    "STATE",
    "STRING",
    "SUBSET",
    "THEN",
    "THEOREM",
    "TRUE",
    "UNION",
    "USE",
    "WITH",
];

/// The names in use.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fresh {
    taken: HashSet<Arc<str>>,
}

impl Fresh {
    /// A supply of names that leaves these alone.
    pub(crate) fn new(taken: impl IntoIterator<Item = Arc<str>>) -> Self {
        Fresh {
            taken: taken.into_iter().collect(),
        }
    }

    /// A new name: the one that is wished for, if it can be had.
    pub(crate) fn take(&mut self, wish: &str) -> Arc<str> {
        // `hogs[0]` is the name of an element.
        let word = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let wish: String = wish.chars().map(word).collect();
        let wish = wish.trim_matches('_');
        let wish = if wish.is_empty() { "value" } else { wish };
        let mut name: Arc<str> = wish.into();
        let mut copy = 2;
        while is_reserved(&name) || self.taken.contains(&name) {
            name = format!("{wish}_{copy}").into();
            copy += 1;
        }
        self.taken.insert(name.clone());
        name
    }
}

/// Whether TLA+ keeps a word for itself.
pub(crate) fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word) || ["WF_", "SF_"].iter().any(|prefix| word.starts_with(prefix))
}
