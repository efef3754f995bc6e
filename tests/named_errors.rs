//! An error breaks the property whose name it bears, whoever defines that property.

mod common;

use std::path::Path;

use oomspec::actors::compare::{Opinion, opinion};
use oomspec::c::library::Listing;
use oomspec::certificate::Maker;
use oomspec::certificate::verify::Verifier;
use oomspec::check::{Checked, Counterexample, Verdict, check};
use oomspec::explore::Limits;
use oomspec::export::tla::export;
use oomspec::machine::Reached;
use oomspec::model::Instance;
use oomspec::model::properties::PropertyModule;

use common::certificates::{made, refusal};
use common::{Judge, listing};

/// Properties of every kind: formulas of states, of steps, of progress, the refinement, deadlock, errors, and one of the listing's own.
const NAMES: [&str; 9] = [
    "SkipMeansGone",
    "NoNeedlessKill",
    "ExitProgresses",
    "OomResolves",
    "Refines",
    "NoDeadlock",
    "NoBug",
    "NoMunlockRace",
    "MyOwn",
];

/// v4.15 with a line somewhere in its exit.
fn exit(before: &str, after: &str) -> Listing {
    listing(&format!(
        "/** @protocol mine */\n#include \"v4.15.c\"\nvoid exit_mmap(struct mm_struct *mm)\n{{\n{before}\tmunlock_all(mm);\n\
         \tunmap_vmas(mm);\n\tset_bit(MMF_OOM_SKIP, &mm->flags);\n\tfree_pgtables(mm);\n\tremove_vmas(mm);\n{after}}}\n"
    ))
}

fn modules(judge: &Judge) -> [PropertyModule; 1] {
    [judge.spec.properties().expect("modules")]
}

fn decide(instance: Instance, modules: &[PropertyModule], max_states: usize) -> Checked {
    let limits = Limits {
        max_states,
        ..Limits::default()
    };
    check(instance, modules, limits, &[], &|_, _| {}).unwrap_or_else(|errors| panic!("{}", errors.render(false)))
}

fn shown<'a>(checked: &'a Checked, name: &str) -> &'a Counterexample {
    common::finding(checked, name)
        .counterexample
        .as_ref()
        .expect("a violation")
}

/// Whether the path ends in an error of this name.
fn ends_in(checked: &Checked, name: &str) -> bool {
    let machine = &checked.instance.machine;
    let states = machine.replay(&shown(checked, name).steps);
    matches!(machine.reached(&states[states.len() - 1]), Reached::Error(error) if error.property == name)
}

#[test]
fn an_error_breaks_the_property_that_it_names_whoever_defines_it() {
    let judge = Judge::builtin();
    let modules = modules(&judge);
    for name in NAMES {
        let mine = exit(&format!("\tBUG_ON(true, {name});\n"), "");
        let checked = decide(judge.instance_of(&mine, "quick-exit"), &modules, usize::MAX);
        assert_eq!(common::verdict(&checked, name), Verdict::Violated, "{name}");
        assert!(ends_in(&checked, name), "{name}");
        // The rest is as with an error of any other name.
        let other = if name == "ExitProgresses" {
            "OomResolves"
        } else {
            "ExitProgresses"
        };
        assert_eq!(common::verdict(&checked, other), Verdict::NotApplicable, "{name}");
        assert_eq!(
            opinion(&checked, &modules, Limits::default()),
            Opinion::Agrees,
            "{name}"
        );
    }
}

#[test]
fn breaks_names_the_property_of_every_error_inside() {
    let judge = Judge::builtin();
    let text = "/** @protocol mine */\n#include \"v4.15.c\"\nvoid exit_mmap(struct mm_struct *mm) __breaks(MemoryReaped)\n{\n\
                \tmunlock_all(mm);\n\tunmap_vmas(mm);\n\tfree_pgtables(mm);\n\tremove_vmas(mm);\n\tfree_pgtables(mm);\n}\n";
    let checked = decide(
        judge.instance_of(&listing(text), "quick-exit"),
        &modules(&judge),
        usize::MAX,
    );
    assert_eq!(common::verdict(&checked, "MemoryReaped"), Verdict::Violated);
    assert!(ends_in(&checked, "MemoryReaped"));
}

#[test]
fn of_formula_and_error_the_shorter_counterexample_is_shown() {
    let judge = Judge::builtin();
    let modules = modules(&judge);
    let bug = "\tBUG_ON(true, SkipMeansGone);\n";
    let early_skip = "\tset_bit(MMF_OOM_SKIP, &mm->flags);\n";
    let length = |mine: &Listing| {
        let checked = decide(judge.instance_of(mine, "quick-exit"), &modules, usize::MAX);
        (
            shown(&checked, "SkipMeansGone").steps.len(),
            ends_in(&checked, "SkipMeansGone"),
        )
    };
    let (formula, _) = length(&exit(early_skip, ""));
    let (error, _) = length(&exit(bug, ""));
    assert_eq!(
        length(&exit(early_skip, bug)),
        (formula, false),
        "the error comes later"
    );
    assert_eq!(
        length(&exit(&format!("{bug}{early_skip}"), "")),
        (error, true),
        "the error comes first"
    );
}

#[test]
fn an_error_is_found_in_a_part_of_the_graph_too() {
    let judge = Judge::builtin();
    let modules = modules(&judge);
    for name in NAMES {
        let mine = exit(&format!("\tBUG_ON(true, {name});\n"), "");
        let whole = decide(judge.instance_of(&mine, "quick-exit"), &modules, usize::MAX);
        // States are numbered in breadth-first order.
        let states = whole.counts.distinct - 1;
        let part = decide(judge.instance_of(&mine, "quick-exit"), &modules, states);
        assert!(part.incomplete.is_some());
        assert_eq!(shown(&part, name), shown(&whole, name), "{name}");
    }
}

