//! Ghosts and conditions of `await`: one instant, without an effect.

use super::{body, compiled, refusal};

const FUNCTIONS: &str = "bool waits(void) __atomic { await(x.c); return true; }\n\
    bool changes(void) __atomic { x.n = 1; return true; }\n\
    bool checks(void) __atomic { BUG_ON(x.n); return true; }\n\
    bool steps(void) { return x.n && y.n; }\n\
    bool looks(void) __atomic { return x.n && y.n; }\n\
    void after(unsigned i) __atomic { u8 next = i + 1; await(x.a[next] == 0); }\n\
    struct node *where(void) __atomic { return head; }\n";

#[test]
fn a_ghost_has_no_effect_and_is_one_instant() {
    for (value, expected) in [
        (
            "waits()",
            "an assignment to a ghost must have no effects | await(x.c) | x.g = waits()",
        ),
        (
            "changes()",
            "an assignment to a ghost must have no effects | x.n = 1 | x.g = changes()",
        ),
        (
            "checks()",
            "an assignment to a ghost must have no effects | BUG_ON(x.n) | x.g = checks()",
        ),
        (
            "choose(2)",
            "an assignment to a ghost must have no effects | choose(2) | x.g = choose(2)",
        ),
        ("steps()", "`steps` is more than one step | steps() | x.g = steps()"),
        (
            "x.c && steps()",
            "`steps` is more than one step | steps() | x.g = x.c && steps()",
        ),
        (
            "(y.n = 1)",
            "an assignment to a ghost must have no effects | y.n = 1 | x.g = (y.n = 1)",
        ),
        ("i++", "an assignment to a ghost must have no effects | i++ | x.g = i++"),
        ("y.g", "a ghost field is only written by listings, never read | y.g | "),
    ] {
        let text = format!("{FUNCTIONS}{}", body(&format!("unsigned i = 0; x.g = {value};")));
        assert_eq!(refusal(&text), expected, "{value}");
        let awaited = format!("{FUNCTIONS}{}", body(&format!("unsigned i = 0; await({value});")));
        assert!(compiled(&awaited).is_err(), "await({value})");
    }
    assert!(compiled(&body("struct node *p = head; (p = &x)->g = true;")).is_err());
}

#[test]
fn a_ghost_reads_what_is_there_at_that_instant() {
    for text in [
        "x.g = true;",
        "x.g = x.n && y.n;",
        "x.g = looks();",
        "struct node *p = head; if (p) p->g = looks() || go;",
        "where()->g = true;",
        "await(looks() && go);",
        "after(1);",
    ] {
        let machine = compiled(&format!("{FUNCTIONS}{}", body(text)));
        assert!(machine.is_ok(), "{text}: {}", machine.unwrap_err().render(false));
    }
    // Inside an atomic function everything is one instant.
    let atomic = "void note(void) __atomic { x.g = steps(); }\n";
    assert!(compiled(&format!("{FUNCTIONS}{atomic}{}", body("note();"))).is_ok());
}

#[test]
fn a_ghost_has_no_address() {
    let set = "void set(bool *b) __atomic { *b = true; }\n";
    let found = refusal(&format!("{set}{}", body("set(&x.g);")));
    assert_eq!(found, "a ghost has no address | &x.g | ");
}

#[test]
fn an_element_of_a_ghost_array_is_a_ghost() {
    let more = "struct odd { bool seen[2] __ghost; };\nstruct odd odd;\n";
    assert!(compiled(&format!("{more}{}", body("odd.seen[1] = x.n;"))).is_ok());
    let found = refusal(&format!("{more}{}", body("odd.seen[bump()] = true;")));
    assert_eq!(found, "`bump` is more than one step | bump() | odd.seen[bump()] = true");
    let index = refusal(&format!("{more}{}", body("unsigned i = 0; odd.seen[i++] = true;")));
    assert_eq!(
        index,
        "an assignment to a ghost must have no effects | i++ | odd.seen[i++] = true"
    );
}
