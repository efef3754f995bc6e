//! Every construct that is left out: what is underlined and what is said.

use super::{read, refusal};

/// Each line: the text, the message, what is underlined, a part of the help.
fn check(cases: &[(&str, &str, &str, &str)]) {
    for (text, message, place, help) in cases {
        let found = refusal(read(text));
        let parts: Vec<&str> = found.split(" | ").collect();
        assert_eq!(parts[0], *message, "in {text}");
        assert_eq!(parts[1], *place, "in {text}");
        assert!(parts[2].contains(help), "in {text}: {}", parts[2]);
    }
}

#[test]
fn statements_and_expressions_outside_the_subset() {
    const BODY: [(&str, &str, &str, &str); 33] = [
        (
            "switch (a) { while (b) { case 1: ; } }",
            "nothing comes here: it stands before the first `case`",
            "while (b) { case 1: ; }",
            "behind a `case`",
        ),
        (
            "switch (a) { case 0: while (b) { case 1: ; } }",
            "a label of a `switch` stands in its block",
            "case 1: ;",
            "directly between the braces",
        ),
        (
            "switch (a) { case 1: }",
            "a label before nothing",
            "case 1:",
            "`break;`",
        ),
        (
            "a = 1, b = 2;",
            "the comma operator is not in the subset",
            "a = 1, b = 2",
            "two statements",
        ),
        (
            "for (a = 0, b = 0; a; a++) ;",
            "the comma operator is not in the subset",
            "a = 0, b = 0",
            "two statements",
        ),
        (
            "p = (struct x *)q;",
            "casts are not in the subset",
            "(struct x *)q",
            "declare",
        ),
        ("(void)f();", "casts are not in the subset", "(void)f()", "declare"),
        ("n = sizeof(x);", "sizes are not in the subset", "sizeof(x)", "#define"),
        (
            "p->f(x);",
            "calls through pointers are not in the subset",
            "p->f",
            "by its name",
        ),
        (
            "(*p)(x);",
            "calls through pointers are not in the subset",
            "(*p)",
            "by its name",
        ),
        (
            "for_each_vma(v, mm) { x(); }",
            "no header defines `for_each_vma`",
            "for_each_vma",
            "or the loop itself",
        ),
        (
            "for_each_vma(v, mm)\n\t\tx();",
            "no header defines `for_each_vma`",
            "for_each_vma",
            "or the loop itself",
        ),
        (
            "for_each_process(p)\n\t\tkill(p);",
            "no header defines `for_each_process`",
            "for_each_process",
            "or the loop itself",
        ),
        (
            "for_each_process(p) { x(); }",
            "no header defines `for_each_process`",
            "for_each_process",
            "or the loop itself",
        ),
        ("a = 1.5;", "floating point is not in the subset", "1.5", "unsigned"),
        ("a = 5000000000;", "number too large", "5000000000", "32 bits"),
        (
            "a = 99999999999999999999999999;",
            "number too large",
            "99999999999999999999999999",
            "32 bits",
        ),
        (
            "a = 'x';",
            "character constants are not in the subset",
            "'x'",
            "enumerator",
        ),
        ("a = \"x\";", "strings are not in the subset", "\"x\"", "enum"),
        ("a = nullptr;", "`nullptr` is C++", "nullptr", "NULL"),
        ("a = +b;", "a leading `+` does nothing", "+", "remove"),
        (
            "a = b ?: c;",
            "`?:` without a middle is not in the subset",
            "b ?: c",
            "a ? a : b",
        ),
        ("a = ({ b; });", "a block is no expression", "{ b; }", "function"),
        (
            "asm(\"nop\");",
            "assembly is not in the subset",
            "asm(\"nop\")",
            "__atomic",
        ),
        (
            "static unsigned a;",
            "`static` on a local variable is not in the subset",
            "static",
            "outside functions",
        ),
        (
            "volatile bool a;",
            "`volatile` is not in the subset",
            "volatile",
            "a step of its own",
        ),
        ("struct x a;", "a local cannot hold a whole struct", "a", "pointer"),
        ("bool a[3];", "a local cannot hold a whole array", "a[3]", "pointer"),
        (
            "struct x *a = { 0 };",
            "objects are declared outside functions",
            "{ 0 }",
            "value",
        ),
        (
            "struct x **a;",
            "pointers to pointers are not in the subset",
            "*a",
            "struct",
        ),
        ("void *a;", "`void *` is not in the subset", "*a", "struct"),
        ("bool g(void);", "a prototype inside a function", "g(void)", "order"),
        (
            "struct x { bool b; };",
            "a type inside a function",
            "struct x { bool b; }",
            "top level",
        ),
    ];
    for (body, message, place, help) in BODY {
        let text = format!("void f(void)\n{{\n\t{body}\n}}\n");
        let place = place.lines().next().unwrap_or_default();
        check(&[(&text, message, place, help)]);
    }
}

