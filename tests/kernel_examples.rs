//! `spec/examples/`: kernel bugs and their fixes. Each listing breaks what it says, and nothing else. `oomspec new` is one more.

mod common;

use std::path::{Path, PathBuf};

use common::spec_folder;
use oomspec::c::library::Listing;
use oomspec::check::{Checked, Verdict, check};
use oomspec::explore::Limits;
use oomspec::spec::Spec;

/// The files of a folder with this ending, in order.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|found| found == ending));
    files.sort();
    files
}

/// Every listing of a folder in its scenario, by all properties that there are for it.
fn checked(spec: &Spec, folder: &Path) -> Vec<Checked> {
    let read = |path: &PathBuf| Listing::from_file(path).expect("a text");
    let (listings, scenarios): (Vec<Listing>, Vec<Listing>) = files(folder, "c")
        .iter()
        .map(read)
        .partition(|listing| !listing.text.contains("@scenario"));
    let [scenario] = scenarios.as_slice() else {
        panic!("one scenario in {}", folder.display())
    };
    let mut all = Vec::new();
    for listing in &listings {
        spec.refuse_uncalled(listing, Some(scenario))
            .unwrap_or_else(|errors| panic!("{}", errors.render(false)));
        let instance = spec.instance(listing, scenario);
        let instance = instance.unwrap_or_else(|errors| panic!("{}", errors.render(false)));
        let own = spec.properties().expect("properties");
        let mut modules = Vec::new();
        if own.missing(&instance.machine).is_none() {
            modules.push(own);
        }
        for path in files(folder, "tla") {
            let module = spec.properties_of(&path);
            modules.push(module.unwrap_or_else(|errors| panic!("{}", errors.render(false))));
        }
        let result = check(instance, &modules, Limits::default(), &[], &|_, _| {});
        all.push(result.unwrap_or_else(|errors| panic!("{}", errors.render(false))));
    }
    all
}

fn example(name: &str) {
    let spec = Spec::builtin();
    let (mut bugs, mut fixes) = (0, 0);
    for checked in checked(&spec, &spec_folder().join("examples").join(name)) {
        for finding in &checked.findings {
            let protocol = &checked.instance.protocol;
            assert!(
                finding.expected(),
                "{protocol}: {} {:?}",
                finding.property.name,
                finding.verdict
            );
        }
        let broken = checked
            .findings
            .iter()
            .filter(|finding| finding.verdict == Verdict::Violated);
        let by_mistake = broken.filter(|finding| {
            let known = finding.known.as_ref();
            known.is_some_and(|reason| reason.words.starts_with("by mistake"))
        });
        match by_mistake.count() {
            0 => fixes += 1,
            _ => bugs += 1,
        }
    }
    assert!(bugs > 0 && fixes > 0, "{name}: {bugs} bugs, {fixes} fixes");
}

#[test]
fn what_needs_no_oom_is_found_and_its_fix_confirmed() {
    for name in ["kref-lookup", "napi-missed", "eventpoll"] {
        example(name);
    }
}

#[test]
fn what_is_about_address_spaces_is_found_and_its_fix_confirmed() {
    for name in ["vma-refcount", "binder-mmput", "uffd-writeprotect"] {
        example(name);
    }
}

#[test]
fn what_is_about_oom_victims_is_found_and_its_fix_confirmed() {
    for name in ["robust-futex", "thaw-process"] {
        example(name);
    }
}

#[test]
fn every_example_is_tested_and_named() {
    let folder = spec_folder().join("examples");
    let readme = std::fs::read_to_string(folder.join("README.md")).expect("a table");
    let source = include_str!("kernel_examples.rs");
    let folders = std::fs::read_dir(&folder).expect("a folder");
    for name in folders
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
    {
        let name = name.file_name().expect("a name").to_string_lossy().into_owned();
        assert!(
            readme.contains(&format!("[`{name}`]({name})")) && source.contains(&format!("\"{name}\"")),
            "{name}"
        );
    }
}

#[test]
fn what_new_writes_holds_and_finds_the_bugs_that_its_note_speaks_of() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let new = || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_oomspec"));
        command.args(["new", "my-table", "--directory"]).arg(folder.path());
        command.output().expect("oomspec runs").status.code()
    };
    assert_eq!(new(), Some(0));
    assert_eq!(new(), Some(150), "nothing is overwritten");
    let spec = Spec::builtin();
    let verdicts = || -> Vec<String> {
        let checked = checked(&spec, folder.path()).remove(0);
        assert!(checked.findings.iter().any(|finding| finding.property.name == "Freed"));
        let broken = checked
            .findings
            .iter()
            .filter(|finding| finding.verdict == Verdict::Violated);
        broken.map(|finding| finding.property.name.clone()).collect()
    };
    assert_eq!(verdicts(), [""; 0]);
    let edit = |file: &str, old: &str, new: &str| {
        let path = folder.path().join(file);
        let text = std::fs::read_to_string(&path).expect("a file");
        std::fs::write(&path, common::replace(&text, old, new)).expect("a file");
        text
    };
    let whole = edit("my-table-users.c", "\tif (o)\n\t\tput(o);\n", "");
    assert_eq!(verdicts(), ["Freed"]);
    std::fs::write(folder.path().join("my-table-users.c"), whole).expect("a file");
    edit("my-table.c", "\tspin_lock(&table_lock);\n\to = ", "\to = ");
    edit(
        "my-table.c",
        "refcount_inc(&o->refs);\n\tspin_unlock(&table_lock);\n",
        "refcount_inc(&o->refs);\n",
    );
    assert_eq!(verdicts(), ["NoUseAfterFree"]);
}
