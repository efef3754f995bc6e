//! `switch`, `int`, and calls that mean nothing.

use super::{body, compiled, errors, refusal};

#[test]
fn a_switch_goes_to_its_label_and_on_from_there() {
    for (text, expected) in [
        (
            "switch (choose(4)) { case 1: x.n = 1; case 2: x.n = x.n + 2; break; default: x.n = 7; }",
            [2, 3, 7].as_slice(),
        ),
        ("switch (x.c) { case 0: x.n = 1; break; case 1: x.n = 2; }", &[1]),
        ("switch (x.c) { case 1: x.n = 2; }", &[0]),
        ("switch (x.n) { default: x.n = 1; case 5: x.n = x.n + 1; }", &[2]),
        (
            "enum flag f = B; switch (f) { case A: x.n = 1; break; case B: x.n = 2; }",
            &[2],
        ),
        (
            "int i; for (i = 0; i < 3; i++) { switch (i) { case 1: continue; case 2: break; } x.n = x.n + 1; }",
            &[2],
        ),
        (
            "switch (1) { case 0: x.n = 1; break; case 1: { switch (0) { default: break; } x.n = 3; break; } }",
            &[3],
        ),
        (
            "goto in; switch (x.n) { case 0: x.n = 1; in: x.n = 2; break; default: x.n = 3; } y.n = 1;",
            &[2],
        ),
    ] {
        let ends: Vec<String> = (0..10)
            .filter(|n| !errors(&body(&format!("{text} BUG_ON(x.n == {n});"))).is_empty())
            .map(|n: u32| n.to_string())
            .collect();
        let expected: Vec<String> = expected.iter().map(u32::to_string).collect();
        assert_eq!(ends, expected, "{text}");
    }
}

#[test]
fn a_switch_that_c_does_not_know_is_refused() {
    for (text, message) in [
        (
            "switch (x.n) { case 1: break; case 1: break; }",
            "two labels of one `switch` are the same | case 1:",
        ),
        (
            "switch (x.n) { default: break; default: break; }",
            "two labels of one `switch` are the same | default:",
        ),
        (
            "switch (x.n) { case A: break; }",
            "the two sides of this operator do not fit together | A",
        ),
        ("switch (x.n) { case 2 - 3: break; }", "this is below zero | 2 - 3"),
        ("switch (x.n) { case y.n: break; }", "this is not a constant | y.n"),
        (
            "switch (head) { case 0: break; }",
            "`switch` is about a number, this is a pointer to struct node | head",
        ),
        (
            "switch (x.n) { case 0: continue; }",
            "there is no loop here | continue;",
        ),
        (
            "switch (x.n) { case 0: ; unsigned v = 1; x.n = v; break; case 1: x.n = v; }",
            "`v` may be read before it has a value | v",
        ),
    ] {
        let found = refusal(&body(text));
        assert!(found.starts_with(message), "{text}: {found}");
    }
}

#[test]
fn an_int_is_never_below_zero_and_has_31_bits() {
    for (text, wrong) in [
        ("int i = 2147483647; x.n = i;", false),
        ("int i = x.n; i--;", true),
        ("int i = x.n - 0; i += 2147483647; i++;", true),
        ("long l = x.n + 2147483648;", true),
        ("unsigned long l = x.n + 2147483648; x.n = 0;", false),
        ("short s = x.n + 32768;", true),
    ] {
        let found = errors(&body(text));
        assert_eq!(!found.is_empty(), wrong, "{text}: {found:?}");
        assert!(found.is_empty() || found[0].starts_with("NoOverflow"), "{found:?}");
    }
    let text = "void set(int *p) __atomic { *p = 1; }\n";
    let found = refusal(&format!("{text}{}", body("set(&x.n);")));
    assert!(found.starts_with("this points to a scalar of another type"), "{found}");
}

#[test]
fn what_a_meaningless_call_follows_has_to_be_there() {
    let say = "void say() __meaningless;\n";
    let found = |text: &str| errors(&format!("{say}{}", body(text)));
    assert_eq!(
        found("say(\"%d\", x.next->n);"),
        ["NoNullDereference: NULL pointer dereference"]
    );
    assert_eq!(
        found("struct node *p = &x; kfree(p); say(p->n, p->pid);"),
        ["NoUseAfterFree: use-after-free"]
    );
    assert_eq!(found("struct node *p = &x; kfree(p); say(p, &p->n);"), [""; 0]);
    assert_eq!(found("say(p->n, current->anything->more);"), [""; 0]);
    let value = compiled(&format!("{say}{}", body("x.n = say();"))).expect_err("no value");
    assert_eq!(value.errors[0].message, "this function returns nothing");
}

#[test]
fn compare_and_swap_is_one_step_and_gives_the_old_value() {
    for (text, wrong) in [
        (
            "x.n = 1; BUG_ON(compare_and_swap(&x.n, 1, 5) != 1); BUG_ON(x.n != 5);",
            false,
        ),
        ("BUG_ON(compare_and_swap(&x.n, 1, 5) != 0); BUG_ON(x.n != 0);", false),
        ("BUG_ON(compare_and_swap(&head, NULL, &x)); BUG_ON(head != &x);", false),
        ("x.n = compare_and_swap(&x.n, 0, 5) + 1; BUG_ON(x.n != 1);", false),
        ("BUG_ON(compare_and_swap(&x.bits, 0, x.n + 4));", true),
        ("struct node *p = &x; kfree(p); compare_and_swap(&p->n, 0, 1);", true),
    ] {
        assert_eq!(!errors(&body(text)).is_empty(), wrong, "{text}");
    }
    let race =
        "void u_runs(void) __task(u) { if (!compare_and_swap(&head, NULL, &y)) x.n = x.n + 1; BUG_ON(x.n > 1); }\n";
    let own = body("if (!compare_and_swap(&head, NULL, &x)) x.n = x.n + 1;");
    assert_eq!(errors(&format!("{race}{own}")), [""; 0]);
    for (text, message) in [
        (
            "compare_and_swap(&x.n, 1);",
            "this takes 3 arguments | compare_and_swap(&x.n, 1)",
        ),
        (
            "unsigned v = 0; compare_and_swap(&v, 0, 1);",
            "the address of a scalar in shared memory is needed here | &v",
        ),
        (
            "compare_and_swap(x.n, 0, 1);",
            "the address of a member is needed here | x.n",
        ),
        ("compare_and_swap(&x.g, 0, 1);", "a ghost has no address | &x.g"),
        ("compare_and_swap(&x.n, 0, bump());", ""),
        (
            "compare_and_swap(&head, 1, NULL);",
            "a pointer to struct node is needed here, this is a number | 1",
        ),
        (
            "compare_and_swap(&x.n, x.n++, x.n);",
            "one of these changes what the other reads or changes",
        ),
    ] {
        if !message.is_empty() {
            let found = refusal(&body(text));
            assert!(found.starts_with(message), "{text}: {found}");
        }
    }
}
