//! What the grammar cannot read, and what it can read but the subset leaves out.

use std::collections::BTreeSet;

use tree_sitter::Node;

use super::lexer::span;
use crate::source::{Diagnostic, FileId, Span};

/// Every mistake in a tree that needs no knowledge of names; one syntax error for each definition, since others follow from it.
/// What stands in the brackets of a function that means nothing is nobody's business.
pub(super) fn mistakes(root: Node<'_>, text: &str, file: FileId, meaningless: &BTreeSet<String>) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    let mut cursor = root.walk();
    if root.is_error() {
        errors.push(syntax_error(root, None, text, file));
        return errors;
    }
    for item in root.children(&mut cursor) {
        walk(item, text, file, meaningless, &mut errors);
        if errors.len() >= MAX_ERRORS {
            break;
        }
    }
    errors
}

/// What has more mistakes is no listing.
const MAX_ERRORS: usize = 20;

/// The node's first line.
pub(super) fn place(node: Node<'_>, text: &[u8], file: FileId) -> Span {
    let range = node.byte_range();
    let line = text[range.clone()].iter().position(|&b| b == b'\n' || b == b'\r');
    let end = line.map_or(range.end, |length| range.start + length);
    span(file, range.start, end.max(range.start))
}

fn walk(item: Node<'_>, text: &str, file: FileId, meaningless: &BTreeSet<String>, errors: &mut Vec<Diagnostic>) {
    let mut cursor = item.walk();
    let mut parents = Vec::new();
    loop {
        let node = cursor.node();
        if node.is_error() || node.is_missing() {
            errors.push(syntax_error(node, parents.last().copied(), text, file));
            return;
        }
        let mut descend = node.kind() != "preproc_include" || !parents.is_empty();
        let called = node.child_by_field_name("function").filter(|_| !node.has_error());
        if called.is_some_and(|called| meaningless.contains(&text[called.byte_range()])) {
            descend = false;
        } else if is_list_of_arguments(node, &parents, text) {
            // The grammar takes it for a condition.
        } else if let Some((message, help)) = refusal(node, text, parents.is_empty()) {
            let place = place(node, text.as_bytes(), file);
            errors.push(Diagnostic::at(place, message).help(help));
            descend = false;
        }
        if descend && cursor.goto_first_child() {
            parents.push(node);
            continue;
        }
        while !parents.is_empty() && !cursor.goto_next_sibling() {
            cursor.goto_parent();
            parents.pop();
        }
        if parents.is_empty() {
            return;
        }
    }
}

fn syntax_error(node: Node<'_>, parent: Option<Node<'_>>, text: &str, file: FileId) -> Diagnostic {
    if node.is_missing() {
        return missing(node, parent, text, file);
    }
    let bytes = text.as_bytes();
    let node = innermost(node);
    let place = place(node, bytes, file);
    let found = &text[place.start as usize..place.end as usize];
    let error = Diagnostic::at(place, "syntax error");
    let annotated = parent.filter(|p| p.kind() == "field_declaration" && text[p.byte_range()].contains("__"));
    if annotated.is_some() {
        return error
            .label("not understood")
            .help("fields take `__ghost` only, after their name");
    }
    if found.contains("for_each") {
        return error.help(FOR_EACH);
    }
    let in_call = parent.is_some_and(|parent| matches!(parent.kind(), "argument_list" | "call_expression"));
    if found.starts_with("struct") || in_call && text[..place.start as usize].trim_end().ends_with("struct") {
        return error.label("not understood").help(
            "a type is no argument; to come from a member to the struct around it, keep a pointer to that in a field",
        );
    }
    let rest = &bytes[node.end_byte()..];
    let line_ends = rest
        .iter()
        .find(|b| !b" \t".contains(b))
        .is_none_or(|b| b"\r\n".contains(b));
    if line_ends && !found.ends_with([';', '{', '}', ',']) && !found.is_empty() {
        return error.label("not understood").help("is a `;` missing here?");
    }
    error.label("not understood").help(match found {
        "if" | "while" => "its condition stands in round brackets",
        _ => "compare with a listing of the spec; what the C grammar does not know cannot be read",
    })
}

/// The last error inside an error: the outer one holds what came to nothing because of it.
fn innermost(mut node: Node<'_>) -> Node<'_> {
    loop {
        let mut cursor = node.walk();
        let Some(inner) = node.children(&mut cursor).filter(|c| c.is_error()).last() else {
            return node;
        };
        node = inner;
    }
}

/// The grammar went on as if something stood here.
fn missing(node: Node<'_>, parent: Option<Node<'_>>, text: &str, file: FileId) -> Diagnostic {
    let before = text[..node.start_byte()].trim_end();
    let start = before
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_ascii_alphanumeric() || *c == '_')
        .last()
        .or(before.char_indices().next_back())
        .map_or(0, |(index, _)| index);
    let place = span(file, start, before.len());
    let call = parent
        .filter(|p| p.kind() == "expression_statement")
        .and_then(|p| p.child(0))
        .filter(|c| c.kind() == "call_expression");
    if let Some(call) = call {
        let rest = text[node.end_byte()..].trim_start();
        if rest.starts_with('{') || text[call.byte_range()].contains("for_each") {
            let place = self::place(call, text.as_bytes(), file);
            return Diagnostic::at(place, "macros that stand for a loop are not read").help(FOR_EACH);
        }
    }
    match node.kind() {
        "field_identifier" | "identifier" | "type_identifier" => {
            Diagnostic::at(place, "a name is missing").help("write a name after this")
        }
        ";" if before.ends_with(':') => {
            Diagnostic::at(place, "a label before nothing").help("write `;` after it: a label belongs to a statement")
        }
        kind => Diagnostic::at(place, format!("`{kind}` is missing")).help(format!("write `{kind}` after this")),
    }
}