#[test]
fn types_outside_the_subset() {
    check(&[
        (
            "char a;",
            "`char` is not a type of the subset",
            "char",
            "write `unsigned`",
        ),
        (
            "char a;",
            "`char` is not a type of the subset",
            "char",
            "write `unsigned`",
        ),
        (
            "uint8_t a;",
            "`uint8_t` is not a type of the subset",
            "uint8_t",
            "write `u8`",
        ),
        ("u64 a;", "`u64` is not a type of the subset", "u64", "at most 32 bits"),
        (
            "float a;",
            "`float` is not a type of the subset",
            "float",
            "floating point",
        ),
        (
            "boll a;",
            "`boll` is not a type of the subset",
            "boll",
            "did you mean `bool`?",
        ),
        ("page a;", "`page` is not a type of the subset", "page", "`struct page`"),
        (
            "union u { bool a; };",
            "unions are not in the subset",
            "union u { bool a; }",
            "struct",
        ),
        (
            "typedef bool b;",
            "typedef is not in the subset",
            "typedef bool b;",
            "struct NAME",
        ),
        ("void a;", "a variable of type void", "a", "bool"),
        (
            "bool a[2][2];",
            "arrays of arrays are not in the subset",
            "a[2]",
            "struct",
        ),
        ("bool a[];", "an array without a size", "a[]", "number of elements"),
        (
            "void (*f)(void);",
            "pointers to functions are not in the subset",
            "(*f)",
            "by its name",
        ),
        (
            "struct x (*p)[2];",
            "brackets in a declaration are not in the subset",
            "(*p)",
            "pointers",
        ),
        (
            "struct x { bool a; } y;",
            "a definition within a declaration",
            "struct x { bool a; }",
            "};",
        ),
        (
            "struct { bool a; };",
            "a struct without a name",
            "struct { bool a; }",
            "NAME",
        ),
        ("enum { A };", "an enum without a name", "enum { A }", "#define"),
        (
            "enum e { A = 3 };",
            "an enumerator with a value",
            "A = 3",
            "numbered from 0",
        ),
        (
            "struct x { bool a : 1; };",
            "only unsigned fields have a width",
            ": 1",
            "unsigned x : 3",
        ),
        (
            "struct x { unsigned a : 0; };",
            "a width is between 1 and 32",
            "0",
            "bits",
        ),
        (
            "struct x { unsigned a : 33; };",
            "a width is between 1 and 32",
            "33",
            "bits",
        ),
        ("struct x { u8 a : 9; };", "a width is between 1 and 8", "9", "bits"),
        ("struct x { unsigned a : n; };", "`n` is not a constant", "n", "#define"),
        ("struct x { unsigned : 3; };", "a name is missing", "unsigned", "name"),
        (
            "struct x { struct { bool a; } b; };",
            "a definition within a declaration",
            "struct { bool a; }",
            "};",
        ),
        (
            "struct x { void (*f)(void); };",
            "pointers to functions are not in the subset",
            "(*f)",
            "by its name",
        ),
        (
            "struct x { bool a; bool a; };",
            "two fields are named `a`",
            "a",
            "rename",
        ),
        (
            "bitset(bool) a;",
            "a bitset is a set of enumerators",
            "bitset(bool)",
            "enum NAME",
        ),
        (
            "struct x a = { .b.c = 1 };",
            "two designators in one",
            ".b.c = 1",
            "nest",
        ),
        (
            "bool a[4] = { [0 ... 3] = 1 };",
            "ranges are not in the subset",
            "[0 ... 3]",
            "each element",
        ),
    ]);
}

