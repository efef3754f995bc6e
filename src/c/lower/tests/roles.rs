//! Annotations: one role for each thread, and none that says nothing.

use super::{body, compiled, refusal};

#[test]
fn a_function_has_one_role_and_a_task_runs_one_function() {
    for (text, expected) in [
        (
            "void a(void) __task(t) __daemon(u) { go = true; }",
            "a function has one role | __daemon(u) | __task(t)",
        ),
        (
            "void a(void) __daemon(u) __unfair __task(t) { go = true; }",
            "a function has one role | __task(t) | __daemon(u)",
        ),
        (
            "void a(void) __task(t) __task(u) { go = true; }",
            "`__task` stands here twice | __task(u) | ",
        ),
        (
            "void a(void) __task(t) __atomic { go = true; }",
            "a thread is not `__atomic` | __atomic | __task(t)",
        ),
        (
            "void a(void) __atomic __unfair { go = true; }",
            "a thread is not `__atomic` | __atomic | __unfair",
        ),
        (
            "void a(void) __task(t) { go = true; }\nvoid b(void) __task(t) { go = true; }",
            "`t` runs another function already | __task(t) | __task(t)",
        ),
        (
            "void a(void) __task(t) { go = true; }\nvoid b(void) __daemon(t) __unfair { go = true; }",
            "`t` runs another function already | __daemon(t) | __task(t)",
        ),
    ] {
        assert_eq!(refusal(text), expected, "{text}");
    }
    let two = "void a(void) __task(t) __unfair { go = true; }\nvoid b(void) __daemon(u) { go = true; }";
    assert!(compiled(two).is_ok());
}

#[test]
fn an_annotation_that_says_nothing_is_an_error() {
    for (annotated, expected) in [
        (
            "void f(struct lock *k) __acquires(k) { k->taken = true; }",
            "only an `__atomic` function takes or releases a lock | __acquires(k) | ",
        ),
        (
            "void f(struct lock *k) __strongly_fair { await(!k->taken); }",
            "only an `__atomic` function is strongly fair | __strongly_fair | ",
        ),
        (
            "void f(struct lock *k) __atomic __strongly_fair { k->taken = true; }",
            "nothing waits in this function | __strongly_fair | ",
        ),
        (
            "void f(struct lock *k) __atomic __cond_acquires(k) { k->taken = true; }",
            "a function that may take a lock returns whether it did | __cond_acquires(k) | ",
        ),
        (
            "bool f(struct lock *k) __atomic __acquires(k) __cond_acquires(k) { return true; }",
            "a lock is taken always, or only if the result is true | __cond_acquires(k) | __acquires(k)",
        ),
        (
            "void f(struct lock *k) __atomic __acquires(k) __acquires_shared(k) { k->taken = true; }",
            "a lock is held alone, or shared | __acquires(k) | __acquires_shared(k)",
        ),
        (
            "void f(struct lock *k) __breaks(NoMischief) { bool b = true; }",
            "nothing can go wrong in this function | __breaks(NoMischief) | ",
        ),
        (
            "void f(struct lock *k) __atomic __atomic { }",
            "`__atomic` stands here twice | __atomic | ",
        ),
    ] {
        assert_eq!(
            refusal(&format!("{annotated}\n{}", body("f(&l);"))),
            expected,
            "{annotated}"
        );
    }
    let twice = "struct odd { bool g __ghost __ghost; };\nstruct odd odd;\n";
    assert_eq!(
        refusal(&format!("{twice}{}", body("go = true;"))),
        "`__ghost` stands here twice | __ghost | "
    );
}

#[test]
fn a_word_of_the_language_keeps_its_meaning() {
    for (text, word) in [
        ("#define if while", "if"),
        ("#define unsigned u8", "unsigned"),
        ("#define u8 u32", "u8"),
        ("#define true false", "true"),
        ("#define NULL 1", "NULL"),
        ("#define await panic", "await"),
        ("#define current t", "current"),
        ("#define __atomic 1", "__atomic"),
        ("#define bitset 3", "bitset"),
        ("bool current;", "current"),
        ("bool choose(void) { return true; }", "choose"),
        ("enum word { BUG_ON };", "BUG_ON"),
    ] {
        let found = refusal(&format!("{text}\n{}", body("go = true;")));
        assert!(
            found.starts_with(&format!("`{word}` is built in | {word}")),
            "{text}: {found}"
        );
    }
    assert!(refusal(&body("bool await = true; go = await;")).starts_with("`await` is built in"));
    let parameter = "void f(bool panic) { go = panic; }\n";
    assert!(refusal(&format!("{parameter}{}", body("f(true);"))).starts_with("`panic` is built in"));
}