/// What stands in the brackets of a loop whose head is a macro.
fn is_list_of_arguments(node: Node<'_>, parents: &[Node<'_>], text: &str) -> bool {
    let is_list = |node: &Node<'_>| matches!(node.kind(), "comma_expression" | "parenthesized_expression");
    let is_loop = |node: &Node<'_>| node.kind() == "while_statement" && !text[node.byte_range()].starts_with("while");
    node.kind() == "comma_expression" && parents.iter().rev().find(|outer| !is_list(outer)).is_some_and(is_loop)
}

/// What to write instead of a macro that hides a loop.
pub(super) const FOR_EACH: &str = "write the loop: `for (p = first; p; p = p->next)`";

/// A construct outside the subset: what it is, and what to write instead.
fn refusal(node: Node<'_>, text: &str, top: bool) -> Option<(&'static str, &'static str)> {
    Some(match node.kind() {
        "comma_expression" => ("the comma operator is not in the subset", "write two statements"),
        "union_specifier" => ("unions are not in the subset", "write a struct with a field for each"),
        "sizeof_expression" | "alignof_expression" | "offsetof_expression" => (
            "sizes are not in the subset",
            "write the number of elements, as a #define",
        ),
        "cast_expression" => (
            "casts are not in the subset",
            "declare the variable with the type it is used as; unsigned numbers convert by themselves",
        ),
        "compound_literal_expression" => (
            "compound literals are not in the subset",
            "declare an object and name it",
        ),
        "generic_expression" => (
            "`_Generic` is not in the subset",
            "write the function for the type at hand",
        ),
        "extension_expression" => ("`__extension__` is not in the subset", "remove it"),
        "string_literal" | "concatenated_string" => (
            "strings are not in the subset",
            "use an enum for what is to be told apart",
        ),
        "char_literal" => (
            "character constants are not in the subset",
            "write a number or an enumerator",
        ),
        "gnu_asm_expression" => (
            "assembly is not in the subset",
            "write what it does as an `__atomic` function",
        ),
        "preproc_if" | "preproc_ifdef" | "preproc_else" | "preproc_elif" | "preproc_elifdef" => (
            "conditional compilation is not in the subset",
            "keep the branch that is meant; a file is included once, so that it needs no guard",
        ),
        "preproc_function_def" if !top => ("a #define inside a definition", "move it to the top level of the file"),
        "preproc_call" => preproc_call(node, text),
        "preproc_def" if !top => ("a #define inside a definition", "move it to the top level of the file"),
        "preproc_include" if !top => ("an #include inside a definition", "move it to the top of the file"),
        "function_definition" if !top => match node.child_by_field_name("declarator") {
            Some(declarator) if declarator.kind() == "parenthesized_declarator" => {
                ("macros that stand for a loop are not read", FOR_EACH)
            }
            _ => ("a function inside a function", "move it to the top level of the file"),
        },
        "variadic_parameter" => (
            "variable numbers of arguments are not in the subset",
            "name each parameter",
        ),
        "attribute_specifier"
        | "attribute_declaration"
        | "attributed_statement"
        | "ms_declspec_modifier"
        | "ms_call_modifier"
        | "alignas_qualifier" => (
            "attributes are not in the subset",
            "remove it; what matters here is said by `__atomic`, `__acquires(x)` and so on after the parameters",
        ),
        "linkage_specification" => ("linkage is not in the subset", "remove it"),
        "initializer_range" | "subscript_range_designator" => ("ranges are not in the subset", "write each element"),
        "seh_try_statement" | "seh_leave_statement" => ("exceptions are not in the subset", "remove it"),
        _ => return None,
    })
}

fn preproc_call(node: Node<'_>, text: &str) -> (&'static str, &'static str) {
    let line = text[node.byte_range()].trim_start_matches(['#', ' ', '\t']);
    if line.starts_with("pragma") {
        (
            "#pragma is not in the subset",
            "remove it: a file is included once anyway",
        )
    } else if line.starts_with("undef") {
        (
            "#undef is not in the subset",
            "remove it: the last #define of a name holds",
        )
    } else {
        (
            "this directive is not in the subset",
            "only `#include \"file\"` and `#define NAME value` are read",
        )
    }
}
