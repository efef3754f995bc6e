//! Old counterexamples made again in other listings, and the mistakes of all kernels.

mod common;

use std::collections::BTreeSet;

use oomspec::Spec;
use oomspec::check::{Checked, Verdict, check};
use oomspec::counterexample::history::{History, Mistake};
use oomspec::counterexample::retraced::{End, Retraced, retrace};
use oomspec::explore::Limits;
use oomspec::machine::Reached;
use oomspec::model::Instance;

fn instance(spec: &Spec, kernel: &str, scenario: &str) -> Instance {
    let (kernel, scenario) = (spec.protocol(kernel).unwrap(), spec.scenario(scenario).unwrap());
    spec.instance(&kernel, &scenario).unwrap()
}

fn checked(spec: &Spec, kernel: &str, scenario: &str, property: &str) -> Checked {
    let modules = [spec.properties().unwrap()];
    let wanted = [property.to_string()];
    check(
        instance(spec, kernel, scenario),
        &modules,
        Limits::default(),
        &wanted,
        &|_, _| {},
    )
    .unwrap()
}

fn retraced(spec: &Spec, property: &str, scenario: &str, old: &str, new: &str) -> Retraced {
    let checked = checked(spec, old, scenario, property);
    let shown = checked.findings[0].counterexample.as_ref().expect("a violation");
    let new = instance(spec, new, scenario).machine;
    let retraced = retrace(&checked.instance.machine, &shown.steps, &new);
    // Whatever is claimed, the steps can be taken.
    assert_eq!(new.replay(&retraced.steps).len(), retraced.steps.len() + 1);
    retraced
}

#[test]
fn a_run_is_made_again_whole_in_its_own_listing() {
    let spec = Spec::builtin();
    for (property, scenario, kernel) in [
        ("NoUseAfterFree", "foreign-mmput", "v4.14"),
        ("NoMunlockRace", "mlocked", "v4.15"),
        ("NoUseAfterFree", "mrelease", "v5.17-rc1"),
        ("NoNeedlessKill", "released-victim", "v6.1"),
    ] {
        let checked = checked(&spec, kernel, scenario, property);
        let steps = &checked.findings[0].counterexample.as_ref().unwrap().steps;
        let machine = &checked.instance.machine;
        let again = retrace(machine, steps, machine);
        let states = machine.replay(steps);
        let error = matches!(machine.reached(&states[steps.len()]), Reached::Error(_));
        assert_eq!(again.steps, *steps, "{kernel}");
        assert_eq!((again.made, again.otherwise), (steps.len(), None), "{kernel}");
        assert_eq!(again.end, End::Made { error }, "{kernel}");
    }
}

#[test]
fn what_stands_in_the_way_of_an_old_race_is_what_the_fix_added() {
    let spec = Spec::builtin();
    let fixed = retraced(&spec, "NoUseAfterFree", "foreign-mmput", "v4.14", "v4.15");
    let End::Waits { who, .. } = &fixed.end else {
        panic!("{fixed:?}");
    };
    assert!(
        who.contains("down_write(mmap_sem)") && who.contains("held by oom_reaper"),
        "{who}"
    );
    // The lock was not taken for the one, and mm->mmap is NULL for the other.
    let fixed = retraced(&spec, "NoUseAfterFree", "mrelease", "v5.17-rc1", "v5.17");
    let (then, now) = fixed.otherwise.clone().expect("a step that came to something else");
    assert!(
        then.ends_with("mm->mmap == &hog_vma") && now.ends_with("mm->mmap == NULL"),
        "{then} {now}"
    );
    assert!(matches!(fixed.end, End::OtherWay { .. }), "{fixed:?}");
    assert!(fixed.made < fixed.of);
}

#[test]
fn an_old_race_that_a_later_listing_has_too_is_made_again() {
    let spec = Spec::builtin();
    let again = retraced(&spec, "NoMunlockRace", "mlocked", "v4.14", "v4.15");
    assert_eq!(again.end, End::Made { error: true }, "{again:?}");
}

