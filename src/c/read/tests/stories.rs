//! The tags at the top of listings and scenarios.

use super::{Shelf, read, refusal};
use crate::c::ast::Ident;

#[test]
fn a_listing_tells_its_story() {
    let text = "/* a note */\n/**\n * What it is,\n * in two lines.\n *\n * @protocol v4.14\n * @after    v4.13\n\
        * @commit   212925802454 (\"mm: oom: let them run\n *           concurrently\")\n\
        * @source   facts 3\n * @versions v4.14,\n * 4.14.2 to 4.14.7\n * @breaks   NoUseAfterFree in foreign-mmput: by mistake, fixed by v4.15\n */\nbool a;\n";
    let tags = read(text).unwrap_or_else(|e| panic!("{}", e.render(false))).tags;
    assert_eq!(tags.summary, "What it is, in two lines.");
    assert_eq!(tags.protocol.unwrap().name, "v4.14");
    assert_eq!(tags.after.unwrap().name, "v4.13");
    assert_eq!(tags.commits[0].hash, "212925802454");
    assert_eq!(tags.commits[0].subject, "mm: oom: let them run concurrently");
    assert_eq!(tags.sources, ["facts 3"]);
    let versions: Vec<String> = tags.versions.iter().map(ToString::to_string).collect();
    assert_eq!(versions, ["v4.14", "4.14.2 to 4.14.7"]);
    let breaks = &tags.breaks[0];
    assert_eq!(
        (
            breaks.property.name.as_str(),
            breaks.scenario.as_ref().map(|scenario| scenario.name.as_str())
        ),
        ("NoUseAfterFree", Some("foreign-mmput"))
    );
    assert_eq!(breaks.reason.words, "by mistake, fixed by v4.15");
    assert_eq!(breaks.reason.fixed_by(), Some("v4.15"));
}

#[test]
fn only_the_file_itself_and_the_scenario_count() {
    let shelf = Shelf::of(&[
        ("linux/a.c", "/** @protocol a */\nbool a;"),
        ("linux/b.c", "/** @protocol b */\n#include \"a.c\"\nbool b;"),
        (
            "scenarios/s.c",
            "/** @scenario s: a story,\n told in two lines */\nbool c;",
        ),
    ]);
    let tags = shelf.read("linux/b.c", Some("scenarios/s.c")).unwrap().tags;
    assert_eq!(tags.protocol.unwrap().name, "b");
    let (name, story) = tags.scenario.unwrap();
    assert_eq!(
        (name.name.as_str(), story.as_str()),
        ("s", "a story, told in two lines")
    );
}

