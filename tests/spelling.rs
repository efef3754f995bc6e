//! A refinement is recognised in the resolved formula: its spelling makes no difference.

mod common;

use std::path::Path;

use oomspec::check::{Checked, Counterexample, Finding, Verdict, check};
use oomspec::explore::Limits;
use oomspec::model::Instance;
use oomspec::model::properties::PropertyModule;
use oomspec::model::property::PropertyKind;

use common::Judge;

const WRITTEN: &str = r"Refines == Abs!SafeSpec /\ (Abs!Fair \/ <>Over)";

/// A refinement that fails in a step, one that fails for ever, one that holds.
const PAIRS: [(&str, &str); 3] = [
    ("v4.13", "quick-exit"),
    ("2017-07-25-no-give-up", "aio-never"),
    ("v4.17", "quick-exit"),
];

/// The verdict on `Refines`, what shows it, and how many actions are blamed.
fn answer(judge: &Judge, protocol: &str, scenario: &str) -> (Verdict, Option<Counterexample>, usize) {
    let finding = judge.finding(protocol, scenario, "Refines");
    assert_eq!(finding.property.kind, PropertyKind::Refinement);
    let blames = finding.explanation.map_or(0, |shown| shown.blames.len());
    (finding.verdict, finding.counterexample, blames)
}

#[test]
fn a_refinement_means_the_same_however_it_is_written() {
    let spellings = [
        (
            "a comment with operators",
            "Refines == Abs!SafeSpec (* /\\ \\/ ! == *) /\\ (Abs!Fair \\* or ( not\n  \\/ <>Over)",
        ),
        (
            "bullets",
            "Refines ==\n  /\\ Abs!SafeSpec\n  /\\ \\/ Abs!Fair\n     \\/ <>Over",
        ),
        ("operands swapped", r"Refines == (<>Over \/ Abs!Fair) /\ Abs!SafeSpec"),
        (
            "parentheses",
            r"Refines == ((Abs!SafeSpec)) /\ (((Abs!Fair)) \/ (<>(Over)))",
        ),
        (
            "LET",
            "Refines == LET safe == Abs!SafeSpec\n  fair == Abs!Fair \\/ <>Over IN safe /\\ fair",
        ),
        (
            "a definition for each part",
            "Safe == Abs!SafeSpec\nErrs == <>Over\nRefines == Safe /\\ (Abs!Fair \\/ Errs)",
        ),
        (
            "an operator",
            "Unless(F) == F \\/ <>Over\nRefines == Abs!SafeSpec /\\ Unless(Abs!Fair)",
        ),
        ("an implication", r"Refines == Abs!SafeSpec /\ (([]~Over) => Abs!Fair)"),
        ("a negation", r"Refines == Abs!SafeSpec /\ (~(<>Over) => Abs!Fair)"),
        (
            "another name",
            "Whole == Abs!SafeSpec /\\ (Abs!Fair \\/ <>Over)\nRefines == Whole",
        ),
    ];
    let builtin = Judge::builtin();
    let expected = PAIRS.map(|(protocol, scenario)| answer(&builtin, protocol, scenario));
    for (what, text) in spellings {
        let judge = Judge::edited(&[("Refinement.tla", WRITTEN, text)]);
        for ((protocol, scenario), expected) in PAIRS.iter().zip(&expected) {
            assert_eq!(
                answer(&judge, protocol, scenario),
                *expected,
                "{what}: {protocol} in {scenario}"
            );
        }
    }
}

fn checked(judge: &Judge, folder: &Path, instance: Instance, modules: &[(&str, &str)]) -> Checked {
    for (name, text) in modules {
        let text = format!("---- MODULE {name} ----\n{text}\n====\n");
        std::fs::write(folder.join(format!("{name}.tla")), text).expect("a module");
    }
    let (root, _) = modules.last().expect("a module");
    let module = judge.spec.properties_of(&folder.join(format!("{root}.tla")));
    let module = module.unwrap_or_else(|errors| panic!("{}", errors.render(false)));
    decide(instance, &[module])
}

fn decide(instance: Instance, modules: &[PropertyModule]) -> Checked {
    check(instance, modules, Limits::default(), &[], &|_, _| {})
        .unwrap_or_else(|errors| panic!("{}", errors.render(false)))
}

