//! `oomspec certify` and `oomspec verify` from outside.
#![cfg(target_os = "linux")]

mod common;

use std::path::Path;
use std::process::Command;

fn oomspec(folder: &Path, line: &str) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_oomspec"))
        .args(line.split(' '))
        .current_dir(folder)
        .output()
        .expect("the program runs");
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    (output.status.code().expect("no signal"), text.into_owned())
}

#[test]
fn certify_and_verify_say_how_it_went() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |line: &str| oomspec(folder.path(), line);
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    let certify = "certify v4.14 -s foreign-mmput -p NoUseAfterFree";
    let (code, printed) = run(certify);
    assert_eq!(code, 0);
    assert_eq!(run(&format!("{certify} -o a.json")), (0, String::new()));
    assert_eq!(
        std::fs::read_to_string(folder.path().join("a.json")).expect("a file"),
        printed
    );
    let (code, text) = run("verify a.json a.json");
    assert_eq!((code, text.lines().count()), (0, 2), "{text}");
    write("b.json", &printed.replacen("\"reader\"", "\"nobody\"", 1));
    let (code, text) = run("verify a.json b.json a.json");
    assert_eq!(code, 24);
    assert!(
        text.contains("b.json is refused: step ") && text.matches("is violated").count() == 2,
        "{text}"
    );
    write("c.json", &printed[..printed.len() / 2]);
    let (code, text) = run("verify b.json c.json");
    assert_eq!(code, 150);
    assert!(text.contains("this is no certificate"), "{text}");
    assert_eq!(run("verify nothing.json").0, 150);
    assert_eq!(run("verify /dev/zero").0, 150);
    assert_eq!(run("verify").0, 2);
    let (code, text) = run("certify v4.14 -s foreign-mmput -p OomResolves");
    assert_eq!(code, 24);
    assert!(text.contains("n/a after error"), "{text}");
    assert_eq!(run("certify v4.14 -s foreign-mmput -p Nothing").0, 150);
    let (code, text) = run("certify v4.15 -s aio-never-alone -p NoUseAfterFree --max-states 5");
    assert_eq!(code, 20);
    assert!(text.contains("more than 5 distinct states"), "{text}");
}

#[test]
fn a_listing_of_ones_own_is_named_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |line: &str| oomspec(folder.path(), line);
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    let listing = run("show v4.15").1;
    let scenario = std::fs::read_to_string(common::spec_folder().join("scenarios/aio-never-alone.c"));
    write("mine.c", &listing);
    write(
        "own.c",
        &scenario.expect("a scenario").replace("aio-never-alone", "own"),
    );
    assert_eq!(
        run("certify mine.c -s own.c -p NoDeadlock -o a.json"),
        (0, String::new())
    );
    let (code, text) = run("verify a.json --listing mine.c --scenario own.c");
    assert_eq!(code, 0, "{text}");
    // Without them the names mean what the spec has.
    let (code, text) = run("verify a.json --scenario own.c");
    assert_eq!(code, 24);
    assert!(text.contains("texts, listing"), "{text}");
    let (code, text) = run("verify a.json --listing mine.c");
    assert_eq!(code, 150);
    assert!(text.contains("give it: `--scenario FILE.c`"), "{text}");
    write("mine.c", &(listing + "/* changed */\n"));
    let (code, text) = run("verify a.json --listing mine.c --scenario own.c");
    assert_eq!(code, 24);
    assert!(text.contains("its text has changed"), "{text}");
}

#[test]
fn a_certificate_may_be_about_something_else_than_the_spec() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |line: &str| oomspec(folder.path(), line);
    assert_eq!(run("new table").0, 0);
    for (property, more) in [("NoUseAfterFree", ""), ("Freed", " --properties Table.tla")] {
        let (code, text) = run(&format!(
            "certify table.c -s table-users.c -p {property} -o a.json{more}"
        ));
        assert_eq!(code, 0, "{text}");
        let with = "--listing table.c --scenario table-users.c";
        let (code, text) = run(&format!("verify a.json {with}{more}"));
        assert_eq!(code, 0, "{text}");
        assert!(text.contains(&format!("{property} holds")), "{text}");
    }
    let (code, text) = run("verify a.json --listing table.c --scenario table-users.c");
    assert_eq!(code, 24, "the module is not given");
    assert!(text.contains("there is no property `Freed`"), "{text}");
}
