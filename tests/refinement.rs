//! Liveness and refinement mean something: take away what they rest on, and the verdict changes, with an explanation.

mod common;

use oomspec::check::{Finding, Verdict};
use oomspec::report::race::{Options, race};

use common::Judge;

const NO_GIVE_UP: &str = "2017-07-25-no-give-up";

/// Edits that leave every lock acquisition weakly fair.
const WEAK: [(&str, &str, &str); 3] = [
    ("kernel/mutex.h", "__acquires(lock) __strongly_fair", "__acquires(lock)"),
    (
        "kernel/rwsem.h",
        "__acquires_shared(sem) __strongly_fair",
        "__acquires_shared(sem)",
    ),
    ("kernel/rwsem.h", "__acquires(sem) __strongly_fair", "__acquires(sem)"),
];

/// The mapping of `givenUp` replaced by whoever carries the flag.
const FLAG_GIVES_UP: (&str, &str, &str) = (
    "Refinement.tla",
    r"Marked(m) /\ mm_struct[m].gave_up",
    r#"Marked(m) /\ "MMF_OOM_SKIP" \in mm_struct[m].flags"#,
);

const FREE_GIVE_UP: (&str, &str, &str) = ("OomResolution.tla", "             /\\ m \\in busy\n", "");

fn blamed(finding: &Finding, action: &str, conjunct: &str) {
    let explanation = finding.explanation.as_ref().expect("an explanation");
    let blames = &explanation.blames;
    let found = blames.iter().any(|blame| {
        blame.module == "OomResolution" && blame.action.starts_with(action) && blame.conjunct.contains(conjunct)
    });
    assert!(found, "{action} is not blamed for `{conjunct}`: {blames:#?}");
    assert_ne!(explanation.before, explanation.after);
}

#[test]
fn the_reaper_starves_with_weak_fairness_alone() {
    let judge = Judge::edited(&WEAK);
    for (scenario, properties) in [
        ("aio-needs-memory", ["OomResolves", "MemoryReaped"]),
        ("aio-never", ["OomResolves", "MemoryReaped"]),
    ] {
        let checked = judge.decide(judge.instance("v4.14", scenario), &properties);
        for finding in &checked.findings {
            assert_eq!(
                finding.verdict,
                Verdict::Violated,
                "{} in {scenario}",
                finding.property.name
            );
            let counterexample = finding.counterexample.as_ref().expect("a lasso");
            let start = counterexample.loop_start.expect("a loop");
            let machine = &checked.instance.machine;
            let states = machine.replay(&counterexample.steps);
            assert_eq!(Some(&states[start]), states.last(), "the loop closes");
            let threads = &machine.program.threads;
            let reaper = threads
                .iter()
                .position(|thread| thread.name == "oom_reaper")
                .expect("a reaper");
            let steps = counterexample.steps[start..].iter();
            assert!(
                steps.clone().all(|label| label.thread as usize != reaper),
                "the reaper starves"
            );
            assert!(steps.len() > 0, "somebody goes round");
            let text = race(&checked.instance, finding, Options::default());
            let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(flat.contains("oom_reaper waits in mutex_lock(oom_lock)"), "{text}");
            assert!(flat.contains("held by allocator"), "{text}");
        }
    }
}

#[test]
fn strong_fairness_is_what_saves_it() {
    let judge = Judge::builtin();
    for scenario in ["aio-needs-memory", "aio-never"] {
        let checked = judge.decide(judge.instance("v4.14", scenario), &["OomResolves", "MemoryReaped"]);
        assert!(checked.findings.iter().all(|finding| finding.verdict == Verdict::Holds));
    }
}

#[test]
fn a_mapping_without_victims_is_wrong() {
    let judge = Judge::edited(&[(
        "Refinement.tla",
        r"victims  <- {m \in Mms : Marked(m)}",
        "victims <- {}",
    )]);
    let finding = judge.finding("v4.14", "quick-exit", "Refines");
    assert_eq!(finding.verdict, Verdict::Violated);
    blamed(&finding, "Kill", r"victims' = victims \cup {m}");
}

#[test]
fn a_mapping_that_forgets_the_freelist_is_wrong() {
    let mapped = r"free     <- {p \in DOMAIN page : page[p].on_freelist}";
    let judge = Judge::edited(&[("Refinement.tla", mapped, "free    <- {}")]);
    let finding = judge.finding("v4.14", "quick-exit", "Refines");
    assert_eq!(finding.verdict, Verdict::Violated);
    blamed(&finding, "Free", r"free' = free \cup pages");
}

#[test]
fn a_flag_is_no_excuse_to_give_up() {
    // Mapped so, setting the flag is giving up: only a lock of somebody else allows that.
    let judge = Judge::edited(&[FLAG_GIVES_UP]);
    for (protocol, scenario) in [("v4.13", "aio-never"), ("v4.14", "aio-never")] {
        let finding = judge.finding(protocol, scenario, "Refines");
        assert_eq!(finding.verdict, Verdict::Violated, "{protocol}");
        blamed(&finding, "GiveUp", r"m \in busy");
    }
}

