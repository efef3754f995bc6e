//! Local variables: read only where every path has given them a value.

use super::{body, compiled, refusal};

#[test]
fn a_local_is_read_only_where_every_path_has_given_it_a_value() {
    for text in [
        "if (x.c) goto in; { unsigned v = 5; x.n = 1; in: x.n = v; }",
        "unsigned v; if (x.c) v = 1; x.n = v;",
        "unsigned v; while (x.c) { v = 1; x.c = false; } x.n = v;",
        "unsigned v; do { if (x.c) break; v = 1; } while (x.n); x.n = v;",
        "while (x.c) { unsigned v; if (x.n) x.n = v; v = 1; y.n = v; }",
        "unsigned v; x.c = x.n && (v = 1); x.n = v;",
        "unsigned v; x.n ? (v = 1) : 0; x.n = v;",
        "unsigned v; goto out; v = 1; out: x.n = v;",
        "unsigned v; inc(&x.n, v);",
        "unsigned v; v++;",
        "unsigned v; v += 1;",
        "unsigned v; if (v) x.n = 1;",
        "for (; x.c; ) { unsigned v; goto use; v = 1; use: x.n = v; }",
        "again: { unsigned v; if (x.c) { x.n = v; } v = 2; x.n = v; goto again; }",
        "struct node *v; v->n = 1;",
    ] {
        let found = refusal(&body(text));
        assert_eq!(found, "`v` may be read before it has a value | v | v", "{text}");
    }
    assert_eq!(
        refusal(&body("unsigned v = 1; { unsigned v = v; x.n = v; }")),
        "`v` is read before it has a value | v | v"
    );
}

#[test]
fn a_function_whose_result_is_read_returns_one_on_every_path() {
    for text in [
        "unsigned f(void) { if (x.c) return 1; }\n",
        "unsigned f(void) { while (x.c) { return 1; } }\n",
        "unsigned f(void) { if (x.c) goto out; return 1; out: ; }\n",
        "unsigned f(void) __atomic { if (x.c) return 1; }\n",
    ] {
        let found = refusal(&format!("{text}{}", body("x.n = f();")));
        assert_eq!(
            found, "the result of `f` may be read before it has a value | f() | f",
            "{text}"
        );
        let chosen = refusal(&format!("{text}{}", body("x.n = x.c ? f() : 0;")));
        assert_eq!(
            chosen, "the result of `f` may be read before it has a value | f() | f",
            "{text}"
        );
        assert!(compiled(&format!("{text}{}", body("f();"))).is_ok(), "{text}");
    }
    let locks = "bool f(struct lock *l) __atomic __cond_acquires(l) { if (l->taken) return false; }\n";
    assert!(refusal(&format!("{locks}{}", body("f(&l);"))).starts_with("the result of `f` may be read"));
    let all = "unsigned f(void) { if (x.c) return 1; for (;;) if (x.n) return 2; }\n";
    assert!(compiled(&format!("{all}{}", body("x.n = f();"))).is_ok());
}

#[test]
fn a_local_that_has_a_value_on_every_path_is_fine() {
    for text in [
        "unsigned v; if (x.c) v = 1; else v = 2; x.n = v;",
        "unsigned v; do v = x.n; while (v); x.n = v;",
        "unsigned v; for (v = 0; v < 4; v++) x.a[v] = v; x.n = v;",
        "unsigned v; x.c = (v = x.n) && v; ",
        "unsigned v; v = x.n; again: if (v) { v = x.n; x.n = 0; goto again; }",
        "unsigned v; if (x.c) { v = 1; inc(&x.n, v); } x.n = 2;",
        "unsigned v = 1; goto in; { x.n = 2; in: x.n = v; }",
    ] {
        let machine = compiled(&body(text));
        assert!(machine.is_ok(), "{text}: {}", machine.unwrap_err().render(false));
    }
}

#[test]
fn two_locals_of_one_name_in_one_block_are_refused() {
    let twice = refusal(&body("unsigned v = 1; unsigned v = 2; x.n = v;"));
    assert!(twice.starts_with("`v` is declared twice in this block | v"), "{twice}");
    let parameter = "unsigned f(unsigned v) { unsigned v = 1; return v; }\n";
    let parameter = refusal(&format!("{parameter}{}", body("x.n = f(1);")));
    assert!(
        parameter.starts_with("`v` is declared twice in this block | v"),
        "{parameter}"
    );
    assert!(compiled(&body("unsigned v = 1; { unsigned v = 2; x.n = v; } x.n = v;")).is_ok());
}

#[test]
fn a_variable_is_not_called() {
    let found = refusal(&body("unsigned get = 1; x.n = get();"));
    assert!(found.starts_with("`get` is a variable here | get()"), "{found}");
}
