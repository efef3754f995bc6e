//! Where includes are found.

use super::{Shelf, names, refusal};
use crate::c::library::Listing;
use crate::c::read::read_program;

#[test]
fn beside_the_file_then_linux_then_kernel() {
    let shelf = Shelf::of(&[
        (
            "proposals/p.c",
            "#include \"near.h\"\n#include \"v1.c\"\n#include \"../kernel/k.h\"\n#include \"k.h\"\nbool p;",
        ),
        ("proposals/near.h", "bool near_proposals;"),
        ("linux/near.h", "bool near_linux;"),
        ("linux/v1.c", "#include \"near.h\"\nbool v1;"),
        ("kernel/k.h", "bool k;"),
        ("kernel/v1.c", "bool kernel_v1;"),
    ]);
    let program = shelf
        .read("proposals/p.c", None)
        .unwrap_or_else(|e| panic!("{}", e.render(false)));
    assert_eq!(
        names(program.globals.iter().map(|g| &g.name)),
        ["near_proposals", "near_linux", "v1", "k", "p"]
    );
    let files: Vec<&str> = program.sources.files().map(|(_, file)| file.name.as_str()).collect();
    assert_eq!(
        files,
        [
            "proposals/p.c",
            "proposals/near.h",
            "linux/v1.c",
            "linux/near.h",
            "kernel/k.h"
        ]
    );
}

#[test]
fn a_file_is_included_once_also_in_a_circle() {
    let shelf = Shelf::of(&[
        (
            "linux/a.c",
            "#include \"b.c\"\n#include \"b.c\"\n#include \"./../linux/b.c\"\n#include \"a.c\"\nbool a;",
        ),
        ("linux/b.c", "#include \"a.c\"\nbool b;"),
    ]);
    let program = shelf.read("linux/a.c", None).unwrap();
    assert_eq!(names(program.globals.iter().map(|g| &g.name)), ["b", "a"]);
}

#[test]
fn what_cannot_be_included() {
    let shelf = Shelf::of(&[
        ("linux/a.c", "#include \"v4.14c\"\n"),
        ("linux/b.c", "#include \"somewhere/else.h\"\n"),
        ("linux/c.c", "bool x;\n#include \"a.c\"\n"),
        ("linux/d.c", "#include \"../../kernel/k.h\"\n"),
        ("linux/e.c", "#include \"broken.h\"\n"),
        ("linux/v4.14.c", ""),
        ("kernel/broken.h", "bool x;\nchar y;\n"),
    ]);
    for (path, expected) in [
        (
            "linux/a.c",
            "there is no file \"v4.14c\" | \"v4.14c\" | did you mean `v4.14.c`?",
        ),
        (
            "linux/b.c",
            "there is no file \"somewhere/else.h\" | \"somewhere/else.h\" | looked in linux/, then in linux/, kernel/ and",
        ),
        (
            "linux/c.c",
            "an #include after a definition | \"a.c\" | put it at the top",
        ),
        ("linux/d.c", "there is no file \"../../kernel/k.h\" | "),
        ("linux/e.c", "`char` is not a type of the subset | char | "),
    ] {
        let found = refusal(shelf.read(path, None));
        assert!(found.starts_with(expected), "{found}");
    }
    let chain: Vec<(String, String)> = (0..80)
        .map(|i| (format!("linux/{i}.c"), format!("#include \"{}.c\"\n", i + 1)))
        .collect();
    let shelf = Shelf(chain.into_iter().collect());
    assert!(refusal(shelf.read("linux/0.c", None)).starts_with("files include each other too deeply"));
}

#[test]
fn a_file_of_the_user_finds_its_neighbours_and_the_spec() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &[u8]| std::fs::write(folder.path().join(name), text).unwrap();
    put(
        "mine.c",
        b"#include \"mine.h\"\n#include \"k.h\"\n#include \"mine.c\"\nbool c;",
    );
    put("mine.h", b"bool a;");
    put("bad.c", b"#include \"bytes.h\"\n");
    put("bytes.h", b"bool \xff;");
    put("folder.c", b"#include \".\"\n");
    let shelf = Shelf::of(&[("kernel/k.h", "bool b;"), ("kernel/mine.h", "bool wrong;")]);
    let read = |name: &str| {
        let listing = Listing::from_file(&folder.path().join(name)).unwrap();
        read_program(&shelf, &listing, None)
    };
    let program = read("mine.c").unwrap_or_else(|e| panic!("{}", e.render(false)));
    assert_eq!(names(program.globals.iter().map(|g| &g.name)), ["a", "b", "c"]);
    let found = refusal(read("bad.c"));
    assert!(
        found.contains("bytes.h is not UTF-8: line 1 | \"bytes.h\" | "),
        "{found}"
    );
    assert!(refusal(read("folder.c")).starts_with("there is no file \".\""));
}

/// The order of protocols was read off lines, comments among them.
#[test]
fn a_comment_includes_nothing() {
    let text = "/*\n#include \"a.c\"\n*/\n#include \"b.c\" /* first */\n#include \"c.h\"\nbool a;\n";
    assert_eq!(crate::c::includes(text), ["b.c", "c.h"]);
}
