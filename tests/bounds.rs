//! A world that is too small for what happens in it decides nothing but what it violates.

mod common;

use oomspec::certificate::Maker;
use oomspec::certificate::verify::Verifier;
use oomspec::check::{Verdict, findings};
use oomspec::explore::{Limits, explore, reach};
use oomspec::spec::Spec;

use common::programs::instance;

/// The lock is right as long as fewer than four count; with more, `x` is used after it was freed.
fn counting(width: u32, times: u32) -> String {
    format!(
        "struct counter {{ unsigned n : {width}; }};
struct thing {{ bool used; }};
struct counter c;
struct thing x;
struct task {{ bool done; }};
struct task t;
void count(void) __task(t)
{{
	unsigned i;

	for (i = 0; i < {times}; i++)
		c.n = c.n + 1;
	if (c.n > 3)
		kfree(&x);
	x.used = true;
}}
"
    )
}

#[test]
fn what_lies_behind_an_exceeded_bound_is_not_decided() {
    let verdicts = |text: &str| {
        let instance = instance(text).unwrap_or_else(|errors| panic!("{}", errors.render(false)));
        let graph = explore(&instance.machine, Limits::default(), &|_, _| {});
        let safety = reach(&instance.machine, Limits::default(), &|_, _| {});
        assert_eq!(graph.incomplete, safety.incomplete, "with steps or without");
        assert!(!graph.is_cut(), "no limit ended it");
        let findings = findings(&instance, &graph, &[], &[]).expect("verdicts");
        let spec = Spec::builtin();
        let mut verifier = Verifier::new(&spec).expect("the modules");
        verifier.modules.clear();
        for finding in &findings {
            let maker = Maker::new(&instance, &[], &graph);
            let made = maker.certificate(finding);
            // Nor is one accepted that somebody else has made.
            if finding.verdict == Verdict::Incomplete {
                let mut claimed = finding.clone();
                claimed.verdict = Verdict::Holds;
                let forged = maker.certificate(&claimed).expect("all states are there");
                let why = verifier.about(&instance, &forged).expect_err("not so").to_string();
                assert!(why.contains("the model's bound is exceeded"), "{why}");
            }
            assert_eq!(
                made.is_ok(),
                finding.verdict != Verdict::Incomplete,
                "{}",
                finding.property.name
            );
        }
        let of = |name: &str| {
            findings
                .iter()
                .find(|f| f.property.name == name)
                .expect("a property")
                .verdict
        };
        (of("NoUseAfterFree"), of("NoOverflow"), graph.incomplete)
    };
    let small = Some("the model's bound is exceeded (raise the width of `n`)".to_string());
    assert_eq!(verdicts(&counting(2, 3)), (Verdict::Holds, Verdict::Holds, None));
    assert_eq!(
        verdicts(&counting(2, 4)),
        (Verdict::Incomplete, Verdict::Violated, small)
    );
    assert_eq!(verdicts(&counting(3, 4)), (Verdict::Violated, Verdict::Holds, None));
    // One step may fall below zero on the line on which it exceeds the bound otherwise: the error is the same.
    for (one, other) in [("0 - 1", "4"), ("4", "0 - 1")] {
        let either = format!("\nvoid step(void) __atomic {{ c.n = choose(2) ? {one} : {other}; }}\nvoid count");
        let either = counting(2, 3)
            .replace("c.n = c.n + 1", "step()")
            .replace("\nvoid count", &either);
        let (freed, overflow, incomplete) = verdicts(&either);
        assert_eq!((freed, overflow), (Verdict::Incomplete, Verdict::Violated), "{either}");
        assert!(
            incomplete.is_some_and(|why| why.contains("raise the width of `n`")),
            "{either}"
        );
    }
    // Below zero, and beyond what C has, it is the listing's own mistake.
    let below = counting(2, 3).replace("c.n + 1", "c.n - 1");
    assert_eq!(verdicts(&below), (Verdict::Holds, Verdict::Violated, None));
}
