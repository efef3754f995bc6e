//! Operands whose order C leaves open.

use super::{body, compiled, refusal};

#[test]
fn an_operand_that_changes_what_another_one_reads_has_no_order_in_c() {
    for (text, first, second) in [
        (
            "struct node *p = &x; inc(&p->n, (p = &y) != NULL);",
            "&p->n",
            "(p = &y) != NULL",
        ),
        ("unsigned i = 0; x.n = i++ + i;", "i++", "i"),
        ("unsigned i = 0; x.n = i + (i = 2);", "i", "i = 2"),
        ("unsigned i = 0; x.a[i] = i++;", "x.a[i]", "i++"),
        ("unsigned i = 0; x.a[i++] = i;", "x.a[i++]", "i"),
        ("x.c = x.n == bump();", "x.n", "bump()"),
        ("x.c = bump() == bump();", "bump()", "bump()"),
        ("x.n = get() + x.n + bump();", "get() + x.n", "bump()"),
        ("x.n += bump();", "x.n", "bump()"),
        ("head->n = (head = &x) != NULL;", "head->n", "(head = &x) != NULL"),
        (
            "struct node *p = &x; p->a[p->n] = (p = &y)->n;",
            "p->a[p->n]",
            "(p = &y)->n",
        ),
        (
            "struct node *p = &x; bool b = p->c == ((p = p->next) != NULL); go = b;",
            "p->c",
            "(p = p->next) != NULL",
        ),
    ] {
        let found = refusal(&body(text));
        let expected = "one of these changes what the other reads or changes, and C leaves their order open";
        let second = second.trim_start_matches('(');
        assert!(found.starts_with(expected), "{text}: {found}");
        assert!(
            found.contains(second) && found.ends_with(&format!(" | {first}")),
            "{text}: {found}"
        );
    }
}

#[test]
fn a_variable_that_is_assigned_twice_in_one_expression_has_no_last_value_in_c() {
    for text in [
        "unsigned i = 0; i = i++; x.n = i;",
        "unsigned i = 0; i = (i = 1) + 1; x.n = i;",
        "x.n = x.n++;",
        "struct node *p = &x; p->n = p->n--;",
    ] {
        assert!(refusal(&body(text)).starts_with("this is assigned twice"), "{text}");
    }
}

#[test]
fn what_other_threads_would_see_has_an_order() {
    let more = "unsigned other(void) { y.c = true; return 1; }\n\
        unsigned locked(void) { unsigned v; take(&l); v = 1; drop(&l); return v; }\n";
    let seen = refusal(&format!("{more}{}", body("x.c = bump() == other();")));
    assert!(
        seen.starts_with("other threads see which of these comes first"),
        "{seen}"
    );
    let locks = refusal(&format!("{more}{}", body("x.c = y.n == locked();")));
    assert!(locks.starts_with("one of these waits or locks"), "{locks}");
    // Within one step nobody sees it.
    let atomic = "unsigned one(struct node *p) { p->n = 1; return 1; }\n\
        bool both(void) __atomic { y.c = one(&x) == one(&y); return true; }\n";
    assert!(compiled(&format!("{atomic}{}", body("both();"))).is_ok());
}

#[test]
fn operands_whose_order_does_not_matter_are_fine() {
    for text in [
        "unsigned i = 0; i = i + 1; x.n = i;",
        "unsigned i = 0, j = 0; x.n = i++ + j++;",
        "unsigned i = 0; x.a[i++] = y.n;",
        "x.n = bump();",
        "unsigned i = 0; i = same(i++); x.n = i;",
        "unsigned i = 0; i = i++ ? 1 : 2; x.n = i;",
        "x.n = x.n + get() + y.n;",
        "unsigned i = 0; x.n = i && i++;",
        "unsigned i = 0; x.n = i ? i++ : i--;",
        "struct node *p; for (p = head; p && (p = p->next) != NULL;) p->n = 1;",
        "x.n = y.n == bump();",
        "x.n++;",
        "x.n += y.n;",
        "inc(&x.n, y.c);",
    ] {
        let machine = compiled(&body(text));
        assert!(machine.is_ok(), "{text}: {}", machine.unwrap_err().render(false));
    }
}
