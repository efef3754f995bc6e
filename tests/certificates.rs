//! Certificates: what a search finds can be checked without it, and what has been tampered with cannot.

mod common;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::Judge;
use oomspec::certificate::format::{Broken, Certificate, Claim, Evidence, Ranking, States, Step};
use oomspec::certificate::verify::{LookedAt, Refused, Verified, Verifier, read};
use oomspec::certificate::{Maker, verify};
use oomspec::check::{Finding, Verdict, findings};
use oomspec::machine::{Reached, Scratch, Shape};
use oomspec::spec::{Instance, Spec};

/// The certificates of a protocol in a scenario, by property, and why there is none for the others.
struct Made {
    instance: Instance,
    findings: Vec<Finding>,
    certificates: BTreeMap<String, Certificate>,
    refused: BTreeMap<String, String>,
}

fn made(verifier: &Verifier, instance: Instance) -> Made {
    let graph = common::graph(&instance, 1);
    let findings = findings(&instance, &graph, &verifier.theories, &[]).expect("verdicts");
    let maker = Maker::new(&instance, &verifier.theories, &graph);
    let (mut certificates, mut refused) = (BTreeMap::new(), BTreeMap::new());
    for finding in &findings {
        let name = finding.property.name.clone();
        match maker.certificate(finding) {
            Ok(certificate) => drop(certificates.insert(name, certificate)),
            Err(error) => drop(refused.insert(name, error.message)),
        }
    }
    Made {
        findings,
        certificates,
        refused,
        instance,
    }
}

/// A built-in pair.
fn built_in(protocol: &str, scenario: &str) -> (Verifier<'static>, Made) {
    let judge: &'static Judge = Box::leak(Box::new(Judge::builtin()));
    let verifier = Verifier::new(&judge.spec).expect("the modules");
    let made = made(&verifier, judge.instance(protocol, scenario));
    (verifier, made)
}

impl Made {
    fn of(&self, property: &str) -> Certificate {
        self.certificates
            .get(property)
            .unwrap_or_else(|| panic!("no certificate: {:?}", self.refused))
            .clone()
    }

    fn verdict(&self, property: &str) -> Verdict {
        let mut findings = self.findings.iter();
        let finding = findings.find(|finding| finding.property.name == property);
        finding.expect("a property").verdict
    }

    /// Each certificate is read back and accepted, and claims what was found.
    fn verify_all(&self, verifier: &Verifier) {
        let pair = format!("{} in {}", self.instance.protocol, self.instance.scenario);
        for finding in &self.findings {
            let name = &finding.property.name;
            let Some(certificate) = self.certificates.get(name) else {
                assert_eq!(
                    finding.verdict,
                    Verdict::NotApplicable,
                    "{pair}: {}",
                    self.refused[name]
                );
                continue;
            };
            let text = certificate.to_json();
            let again = read(&text).expect("a certificate");
            assert_eq!(again, *certificate);
            let verified = verifier
                .about(&self.instance, &again)
                .unwrap_or_else(|why| panic!("{pair}: {name}: {why}"));
            let expected = match finding.verdict {
                Verdict::Violated => Claim::Violated,
                _ => Claim::Holds,
            };
            assert_eq!(verified.claim, expected, "{pair}: {name}");
        }
    }
}

