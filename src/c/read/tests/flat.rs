//! Flattened listings say the same as what they were made from.

use super::{Callers, Shelf, flatten, names, read_program, uncalled};
use crate::c::ast::Program;
use crate::c::library::Listing;

fn shelf() -> Shelf {
    Shelf::of(&[
        (
            "kernel/types.h",
            "/* kernel: types */\ntypedef unsigned char u8;\n#define NULL 0\n#define N 1\n\n/* flags */\n\
             enum flag {\n\tA,\t/* first */\n\tB\t/* last */\n};\nstruct page {\n\t/* how many */\n\tunsigned mapcount : 2;\n\
             \tbool gone __ghost;\t/* seen */\n};\nextern struct page pages[N];\n",
        ),
        (
            "kernel/lock.h",
            "#include \"types.h\"\nbool lock(struct page *p) __atomic\n{\n\treturn p->mapcount;\t/* inside */\n}\n\n\
             /* unused, but in kernel/ */\nvoid spare(void)\n{\n}\nvoid shared(void);\n",
        ),
        (
            "linux/v1.c",
            "/* linux/v1.c: the first */\n/** @protocol v1 */\n#include \"lock.h\"\n#define N 2\nenum flag { C };\n\
             struct page *head, *tail;\t/* the list */\nvoid only_v1(void) { helper(); }\nvoid helper(void) { }\n\
             /* goes on */\nvoid work(void) __daemon(d) { only_v1(); shared(); }\nvoid shared(void) { }\nvoid for_s(void) { }\n",
        ),
        (
            "linux/v2.c",
            "/* linux/v2.c: the second */\n/**\n * @protocol v2\n * @commit   212925802454 (\"subject\")\n */\n\
             #include \"v1.c\"\n\n#define M N\n/* shorter */\nvoid work(void) __daemon(d)\n{\n\tif (lock(&pages[M]))\n\t\tshared();\n}\n",
        ),
        (
            "scenarios/s.c",
            "/** @scenario s: all */\nstruct page pages[2];\nvoid t(void) __unfair { for_s(); }\n",
        ),
    ])
}

fn mine(text: &str) -> Listing {
    Listing {
        name: "mine.c".into(),
        text: text.into(),
        folder: None,
        bounds: Vec::new(),
    }
}

/// All that a program says, without places.
fn says(program: &Program) -> String {
    let text = format!(
        "{:#?}{:#?}{:#?}{:#?}",
        program.structs, program.enums, program.globals, program.functions
    );
    let places = ["file: ", "start: ", "end: "];
    let lines = text
        .lines()
        .filter(|line| !places.iter().any(|place| line.trim_start().starts_with(place)));
    let digits = lines.filter(|line| !line.trim().trim_end_matches(',').chars().all(|c| c.is_ascii_digit()));
    digits.collect::<Vec<_>>().join("\n")
}

#[test]
fn it_holds_what_counts_with_its_comments_and_origins() {
    let shelf = shelf();
    let flat = flatten(&shelf, &shelf.listing("linux/v2.c")).unwrap();
    let expected = "/* linux/v2.c: the second */\n/**\n * @protocol v2\n * @after    v2\n * @commit   212925802454 (\"subject\")\n */\n\n\
        #define N 2\n#define M N\n\n\
        /* flags */\nenum flag {\n\tA,\t/* first */\n\tB,\t/* last */\n\tC,\n};\n\n\
        struct page {\n\t/* how many */\n\tunsigned mapcount : 2;\n\tbool gone __ghost;\t/* seen */\n};\n\n\
        extern struct page pages[N];\nstruct page *head, *tail;\t/* the list */\n\n\
        /* kernel/lock.h:2 */\nbool lock(struct page *p) __atomic\n{\n\treturn p->mapcount;\t/* inside */\n}\n\n\
        /* kernel/lock.h:8 */\n/* unused, but in kernel/ */\nvoid spare(void)\n{\n}\n\n\
        /* linux/v2.c:10 */\n/* shorter */\nvoid work(void) __daemon(d)\n{\n\tif (lock(&pages[M]))\n\t\tshared();\n}\n\n\
        /* linux/v1.c:11 */\nvoid shared(void) { }\n\n\
        /* linux/v1.c:12 */\nvoid for_s(void) { }\n";
    assert_eq!(flat, expected);
}

#[test]
fn it_reads_back_as_the_same_program_and_flattens_to_itself() {
    let shelf = shelf();
    for path in ["linux/v1.c", "linux/v2.c"] {
        let original = shelf.read(path, None).unwrap();
        let flat = flatten(&shelf, &shelf.listing(path)).unwrap();
        let again = read_program(&shelf, &mine(&flat), None).unwrap_or_else(|e| panic!("{}", e.render(false)));
        assert_eq!(flatten(&shelf, &mine(&flat)).unwrap(), flat);
        assert!(uncalled(&again, &Callers::of(&shelf)).is_empty());
        let mut kept = original.clone();
        let used = names(again.functions.iter().map(|f| &f.name));
        kept.functions.retain(|f| used.contains(&f.name.name.as_str()));
        assert_eq!(says(&again), says(&kept));
    }
}

#[test]
fn a_story_keeps_its_form() {
    let shelf = Shelf::of(&[
        ("linux/a.c", "/** @protocol a */\r\nbool x;\r\n\r\nbool y;\r\n"),
        ("linux/b.c", "/**\n * @protocol b\n * @after a\n */\nbool x;\n"),
        ("linux/c.c", "bool x;\n"),
    ]);
    let flat = |path: &str| flatten(&shelf, &shelf.listing(path)).unwrap();
    assert_eq!(
        flat("linux/a.c"),
        "/** @protocol a\n * @after    a\n */\n\nbool x;\nbool y;\n"
    );
    assert_eq!(flat("linux/b.c"), "/**\n * @protocol b\n * @after a\n */\n\nbool x;\n");
    assert_eq!(flat("linux/c.c"), "bool x;\n");
}

#[test]
fn a_struct_that_is_opened_again_is_one_struct_and_what_calls_need_stays() {
    let shelf = Shelf::of(&[
        (
            "kernel/a.h",
            "#define quick\n#define once(x) (x)\nvoid say() __meaningless;\nstruct s {\n\tbool a;\t/* first */\n};\n",
        ),
        (
            "linux/b.c",
            "#include \"a.h\"\nstruct s { u8 b : 3; };\nstruct s x;\nquick void f(void) __unfair { say(x.a); x.b = once(x.b); }\n",
        ),
    ]);
    let flat = flatten(&shelf, &shelf.listing("linux/b.c")).unwrap();
    assert!(
        flat.contains("struct s {\n\tbool a;\t/* first */\n\tu8 b : 3;\n};\n"),
        "{flat}"
    );
    let again = Shelf::of(&[("linux/flat.c", &flat)]);
    let second = flatten(&again, &again.listing("linux/flat.c")).unwrap_or_else(|e| panic!("{}", e.render(false)));
    assert_eq!(flat, second);
}
