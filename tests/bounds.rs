//! A world that is too small for what happens in it decides nothing but what it violates.

mod common;

use oomspec::certificate::Maker;
use oomspec::check::{Verdict, findings};
use oomspec::explore::{Limits, explore, reach};

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
        for finding in &findings {
            let made = Maker::new(&instance, &[], &graph).certificate(finding);
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
    // Below zero, and beyond what C has, it is the listing's own mistake.
    let below = counting(2, 3).replace("c.n + 1", "c.n - 1");
    assert_eq!(verdicts(&below), (Verdict::Holds, Verdict::Violated, None));
}