/// Why a certificate about a protocol in a scenario is refused.
fn refusal(verifier: &Verifier, made: &Made, certificate: &Certificate) -> String {
    let again = read(&certificate.to_json()).expect("a certificate");
    match verifier.about(&made.instance, &again) {
        Ok(verified) => panic!("accepted: {verified}"),
        Err(Refused::Wrong { at, why }) => format!("{at}: {why}"),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn every_built_in_verdict_can_be_checked_again() {
    let spec = Spec::builtin();
    let pairs: Vec<(String, String)> = spec
        .protocols()
        .iter()
        .flat_map(|protocol| {
            spec.scenarios()
                .into_iter()
                .map(|scenario| (protocol.clone(), scenario))
        })
        .collect();
    let (next, certificates, largest) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let judge = Judge::builtin();
                let verifier = Verifier::new(&judge.spec).expect("the modules");
                while let Some((protocol, scenario)) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let made = made(&verifier, judge.instance(protocol, scenario));
                    made.verify_all(&verifier);
                    certificates.fetch_add(made.certificates.len(), Ordering::Relaxed);
                    let sizes = made
                        .certificates
                        .values()
                        .map(|certificate| certificate.to_json().len());
                    largest.fetch_max(sizes.max().unwrap_or(0), Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(pairs.len(), 80);
    assert!(certificates.into_inner() > 1000, "most verdicts have a certificate");
    assert!(largest.into_inner() < 200_000, "certificates are small");
}

#[test]
fn a_certificate_finds_its_texts_by_name() {
    let (_, made) = built_in("v4.14", "foreign-mmput");
    let verified = verify(&Spec::builtin(), &made.of("NoUseAfterFree").to_json()).expect("a proof");
    assert_eq!(verified.claim, Claim::Violated);
    assert_eq!(verified.looked_at, LookedAt::Trace(36));
    assert_eq!(made.verdict("OomResolves"), Verdict::NotApplicable);
    assert!(made.refused["OomResolves"].contains("n/a after error"));
}

#[test]
fn a_set_that_is_not_embedded_is_walked_again() {
    let judge = Judge::builtin();
    let verifier = Verifier::new(&judge.spec).expect("the modules");
    let instance = judge.instance("v4.15", "aio-never-alone");
    let graph = common::graph(&instance, 1);
    let maker = Maker::new(&instance, &verifier.theories, &graph).embed_up_to(10);
    for finding in findings(&instance, &graph, &verifier.theories, &[]).expect("verdicts") {
        let certificate = maker.certificate(&finding).expect("a certificate");
        let verified = verifier.about(&instance, &certificate).expect("a proof");
        let Evidence::States { set, progress } = certificate.evidence.clone() else {
            continue;
        };
        assert_eq!(
            set,
            States::Regenerated {
                count: graph.distinct()
            }
        );
        assert!(verified.to_string().contains("(walked again)"), "{verified}");
        for count in [0, graph.distinct() - 1, graph.distinct() + 1, usize::MAX] {
            let set = States::Regenerated { count };
            let evidence = Evidence::States {
                set,
                progress: progress.clone(),
            };
            let certificate = Certificate {
                evidence,
                ..certificate.clone()
            };
            assert!(verifier.about(&instance, &certificate).is_err(), "{count}");
        }
    }
}

#[test]
fn a_claim_that_is_turned_round_is_refused() {
    for (protocol, scenario) in [("v4.14", "foreign-mmput"), ("v4.13", "aio-never-alone")] {
        let (verifier, made) = built_in(protocol, scenario);
        let everything = made.of("NoDeadlock");
        for certificate in made.certificates.values() {
            let verdict = match certificate.verdict {
                Claim::Holds => Claim::Violated,
                Claim::Violated => Claim::Holds,
            };
            let turned = Certificate {
                verdict,
                ..certificate.clone()
            };
            assert!(refusal(&verifier, &made, &turned).starts_with("evidence: "));
            // The set of all states shows nothing of what is violated.
            if certificate.verdict == Claim::Violated {
                let evidence = everything.evidence.clone();
                let turned = Certificate { evidence, ..turned };
                let why = refusal(&verifier, &made, &turned);
                assert!(why.contains("state ") || why.contains("no ranking"), "{why}");
            }
        }
        // And no ranking can be made for it.
        let graph = common::graph(&made.instance, 1);
        let maker = Maker::new(&made.instance, &verifier.theories, &graph);
        for finding in made
            .findings
            .iter()
            .filter(|finding| finding.verdict == Verdict::Violated)
        {
            let mut wrong = finding.clone();
            wrong.verdict = Verdict::Holds;
            if let Ok(certificate) = maker.certificate(&wrong) {
                refusal(&verifier, &made, &certificate);
            }
        }
    }
}

#[test]
fn evidence_about_one_kernel_proves_nothing_about_another() {
    let judge = Judge::builtin();
    let verifier = Verifier::new(&judge.spec).expect("the modules");
    let scenario = "foreign-mmput";
    let all: Vec<Made> = ["v4.13", "v4.14", "v4.15", "v4.17"]
        .iter()
        .map(|protocol| made(&verifier, judge.instance(protocol, scenario)))
        .collect();
    let mut crossed = 0;
    for (one, other) in all.iter().flat_map(|one| all.iter().map(move |other| (one, other))) {
        for (property, certificate) in &one.certificates {
            let Some(theirs) = other.certificates.get(property) else {
                continue;
            };
            let relabelled = Certificate {
                evidence: certificate.evidence.clone(),
                verdict: certificate.verdict,
                ..theirs.clone()
            };
            let accepted = verifier.about(&other.instance, &relabelled).is_ok();
            if certificate.verdict != theirs.verdict {
                assert!(
                    !accepted,
                    "{property}: {} for {}",
                    one.instance.protocol, other.instance.protocol
                );
                crossed += 1;
            }
            let mine = Certificate {
                texts: certificate.texts.clone(),
                ..theirs.clone()
            };
            if one.instance.protocol != other.instance.protocol {
                let why = refusal(&verifier, other, &mine);
                assert!(why.contains("its text has changed"), "{why}");
            }
        }
    }
    assert!(crossed > 5);
}

#[test]
fn without_strong_fairness_a_ranking_breaks_down() {
    const WEAK: [(&str, &str, &str); 3] = [
        ("kernel/mutex.h", "__acquires(lock) __strongly_fair", "__acquires(lock)"),
        ("kernel/rwsem.h", "__acquires(sem) __strongly_fair", "__acquires(sem)"),
        ("kernel/rwsem.h", "__acquires(sem) __strongly_fair", "__acquires(sem)"),
    ];
    let (strong, weak) = (Judge::builtin(), Judge::edited(&WEAK));
    let verifier = Verifier::new(&strong.spec).expect("the modules");
    let strongly = made(&verifier, strong.instance("v4.14", "aio-never"));
    let weakly = made(&verifier, weak.instance("v4.14", "aio-never"));
    assert_eq!(strongly.verdict("OomResolves"), Verdict::Holds);
    assert_eq!(weakly.verdict("OomResolves"), Verdict::Violated);
    let forged = Certificate {
        texts: weakly.of("OomResolves").texts,
        ..strongly.of("OomResolves")
    };
    assert!(verifier.about(&strongly.instance, &strongly.of("OomResolves")).is_ok());
    let why = refusal(&verifier, &weakly, &forged);
    assert!(why.contains("no thread `") && why.contains("strongly fair"), "{why}");
}

#[test]
fn a_trace_is_followed_step_by_step() {
    let (verifier, made) = built_in("v4.14", "foreign-mmput");
    let certificate = made.of("NoUseAfterFree");
    let Evidence::Trace(steps) = certificate.evidence.clone() else {
        panic!("a trace");
    };
    let with = |steps: Vec<Step>| Certificate {
        evidence: Evidence::Trace(steps),
        ..certificate.clone()
    };
    let mut shorter = steps.clone();
    shorter.pop();
    assert!(refusal(&verifier, &made, &with(shorter)).contains("does not violate"));
    let mut longer = steps.clone();
    longer.push(steps[0].clone());
    assert!(refusal(&verifier, &made, &with(longer)).contains("step 37"));
    let mut other = steps.clone();
    other[7] = Step("nobody".into());
    assert_eq!(
        refusal(&verifier, &made, &with(other)),
        "step 8: there is no thread `nobody`"
    );
    let mut outcome = steps.clone();
    outcome[0] = Step(format!("{} 4000000000", steps[0].0));
    assert!(refusal(&verifier, &made, &with(outcome)).starts_with("step 1: "));
    assert!(refusal(&verifier, &made, &with(vec![])).contains("does not violate"));
    // To stay in the bad state for ever violates the formula as well; an error of the language takes a trace.
    let lasso = |certificate: Certificate| Certificate {
        verdict: Claim::Violated,
        evidence: Evidence::Lasso {
            steps: steps.clone(),
            loop_start: 36,
        },
        ..certificate
    };
    assert!(verifier.about(&made.instance, &lasso(certificate.clone())).is_ok());
    assert!(refusal(&verifier, &made, &lasso(made.of("NoOverflow"))).contains("takes a trace"));
}

#[test]
fn a_lasso_closes_is_fair_and_violates() {
    let (verifier, made) = built_in("2017-07-25-no-give-up", "aio-never");
    let certificate = made.of("OomResolves");
    let Evidence::Lasso { steps, loop_start } = certificate.evidence.clone() else {
        panic!("a lasso");
    };
    assert!(verifier.about(&made.instance, &certificate).is_ok());
    let with = |steps: &[Step], loop_start: usize| Certificate {
        evidence: Evidence::Lasso {
            steps: steps.to_vec(),
            loop_start,
        },
        ..certificate.clone()
    };
    assert!(loop_start < steps.len());
    let why = refusal(&verifier, &made, &with(&steps, loop_start - 1));
    assert!(why.contains("does not return"), "{why}");
    let why = refusal(&verifier, &made, &with(&steps, steps.len() + 1));
    assert!(why.contains("loop_start"), "{why}");
    // Stuttering where somebody could go on for ever is not fair.
    let why = refusal(&verifier, &made, &with(&steps[..loop_start], loop_start));
    assert!(why.contains("fair to"), "{why}");
    // The same loop says nothing about another property.
    for property in ["ExitProgresses", "MemoryReaped", "NoNeedlessKill", "NoDeadlock"] {
        if made.verdict(property) == Verdict::Holds {
            let other = Certificate {
                verdict: Claim::Violated,
                evidence: certificate.evidence.clone(),
                ..made.of(property)
            };
            refusal(&verifier, &made, &other);
        }
    }
}

#[test]
fn every_state_of_a_set_is_needed() {
    let judge = Judge::builtin();
    let verifier = Verifier::new(&judge.spec).expect("the modules");
    let instance = judge.instance("v4.15", "aio-never-alone");
    let graph = common::graph(&instance, 1);
    let found = findings(&instance, &graph, &verifier.theories, &["NoDeadlock".into()]).expect("verdicts");
    let maker = Maker::new(&instance, &verifier.theories, &graph);
    let certificate = maker.certificate(&found[0]).expect("a certificate");
    let mut states: Vec<&[u64]> = (0..graph.distinct() as u32).map(|id| graph.state(id)).collect();
    states.sort_unstable();
    let refusal_of = |states: &[&[u64]]| {
        let set = States::Embedded {
            count: states.len(),
            packed: packed(states),
        };
        let evidence = Evidence::States { set, progress: vec![] };
        let certificate = Certificate {
            evidence,
            ..certificate.clone()
        };
        verifier.about(&instance, &certificate).err().map(|why| why.to_string())
    };
    assert_eq!(refusal_of(&states), None);
    for dropped in (0..states.len()).step_by(states.len() / 50 + 1) {
        let mut fewer = states.clone();
        fewer.remove(dropped);
        let why = refusal_of(&fewer).expect("a refusal");
        assert!(
            why.contains("leads to a state that is not in the set") || why.contains("initial"),
            "{why}"
        );
    }
    let mut swapped = states.clone();
    swapped.swap(3, 4);
    assert!(refusal_of(&swapped).expect("a refusal").starts_with("state 4: "));
    let mut twice = states.clone();
    twice.insert(5, states[5]);
    assert!(refusal_of(&twice).expect("a refusal").starts_with("state 6: "));
    let garbage = vec![u64::MAX; instance.machine.words()];
    let mut more = states.clone();
    more.push(&garbage);
    assert!(refusal_of(&more).expect("a refusal").contains("is none: "));
    assert!(refusal_of(&[]).is_some());
}

/// The states of a set, packed as the format has it: sorted, column by column, zlib, base64.
fn packed(states: &[&[u64]]) -> String {
    use base64::Engine;
    let words = states.first().map_or(0, |state| state.len());
    let columns = (0..words * 8).flat_map(|column| {
        let byte = move |state: &&[u64]| state[column / 8].to_be_bytes()[column % 8];
        states.iter().map(byte)
    });
    let bytes: Vec<u8> = columns.collect();
    base64::engine::general_purpose::STANDARD.encode(miniz_oxide::deflate::compress_to_vec_zlib(&bytes, 1))
}

/// The numbers behind packed ranks, and back.
fn ranks(text: &str, count: usize) -> Vec<u64> {
    use base64::Engine;
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).expect("base64");
    let bytes = miniz_oxide::inflate::decompress_to_vec_zlib(&bytes).expect("zlib");
    let byte = |row: usize, column: usize| u64::from(bytes[column * count + row]);
    (0..count)
        .map(|row| (0..8).fold(0, |number, column| number << 8 | byte(row, column)))
        .collect()
}

#[test]
fn ranks_and_their_reasons_are_checked() {
    let (verifier, made) = built_in("v4.15", "aio-never-alone");
    let certificate = ["MemoryReaped", "ExitProgresses", "ReaperNeverStuck"]
        .into_iter()
        .map(|property| made.of(property))
        .max_by_key(|certificate| match &certificate.evidence {
            Evidence::States { progress, .. } => progress[0].classes.len(),
            _ => 0,
        })
        .expect("a certificate");
    let Evidence::States { set, progress } = certificate.evidence.clone() else {
        panic!("a set");
    };
    let States::Embedded { count, .. } = set else {
        panic!("embedded");
    };
    let with = |progress: Vec<_>| Certificate {
        evidence: Evidence::States {
            set: set.clone(),
            progress,
        },
        ..certificate.clone()
    };
    assert!(refusal(&verifier, &made, &with(vec![])).contains("has no ranking"));
    let twice = vec![progress[0].clone(), progress[0].clone()];
    assert!(refusal(&verifier, &made, &with(twice)).contains("2 rankings for 1"));

    let numbers = ranks(&progress[0].ranks, count);
    let classes = progress[0].classes.len() as u64;
    assert!(classes > 3);
    let with_ranks = |numbers: &[u64]| {
        let rows: Vec<&[u64]> = numbers.chunks(1).collect();
        let mut progress = progress.clone();
        progress[0].ranks = packed(&rows);
        with(progress)
    };
    assert!(verifier.about(&made.instance, &with_ranks(&numbers)).is_ok());
    for (rank, why) in [
        (0, "rank"),
        (classes + 1, "there is no class"),
        (u64::MAX, "there is no class"),
    ] {
        let mut changed = numbers.clone();
        let state = changed.iter().position(|&rank| rank > 1).expect("a state");
        changed[state] = rank;
        let message = refusal(&verifier, &made, &with_ranks(&changed));
        assert!(message.contains(why), "{message}");
    }
    let mut swapped = numbers.clone();
    for number in &mut swapped {
        *number = match *number {
            1 => classes,
            number if number == classes => 1,
            number => number,
        };
    }
    let message = refusal(&verifier, &made, &with_ranks(&swapped));
    assert!(message.contains("promise of progress 1, "), "{message}");
    let outside = numbers.iter().position(|&rank| rank == 0).expect("a state");
    let mut more = numbers.clone();
    more[outside] = 1;
    let message = refusal(&verifier, &made, &with_ranks(&more));
    assert!(
        message.contains(&format!("state {outside}: the promise is kept here")),
        "{message}"
    );

    for (number, broken) in progress[0].classes.iter().enumerate() {
        let Broken::Weak(name) = broken else { continue };
        for thread in &made.instance.machine.program.threads {
            let mut progress = progress.clone();
            progress[0].classes[number] = Broken::Weak(thread.name.clone());
            let changed = with(progress);
            let accepted = verifier.about(&made.instance, &changed).is_ok();
            assert!(!accepted || thread.fair, "{} instead of {name}", thread.name);
        }
        for broken in [
            Broken::Weak("nobody".into()),
            Broken::Never(0),
            Broken::Never(usize::MAX),
        ] {
            let mut progress = progress.clone();
            progress[0].classes[number] = broken;
            let message = refusal(&verifier, &made, &with(progress));
            assert!(
                message.starts_with(&format!("promise of progress 1, class {}", number + 1)),
                "{message}"
            );
        }
    }
}

/// Whether a trace or a set proves the same as before, judged without the verifier.
fn still_proves(made: &Made, original: &Certificate, changed: &Certificate) -> bool {
    let machine = &made.instance.machine;
    match (&original.evidence, &changed.evidence) {
        (Evidence::Trace(_), Evidence::Trace(steps)) => {
            let label = |step: &Step| {
                let (thread, outcome) = step.parts().expect("a step");
                let mut threads = machine.program.threads.iter();
                oomspec::machine::Label {
                    thread: threads.position(|known| known.name == thread).expect("a thread") as u16,
                    outcome: outcome as u16,
                }
            };
            let labels: Vec<_> = steps.iter().map(label).collect();
            let states = machine.replay(&labels);
            let end = states.last().expect("the initial state");
            states.len() == labels.len() + 1
                && matches!(machine.reached(end), Reached::Error(error) if error.property == original.property)
        }
        // A closed set has no two sizes, so what unpacks to a proof is the same set; ranks may differ.
        (Evidence::States { set: before, .. }, Evidence::States { set: after, .. }) => {
            let count = |set: &States| match set {
                States::Embedded { count, .. } | States::Regenerated { count } => *count,
            };
            count(before) == count(after)
        }
        _ => false,
    }
}

#[test]
fn no_changed_byte_is_taken_for_another_claim() {
    let judge = Judge::builtin();
    let verifier = Verifier::new(&judge.spec).expect("the modules");
    let pairs = [
        ("v4.14", "foreign-mmput", "NoUseAfterFree"),
        ("v4.13", "aio-never-alone", "NoUseAfterFree"),
        ("v4.13", "aio-never-alone", "MemoryReaped"),
        ("v4.15", "aio-never-alone", "ReaperNeverStuck"),
    ];
    for (protocol, scenario, property) in pairs {
        let made = made(&verifier, judge.instance(protocol, scenario));
        let original = made.of(property);
        let text = original.to_json();
        let accepted: Verified = verifier.about(&made.instance, &original).expect("a proof");
        // Every byte, or many; its bits in turn.
        let step = text.len() / 1500 + 1;
        let mut survived = 0;
        for at in (0..text.len()).step_by(step) {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1 << (at % 8);
            let Ok(changed) = String::from_utf8(bytes) else {
                continue;
            };
            let Ok(certificate) = read(&changed) else { continue };
            if let Ok(verified) = verifier.about(&made.instance, &certificate) {
                survived += 1;
                let claim = |verified: &Verified| {
                    let Verified {
                        protocol,
                        scenario,
                        property,
                        claim,
                        ..
                    } = verified.clone();
                    (protocol, scenario, property, claim)
                };
                assert_eq!(claim(&verified), claim(&accepted), "byte {at}");
                assert_eq!(certificate.texts, original.texts, "byte {at}");
                assert!(still_proves(&made, &original, &certificate), "byte {at}");
            }
        }
        assert!(
            survived * 20 < text.len() / step,
            "{property}: {survived} changes went unnoticed"
        );
        // Cut short, and grown.
        for cut in (0..text.len() - 1).step_by(text.len() / 200 + 1) {
            assert!(matches!(verify(&judge.spec, &text[..cut]), Err(Refused::Unreadable(_))));
        }
        assert!(verify(&judge.spec, &(text.clone() + "{}")).is_err());
    }
}

#[test]
fn bad_input_is_a_message() {
    let (_, made) = built_in("v4.15", "aio-never-alone");
    let spec = Spec::builtin();
    let text = made.of("MemoryReaped").to_json();
    for garbage in [
        "",
        "{}",
        "[]",
        "null",
        "\u{0}",
        &"[".repeat(100_000),
        &"{\"a\":".repeat(100_000),
    ] {
        assert!(matches!(verify(&spec, garbage), Err(Refused::Unreadable(_))));
    }
    let field = |old: &str, new: &str| common::replace(&text, old, new);
    let refused = |text: &str| verify(&spec, text).expect_err("a refusal").to_string();
    assert!(refused(&field("\"schema\": 1", "\"schema\": 2")).starts_with("schema: "));
    assert!(refused(&field("\"schema\": 1", "\"schema\": 1,\n\"more\": 1")).contains("unknown field"));
    assert!(refused(&field("\"MemoryReaped\"", "\"Nothing\"")).contains("there is no property"));
    assert!(refused(&field("\"v4.15\"", "\"v4.16\"")).contains("there is no protocol"));
    assert!(refused(&field("\"aio-never-alone\"", "\"aio-never\"")).contains("texts, scenario"));
    assert!(refused(&field("\"holds\"", "\"vacuous\"")).contains("unknown variant"));
    let Evidence::States { set, .. } = made.of("MemoryReaped").evidence else {
        panic!("a set");
    };
    let States::Embedded { count, .. } = set else {
        panic!("embedded");
    };
    let count = format!("\"count\": {count}");
    for many in ["0", "1", "100000", "100001", "18446744073709551615"] {
        let why = refused(&field(&count, &format!("\"count\": {many}")));
        assert!(why.starts_with("the set of states: "), "{many}: {why}");
    }
    assert!(refused(&field(&count, "\"count\": -1")).contains("no certificate"));
}

#[test]
fn states_of_the_right_shape_can_always_step() {
    let judge = Judge::builtin();
    let mut seed = 1u64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    let mut stepped = 0;
    for (protocol, scenario) in [
        ("v4.14", "foreign-mmput"),
        ("v6.1", "mlocked"),
        ("v4.13", "two-threads"),
    ] {
        let instance = judge.instance(protocol, scenario);
        let (machine, graph) = (&instance.machine, common::graph(&instance, 1));
        let shape = Shape::new(machine);
        let (mut next, mut scratch) = (vec![0; machine.words()], Scratch::new(machine));
        for round in 0..30_000 {
            let id = random() % graph.distinct() as u64;
            let mut state = graph.state(id as u32).to_vec();
            assert_eq!(shape.mistake(&state), None);
            for _ in 0..1 + round % 4 {
                let bit = random() as usize % (machine.words() * 64);
                state[bit / 64] ^= 1 << (bit % 64);
            }
            if shape.mistake(&state).is_none() {
                machine.successors(&state, &mut next, &mut scratch, |_, _, _| stepped += 1);
            }
        }
        assert!(shape.mistake(&[]).is_some());
    }
    assert!(stepped > 10_000, "{stepped}");
}

/// Properties of every form that a certificate is made for, and some that it is not, over predicates that mean something here.
fn module() -> String {
    let predicates = ["Waiting", "SomeOwed", "Exiting", "ReaperBusy", "Failed \\/ Panicked"];
    let mut text = String::from("---- MODULE Mine ----\nEXTENDS Refinement\n");
    let mut count = 0;
    let mut define = |formula: String| {
        count += 1;
        text += &format!("Mine{count} == {formula}\n");
    };
    for p in predicates {
        let step = format!("<<~({p}) /\\ ({p})'>>_<<task_struct, mm_struct, error>>");
        for formula in [
            format!("<>({p})"),
            format!("<>~({p})"),
            format!("[]<>({p})"),
            format!("[]<>~({p})"),
            format!("<>[]({p})"),
            format!("<>[]~({p})"),
            format!("[]<>{step}"),
            format!("[]<>~({p}) \\/ []<>{step}"),
            format!("<>[]~({p}) \\/ []<>{step}"),
            format!("[]<>({p}) /\\ [](({p}) => TRUE)"),
            format!("[]<>({p}) => []<>Waiting"),
            format!("[](({p}) => <>~({p}))"),
        ] {
            define(formula);
        }
        for q in predicates {
            define(format!("({p}) ~> ({q})"));
            define(format!("({p}) ~> ~({q})"));
            define(format!("[]<>~({p}) \\/ <>[]({q})"));
        }
    }
    text + "====\n"
}

#[test]
fn formulas_of_all_forms_are_certified_or_declined() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("Mine.tla");
    std::fs::write(&path, module()).expect("a module");
    let judge = Judge::builtin();
    let mut verifier = Verifier::new(&judge.spec).expect("the modules");
    let theory = judge.spec.theory_of(&path);
    verifier.theories = vec![theory.unwrap_or_else(|errors| panic!("{}", errors.render(false)))];
    let (mut holds, mut violated, mut declined) = (0, 0, 0);
    let pairs = [
        ("v4.15", "aio-never-alone"),
        ("v4.13", "aio-never"),
        ("v4.17", "lock-held"),
        ("2017-07-25-no-give-up", "aio-never-alone"),
    ];
    for (protocol, scenario) in pairs {
        let instance = judge.instance(protocol, scenario);
        let graph = common::graph(&instance, 1);
        let maker = Maker::new(&instance, &verifier.theories, &graph);
        for finding in findings(&instance, &graph, &verifier.theories, &[]).expect("verdicts") {
            let name = &finding.property.name;
            let what = format!("{protocol} in {scenario}: {name}");
            match (finding.verdict, maker.certificate(&finding)) {
                (Verdict::Violated, Ok(certificate)) => {
                    violated += 1;
                    let verified = verifier.about(&instance, &certificate);
                    verified.unwrap_or_else(|why| panic!("{what}: {why}"));
                    // No other verdict can be made to look proven.
                    let wrong = Finding {
                        verdict: Verdict::Holds,
                        ..finding.clone()
                    };
                    if let Ok(certificate) = maker.certificate(&wrong) {
                        assert!(verifier.about(&instance, &certificate).is_err(), "{what}");
                    }
                }
                (_, Ok(certificate)) => {
                    holds += 1;
                    let verified = verifier.about(&instance, &certificate);
                    verified.unwrap_or_else(|why| panic!("{what}: {why}"));
                }
                (_, Err(error)) => {
                    declined += 1;
                    assert!(error.message.contains("formula of this form"), "{what}: {error:?}");
                }
            }
        }
    }
    assert!(
        holds > 150 && violated > 150 && declined > 5,
        "{holds} {violated} {declined}"
    );
}

/// The evidence for one formula proves no other that is violated: the sets are the same, so it is the rankings that are refused.
#[test]
fn a_ranking_for_one_formula_proves_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("Mine.tla");
    std::fs::write(&path, module()).expect("a module");
    let judge = Judge::builtin();
    let mut verifier = Verifier::new(&judge.spec).expect("the modules");
    verifier.theories = vec![judge.spec.theory_of(&path).expect("the module")];
    let mut reasons = BTreeMap::new();
    // Some of each: all would take minutes.
    for (protocol, some) in [("v4.13", 13), ("2017-07-25-no-give-up", 9)] {
        let made = made(&verifier, judge.instance(protocol, "aio-never-alone"));
        let of = |claim: Claim| made.certificates.values().filter(move |other| other.verdict == claim);
        for violated in of(Claim::Violated).step_by(3) {
            for holds in of(Claim::Holds).step_by(some) {
                let Evidence::States { set, progress } = &holds.evidence else {
                    panic!("a set");
                };
                // As it is; and with all classes joined, for the reasons of each.
                let mut forged = vec![progress.clone()];
                if let [ranking] = &progress[..] {
                    let States::Embedded { count, .. } = *set else {
                        panic!("embedded");
                    };
                    let joined: Vec<u64> = ranks(&ranking.ranks, count).iter().map(|&rank| rank.min(1)).collect();
                    let rows: Vec<&[u64]> = joined.chunks(1).collect();
                    let packed = packed(&rows);
                    for thread in made
                        .instance
                        .machine
                        .program
                        .threads
                        .iter()
                        .filter(|thread| thread.fair)
                    {
                        forged.push(vec![Ranking {
                            ranks: packed.clone(),
                            classes: vec![Broken::Weak(thread.name.clone())],
                        }]);
                    }
                }
                for progress in forged {
                    let set = set.clone();
                    let certificate = Certificate {
                        verdict: Claim::Holds,
                        evidence: Evidence::States { set, progress },
                        ..violated.clone()
                    };
                    let why = refusal(&verifier, &made, &certificate);
                    let words = why.split(|c: char| !c.is_alphabetic()).filter(|word| word.len() > 2);
                    let kind: Vec<&str> = words.filter(|word| !word.contains("state")).take(12).collect();
                    *reasons.entry(kind.join(" ")).or_insert(0) += 1;
                }
            }
        }
    }
    assert!(reasons.len() > 6, "for many reasons: {reasons:#?}");
}

