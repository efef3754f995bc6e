//! Text that nobody wrote: errors, never a panic.

use proptest::prelude::*;

use super::{Shelf, alone, flatten, read};
use crate::input::utf8;

/// Of each kind; the whole test stays in the seconds.
const CASES: u32 = 2_000;

/// What C is made of, and what it is mistaken for.
const TOKENS: [&str; 92] = [
    "void",
    "bool",
    "unsigned",
    "int",
    "struct",
    "enum",
    "union",
    "static",
    "inline",
    "extern",
    "const",
    "volatile",
    "if",
    "else",
    "while",
    "do",
    "for",
    "break",
    "continue",
    "return",
    "goto",
    "switch",
    "case",
    "sizeof",
    "typedef",
    "bitset",
    "f",
    "g",
    "x",
    "y",
    "p",
    "NULL",
    "true",
    "false",
    "0",
    "1",
    "32",
    "4294967296",
    "1.5",
    "0x",
    "08",
    "'c'",
    "\"s\"",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ";",
    ",",
    ".",
    "->",
    "*",
    "&",
    "!",
    "~",
    "+",
    "-",
    "/",
    "%",
    "<<",
    "==",
    "=",
    "+=",
    "&&",
    "||",
    "?",
    ":",
    "++",
    "...",
    "__atomic",
    "__ghost",
    "__acquires(x)",
    "__task(",
    "__foo",
    "\n#define A 1\n",
    "\n#define B A\n",
    "\n#define A B\n",
    "\n#include \"a.h\"\n",
    "\n#include <b>\n",
    "\n#if 1\n",
    "\n#endif\n",
    "/* c */",
    "// d\n",
    "/** @protocol p */",
    "/** @breaks */",
    "/*",
    "\\\n",
    "\r\n",
    "\t",
    "ü",
];

/// Beginnings that lead deeper into the front end than noise does by itself.
const FRAMES: [(&str, &str); 5] = [
    ("", ""),
    ("void f(void) {", "}"),
    ("struct s {", "};"),
    ("void f(void) { x = ", "; }"),
    ("struct s x = {", "};"),
];

fn survive(source: &str) {
    let shelf = Shelf::of(&[("kernel/a.h", "bool a;\n")]);
    match read(source) {
        Ok(_) => drop(flatten(&shelf, &alone(source))),
        Err(diagnostics) => {
            assert!(!diagnostics.errors.is_empty());
            assert!(!diagnostics.render(false).is_empty());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(source) = utf8("noise", bytes) {
            survive(&source);
        }
    }

    #[test]
    fn random_characters(source in "[ -~\\n\\t\\x00é]{0,120}") {
        survive(&source);
    }

    #[test]
    fn random_tokens(frame in 0..FRAMES.len(), tokens in prop::collection::vec(0..TOKENS.len(), 0..60)) {
        let words: Vec<&str> = tokens.into_iter().map(|index| TOKENS[index]).collect();
        let (before, after) = FRAMES[frame];
        survive(&format!("{before} {} {after}", words.join(" ")));
    }

    #[test]
    fn a_listing_with_a_hole(start in 0..LISTING.len(), length in 0..40usize, patch in 0..TOKENS.len()) {
        let end = (start + length).min(LISTING.len());
        survive(&format!("{}{}{}", &LISTING[..start], TOKENS[patch], &LISTING[end..]));
    }
}

const LISTING: &str = "/**\n * @protocol v1\n * @commit   212925802454 (\"s\")\n * @breaks   A in b, c: by mistake, fixed by d\n */\n#define N 2\n\
enum flag { A, B };\nstruct sem {\n\tunsigned readers : 2;\n\tbool seen __ghost;\n\tbitset(enum flag) flags;\n\tstruct sem *next[N];\n};\n\
struct sem sems[N] = { { .readers = 1 }, [1] = { 2 } };\nextern bool other;\n\
bool try(struct sem *sem) __atomic __cond_acquires(sem)\n{\n\tif (sem->readers || sem->next[0])\n\t\treturn false;\n\tsem->readers++;\n\treturn true;\n}\n\
void run(void) __task(t)\n{\n\tunsigned i, j = 0;\n\n\tfor (i = 0; i < N; i++) {\n\t\tif (!try(&sems[i]))\n\t\t\tcontinue;\n\t\tj += 1;\n\t}\n\tdo\n\t\tj--;\n\twhile (j ? i : 0);\n}\n";

#[test]
fn the_listing_with_holes_reads_without_any() {
    assert!(read(LISTING).is_ok());
}
