//! Fairness forces no outcome of `choose`: in the search, in certificates, in stateright. (`tests/tlc.rs` asks TLC.)

mod common;

use oomspec::actors::compare::{Opinion, opinion};
use oomspec::certificate::Maker;
use oomspec::certificate::format::{Claim, Evidence, StepLabel};
use oomspec::certificate::verify::{Verifier, read};
use oomspec::check::{Checked, Verdict, check};
use oomspec::explore::{Limits, explore};
use oomspec::machine::{Machine, Nobody, Outcome, Scratch};
use oomspec::model::Instance;
use oomspec::model::properties::PropertyModule;
use oomspec::spec::Spec;

use common::choosing::{CASES, QUESTIONS, module, program, random};

/// The verdicts, after stateright and the certificates have agreed with them.
fn judged(instance: Instance, modules: Vec<PropertyModule>, text: &str) -> Checked {
    let checked = check(instance, &modules, Limits::default(), &[], &|_, _| {}).expect("verdicts");
    assert_eq!(
        opinion(&checked, &modules, Limits::default()),
        Opinion::Agrees,
        "{text}"
    );
    let instance = &checked.instance;
    let graph = explore(&instance.machine, Limits::default(), &|_, _| {});
    let maker = Maker::new(instance, &modules, &graph);
    let certificates: Vec<_> = checked
        .findings
        .iter()
        .map(|finding| maker.certificate(finding).map_err(|error| error.message))
        .collect();
    drop(maker);
    let spec = Spec::builtin();
    let mut verifier = Verifier::new(&spec).expect("the modules");
    verifier.modules = modules;
    for (finding, certificate) in checked.findings.iter().zip(certificates) {
        let what = format!("{} in {text}", finding.property.name);
        let certificate = certificate.unwrap_or_else(|why| panic!("{what}: {why}"));
        let again = read(&certificate.to_json()).expect("a certificate");
        let verified = verifier.about(instance, &again);
        let verified = verified.unwrap_or_else(|why| panic!("{what}: {why}"));
        let violated = finding.verdict == Verdict::Violated;
        assert_eq!(verified.claim == Claim::Violated, violated, "{what}");
    }
    checked
}

#[test]
fn no_outcome_is_forced_and_what_is_owed_is_done() {
    for case in CASES {
        let text = case.tasks.join(" | ");
        let checked = judged(program(case.tasks), vec![module(&case.formulas())], &text);
        for (number, formula) in case.formulas().into_iter().enumerate() {
            let expected = match number < case.holds.len() {
                true => Verdict::Holds,
                false => Verdict::Violated,
            };
            let verdict = common::verdict(&checked, &format!("F{number}"));
            assert_eq!(verdict, expected, "{formula} in {text}");
        }
        let stuck = common::verdict(&checked, "NoDeadlock") == Verdict::Violated;
        assert_eq!(stuck, case.deadlock, "{text}");
    }
}

#[test]
fn random_choices_get_verdicts_that_certificates_and_stateright_bear_out() {
    let (mut holds, mut violated, mut idle) = (0, 0, 0);
    for seed in 0..100 {
        let tasks = random(seed);
        let text = tasks.join(" | ");
        let instance = program(&tasks);
        idle += usize::from(steps_without_change(&instance.machine) > 0);
        let checked = judged(instance, vec![module(&QUESTIONS)], &text);
        for number in 0..QUESTIONS.len() {
            match common::verdict(&checked, &format!("F{number}")) {
                Verdict::Violated => violated += 1,
                Verdict::Holds | Verdict::Vacuous => holds += 1,
                other => panic!("{other:?}: {text}"),
            }
        }
    }
    // Neither answer is rare, nor what this is about.
    assert!(holds > 60 && violated > 60 && idle > 30, "{holds} {violated} {idle}");
}

/// Counts the steps that change nothing; each is one of several outcomes, of which another changes something.
fn steps_without_change(machine: &Machine) -> usize {
    let graph = explore(machine, Limits::default(), &|_, _| {});
    let (mut next, mut scratch) = (vec![0; machine.words()], Scratch::new(machine));
    let mut found = 0;
    for id in 0..graph.distinct() as u32 {
        let state = &graph.state(id);
        for thread in 0..machine.program.threads.len() {
            let outcomes = (0..machine.outcomes(state, thread))
                .map(|outcome| machine.step(state, thread, outcome, &mut next, &mut scratch, &mut Nobody));
            let outcomes: Vec<Outcome> = outcomes.collect();
            let count = |wanted| outcomes.iter().filter(|&&outcome| outcome == wanted).count();
            let (changes, stutters) = (count(Outcome::Stepped), count(Outcome::Stuttered));
            let steps = || graph.edges(id).filter(|edge| usize::from(edge.label.thread) == thread);
            let idle = steps().filter(|edge| edge.to == id).count();
            assert_eq!(idle, if changes > 0 { stutters } else { 0 });
            assert_eq!(steps().count(), changes + idle);
            found += idle;
        }
    }
    found
}

#[test]
fn a_lasso_may_stay_in_one_state_by_a_step_of_the_thread() {
    let instance = program(&["while (!choose(2)) ; x.n = 1;"]);
    let modules = vec![module(&["<>(node[\"x\"].n = 1)"])];
    let graph = explore(&instance.machine, Limits::default(), &|_, _| {});
    // Before choose(), before the write, and at the end: three states, and the outcome that changes nothing.
    assert_eq!((graph.distinct(), graph.transitions()), (3, 3));
    let findings = oomspec::check::findings(&instance, &graph, &modules, &["F0".into()]).expect("a verdict");
    let certificate = Maker::new(&instance, &modules, &graph)
        .certificate(&findings[0])
        .expect("a certificate");
    let lasso = |steps: &[StepLabel]| Evidence::Lasso {
        steps: steps.to_vec(),
        loop_start: 0,
    };
    let stays = StepLabel::new("t", 0);
    assert_eq!(certificate.evidence, lasso(std::slice::from_ref(&stays)));
    let spec = Spec::builtin();
    let mut verifier = Verifier::new(&spec).expect("the modules");
    verifier.modules = modules;
    let refusal = |evidence| {
        let mut changed = certificate.clone();
        changed.evidence = evidence;
        verifier.about(&instance, &changed).expect_err("refused").to_string()
    };
    // Doing nothing at all is no step of anybody.
    assert!(refusal(lasso(&[])).contains("is not weakly fair to t"));
    assert!(refusal(lasso(&[StepLabel::new("t", 1)])).contains("does not return"));
    assert!(refusal(lasso(&[StepLabel::new("t", 2)])).contains("does not have this step here"));
}
