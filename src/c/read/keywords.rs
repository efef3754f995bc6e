//! The words of the language: nobody gives them another meaning.

use crate::c::ast::Ident;
use crate::source::Diagnostic;

/// C's keywords.
const KEYWORDS: [&str; 44] = [
    "_Alignas",
    "_Alignof",
    "_Atomic",
    "_Bool",
    "_Complex",
    "_Generic",
    "_Imaginary",
    "_Noreturn",
    "_Static_assert",
    "_Thread_local",
    "auto",
    "break",
    "case",
    "char",
    "const",
    "continue",
    "default",
    "do",
    "double",
    "else",
    "enum",
    "extern",
    "float",
    "for",
    "goto",
    "if",
    "inline",
    "int",
    "long",
    "register",
    "restrict",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "struct",
    "switch",
    "typedef",
    "union",
    "unsigned",
    "void",
    "volatile",
    "while",
];

/// What this language adds.
const OWN: [&str; 15] = [
    "BUG_ON",
    "NULL",
    "await",
    "bitset",
    "bool",
    "choose",
    "compare_and_swap",
    "current",
    "false",
    "kfree",
    "panic",
    "true",
    "u16",
    "u32",
    "u8",
];

/// True for a word that is a part of the language, annotations included.
pub(super) fn is_keyword(name: &str) -> bool {
    KEYWORDS.contains(&name) || OWN.contains(&name) || super::annotations::is_annotation(name)
}

/// Refuses a definition of such a word.
pub(super) fn refuse(name: &Ident) -> Result<(), Diagnostic> {
    if is_keyword(&name.name) {
        return Err(Diagnostic::at(name.span, format!("`{}` is built in", name.name)).help("use another name"));
    }
    Ok(())
}