fn found<'a>(checked: &'a Checked, name: &str) -> &'a Finding {
    common::finding(checked, name)
}

#[test]
fn a_chain_of_modules_may_define_a_refinement() {
    let folder = tempfile::tempdir().expect("a folder");
    let judge = Judge::builtin();
    let modules = [
        ("Half", "EXTENDS Refinement\nSafely == Abs!SafeSpec"),
        ("Mine", "EXTENDS Half\nMine == (Abs!Fair \\/ <>Over) /\\ Safely"),
    ];
    let checked = checked(&judge, folder.path(), judge.instance("v4.13", "quick-exit"), &modules);
    let (mine, refines, safely) = (
        found(&checked, "Mine"),
        found(&checked, "Refines"),
        found(&checked, "Safely"),
    );
    assert_eq!(
        (mine.property.kind, mine.verdict),
        (PropertyKind::Refinement, Verdict::Violated)
    );
    assert_eq!(mine.counterexample, refines.counterexample);
    assert_eq!(safely.counterexample, refines.counterexample);
}

#[test]
fn what_says_no_more_than_an_invariant_is_no_refinement() {
    let folder = tempfile::tempdir().expect("a folder");
    let judge = Judge::builtin();
    let text = "EXTENDS Refinement\nFreed == Abs!FreedOnce\nSpelt == [](\\A m \\in Mms : AllMapped(m) \\cap {p \\in DOMAIN page : \
                page[p].on_freelist} = {})";
    // Two zaps of one page: the page is free and mapped.
    let instance = judge.instance("2017-12-05-report", "quick-exit");
    let checked = checked(&judge, folder.path(), instance, &[("Mine", text)]);
    let (freed, spelt) = (found(&checked, "Freed"), found(&checked, "Spelt"));
    assert_eq!(
        (freed.property.kind, spelt.property.kind),
        (PropertyKind::Safety, PropertyKind::Safety)
    );
    assert_eq!(
        (freed.verdict, &freed.counterexample),
        (spelt.verdict, &spelt.counterexample)
    );
}

#[test]
fn the_steps_of_a_specification_are_judged_though_a_run_may_end_in_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let judge = Judge::builtin();
    let text = "EXTENDS Refinement\nSafely == Abs!SafeSpec";
    let checked = checked(
        &judge,
        folder.path(),
        judge.instance("v4.14", "sharer"),
        &[("Mine", text)],
    );
    assert_eq!(found(&checked, "Safely").verdict, Verdict::Holds);
    assert_eq!(found(&checked, "Refines").verdict, Verdict::NotApplicable);
}

/// The first variable of the abstract module was read in place of the concrete one of the same number.
#[test]
fn a_constant_that_stands_for_something_concrete_is_no_abstract_variable() {
    let folder = tempfile::tempdir().expect("a folder");
    let judge = Judge::builtin();
    let modules = [
        (
            "Count",
            "EXTENDS Naturals\nCONSTANT Most\nVARIABLE count\nSpec == count \\in Nat /\\ [][count' <= Most]_count",
        ),
        (
            "Mine",
            "EXTENDS Properties, FiniteSets\nC == INSTANCE Count WITH count <- Cardinality(alive), Most <- 20 * Cardinality(DOMAIN page)\n\
             Mine == C!Spec",
        ),
    ];
    let checked = checked(&judge, folder.path(), judge.instance("v4.15", "quick-exit"), &modules);
    assert_eq!(found(&checked, "Mine").verdict, Verdict::Holds);
}

#[test]
fn a_path_that_breaks_one_conjunct_is_found_beside_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let judge = Judge::builtin();
    let text = "EXTENDS Properties\nBoth == OomResolves /\\ SkipMeansGone\nSteps == NoStaleKill /\\ NoNeedlessKill";
    let checked = checked(
        &judge,
        folder.path(),
        judge.instance("v4.13", "quick-exit"),
        &[("Mine", text)],
    );
    assert_eq!(
        found(&checked, "Both").counterexample,
        found(&checked, "SkipMeansGone").counterexample
    );
    let length = |name: &str| {
        found(&checked, name)
            .counterexample
            .as_ref()
            .expect("a path")
            .steps
            .len()
    };
    assert_eq!(length("Steps"), length("NoStaleKill").min(length("NoNeedlessKill")));
}