#[test]
fn a_free_give_up_would_make_the_refinement_vacuous() {
    let judge = Judge::edited(&[FLAG_GIVES_UP, FREE_GIVE_UP]);
    for scenario in ["aio-never", "quick-exit"] {
        let finding = judge.finding("v4.13", scenario, "Refines");
        assert_eq!(
            finding.verdict,
            Verdict::Holds,
            "{scenario}: nothing is left to be violated"
        );
        assert!(!finding.expected(), "{scenario}: the listing says otherwise");
        let finding = Judge::builtin().finding("v4.13", scenario, "Refines");
        assert_eq!(finding.verdict, Verdict::Violated, "{scenario}");
        blamed(&finding, "Kill", r"owes[v] = {} \/ v \in givenUp");
    }
}

#[test]
fn a_fairness_conjunct_that_is_dropped_is_missed() {
    let conjunct = "        /\\ []<>~CanPay   \\/ []<><<Pay>>_vars\n";
    let judge = Judge::edited(&[("OomResolution.tla", conjunct, "")]);
    let finding = judge.finding(NO_GIVE_UP, "aio-never", "Refines");
    assert_eq!(finding.verdict, Verdict::Holds, "its steps are right");
    assert!(!finding.expected(), "the listing says otherwise");
    let whole = Judge::builtin();
    let checked = whole.decide(whole.instance(NO_GIVE_UP, "aio-never"), &["Refines"]);
    let finding = common::finding(&checked, "Refines");
    assert_eq!(finding.verdict, Verdict::Violated, "but they do not pay");
    let counterexample = finding.counterexample.as_ref().expect("a lasso");
    assert!(counterexample.loop_start.is_some());
    let explanation = finding.explanation.as_ref().expect("the abstract state");
    let debts = explanation.before.iter().find(|(name, _)| name == "owes");
    assert!(
        debts.is_some_and(|(_, owes)| owes.to_string().contains("pages[0]")),
        "{explanation:?}"
    );
    let text = race(&checked.instance, finding, Options::default());
    assert!(text.contains("-- and then for ever:"), "{text}");
}

#[test]
fn a_reaper_that_need_not_run_reaps_nothing() {
    let daemon = "__daemon(reaper_task)";
    let judge = Judge::edited(&[("kernel/oom_reaper.h", daemon, "__daemon(reaper_task) __unfair")]);
    for property in ["OomResolves", "MemoryReaped", "Refines"] {
        let finding = judge.finding("v4.14", "aio-never", property);
        assert_eq!(finding.verdict, Verdict::Violated, "{property}");
        let counterexample = finding.counterexample.expect("a lasso");
        assert!(counterexample.loop_start.is_some(), "{property}");
    }
    // What needs no reaper still holds.
    let finding = judge.finding("v4.14", "alone", "MemoryReaped");
    assert_eq!(finding.verdict, Verdict::Holds);
}

#[test]
fn without_a_reaper_nothing_is_reaped() {
    let thread = "void oom_reaper(void) __daemon(reaper_task)\n{\n\tfor (;;)\n\t\toom_reap_task(next_to_reap());\n}\n";
    let judge = Judge::edited(&[("kernel/oom_reaper.h", thread, "")]);
    for property in ["OomResolves", "MemoryReaped", "Refines"] {
        let finding = judge.finding("v4.14", "aio-never", property);
        assert_eq!(finding.verdict, Verdict::Violated, "{property}");
    }
}

#[test]
fn an_exit_whose_io_never_completes_is_excused() {
    let device = "\tio_allocates();\n\tcomplete_io(&hog_ctx);\n";
    let judge = Judge::edited(&[("scenarios/aio-needs-memory.c", device, "\tio_allocates();\n")]);
    let checked = judge.decide(
        judge.instance("v4.14", "aio-needs-memory"),
        &["ExitProgresses", "OomResolves"],
    );
    assert_eq!(common::verdict(&checked, "OomResolves"), Verdict::Holds);
    assert_ne!(common::verdict(&checked, "ExitProgresses"), Verdict::Violated);
}

/// The search passed over `WF_` and `SF_` in an abstract specification; the certificates' verifier did not.
#[test]
fn fairness_written_as_such_binds_the_runs() {
    let fair = "Fair == /\\ []<>~CanServe";
    let restless = "Restless == waiting' = DOMAIN fits \\ waiting /\\ UNCHANGED <<maps, owes, victims, givenUp, torn, killable, \
                    busy, limbo, free, near, fits>>\n\
                    Fair == /\\ WF_vars(Restless)\n        /\\ []<>~CanServe";
    let holds = Judge::builtin().finding("v4.17", "lock-held", "Refines");
    assert_eq!(holds.verdict, Verdict::Holds);
    let judge = Judge::edited(&[("OomResolution.tla", fair, restless)]);
    let finding = judge.finding("v4.17", "lock-held", "Refines");
    assert_eq!(finding.verdict, Verdict::Violated);
}