/// Kernel by kernel and scenario by scenario, what the listings announce as a mistake.
fn announced(history: &History) -> BTreeSet<(String, String, String)> {
    let all = history.kernels().flat_map(|(name, tags)| {
        let mistakes = tags
            .breaks
            .iter()
            .filter(|breaks| breaks.reason.words.starts_with("by mistake"));
        mistakes.map(move |breaks| (name.clone(), breaks.property.name.clone(), breaks.reason.why.clone()))
    });
    all.collect()
}

#[test]
fn every_mistake_that_a_kernel_announces_is_in_the_history_once() {
    let history = History::of(&Spec::builtin());
    let mut told = BTreeSet::new();
    for mistake in history.mistakes() {
        for kernel in mistake.kernels.iter().chain(&mistake.stable) {
            let cell = (kernel.clone(), mistake.property.clone(), mistake.why.clone());
            assert!(told.insert(cell), "{kernel} has {} twice", mistake.property);
        }
    }
    assert_eq!(told, announced(&history));
}

#[test]
fn a_mistake_that_came_again_for_another_reason_is_another_one() {
    let history = History::of(&Spec::builtin());
    let mistakes = history.mistakes();
    let of =
        |property: &str| -> Vec<&Mistake> { mistakes.iter().filter(|mistake| mistake.property == property).collect() };
    let kernels: Vec<&str> = of("NoUseAfterFree")
        .iter()
        .map(|mistake| mistake.kernels[0].as_str())
        .collect();
    assert_eq!(kernels, ["v4.14", "v5.15-rc1", "v5.17-rc1"]);
    let first = of("NoUseAfterFree")[0];
    assert_eq!(first.gone_in.as_deref(), Some("v4.15"));
    assert!(first.is_fix);
    let commit = |commit: &Option<oomspec::c::ast::Commit>| commit.as_ref().map(|commit| commit.hash[..12].to_string());
    assert_eq!(commit(&first.introduced_by).as_deref(), Some("212925802454"));
    assert_eq!(commit(&first.gone_with).as_deref(), Some("4837fe37adff"));
    // A stable tree that has the fix ends nothing in mainline.
    let futex = of("FutexWakeSurvives");
    assert_eq!(futex.len(), 1);
    assert_eq!(futex[0].gone_in.as_deref(), Some("v5.18"));
    // v6.1 brought back what v4.17 had mended: that is not the mistake of v5.18, which stands before it.
    let skip = of("SkipMeansFree");
    assert!(
        skip.iter()
            .any(|mistake| mistake.kernels[0] == "v6.1" && mistake.gone_in.is_none())
    );
}

#[test]
fn what_broke_the_same_for_another_reason_did_not_introduce_it() {
    let (spec, history) = (Spec::builtin(), History::of(&Spec::builtin()));
    let of = |kernel: &str| {
        let checked = checked(&spec, kernel, "alone", "SkipMeansFree");
        assert_eq!(checked.findings[0].verdict, Verdict::Violated);
        oomspec::report::violation::violation(&history, &checked.instance, &checked.findings[0], false)
    };
    assert!(of("v5.18").contains("introduced by af5679fbc669"), "{}", of("v5.18"));
    assert!(of("v6.12").contains("introduced by bf3980c85212"), "{}", of("v6.12"));
}

/// v5.10.y has the delay by backport, and v5.15 does not come after it.
#[test]
fn a_fix_in_a_stable_tree_did_not_end_a_mistake_of_mainline() {
    let (spec, history) = (Spec::builtin(), History::of(&Spec::builtin()));
    let checked = checked(&spec, "v5.15", "robust-futex", "FutexWakeSurvives");
    let text = oomspec::report::violation::violation(&history, &checked.instance, &checked.findings[0], false);
    assert!(text.contains("introduced by aac453635549"), "{text}");
}
