//! What kernels write: macros, words that stand for nothing, and calls that mean nothing.

use super::{Shelf, read, refusal};
use crate::c::ast::{Program, StmtKind};

const HEADER: &str = "#define READ_ONCE(x) (x)\n#define WRITE_ONCE(x, v) ((x) = (v))\n#define twice(x) ((x) + (x))\n\
    #define lock_save(l, flags) lock(l)\n#define for_each(p) for (p = first(); p; p = p->next)\n\
    #define for_each_in(p, list) for (p = (list)->head; p; p = p->next)\n\
    #define quick\n#define __quick\nvoid say() __meaningless;\nvoid show() __meaningless;\n";

/// A function with this body, in a file that includes the header.
fn body(text: &str) -> Shelf {
    Shelf::of(&[
        ("kernel/a.h", HEADER),
        (
            "linux/b.c",
            &format!("#include \"a.h\"\nstatic quick void f(struct s *p) {{ {text} }}"),
        ),
    ])
}

fn shown(text: &str) -> String {
    let program = body(text).read("linux/b.c", None);
    super::programs::shape(&program.unwrap_or_else(|e| panic!("{}", e.render(false))).functions[0].body)
}

fn refused(text: &str) -> String {
    refusal(body(text).read("linux/b.c", None))
}

#[test]
fn a_macro_is_what_it_is_in_c() {
    for (text, tree) in [
        ("a = READ_ONCE(b) + 1;", "{(a = (b Add 1));}"),
        ("a = READ_ONCE(b + 1) * 2;", "{(a = ((b Add 1) Mul 2));}"),
        ("WRITE_ONCE(p->a, READ_ONCE(b) ? c : d);", "{(p->a = (b ? c : d));}"),
        (
            "a = twice(twice(b++));",
            "{(a = (((b++) Add (b++)) Add ((b++) Add (b++))));}",
        ),
        ("lock_save(&p->l, a++);", "{lock((&p->l));}"),
        ("for_each(q) g(q);", "{for (q = first());|q|(q = q->next) g(q);}"),
        (
            "for_each_in(q, p->l) { if (a) break; }",
            "{for (q = p->l->head);|q|(q = q->next) {if a break;}}",
        ),
        ("quick a = 1;", "{(a = 1);}"),
    ] {
        assert_eq!(shown(text), tree, "{text}");
    }
}

#[test]
fn a_macro_that_would_be_something_else_in_c_is_refused() {
    for text in [
        "#define F(x) ((x) + x)\n",
        "#define F(x) (x) + (x)\n",
        "#define F(x) (-x)\n",
        "#define F(x) { (x)++; }\n",
        "#define F(x) do { } while (0)\n",
        "#define F(x) (y.x)\n",
        "#define F(x) ((y)->x)\n",
        "#define F(x) ((x)) ; g()\n",
        "#define F(x) for (a = (x); a; a++) if (a)\n",
        "#define F(x) for (int a = 0; a; a++)\n",
        "#define F(x) for (x(); a; a++)\n",
        "#define F(x)\n",
    ] {
        assert!(
            refusal(read(text)).starts_with("`F` is no macro of the subset | F | "),
            "{text}"
        );
    }
    for (text, message) in [
        ("#define F(...) (x)\n", "this is no parameter"),
        ("#define F(x, x) (x)\n", "this is no parameter"),
        ("#define F(x) (g(x) + h(x))\n", "a macro makes one call at most"),
        (
            "void g() __meaningless;\n#define F(x) g(x)\n",
            "a macro calls what means nothing",
        ),
        (
            "void g() __meaningless;\n#define F(x) ((x) + g(x))\n",
            "a macro calls what means nothing",
        ),
        ("#define N 1\n#define F(N) (N)\n", "`N` is a #define already"),
        (
            "#define F(x) (x)\n#define F(x) (x)\n",
            "`F` is defined twice in this file",
        ),
        ("#define if(x) (x)\n", "`if` is built in"),
        (
            "#define F(x) (x)\nbool F(bool x) { return x; }\n",
            "`F` is a macro already",
        ),
        (
            "#define F(x) (x)\nvoid F() __meaningless;\n",
            "`F` is a macro, or it means nothing",
        ),
    ] {
        assert!(
            refusal(read(text)).starts_with(message),
            "{text}: {}",
            refusal(read(text))
        );
    }
    let doubled = format!("a = {}b{};", "twice(".repeat(12), ")".repeat(12));
    assert!(refused(&doubled).starts_with("this macro grows too large"));
    assert!(refused("a = READ_ONCE(b, c);").starts_with("`READ_ONCE` takes 1 arguments, 2 are given"));
    assert!(refused("for_each(b);").starts_with("`for_each` is the head of a loop"));
    assert!(refused("for_each(a + b) { }").starts_with("an argument of a loop is a name or a member"));
    assert!(refused("a = for_each(b);").starts_with("`for_each` is the head of a loop"));
}

#[test]
fn a_call_that_means_nothing_keeps_the_pointers_that_it_follows() {
    for (text, tree) in [
        ("say(\"%d\", (long)a, 'x', sizeof(a));", "{no say();}"),
        (
            "say(p->a->b, show(q->c), &q->d, &q->e->f, *r);",
            "{no say(p, p->a, q, q, r);}",
        ),
        ("say(READ_ONCE(p->a));", "{no say(p);}"),
    ] {
        assert_eq!(shown(text), tree, "{text}");
    }
    for text in ["say(a = 1);", "say(p->a++);", "say(g(a));", "say(show(g(a)));"] {
        assert!(
            refused(text).starts_with("this would be left out with the call around it"),
            "{text}"
        );
    }
    for text in ["say(p ? p->a : 0);", "say(p && p->a);"] {
        assert!(refused(text).starts_with("only one side of this"), "{text}");
    }
    assert!(refused("say(\"a\"); g(\"b\");").starts_with("strings are not in the subset | \"b\" | "));
}

#[test]
fn a_definition_gives_a_meaning_to_what_has_none() {
    let program: Program = Shelf::of(&[
        ("kernel/a.h", HEADER),
        (
            "linux/b.c",
            "#include \"a.h\"\nvoid say(bool x) { }\nvoid f(void) { say(true); show(); }",
        ),
    ])
    .read("linux/b.c", None)
    .unwrap();
    let StmtKind::Block(statements) = &program.functions[1].body.kind else {
        panic!("a body")
    };
    let shapes: Vec<String> = statements.iter().map(super::programs::shape).collect();
    assert_eq!(shapes, ["say(true);", "no show();"]);
}

#[test]
fn a_word_stands_for_nothing_in_every_file_or_in_none() {
    assert!(refusal(read("#define A 1\n#define B A\nbool x;\n#define A\n")).starts_with("`A` is defined twice"),);
    let shelf = Shelf::of(&[
        ("kernel/a.h", "#define A 1\nvoid f(void) { g(A); }"),
        ("linux/b.c", "#include \"a.h\"\n#define A\n"),
    ]);
    assert!(refusal(shelf.read("linux/b.c", None)).starts_with("`A` has a value, or it has none"));
    assert!(refusal(read("void f(void) __meaningless { }")).starts_with("what means nothing has no body"));
}
