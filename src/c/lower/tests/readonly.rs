//! `const`.

use super::{body, compiled, refusal};

const DECLARED: &str = "const unsigned limit = 2;\n\
    const struct node fixed = { .n = 1 };\n\
    struct config { const unsigned size; unsigned used; struct node *at; const struct node *seen; };\n\
    struct config config = { .size = 3, .seen = &fixed };\n\
    unsigned read(const struct node *p) { return p->n; }\n\
    void write(struct node *p) { p->n = 1; }\n\
    const struct node *find(void) { return &fixed; }\n";

#[test]
fn what_is_const_is_never_assigned() {
    for (text, place, declared) in [
        ("const unsigned k = 1; k = 5;", "k", "k"),
        ("unsigned const k = 1; k++;", "k", "k"),
        ("limit = 1;", "limit", "limit"),
        ("limit += 1;", "limit", "limit"),
        ("fixed.n = 2;", "fixed.n", "fixed"),
        ("fixed.a[1] = 2;", "fixed.a[1]", "fixed"),
        ("config.size = 1;", "config.size", "size"),
        ("struct config *p = &config; p->size = 1;", "p->size", "size"),
        ("const struct node *p = &x; p->n = 1;", "p->n", "p"),
        ("struct node const *p = &x; (*p).n = 1;", "(*p).n", "p"),
        ("config.seen->n = 1;", "config.seen->n", "seen"),
        ("find()->n = 1;", "find()->n", "find"),
        ("struct node *const p = &x; p = &y;", "p", "p"),
        (
            "const struct node *p; for (p = &x; p; p = p->next) p->c--;",
            "p->c",
            "p",
        ),
        ("if (x.c) { const bool b = true; x.c = (b = false); }", "b", "b"),
    ] {
        let found = refusal(&format!("{DECLARED}{}", body(text)));
        assert_eq!(found, format!("this is `const` | {place} | {declared}"), "{text}");
    }
    let parameter = "void f(const unsigned v) { v = 1; }\n";
    let found = refusal(&format!("{parameter}{}", body("f(1);")));
    assert_eq!(found, "this is `const` | v | v");
    let task = "struct worker { const bool kind; };\nstruct worker w;\nvoid w_runs(void) __task(w) { current->kind = true; }\n";
    assert_eq!(refusal(task), "this is `const` | current->kind | kind");
}

#[test]
fn no_pointer_gets_around_const() {
    for (text, place) in [
        ("write(&fixed);", "&fixed"),
        ("const struct node *p = &x; write(p);", "p"),
        ("const struct node *p = &x; struct node *q = p; q->n = 1;", "p"),
        ("struct node *q; q = find(); q->n = 1;", "find()"),
        ("config.at = config.seen;", "config.seen"),
        ("x.next = x.c ? &y : &fixed;", "x.c ? &y : &fixed"),
        ("inc(&limit, true);", "&limit"),
        ("inc(&config.size, true);", "&config.size"),
    ] {
        let found = refusal(&format!("{DECLARED}{}", body(text)));
        let expected = format!("this points to something `const`, and would no longer do so | {place} | ");
        assert!(found.starts_with(&expected), "{text}: {found}");
    }
    let around = "struct node *open(const struct node *p) { return p; }\n";
    assert!(refusal(&format!("{around}{}", body("open(&x);"))).starts_with("this points to something `const`"));
    let global = "struct node *lost = &fixed;\n";
    assert!(refusal(&format!("{DECLARED}{global}{}", body("go = true;"))).starts_with("this points to something"));
}

#[test]
fn const_that_is_only_read_is_fine() {
    for text in [
        "const struct node *p; for (p = head; p; p = p->next) x.n = read(p);",
        "x.n = limit + config.size + fixed.n;",
        "config.used = 1; config.seen = &x; config.at = &x; config.at->n = 2;",
        "const unsigned k = x.n; x.n = k; { unsigned k = 1; k = 2; x.n = k; }",
        "struct node *const p = &x; p->n = read(p); find()->next->n = 1;",
    ] {
        let machine = compiled(&format!("{DECLARED}{}", body(text)));
        assert!(machine.is_ok(), "{text}: {}", machine.unwrap_err().render(false));
    }
}
