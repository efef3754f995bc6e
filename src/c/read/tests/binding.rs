//! Late binding, and the last `#define`.

use super::{Callers, Shelf, alone, names, read, refusal, uncalled};
use crate::c::ast::{ExprKind, StmtKind, Type};
use crate::c::read::read_program;

fn two(header: &str, listing: &str) -> Shelf {
    Shelf::of(&[
        ("kernel/a.h", header),
        ("linux/b.c", &format!("#include \"a.h\"\n{listing}")),
    ])
}

fn check(header: &str, listing: &str, expected: &str) {
    let found = refusal(two(header, listing).read("linux/b.c", None));
    assert!(found.starts_with(expected), "{listing}: {found}");
}

#[test]
fn a_later_definition_overrides_an_included_one() {
    let shelf = two(
        "void f(bool x) { a(); }\nvoid g(void) { f(1); }",
        "void f(bool y) __atomic { b(); }",
    );
    let program = shelf.read("linux/b.c", None).unwrap();
    assert_eq!(names(program.functions.iter().map(|f| &f.name)), ["f", "g"]);
    assert_eq!(program.sources.text(program.functions[0].body.span), "{ b(); }");
}

#[test]
fn the_signature_stays() {
    let header = "void f(struct s *a) { }\nstruct s *g(void) { }";
    check(
        header,
        "bool f(struct s *a) { }",
        "`f` overrides a function with another signature | f | ",
    );
    check(
        header,
        "void f(struct t *a) { }",
        "`f` overrides a function with another signature | f | ",
    );
    check(
        header,
        "void f(void) { }",
        "`f` overrides a function with another signature | f | ",
    );
    check(
        header,
        "bool *g(void) { }",
        "`g` overrides a function with another signature | g | ",
    );
}

#[test]
fn nothing_is_defined_twice() {
    let found = refusal(read("void f(void) { }\nvoid f(void) { }"));
    assert!(found.starts_with("`f` is defined twice in this file | f | "), "{found}");
    check(
        "struct s { bool a; };",
        "struct s { bool a; };",
        "`struct s` has a field `a` already | a | ",
    );
    check("bool a;", "bool a;", "`a` is defined already | a | ");
    check("bool a;", "void a(void) { }", "`a` is a variable already | a | ");
    check("enum e { A };", "bool A;", "`A` is an enumerator already | A | ");
    check(
        "enum e { A };",
        "enum e { A };",
        "the enumerator `A` exists already | A | ",
    );
    let found = refusal(read("enum e { A };\nenum e { B };"));
    assert!(
        found.starts_with("`enum e` is defined twice in this file | e | "),
        "{found}"
    );
    let found = refusal(read("#define A 1\n#define A 2\n"));
    assert!(found.starts_with("`A` is defined twice in this file | A | "), "{found}");
}

#[test]
fn extern_declares_what_another_file_defines() {
    let shelf = two(
        "extern struct page pages[N];\nextern bool *p;",
        "#define N 2\nstruct page pages[2];\nextern bool *p;",
    );
    let program = shelf.read("linux/b.c", None).unwrap();
    assert_eq!(names(program.globals.iter().map(|g| &g.name)), ["pages", "p"]);
    assert!(!program.globals[0].external && program.globals[1].external);
    check(
        "extern struct page pages[3];",
        "struct page pages[2];",
        "`pages` is declared with another type",
    );
    check(
        "extern bool a;",
        "unsigned a;",
        "`a` is declared with another type elsewhere | a | ",
    );
}

#[test]
fn a_listing_adds_enumerators() {
    let shelf = two("enum e { A, B };", "enum e { C };");
    let program = shelf.read("linux/b.c", None).unwrap();
    assert_eq!(program.enums.len(), 1);
    assert_eq!(names(&program.enums[0].enumerators), ["A", "B", "C"]);
}

#[test]
fn the_last_define_holds_everywhere() {
    let shelf = Shelf::of(&[
        (
            "kernel/a.h",
            "#define N 1\nstruct s { unsigned x : N; bool y[N + 1]; };\nvoid f(void) { g(N); }",
        ),
        (
            "linux/b.c",
            "#include \"a.h\"\n#define N (M * 2) /* twice */\n#define M 2 // two\n",
        ),
        ("scenarios/c.c", "#define M 3\n"),
    ]);
    let program = shelf.read("linux/b.c", None).unwrap();
    assert!(matches!(program.structs[0].fields[0].ty, Type::Unsigned(4)));
    let program = shelf.read("linux/b.c", Some("scenarios/c.c")).unwrap();
    assert!(matches!(program.structs[0].fields[0].ty, Type::Unsigned(6)));
    let StmtKind::Block(body) = &program.functions[0].body.kind else {
        panic!()
    };
    let StmtKind::Expr(call) = &body[0].kind else { panic!() };
    let ExprKind::Call(_, arguments) = &call.kind else {
        panic!()
    };
    assert!(matches!(arguments[0].kind, ExprKind::Int(number) if number.value == 6));
    assert_eq!(program.sources.text(arguments[0].span), "N");
}