#[test]
fn certificates_speak_of_the_errors_of_a_name() {
    let judge = Judge::builtin();
    let verifier = Verifier::new(&judge.spec).expect("the modules");
    for name in NAMES {
        let mine = exit(&format!("\tBUG_ON(true, {name});\n"), "");
        let made = made(&verifier, judge.instance_of(&mine, "quick-exit"));
        made.verify_all(&verifier);
        // A search that had overlooked the error would have said so.
        let mut finding = made
            .findings
            .iter()
            .find(|finding| finding.property.name == name)
            .expect("one")
            .clone();
        finding.verdict = Verdict::Holds;
        finding.counterexample = None;
        let false_claim = Maker::new(&made.instance, &verifier.modules, &made.graph).certificate(&finding);
        let why = refusal(&verifier, &made, &false_claim.expect("a certificate"));
        assert!(
            why.contains("violates the property") || why.contains("ends in an error"),
            "{name}: {why}"
        );
    }
}

#[test]
fn the_export_asks_tlc_about_the_errors_of_a_name() {
    let judge = Judge::builtin();
    let modules = modules(&judge);
    for name in NAMES {
        let mine = exit(&format!("\tBUG_ON(true, {name});\n"), "");
        let export = export(&judge.instance_of(&mine, "quick-exit"), &modules).expect("an export");
        let asked = format!("[](error.property # \"{name}\")");
        let spoken = ["NoBug", "NoMunlockRace", "MyOwn"].contains(&name);
        let formula = format!("{name}_NoError");
        assert_eq!(
            export.module.contains(&format!("{formula} == {asked}")),
            !spoken,
            "{name}"
        );
        let files = export.files();
        let config = |suffix: &str| {
            let wanted = format!("{}{suffix}.cfg", export.name);
            files
                .iter()
                .find(|(file, _)| *file == wanted)
                .map(|(_, text)| text.as_str())
        };
        for text in [config(""), config(&format!(".{name}"))] {
            assert_eq!(text.expect("a configuration").contains(&formula), !spoken, "{name}");
        }
        assert!(!config(".states").expect("a configuration").contains("PROPERTY"));
    }
}

#[test]
fn the_export_of_a_listing_that_names_no_property_says_nothing_more() {
    let judge = Judge::builtin();
    let export = export(&judge.instance("v4.14", "foreign-mmput"), &modules(&judge)).expect("an export");
    assert!(!export.module.contains("_NoError"));
    assert!(
        Path::new(&export.files()[0].0)
            .extension()
            .is_some_and(|ending| ending == "tla")
    );
}

#[test]
fn an_error_bears_no_name_of_something_else() {
    let judge = Judge::builtin();
    let modules = modules(&judge);
    for name in ["Failed", "Marked", "page"] {
        let instance = judge.instance_of(&exit(&format!("\tBUG_ON(true, {name});\n"), ""), "quick-exit");
        let refused = export(&instance, &modules)
            .expect_err("no second definition")
            .render(false);
        let answer = check(instance, &modules, Limits::default(), &[], &|_, _| {});
        let text = answer.expect_err("no property").render(false);
        assert_eq!(text, refused);
        assert!(
            text.contains(&format!("an error breaks `{name}`, which Refinement.tla has")),
            "{text}"
        );
        assert!(text.contains(&format!("BUG_ON(true, {name})")), "{text}");
    }
}

/// `OomResolves` of a module of one's own was never looked at: the verdict beside its name was that of the spec's own.
#[test]
fn a_name_has_one_meaning() {
    let judge = Judge::builtin();
    let folder = tempfile::tempdir().expect("a folder");
    let module = |file: &str, text: &str| std::fs::write(folder.path().join(file), text).expect("a file");
    let said = || {
        let own = judge
            .spec
            .properties_of(&folder.path().join("Mine.tla"))
            .expect("a module");
        let modules = [judge.spec.properties().expect("modules"), own];
        let instance = judge.instance("v4.14", "alone");
        let checked = check(instance, &modules, Limits::default(), &[], &|_, _| {});
        checked.map(drop).map_err(|errors| errors.render(false))
    };
    let extends = "---- MODULE Mine ----\nEXTENDS Properties\nOwn == [](error.property # \"Own\")\n====\n";
    module("Mine.tla", extends);
    assert_eq!(said(), Ok(()), "what it extends is one and the same");

    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("spec/Properties.tla");
    let properties = std::fs::read_to_string(spec).expect("a module");
    module("Properties.tla", &properties);
    assert_eq!(said(), Ok(()), "a copy says the same");
    let line = properties
        .lines()
        .find(|line| line.starts_with("Owed(m) =="))
        .expect("a definition");
    module("Properties.tla", &properties.replace(line, "Owed(m) == FALSE"));
    let why = said().expect_err("what the formulas use has another meaning");
    assert!(
        why.contains("there it is defined otherwise") && why.contains("--spec"),
        "{why}"
    );

    std::fs::remove_file(folder.path().join("Properties.tla")).expect("a file");
    let own = "---- MODULE Mine ----\nVARIABLE pc\nOomResolves == [](\\A t \\in DOMAIN pc : pc[t] # \"Done\")\n====\n";
    module("Mine.tla", own);
    let why = said().expect_err("two meanings");
    assert!(
        why.contains("`OomResolves` is a property that Refinement.tla has, too"),
        "{why}"
    );
    assert!(why.contains("Mine.tla:3:1"), "{why}");
}
