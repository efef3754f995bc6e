//! A property is a value with a name, a kind and a description, wherever it comes from.

use serde::Serialize;

/// What it takes to refute a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PropertyKind {
    /// A path to a bad state.
    Safety,
    /// A path to a state where nothing moves and somebody has not finished.
    Deadlock,
    /// A path with a bad step.
    Action,
    /// A path and a fair loop.
    Liveness,
    /// A path with a step that the abstract specification does not allow, or a fair loop that it does not.
    Refinement,
}

/// Something that must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Property {
    /// Its name, also in `@breaks`.
    pub name: String,
    /// Two letters, for the matrix.
    pub code: String,
    /// Its kind.
    pub kind: PropertyKind,
    /// In plain words.
    pub description: String,
}

impl Property {
    pub(super) fn new(name: &str, code: &str, kind: PropertyKind, description: &str) -> Self {
        Property {
            name: name.into(),
            code: code.into(),
            kind,
            description: description.into(),
        }
    }
}

/// The properties of the language itself: what the machine's own errors and a standstill break.
pub(crate) fn built_in() -> Vec<Property> {
    vec![
        Property::new(
            "NoUseAfterFree",
            "UF",
            PropertyKind::Safety,
            "nothing is used after it was freed",
        ),
        Property::new(
            "NoNullDereference",
            "ND",
            PropertyKind::Safety,
            "no NULL pointer is followed",
        ),
        Property::new(
            "NoOverflow",
            "OF",
            PropertyKind::Safety,
            "no counter and no index leaves its range",
        ),
        Property::new(
            "LocksBalanced",
            "LB",
            PropertyKind::Safety,
            "locks are released by their holder, and only once",
        ),
        Property::new("NoBug", "NB", PropertyKind::Safety, "no BUG_ON() fires"),
        Property::new(
            DEADLOCK,
            "DL",
            PropertyKind::Deadlock,
            "while a task has not finished, some thread can step (polling counts)",
        ),
    ]
}

/// The name of the deadlock property.
pub(crate) const DEADLOCK: &str = "NoDeadlock";

/// `NoDoubleUnmap` is `DU`.
pub(crate) fn initials(name: &str) -> String {
    let letters: Vec<char> = name
        .strip_prefix("No")
        .unwrap_or(name)
        .chars()
        .filter(|c| c.is_uppercase())
        .collect();
    match letters.as_slice() {
        [first, .., last] => format!("{first}{last}"),
        _ => name.chars().take(2).collect::<String>().to_uppercase(),
    }
}
