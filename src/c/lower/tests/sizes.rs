//! Inputs of a few lines that would need more time or memory than there is: an error, at once.

use super::{body, refusal};

/// The definitions of a function that calls the one before it twice, and so on.
fn doubling(count: usize, innermost: &str) -> String {
    let call = |number: usize| format!("void g{}(void) {{ g{number}(); g{number}(); }}\n", number + 1);
    let calls: String = (0..count).map(call).collect();
    format!("void g0(void) {{ {innermost} }}\n{calls}")
}

#[test]
fn functions_that_double_when_they_are_inlined_are_too_long() {
    for innermost in ["", ";", "x.n = 1;"] {
        let found = refusal(&format!("{}{}", doubling(49, innermost), body("g49();")));
        assert!(
            found.starts_with("this thread is too long once its calls are inlined"),
            "{found}"
        );
    }
    let deep: String = (0..100)
        .map(|i| format!("void d{}(void) {{ d{i}(); }}\n", i + 1))
        .collect();
    let found = refusal(&format!("void d0(void) {{ }}\n{deep}{}", body("d100();")));
    assert!(found.starts_with("calls are nested more than 60 deep"), "{found}");
}

#[test]
fn loops_that_multiply_when_they_are_unrolled_are_too_long() {
    let names = ["a", "b", "c", "d", "e", "f"];
    let declared: String = names.iter().map(|name| format!("u8 {name}; ")).collect();
    let loops: String = names
        .iter()
        .map(|name| format!("for ({name} = 0; {name} < 64; {name}++) "))
        .collect();
    let found = refusal(&body(&format!("{declared}{loops}x.n = a;")));
    assert!(found.starts_with("this thread is too long"), "{found}");
}

#[test]
fn arrays_in_arrays_are_too_much_memory() {
    let nested = "struct s0 { bool a[1024]; };\nstruct s1 { struct s0 a[1024]; };\nstruct s2 { struct s1 a[1024]; };\n\
        struct s2 s[1024];\n";
    let found = refusal(&format!("{nested}{}", body("go = true;")));
    assert!(found.starts_with("there is too much memory from here on"), "{found}");
    let doubled: String = (0..50)
        .map(|i| format!("struct p{} {{ struct p{i} a; struct p{i} b; }};\n", i + 1))
        .collect();
    let found = refusal(&format!(
        "struct p0 {{ bool c; }};\n{doubled}struct p50 p;\n{}",
        body("go = true;")
    ));
    assert!(found.starts_with("there is too much memory from here on"), "{found}");
    let many: String = (0..20).map(|i| format!("bool m{i}[1024];\n")).collect();
    let found = refusal(&format!("{many}{}", body("go = true;")));
    assert!(found.starts_with("there is too much memory from here on"), "{found}");
}

#[test]
fn structs_that_contain_each_other_have_no_size() {
    let circle = "struct a { struct b b; };\nstruct b { struct c c[2]; };\nstruct c { struct a a; };\n";
    let found = refusal(&format!("{circle}{}", body("go = true;")));
    assert!(found.starts_with("this struct contains itself"), "{found}");
    let deep: String = (0..80)
        .map(|i| format!("struct d{} {{ struct d{i} in; }};\n", i + 1))
        .collect();
    let found = refusal(&format!("struct d0 {{ bool c; }};\n{deep}{}", body("go = true;")));
    assert!(found.starts_with("structs are nested more than 60 deep"), "{found}");
}

#[test]
fn more_threads_or_longer_names_than_anybody_reads_are_refused() {
    let threads: String = (0..100)
        .map(|i| format!("void t{i}(void) __unfair {{ go = true; }}\n"))
        .collect();
    assert!(refusal(&threads).starts_with("65 threads of "), "{}", refusal(&threads));
    let name = "n".repeat(65);
    assert!(refusal(&format!("bool {name};\n{}", body("go = true;"))).starts_with("this name is too long"));
}