#[test]
fn functions_outside_the_subset() {
    check(&[
        (
            "void f(struct x a) { }",
            "a parameter cannot hold a whole struct",
            "struct x a",
            "pointer",
        ),
        (
            "void f(bool a[2]) { }",
            "a parameter cannot hold a whole array",
            "bool a[2]",
            "pointer",
        ),
        (
            "struct x f(void) { }",
            "a result cannot hold a whole struct",
            "struct x f(void) { }",
            "pointer",
        ),
        (
            "void f(bool a, ...) { }",
            "variable numbers of arguments are not in the subset",
            "...",
            "each parameter",
        ),
        ("void f(bool) { }", "a parameter without a name", "bool", "name it"),
        ("void f(a) { }", "`a` is not a type of the subset", "a", "`struct a`"),
        (
            "void f(a) bool a; { }",
            "a parameter's type after the list",
            "bool a;",
            "inside",
        ),
        (
            "void f(bool a, bool a) { }",
            "two parameters of one name",
            "bool a",
            "rename",
        ),
        ("void await(bool a) { }", "`await` is built in", "await", "another name"),
        (
            "void f(void) { void g(void) { } }",
            "a function inside a function",
            "void g(void) { }",
            "top level",
        ),
        ("a = 1;", "a statement outside functions", "a = 1;", "function"),
        (
            "__attribute__((x)) void f(void) { }",
            "attributes are not in the subset",
            "__attribute__((x))",
            "remove",
        ),
        (
            "thread_local bool a;",
            "`thread_local` is not in the subset",
            "thread_local",
            "remove",
        ),
    ]);
}

#[test]
fn directives_outside_the_subset() {
    check(&[
        (
            "#if A\nbool a;\n#endif\n",
            "conditional compilation is not in the subset",
            "#if A",
            "guard",
        ),
        (
            "#ifndef A\n#define A 1\n#endif\n",
            "conditional compilation is not in the subset",
            "#ifndef A",
            "guard",
        ),
        (
            "#define F(x) (x + 1)\n",
            "`F` is no macro of the subset",
            "F",
            "in brackets",
        ),
        ("#pragma once\n", "#pragma is not in the subset", "#pragma once", "once"),
        ("#undef A\n", "#undef is not in the subset", "#undef A", "last #define"),
        (
            "#error no\n",
            "this directive is not in the subset",
            "#error no",
            "#include",
        ),
        (
            "#include <linux/mm.h>\n",
            "<linux/mm.h> is no listing",
            "<linux/mm.h>",
            "#include \"file\"",
        ),
        (
            "void f(void)\n{\n#define A 1\n}\n",
            "a #define inside a definition",
            "#define A 1",
            "top level",
        ),
    ]);
}

#[test]
fn syntax_errors_are_blamed_where_they_are() {
    check(&[
        ("void f(void)\n{\n\ta = 1\n\tb = 2;\n}\n", "syntax error", "1", "`;`"),
        ("void f(void)\n{\n\ta()\n}\n", "syntax error", "a()", "`;`"),
        (
            "void f(void)\n{\n\ta();\n\tb()\n\tc();\n}\n",
            "`;` is missing",
            ")",
            "after this",
        ),
        (
            "void f(void)\n{\n\tif (a) {\n\t\tb();\n}\n\nvoid g(void)\n{\n}\n",
            "`{` is never closed",
            "{",
            "`}`",
        ),
        ("struct x { bool a; }\nvoid f(void) { }\n", "syntax error", "void", ""),
        ("struct x { bool a; }\n", "`;` is missing", "}", "after this"),
        ("bool a; @\n", "syntax error", "@", ""),
    ]);
}

#[test]
fn every_definition_reports_its_own_mistake() {
    let text = "char a;\nfloat b;\nvoid f(void) { a = 1.5; b = 2.5; }\nbool c;\n";
    let diagnostics = read(text).unwrap_err();
    let lines: Vec<u32> = diagnostics
        .errors
        .iter()
        .map(|e| diagnostics.sources.line(e.span.unwrap()))
        .collect();
    assert_eq!(lines, [1, 2, 3, 3]);
}

#[test]
fn deep_nesting_is_refused_and_not_recursed_into() {
    let sum = format!("void f(void) {{ x = a{}; }}", "+a".repeat(10_000));
    let blocks = format!("void f(void) {}{}", "{".repeat(20_000), "}".repeat(20_000));
    let brackets = format!("void f(void) {{ x = {}a{}; }}", "(".repeat(20_000), ")".repeat(20_000));
    let nots = format!("void f(void) {{ x = {}a; }}", "!".repeat(20_000));
    let elses = format!("void f(void) {{ {} ; }}", "if (a) b(); else ".repeat(5_000));
    let lists = format!("struct x a = {}{};", "{".repeat(20_000), "}".repeat(20_000));
    let define = format!("#define A (1{})\n", "+1".repeat(10_000));
    for text in [sum, blocks, brackets, nots, elses, lists, define] {
        let found = refusal(read(&text));
        assert!(found.starts_with("nested too deeply"), "{found:.200}");
    }
    let pointers = format!("struct x {}p;", "*".repeat(20_000));
    assert!(refusal(read(&pointers)).starts_with("pointers to pointers"));
}