#[cfg(target_os = "linux")]
mod commands {
    use std::path::Path;
    use std::process::Command;

    fn oomspec(folder: &Path, line: &str) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_oomspec"))
            .args(line.split(' '))
            .current_dir(folder)
            .output()
            .expect("the program runs");
        let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        (output.status.code().expect("no signal"), text.into_owned())
    }

    #[test]
    fn certify_and_verify_say_how_it_went() {
        let folder = tempfile::tempdir().expect("a folder");
        let run = |line: &str| oomspec(folder.path(), line);
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
        let certify = "certify v4.14 -s foreign-mmput -p NoUseAfterFree";
        let (code, printed) = run(certify);
        assert_eq!(code, 0);
        assert_eq!(run(&format!("{certify} -o a.json")), (0, String::new()));
        assert_eq!(
            std::fs::read_to_string(folder.path().join("a.json")).expect("a file"),
            printed
        );
        let (code, text) = run("verify a.json a.json");
        assert_eq!((code, text.lines().count()), (0, 2), "{text}");
        write("b.json", &printed.replacen("\"reader\"", "\"nobody\"", 1));
        let (code, text) = run("verify a.json b.json a.json");
        assert_eq!(code, 24);
        assert!(
            text.contains("b.json is refused: step ") && text.matches("is violated").count() == 2,
            "{text}"
        );
        write("c.json", &printed[..printed.len() / 2]);
        let (code, text) = run("verify b.json c.json");
        assert_eq!(code, 150);
        assert!(text.contains("this is no certificate"), "{text}");
        assert_eq!(run("verify nothing.json").0, 150);
        assert_eq!(run("verify /dev/zero").0, 150);
        assert_eq!(run("verify").0, 2);
        let (code, text) = run("certify v4.14 -s foreign-mmput -p OomResolves");
        assert_eq!(code, 24);
        assert!(text.contains("n/a after error"), "{text}");
        assert_eq!(run("certify v4.14 -s foreign-mmput -p Nothing").0, 150);
        let (code, text) = run("certify v4.15 -s aio-never-alone -p NoUseAfterFree --max-states 5");
        assert_eq!(code, 24);
        assert!(text.contains("more than 5 distinct states"), "{text}");
    }

    #[test]
    fn a_listing_of_ones_own_is_named_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let run = |line: &str| oomspec(folder.path(), line);
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
        let listing = run("show v4.15").1;
        let scenario = std::fs::read_to_string(super::common::spec_folder().join("scenarios/aio-never-alone.c"));
        write("mine.c", &listing);
        write(
            "own.c",
            &scenario.expect("a scenario").replace("aio-never-alone", "own"),
        );
        assert_eq!(
            run("certify mine.c -s own.c -p NoDeadlock -o a.json"),
            (0, String::new())
        );
        let (code, text) = run("verify a.json --listing mine.c --scenario own.c");
        assert_eq!(code, 0, "{text}");
        // Without them the names mean what the spec has.
        let (code, text) = run("verify a.json --scenario own.c");
        assert_eq!(code, 24);
        assert!(text.contains("texts, listing"), "{text}");
        assert_eq!(run("verify a.json --listing mine.c").0, 150);
        write("mine.c", &(listing + "/* changed */\n"));
        let (code, text) = run("verify a.json --listing mine.c --scenario own.c");
        assert_eq!(code, 24);
        assert!(text.contains("its text has changed"), "{text}");
    }
}

#[test]
fn what_verifies_does_not_use_what_searches() {
    let root = common::spec_folder().join("../src/certificate");
    let mut files = vec![root.join("format.rs"), root.join("packed.rs"), root.join("texts.rs")];
    let folder = std::fs::read_dir(root.join("verify")).expect("a folder");
    files.extend(folder.map(|entry| entry.expect("an entry").path()));
    assert!(files.len() > 10);
    const MAY: [&str; 9] = [
        "c::library::Listing",
        "certificate::format",
        "certificate::packed",
        "check::concrete::Variable",
        "check::property",
        "check::theory",
        "machine",
        "source",
        "spec",
    ];
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a text");
        // Also paths in the middle of the code, and one line of a `use` at a time.
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for path in code.flat_map(|line| line.split("crate::").skip(1)) {
            let known = MAY.iter().chain(&["tla"]).any(|may| path.starts_with(may));
            assert!(known, "{}: crate::{path}", file.display());
        }
        assert!(!text.contains("super::super::super"), "{}", file.display());
        assert!(
            !text.contains("super::make") && !text.contains("certificate::make"),
            "{}",
            file.display()
        );
    }
}
