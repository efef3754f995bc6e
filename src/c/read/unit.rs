//! A text as the grammar sees it: annotations and words that stand for nothing are taken out before.

use std::collections::BTreeSet;

use tree_sitter::{Parser, Tree};

use super::annotations::{self, Marks};
use super::lexer::tokens;
use crate::source::{Diagnostic, FileId};

/// A file as the grammar sees it.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) file: FileId,
    /// Its path in the library, unless it is a file of the user.
    pub(super) path: Option<String>,
    /// It belongs to the scenario, not to the protocol.
    pub(super) scenario: bool,
    /// It is no file: it has the bounds that were given beside the texts.
    pub(super) given: bool,
    /// The text with blanks for annotations.
    pub(super) masked: Vec<u8>,
    pub(super) tree: Tree,
    pub(super) marks: Marks,
    /// It holds mistakes that make converting it pointless.
    pub(super) broken: bool,
}

/// Parses a text that stands for itself: its includes are not followed.
pub(super) fn parse(text: &str, file: FileId) -> Result<Unit, Diagnostic> {
    parse_without(text, file, &BTreeSet::new())
}

/// The same, without these words.
pub(super) fn parse_without(text: &str, file: FileId, nothing: &BTreeSet<String>) -> Result<Unit, Diagnostic> {
    let tokens = tokens(text, file)?;
    let mut masked = text.as_bytes().to_vec();
    let marks = annotations::take(&mut masked, &tokens, file, nothing);
    let tree = tree(&masked).ok_or_else(|| Diagnostic::general("the text cannot be parsed"))?;
    Ok(Unit {
        file,
        path: None,
        scenario: false,
        given: false,
        masked,
        tree,
        marks,
        broken: false,
    })
}

/// The grammar's tree of a text.
pub(super) fn tree(text: &[u8]) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_c::LANGUAGE.into()).ok()?;
    parser.parse(text, None)
}
