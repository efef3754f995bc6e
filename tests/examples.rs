//! The example that has nothing to do with the kernel: its verdicts, and the module that is checked in with TLC's answer.

use std::path::{Path, PathBuf};

use oomspec::export::tla::{Export, export};
use oomspec::tlc::Table;
use oomspec::{Check, Checked, Spec, Verdict};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/peterson")
}

fn spec() -> Spec {
    Spec::folder(&folder()).expect("a spec")
}

fn checked(spec: &Spec, protocol: &str) -> Checked {
    let checked = Check::new(protocol, "two").of(spec).run();
    checked.unwrap_or_else(|errors| panic!("{errors}"))
}

fn exported(spec: &Spec, checked: &Checked) -> Export {
    export(&checked.instance, &[spec.properties().expect("properties")]).expect("a module")
}

#[test]
fn peterson_keeps_them_apart_and_the_hasty_one_does_not() {
    let spec = spec();
    let peterson = checked(&spec, "peterson");
    assert!(
        peterson
            .findings
            .iter()
            .all(|finding| finding.verdict == Verdict::Holds)
    );
    let hasty = checked(&spec, "hasty");
    let broken = hasty
        .findings
        .iter()
        .filter(|finding| finding.verdict != Verdict::Holds);
    let broken: Vec<&str> = broken.map(|finding| &*finding.property.name).collect();
    assert_eq!(broken, ["MutualExclusion"]);
    assert!(hasty.findings.iter().all(|finding| finding.expected()));
}

/// `OOMSPEC_BLESS=1 cargo test --test examples` writes the modules again.
#[test]
fn the_exported_module_is_not_stale() {
    let spec = spec();
    let export = exported(&spec, &checked(&spec, "peterson"));
    for (name, text) in export.files() {
        let path = folder().join("tla").join(name);
        if std::env::var_os("OOMSPEC_BLESS").is_some() {
            std::fs::write(&path, &text).expect("a file");
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(kept, text, "{} is stale", path.display());
    }
}

/// `oomspec tlc --spec examples/peterson --table examples/peterson/tla/tlc` asks again.
#[test]
fn what_tlc_answered_is_about_these_very_modules() {
    let spec = spec();
    let text = std::fs::read_to_string(folder().join("tla/tlc.json")).expect("a text");
    let table = Table::parse(&text).expect("a table");
    for protocol in ["peterson", "hasty"] {
        let checked = checked(&spec, protocol);
        let record = table.find(protocol, "two").expect("a record");
        assert!(
            record.is_of(&exported(&spec, &checked)),
            "TLC was asked about another {protocol}"
        );
        assert_eq!(record.distinct_tlc, checked.counts.distinct);
        assert_eq!(record.depth, checked.counts.depth);
    }
}

#[test]
fn a_property_that_nothing_has_is_an_error() {
    let error = Check::new("peterson", "two").of(&spec()).only("Mutex").run();
    assert_eq!(
        error.err().map(|error| error.errors[0].message.clone()),
        Some("there is no property `Mutex`".into())
    );
}