#[test]
fn malformed_tags_are_refused() {
    for (comment, expected) in [
        (
            "@protocol",
            "`@protocol` is not understood | @protocol | write `@protocol NAME`",
        ),
        (
            "@protocol a b",
            "`@protocol` is not understood | @protocol a b | write `@protocol NAME`",
        ),
        (
            "@protcol a",
            "unexpected tag `@protcol` | @protcol | did you mean `@protocol`?",
        ),
        ("@author me", "unexpected tag `@author` | @author | there are @protocol"),
        (
            "@scenario a: b",
            "unexpected tag `@scenario` | @scenario | this file is a listing",
        ),
        (
            "@commit 2129 (\"x\")",
            "`@commit` is not understood | @commit 2129 (\"x\") | write `@commit",
        ),
        (
            "@commit 212925802454 x",
            "`@commit` is not understood | @commit 212925802454 x | write `@commit",
        ),
        (
            "@breaks A in b, fixed",
            "`@breaks` is not understood | @breaks A in b, fixed | write `@breaks",
        ),
        (
            "@breaks A b: c",
            "`@breaks` is not understood | @breaks A b: c | write `@breaks",
        ),
        (
            "@breaks A in b,, c: by mistake",
            "`@breaks` is not understood | @breaks A in b,, c: by mistake | write `@breaks",
        ),
        (
            "@breaks A in b:",
            "the reason is missing | @breaks A in b: | write `by mistake`",
        ),
        (
            "@breaks A in b: because",
            "the reason says neither `by mistake` nor `by design` | because | write `by mistake`",
        ),
        (
            "@breaks A in b: by design",
            "the reason is missing | by design | write `by mistake`",
        ),
        (
            "@breaks A in b: by design:",
            "the reason is missing | by design: | write `by mistake`",
        ),
        (
            "@breaks A in b: by mistake:",
            "the reason is missing | : | write `by mistake`",
        ),
        (
            "@breaks A in b: by mistake, mended by c",
            "this part of the reason is not understood | , mended by c | write `by mistake`",
        ),
        (
            "@breaks A in b: by mistake, fixed by c, d",
            "this part of the reason is not understood | , d | write `by mistake`",
        ),
        (
            "@breaks A in b: by mistake, fixed by\n *   ",
            "this part of the reason is not understood | , fixed by | write `by mistake`",
        ),
        ("@source", "`@source` is not understood | @source | write `@source"),
        ("@after a\n * @after b", "a second `@after` | @after b | remove"),
        (
            "@breaks A in b, d: by mistake\n * @breaks A in c, b: by design: d",
            "that A is broken in b is said already | b | name each",
        ),
        (
            "@breaks A in *: by mistake, fixed by c",
            "a mistake is found somewhere | * | name the scenarios; `*` is for what is by design",
        ),
        (
            "@breaks A in *, b: by design: c",
            "`@breaks` is not understood | @breaks A in *, b: by design: c | write `@breaks",
        ),
        (
            "@breaks A in *: by design: c\n * @breaks A in *: by design: d",
            "that A is broken in * is said already | * | name each scenario of a property once",
        ),
        (
            "@versions v6.1, 6.1-amd64",
            "`6.1-amd64` names no releases | 6.1-amd64 | write v6.1, or v6.1 to v6.11, or 5.10.113 to",
        ),
        (
            "@vacuous A, b",
            "`@vacuous` is not understood | @vacuous A, b | write `@vacuous PROPERTY, PROPERTY: why",
        ),
        ("@versions", "`` names no releases | @versions | write v6.1"),
        (
            "@breaks A in b, b: by mistake",
            "that A is broken in b is said already | b | name each",
        ),
    ] {
        let found = refusal(read(&format!("/**\n * {comment}\n */\nbool a;\n")));
        assert!(found.starts_with(expected), "{comment}: {found}");
    }
    for text in [
        "/* @protocol a */\nbool a;",
        "bool a;\n/** @protocol a */",
        "/** @protocol a */\nbool a;\n/** @after b */\nbool b;",
    ] {
        let found = refusal(read(text));
        assert!(found.contains("` is in the wrong comment | @"), "{text}: {found}");
    }
    assert!(read("/** @protocol a */\n/** kernel-doc\n * @sem: the lock */\nbool a;").is_ok());
}

#[test]
fn one_fact_about_several_scenarios_is_said_once() {
    let text = "/**\n * @breaks A in b, c-1,\n *   d: by mistake, fixed by v4.15 (they\n *   forgot)\n * @breaks B in b: by mistake, as in v2: \
                so\n * @breaks C in b: by design: fixed by nobody\n * @breaks C in *: by design: so it is\n */\nbool a;\n";
    let program = read(text).unwrap();
    let said: Vec<(&str, &str, &str, Option<&str>)> = program
        .tags
        .breaks
        .iter()
        .map(|breaks| {
            let reason = &breaks.reason;
            (
                &*breaks.property.name,
                breaks.scenario.as_ref().map_or("*", |scenario| &*scenario.name),
                &*reason.words,
                reason.fixed_by(),
            )
        })
        .collect();
    let forgot = "by mistake, fixed by v4.15 (they forgot)";
    assert_eq!(
        said,
        [
            ("A", "b", forgot, Some("v4.15")),
            ("A", "c-1", forgot, Some("v4.15")),
            ("A", "d", forgot, Some("v4.15")),
            ("B", "b", "by mistake, as in v2: so", None),
            ("C", "b", "by design: fixed by nobody", None),
            ("C", "*", "by design: so it is", None),
        ]
    );
    let place = |ident: &Ident| program.sources.text(ident.span).to_string();
    assert_eq!(
        program.tags.breaks[2].scenario.as_ref().map(place).as_deref(),
        Some("d")
    );
    let other = program.tags.breaks[3].reason.protocols().next().unwrap();
    assert_eq!(place(other), "v2");
    assert!(program.tags.breaks[3].reason.is_mistake() && !program.tags.breaks[4].reason.is_mistake());
}
