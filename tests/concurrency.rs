//! Small programs with a known verdict, after the public SCTBench (its `concurrent-software-benchmarks`), written anew: those that end in
//! `_bad` have a mistake and break what they say, those that end in `_ok` nothing.

use std::path::Path;

use oomspec::c::library::Listing;
use oomspec::check::{Verdict, check};
use oomspec::explore::Limits;
use oomspec::spec::Spec;

#[test]
fn the_verdict_on_each_program_is_the_known_one() {
    let spec = Spec::builtin();
    let scenario = Listing {
        name: "threads.c".into(),
        text: "/** @scenario threads: nobody else */\nstruct pthread nobody;\n".into(),
        folder: None,
        bounds: Vec::new(),
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/concurrency");
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let (mut bad, mut ok) = (0, 0);
    for path in paths {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let listing = Listing::from_file(&path).expect("a text");
        let instance = spec.instance(&listing, &scenario);
        let instance = instance.unwrap_or_else(|errors| panic!("{}", errors.render(false)));
        let checked = check(instance, &[], Limits::default(), &[], &|_, _| {});
        let checked = checked.unwrap_or_else(|errors| panic!("{}", errors.render(false)));
        let broken = checked.findings.iter().filter(|one| one.verdict == Verdict::Violated);
        let broken: Vec<&str> = broken.map(|one| one.property.name.as_str()).collect();
        let announced = checked.instance.tags.breaks.iter();
        let announced: Vec<&str> = announced.map(|breaks| breaks.property.name.as_str()).collect();
        assert_eq!(broken, announced, "{name}");
        assert_eq!(!broken.is_empty(), name.ends_with("_bad"), "{name}");
        assert_eq!(checked.instance.protocol, name);
        match name.ends_with("_bad") {
            true => bad += 1,
            false => ok += 1,
        }
    }
    assert!(bad >= 15 && ok >= 15, "{bad} bad, {ok} ok");
}
