//! Whatever text comes: a diagnostic, never a panic.

use oomspec::source::{FileId, Sources};
use oomspec::tla::{self, Config, Specification};
use proptest::prelude::*;

/// Reads a module and evaluates all of it that needs no state.
fn swallow(text: &str) -> String {
    let library = |m: &str| (m == "M").then(|| text.to_string());
    let spec = match Specification::load(&library, "M") {
        Ok(spec) => spec,
        Err(errors) => return errors.render(false),
    };
    let mut last = String::new();
    for definition in spec.definitions().filter(|d| d.parameters.is_empty()) {
        let Ok(e) = spec.operator(&definition.name.text) else {
            continue;
        };
        let _ = tla::classify(&e);
        if e.level() == tla::Level::Constant {
            last = match tla::eval_constant(&e) {
                Ok(value) => value.to_string(),
                Err(error) => error.message,
            };
        }
    }
    last
}

fn in_module(body: &str) -> String {
    swallow(&format!(
        "---- MODULE M ----\nEXTENDS Integers, Sequences\n{body}\n===="
    ))
}

fn nested(open: &str, middle: &str, close: &str, times: usize) -> String {
    let (open, close) = (open.repeat(times), close.repeat(times));
    in_module(&format!("A == {open}{middle}{close}"))
}

#[test]
fn deep_nesting_is_refused() {
    for (open, middle, close) in [
        ("(", "1", ")"),
        ("{", "1", "}"),
        ("<<", "1", ">>"),
        ("~", "TRUE", ""),
        ("-", "1", ""),
        ("SUBSET ", "{}", ""),
        ("IF TRUE THEN ", "1", " ELSE 1"),
        ("1 + ", "1", ""),
        ("[", "x", " EXCEPT ![1] = 2]"),
        ("\\A x \\in {1} : ", "TRUE", ""),
        ("LET x == ", "1", " IN x"),
        ("CASE TRUE -> ", "1", ""),
    ] {
        // the grammar takes time quadratic in the depth, so not more
        let shown = nested(open, middle, close, 500);
        assert!(shown.contains("error"), "{open}: {shown}");
    }
    let shown = nested("/\\ ", "TRUE", "", 5_000);
    assert!(shown.contains("different columns"), "{shown}");
}

#[test]
fn long_conjunctions_are_not_deep() {
    let list = "TRUE /\\ ".repeat(5_000);
    assert_eq!(
        in_module(&format!("A ==\n{}TRUE", list.replace("/\\ ", "/\\\n"))),
        "TRUE"
    );
}

#[test]
fn operators_that_open_up_without_end_are_refused() {
    let mut body = String::from("F0(x) == x\n");
    for i in 1..64 {
        body += &format!("F{i}(x) == F{}(x) + F{}(x)\n", i - 1, i - 1);
    }
    assert!(in_module(&body).contains("too large"));
    let mut body = String::from("F0(x) == x\n");
    for i in 1..2_000 {
        body += &format!("F{i}(x) == F{}(x)\n", i - 1);
    }
    assert!(in_module(&body).contains("nest too deeply"));
}

#[test]
fn definitions_that_use_each_other_twice_open_up_only_so_far() {
    let mut body = String::from("F0 == 1\n");
    for i in 1..40 {
        body += &format!("F{i} == F{} + F{}\n", i - 1, i - 1);
    }
    assert!(in_module(&format!("{body}A == F39")).contains("too large"));
    assert_eq!(
        in_module(&format!("{}A == F12", body.split("F13").next().unwrap())),
        "4096"
    );
}

#[test]
fn an_evaluation_without_end_is_given_up() {
    for body in [
        "A == \\A a, b, c, d, e, f \\in 1..200 : a + b + c + d + e + f > 0",
        "A == \\A a, b \\in 1..3000 : 0 \\notin {a + n : n \\in 1..1000} \\cup {b}",
        "A == \\A a \\in 1..1000 : {n \\in 1..1000000 : n > a} # {}",
    ] {
        let shown = in_module(body);
        assert!(shown.contains("steps to evaluate"), "{shown}");
    }
}

#[test]
fn what_is_just_allowed_fits_on_the_stack() {
    let mut body = String::from("F0(x) == x\n");
    for i in 1..190 {
        body += &format!("F{i}(x) == IF x > 0 THEN F{}(x + 1) ELSE 0\n", i - 1);
    }
    assert_eq!(in_module(&format!("{body}A == F189(1)")), "190");
}

#[test]
fn hostile_texts_for_the_grammar_are_refused() {
    swallow(&"(* --algorithm x ".repeat(3_000));
    let proof: String = (1..3_000).map(|i| format!("<{i}>1. TRUE\n")).collect();
    in_module(&format!("THEOREM TRUE\n{proof}"));
    swallow("\0");
    swallow("---- MODULE M ----");
    swallow("");
}

fn mangled() -> impl Strategy<Value = String> {
    let model = include_str!("tla/Model.tla").replace("MODULE Model", "MODULE M");
    let properties = include_str!("tla/Properties.tla").replace("MODULE Properties", "MODULE M");
    let pieces = [
        "/\\",
        "\\/",
        "'",
        "[",
        "]",
        "<<",
        ">>",
        "==",
        "\\E x \\in",
        "(",
        ")",
        "{",
        "}",
        "\"",
        "@",
        "INSTANCE M",
        "WITH",
        "\n",
        "EXCEPT !",
        "UNCHANGED",
        "[]",
        "~>",
        "WF_vars(",
        "é",
        "\t",
    ];
    let cut = (any::<prop::sample::Index>(), 0usize..12, 0usize..pieces.len());
    (any::<bool>(), prop::collection::vec(cut, 1..6)).prop_map(move |(first, cuts)| {
        let mut text = if first { model.clone() } else { properties.clone() };
        for (at, length, piece) in cuts {
            let mut from = at.index(text.len().max(1));
            let mut to = (from + length).min(text.len());
            while !text.is_char_boundary(from) {
                from -= 1;
            }
            while !text.is_char_boundary(to) {
                to += 1;
            }
            text.replace_range(from..to, pieces[piece]);
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn any_text(text in "\\PC{0,200}") {
        swallow(&text);
        in_module(&text);
    }

    #[test]
    fn mangled_modules(text in mangled()) {
        swallow(&text);
    }

    #[test]
    fn any_configuration(text in "(SPECIFICATION|INIT|CONSTANTS?|[A-Za-z{}=<>,\"\\\\*(-]|[0-9]| |\\PC){0,40}") {
        let mut sources = Sources::default();
        let file: FileId = sources.add("M.cfg", &text);
        if let Err(error) = Config::parse(&text, file) {
            error.render(&sources, false);
        }
    }
}