#[test]
fn a_define_that_c_would_paste_wrongly_is_refused() {
    let found = refusal(&format!("#define M 1 + 2\n{}", body("x.n = M * 2;")));
    assert_eq!(found, "an expression in a #define stands in brackets | 1 + 2 | ");
    let errors = super::errors(&format!(
        "#define M (1 + 2)\n{}",
        body("x.n = M * 2; BUG_ON(x.n != 6);")
    ));
    assert_eq!(errors, [""; 0]);
}

#[test]
fn an_array_of_tasks_has_a_thread_for_each() {
    let tasks = "struct worker { bool done; };\nstruct worker many[3];\n";
    let program = compiled(&format!(
        "{tasks}void run(void) __task(many) {{ current->done = true; }}"
    ))
    .unwrap();
    let names: Vec<&str> = program
        .program
        .threads
        .iter()
        .map(|thread| thread.name.as_str())
        .collect();
    assert_eq!(names, ["many[0]", "many[1]", "many[2]"]);
    let program = compiled(&format!(
        "{tasks}void run(void) __daemon(many) {{ current->done = true; }}"
    ))
    .unwrap();
    let names: Vec<&str> = program
        .program
        .threads
        .iter()
        .map(|thread| thread.name.as_str())
        .collect();
    assert_eq!(names, ["run[0]", "run[1]", "run[2]"]);
    let two = format!("{tasks}void a(void) __task(many) {{ go = true; }}\nvoid b(void) __task(many) {{ go = true; }}");
    assert_eq!(
        refusal(&two),
        "`many` runs another function already | __task(many) | __task(many)"
    );
    let large = tasks.replace("[3]", "[65]");
    assert_eq!(
        refusal(&format!("{large}void run(void) __task(many) {{ go = true; }}")),
        "65 threads are too many | many | "
    );
    let constant = "struct worker { const bool kind; };\nstruct worker many[3];\nvoid run(void) __task(many) { current->kind = true; }";
    assert!(refusal(constant).contains("kind"), "{}", refusal(constant));
}

#[test]
fn what_is_init_gives_initial_values_and_nothing_else() {
    let thread = "void run(void) __task(t) { go = true; }\n";
    let program = compiled(&format!("{thread}void fill(void) __initially {{ go = true; }}")).unwrap();
    let go = program.program.fields.iter().find(|field| field.name == "go").unwrap();
    assert_eq!(go.initial, [1]);
    assert_eq!(program.program.threads.len(), 1);
    for (function, expected) in [
        (
            "void fill(void) __initially { await(go); }",
            "what is `__initially` does not wait | await(go) | ",
        ),
        (
            "void fill(void) __initially { go = choose(2); }",
            "what is `__initially` does not choose | choose(2) | ",
        ),
        (
            "void fill(void) __initially { panic(); }",
            "what is `__initially` does not panic | panic() | ",
        ),
        (
            "void fill(bool on) __initially { go = on; }",
            "what is `__initially` takes no arguments | on | ",
        ),
        (
            "bool fill(void) __initially { return go; }",
            "what is `__initially` returns nothing | fill | ",
        ),
        (
            "void fill(void) __initially { BUG_ON(!go); }",
            "`fill` goes wrong: BUG_ON() fired | fill | ",
        ),
        (
            "void fill(void) __initially __atomic { go = true; }",
            "what is `__initially` is nothing else | __atomic | __initially",
        ),
        (
            "void fill(void) __initially { while (!go); }",
            "a turn of this loop can pass without a scheduling point | !go | ",
        ),
        (
            "void fill(void) __initially { go = true; }\nvoid other(void) __daemon(u) { fill(); }",
            "`fill` is `__initially` | fill() | ",
        ),
    ] {
        assert_eq!(refusal(&format!("{thread}{function}")), expected, "{function}");
    }
}
