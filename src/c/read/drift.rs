//! Bodies in a kernel's tree: whether one has changed since a listing was written after it.

use sha2::{Digest, Sha256};

use super::lexer::{Token, words};
use crate::source::{Diagnostic, FileId};

/// Hexadecimal digits of a digest.
const DIGITS: usize = 16;

/// What a text says of a function: its head and its body, without comments and layout, as a short digest; of all its definitions, if
/// there are several under different conditions, and also where a macro has its name as the first argument. None if there is none.
pub(crate) fn body(text: &str, function: &str) -> Result<Option<String>, Diagnostic> {
    let tokens = words(text, FileId(0))?;
    let word = |token: &Token| &text[token.start..token.end];
    let mut found = Vec::new();
    let (mut depth, mut start) = (0usize, 0);
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let here = at;
        at += 1;
        match word(token) {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth = depth.saturating_sub(1),
            ";" if depth == 0 => start = at,
            name if depth == 0
                && tokens.get(at).is_some_and(|next| word(next) == "(")
                && (name == function || tokens.get(at + 1).is_some_and(|first| word(first) == function)) =>
            {
                let Some(body) = closing(&tokens, &word, at).map(|end| end + 1) else {
                    continue;
                };
                if tokens.get(body).is_none_or(|open| word(open) != "{") {
                    continue;
                }
                let Some(end) = closing(&tokens, &word, body) else {
                    continue;
                };
                found.push((start.min(here), end));
                at = end + 1;
            }
            _ => {}
        }
        // A definition ends with the brace that closes its body.
        if depth == 0 && tokens.get(at - 1).is_some_and(|last| word(last) == "}") {
            start = at;
        }
    }
    let mut hash = Sha256::new();
    for token in found.iter().flat_map(|&(start, end)| &tokens[start..=end]) {
        hash.update(word(token).split_whitespace().collect::<Vec<_>>().join(" "));
        hash.update("\n");
    }
    let digest = hash.finalize();
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((!found.is_empty()).then(|| digits[..DIGITS].to_string()))
}

/// The bracket that closes the one at this index.
fn closing<'t>(tokens: &[Token], word: &dyn Fn(&Token) -> &'t str, open: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match word(token) {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "/* f() */\nstatic int g(int a);\nint f(int a)\n{\n\treturn a + 1;\t/* one */\n}\nint h(void) { return f(2); }\n";

    fn digest(text: &str, function: &str) -> Option<String> {
        body(text, function).expect("a text")
    }

    #[test]
    fn layout_and_comments_are_not_the_body_and_everything_else_is() {
        let first = digest(TEXT, "f");
        assert!(first.as_ref().is_some_and(|digest| digest.len() == DIGITS));
        let layout = TEXT.replace("return a + 1;\t/* one */", "// one\n    return a\n + 1;");
        assert_eq!(digest(&layout, "f"), first);
        let before = format!("int z(void) {{ return 0; }}\nstruct s {{ int f; }};\n{TEXT}");
        assert_eq!(digest(&before, "f"), first, "what stands before is no part of it");
        for (old, new) in [
            ("a + 1", "a + 2"),
            ("a + 1", "a+ +1"),
            ("int f(int a)", "static int f(int a)"),
            ("int f(int a)", "int f(long a)"),
            ("return a + 1;", "#ifdef X\n\treturn a + 1;\n#endif\n"),
            ("return a + 1;", "printk(\"a  b\"); return a + 1;"),
        ] {
            assert_ne!(digest(&TEXT.replace(old, new), "f"), first, "{new}");
        }
    }

    #[test]
    fn all_definitions_count_and_a_function_that_has_none_has_no_digest() {
        assert_eq!(digest(TEXT, "g"), None, "only announced");
        assert_eq!(digest(TEXT, "return"), None);
        let twice = format!("{TEXT}#else\nint f(int a) {{ return 0; }}\n");
        assert!(digest(&twice, "f").is_some() && digest(&twice, "f") != digest(TEXT, "f"));
        assert_ne!(digest(&twice, "f"), digest(&twice.replace("return 0", "return 1"), "f"));
        let call = "CALL2(f, int, a)\n{\n\treturn a;\n}\n";
        assert!(digest(call, "f").is_some() && digest(call, "a").is_none());
        assert_ne!(digest(call, "f"), digest(&call.replace("return a", "return 1"), "f"));
        for broken in ["int f(", "int f() {", "}{ int f() }", "f", ""] {
            assert_eq!(digest(broken, "f"), None, "{broken}");
        }
    }
}