#[test]
fn a_define_renames_everything() {
    let text = "#define lock sem\n#define mm_t mm\n#define down read\n\
        struct mm { bool sem; };\nvoid down(struct mm_t *p) { p->lock = true; down(p); }\n";
    let program = read(text).unwrap_or_else(|e| panic!("{}", e.render(false)));
    let shown = format!("{:?}", program.functions[0]);
    assert!(shown.contains("\"sem\"") && shown.contains("\"read\"") && shown.contains("\"mm\""));
    assert!(!shown.contains("\"lock\"") && !shown.contains("\"down\"") && !shown.contains("\"mm_t\""));
}

#[test]
fn defines_that_are_no_constants() {
    for (text, expected) in [
        ("#define A B\n#define B A\n", "`A` is defined by itself | A | "),
        ("#define A A\n", "`A` is defined by itself | A | "),
        ("#define A (B +\n", "a #define is a constant or a name | (B + | "),
        ("#define A f(x)\n", "this is not a constant | f(x) | "),
        (
            "#define A do { } while (0)\n",
            "a #define is a constant or a name | do { } while (0) | ",
        ),
        (
            "#define A 1; bool x\n",
            "a #define is a constant or a name | 1; bool x | ",
        ),
        ("#define A (B + 1)\n", "`B` is not a constant | B | "),
        ("#define A (1 / 0)\n", "division by zero | 1 / 0 | "),
        (
            "#define A (65536 * 65536)\n",
            "this is more than an `int` holds | 65536 * 65536 | ",
        ),
        (
            "#define A (65536u * 65536)\n",
            "this is more than 32 bits hold | 65536u * 65536 | ",
        ),
        ("#define A (1 - 2)\n", "this is below zero | 1 - 2 | "),
        ("#define A -1\n", "there are no negative numbers | -1 | "),
        ("#define A (1 << 32)\n", "a shift count is 0 to 31 | 1 << 32 | "),
        ("#define A 5000000000\n", "number too large | 5000000000 | "),
        ("#define a 1\nbool a;\n", "`a` is a constant, by its #define | a | "),
    ] {
        let found = refusal(read(text));
        assert!(found.starts_with(expected), "{text}: {found}");
    }
    // Many doublings are many constants, not one huge expression.
    let doubling: String = (0..40)
        .map(|i| format!("#define A{i} (A{} + A{})\n", i + 1, i + 1))
        .collect();
    assert!(refusal(read(&format!("{doubling}#define A40 1\n"))).starts_with("this is more than an `int` holds"));
    assert!(read("#define NULL 0\n#define true 1\n#define false 0\nvoid f(void) { g(NULL, true); }").is_ok());
}

#[test]
fn a_scenario_leaves_the_protocol_alone() {
    let shelf = Shelf::of(&[
        ("linux/a.c", "void f(void) { }\nbool g;"),
        ("scenarios/b.c", "void f(void) { }"),
        ("scenarios/c.c", "void h(void) { f(); }\nenum e { A };"),
    ]);
    let found = refusal(shelf.read("linux/a.c", Some("scenarios/b.c")));
    assert!(found.starts_with("`f` belongs to the protocol | f | "), "{found}");
    let program = shelf.read("linux/a.c", Some("scenarios/c.c")).unwrap();
    assert_eq!(program.functions.len(), 2);
}

#[test]
fn a_function_nobody_calls_is_probably_a_misspelt_override() {
    let shelf = Shelf::of(&[
        (
            "kernel/a.h",
            "void tear_down(void) { }\nvoid helper(void) { }\nvoid go(void) { tear_down(); }",
        ),
        (
            "scenarios/s.c",
            "/** @scenario s: all */\nvoid t(void) __unfair { go(); from_scenario(); }\nvoid idle(void) { }",
        ),
    ]);
    let text = "#include \"a.h\"\nvoid tear_downp(void) { }\nvoid helper(void) { }\nvoid from_scenario(void) { }\n\
        void d(void) __daemon(x) { used(); }\nvoid used(void) { }\nvoid q(void) { }";
    let scenario = shelf.listing("scenarios/s.c");
    let callers = Callers::of(&shelf);
    let listing = |scenario| {
        let program = read_program(&shelf, &alone(text), scenario).unwrap();
        let errors = uncalled(&program, &callers);
        let shown: Vec<String> = errors
            .iter()
            .map(|e| format!("{} {}", e.message, e.help.as_deref().unwrap_or_default()))
            .collect();
        shown
    };
    let found = listing(None);
    assert_eq!(found[0], "nothing calls `tear_downp` did you mean `tear_down`?");
    assert!(found[1].starts_with("nothing calls `q` call it"), "{found:?}");
    assert_eq!(found.len(), 2);
    let with_scenario = listing(Some(&scenario));
    assert!(
        with_scenario[2].starts_with("nothing calls `idle`"),
        "{with_scenario:?}"
    );
    assert_eq!(with_scenario.len(), 3);
}

#[test]
fn a_struct_is_opened_again_for_more_fields() {
    let shelf = two("struct s { bool a; };", "struct s { u8 b; bool c __ghost; };");
    let program = shelf.read("linux/b.c", None).unwrap();
    let fields = &program.structs[0].fields;
    assert_eq!(names(fields.iter().map(|field| &field.name)), ["a", "b", "c"]);
    assert!(fields[2].ghost && program.structs.len() == 1);
    check(
        "struct s { bool a; };",
        "struct s { bool a; };",
        "`struct s` has a field `a` already | a | a struct is reopened",
    );
    assert!(refusal(read("struct s { bool a; };\nstruct s { bool b; };")).starts_with("`struct s` is defined twice"));
}
