//! Annotations: where they stand, and what they name.

use super::{read, refusal};
use crate::c::ast::{AnnotationKind as Kind, Hold};

fn kinds(text: &str) -> Vec<String> {
    let program = read(text).unwrap_or_else(|e| panic!("{}", e.render(false)));
    let shown = program.functions[0]
        .annotations
        .iter()
        .map(|annotation| match &annotation.kind {
            Kind::Atomic => "atomic".to_string(),
            Kind::StronglyFair => "strongly fair".to_string(),
            Kind::Unfair => "unfair".to_string(),
            Kind::Init => "init".to_string(),
            Kind::Acquires(x, Hold::Shared) => format!("shares {}", x.name),
            Kind::CondAcquires(x, Hold::Shared) => format!("shares {} or not", x.name),
            Kind::Acquires(x, _) => format!("acquires {}", x.name),
            Kind::CondAcquires(x, _) => format!("acquires {} or not", x.name),
            Kind::Releases(x) => format!("releases {}", x.name),
            Kind::Counts(names) => {
                let names: Vec<&str> = names.iter().map(|name| name.name.as_str()).collect();
                format!("counts {}", names.join(" "))
            }
            Kind::Breaks(x) => format!("breaks {}", x.name),
            Kind::Task(x) => format!("task {}", x.name),
            Kind::Daemon(x) => format!("daemon {}", x.name),
        });
    shown.collect()
}

#[test]
fn they_follow_the_parameter_list() {
    assert_eq!(
        kinds("void f(struct s *a) __atomic __acquires(a) { }"),
        ["atomic", "acquires a"]
    );
    assert_eq!(
        kinds("bool f(struct s *a)\n\t__atomic\n\t__cond_acquires( a )\n{ }"),
        ["atomic", "acquires a or not"]
    );
    assert_eq!(
        kinds("void f(struct s *a) __atomic __acquires_shared(a) { }"),
        ["atomic", "shares a"]
    );
    assert_eq!(
        kinds("bool f(struct s *a) __atomic __cond_acquires_shared(a) { }"),
        ["atomic", "shares a or not"]
    );
    assert_eq!(
        kinds("static struct p *f(struct s *a) __releases(a) __strongly_fair __atomic /* c */ __breaks(NoBug) { }"),
        ["releases a", "strongly fair", "atomic", "breaks NoBug"]
    );
    assert_eq!(
        kinds("void f(void) __atomic __counts(lock, try) { }"),
        ["atomic", "counts lock try"]
    );
    assert_eq!(kinds("void f(void) __task(hog) { }"), ["task hog"]);
    assert_eq!(kinds("void f(void) __daemon(d) { }"), ["daemon d"]);
    assert_eq!(kinds("void f() __unfair { }"), ["unfair"]);
    assert_eq!(kinds("#define HOG hog\nvoid f(void) __task(HOG) { }"), ["task hog"]);
}

#[test]
fn prototypes_take_them_too() {
    let text = "bool f(struct s *a) __atomic __cond_acquires(a);\nvoid g(void) { if (f(&x)) __mmput(&x); }\n";
    let program = read(text).unwrap_or_else(|e| panic!("{}", e.render(false)));
    assert_eq!(program.functions.len(), 1);
    assert!(program.functions[0].annotations.is_empty());
}

#[test]
fn an_annotation_of_a_prototype_is_one_of_the_definition() {
    let text = "void f(void) __atomic;\nvoid f(void) { }\n";
    let found = refusal(read(text));
    assert!(
        found.starts_with("the definition of `f` is not `__atomic` | __atomic | "),
        "{found}"
    );
    assert!(read("void f(void) __atomic;\nvoid f(void) __atomic { }\n").is_ok());
}

#[test]
fn any_field_can_be_a_ghost() {
    let text = "struct s { bool a __ghost; struct s *b __ghost; unsigned c : 3 __ghost; bitset(enum e) d __ghost;\n\
        bool e[4] __ghost; bool f, g __ghost, h; bitset(enum e) __plain; /* __ghost */ };";
    let program = read(text).unwrap_or_else(|e| panic!("{}", e.render(false)));
    let ghosts: Vec<&str> = program.structs[0]
        .fields
        .iter()
        .filter(|f| f.ghost)
        .map(|f| f.name.name.as_str())
        .collect();
    assert_eq!(ghosts, ["a", "b", "c", "d", "e", "g"]);
    assert_eq!(program.structs[0].fields.len(), 9);
}

#[test]
fn misplaced_or_misspelt_they_are_refused() {
    for (text, expected) in [
        (
            "__atomic void f(void) { }",
            "`__atomic` is in the wrong place | __atomic | write it behind the parameters",
        ),
        (
            "__atomic unsigned f(void) { }",
            "`__atomic` is in the wrong place | __atomic | write it behind the parameters",
        ),
        (
            "void f(void) { __atomic; }",
            "`__atomic` is in the wrong place | __atomic | write it behind the parameters",
        ),
        (
            "void f(void) __atomc { }",
            "unknown annotation `__atomc` | __atomc | did you mean `__atomic`?",
        ),
        (
            "void f(void) __noreturn { }",
            "unknown annotation `__noreturn` | __noreturn | there are __atomic",
        ),
        (
            "void f(void) atomic { }",
            "`atomic` is not an annotation | atomic | annotations begin with two underscores",
        ),
        (
            "void f(struct s *sem) __acquires(sm) { }",
            "no parameter is named `sm` | sm | did you mean `sem`?",
        ),
        (
            "void f(struct s *sem) __acquires { }",
            "`__acquires` takes one argument | __acquires | write `__acquires(x)`",
        ),
        (
            "void f(void) __atomic(x) { }",
            "`__atomic` takes no argument | __atomic(x) | write `__atomic`",
        ),
        (
            "void f(void) __task(a, b) { }",
            "`__task` takes one argument | __task(a, b) | write `__task(x)`",
        ),
        (
            "void f(void) __task(&a) { }",
            "unexpected argument of `__task` | & | annotations take plain names",
        ),
        (
            "void f(void) __atomic __atomic { }",
            "`__atomic` stands here twice | __atomic | remove one",
        ),
        (
            "struct s { __ghost bool a; };",
            "`__ghost` is in the wrong place | __ghost | it marks a field of a struct",
        ),
        (
            "struct s { bool a __gost; };",
            "syntax error | a | fields take `__ghost` only",
        ),
        (
            "bool a __ghost;",
            "`__ghost` is in the wrong place | __ghost | it marks a field of a struct",
        ),
    ] {
        let found = refusal(read(text));
        assert!(found.starts_with(expected), "{text}: {found}");
    }
}
