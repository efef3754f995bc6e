//! Certificates: what a search finds can be checked without it, and what has been tampered with cannot.

mod common;

use std::sync::atomic::{AtomicUsize, Ordering};

use oomspec::certificate::format::{Certificate, Claim, Evidence, States, StepLabel};
use oomspec::certificate::verify::{LookedAt, Refused, Verified, Verifier, read};
use oomspec::certificate::{Maker, verify};
use oomspec::check::{Finding, Verdict, findings};
use oomspec::machine::{Reached, Scratch, Shape};
use oomspec::model::properties::PropertyModule;
use oomspec::spec::Spec;

use common::certificates::{Made, built_in, made, packed, refusal};
use common::{Judge, in_full};

/// Of the built-in pairs, one in so many is looked at: another share of the scenarios for each protocol.
const ONE_IN: usize = 37;
/// Those with more states take most of the time, and are left to a run in full.
const MOST_STATES: usize = 15_000;

#[test]
fn built_in_verdicts_can_be_checked_again() {
    let spec = Spec::builtin();
    let pairs = common::built_in_pairs(&spec, ONE_IN);
    let (next, certificates, largest) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let judge = Judge::builtin();
                let verifier = Verifier::new(&judge.spec).expect("the modules");
                while let Some((protocol, scenario)) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let instance = judge.instance(protocol, scenario);
                    if !in_full() && common::graph(&instance, 1).distinct() > MOST_STATES {
                        continue;
                    }
                    let made = made(&verifier, instance);
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
    assert!(
        certificates.into_inner() > 10 * pairs.len(),
        "most verdicts have a certificate"
    );
    assert!(largest.into_inner() < 200_000, "certificates are small");
}

#[test]
fn a_certificate_finds_its_texts_by_name() {
    let (_, made) = built_in("v4.14", "foreign-mmput");
    let verified = verify(&Spec::builtin(), &made.of("NoUseAfterFree").to_json()).expect("a proof");
    assert_eq!(verified.claim, Claim::Violated);
    assert_eq!(verified.looked_at, LookedAt::Trace(35));
    assert_eq!(made.verdict("OomResolves"), Verdict::NotApplicable);
    assert!(made.refused["OomResolves"].contains("n/a after error"));
}

#[test]
fn after_an_error_nothing_is_said_about_the_end() {
    let (verifier, made) = built_in("v4.14", "foreign-mmput");
    let mut findings = made.findings.iter();
    let finding = findings.find(|finding| finding.property.name == "OomResolves");
    let mut finding = finding.expect("a property").clone();
    assert_eq!(finding.verdict, Verdict::NotApplicable);
    finding.verdict = Verdict::Holds;
    let maker = Maker::new(&made.instance, &verifier.modules, &made.graph);
    let certificate = maker
        .certificate(&finding)
        .expect("a ranking, since an error keeps the promise");
    let why = refusal(&verifier, &made, &certificate);
    assert!(why.contains("a run ends in an error here"), "{why}");
}

#[test]
fn a_set_that_is_not_embedded_is_walked_again() {
    let judge = Judge::builtin();
    let verifier = Verifier::new(&judge.spec).expect("the modules");
    let instance = judge.instance("v4.15", "aio-never-alone");
    let graph = common::graph(&instance, 1);
    let maker = Maker::new(&instance, &verifier.modules, &graph).embed_up_to(10);
    for finding in findings(&instance, &graph, &verifier.modules, &[]).expect("verdicts") {
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
        let maker = Maker::new(&made.instance, &verifier.modules, &graph);
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

/// A footprint took `f.x` for a field of the elements of `f`, and no state differed in that: such certificates were issued.
#[test]
fn a_false_claim_is_refused_however_the_formula_is_spelled() {
    let (mut verifier, made) = built_in("v4.14", "foreign-mmput");
    let mine = "---- MODULE Mine ----\nEXTENDS Properties\n\
                A1 == [](mm_struct[\"hog_mm\"].mm_users > 0)\n\
                A2 == [](mm_struct.hog_mm.mm_users > 0)\n\
                A3 == [](global[\"oom_reaper_list\"] = \"NULL\")\n\
                A4 == [](global.oom_reaper_list = \"NULL\")\n====\n";
    let spec = Spec::builtin();
    let library = |name: &str| match name {
        "Mine" => Some(mine.to_string()),
        _ => spec.module(name),
    };
    verifier.modules = vec![PropertyModule::load(&library, "Mine").expect("a module")];
    let found = findings(&made.instance, &made.graph, &verifier.modules, &[]).expect("verdicts");
    let maker = Maker::new(&made.instance, &verifier.modules, &made.graph);
    for name in ["A1", "A2", "A3", "A4"] {
        let finding = found.iter().find(|finding| finding.property.name == name);
        let finding = finding.expect("a finding").clone();
        assert_eq!(finding.verdict, Verdict::Violated, "{name}");
        let claimed = Finding {
            verdict: Verdict::Holds,
            ..finding
        };
        let certificate = maker.certificate(&claimed).expect("the states, as evidence");
        let why = refusal(&verifier, &made, &certificate);
        assert!(why.contains("violates the property"), "{name}: {why}");
    }
}

#[test]
fn evidence_about_one_kernel_proves_nothing_about_another() {
    let judge = Judge::builtin();
    let verifier = Verifier::new(&judge.spec).expect("the modules");
    let scenario = "foreign-mmput";
    let all: Vec<Made> = ["v4.14", "v4.15", "v4.17"]
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
fn a_trace_is_followed_step_by_step() {
    let (verifier, made) = built_in("v4.14", "foreign-mmput");
    let certificate = made.of("NoUseAfterFree");
    let Evidence::Trace(steps) = certificate.evidence.clone() else {
        panic!("a trace");
    };
    let with = |steps: Vec<StepLabel>| Certificate {
        evidence: Evidence::Trace(steps),
        ..certificate.clone()
    };
    let mut shorter = steps.clone();
    shorter.pop();
    assert!(refusal(&verifier, &made, &with(shorter)).contains("does not violate"));
    let mut longer = steps.clone();
    longer.push(steps[0].clone());
    assert!(refusal(&verifier, &made, &with(longer)).contains("step 36"));
    let mut other = steps.clone();
    other[7] = StepLabel("nobody".into());
    assert_eq!(
        refusal(&verifier, &made, &with(other)),
        "step 8: there is no thread `nobody`"
    );
    let mut outcome = steps.clone();
    outcome[0] = StepLabel(format!("{} 4000000000", steps[0].0));
    assert!(refusal(&verifier, &made, &with(outcome)).starts_with("step 1: "));
    assert!(refusal(&verifier, &made, &with(vec![])).contains("does not violate"));
    // To stay in the bad state for ever violates the formula as well; an error of the language takes a trace.
    let lasso = |certificate: Certificate| Certificate {
        verdict: Claim::Violated,
        evidence: Evidence::Lasso {
            steps: steps.clone(),
            loop_start: steps.len(),
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
    let with = |steps: &[StepLabel], loop_start: usize| Certificate {
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
    let found = findings(&instance, &graph, &verifier.modules, &["NoDeadlock".into()]).expect("verdicts");
    let maker = Maker::new(&instance, &verifier.modules, &graph);
    let certificate = maker.certificate(&found[0]).expect("a certificate");
    let all: Vec<Vec<u64>> = (0..graph.distinct() as u32).map(|id| graph.state(id)).collect();
    let mut states: Vec<&[u64]> = all.iter().map(Vec::as_slice).collect();
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

/// Whether a trace or a set proves the same as before, judged without the verifier.
fn still_proves(made: &Made, original: &Certificate, changed: &Certificate) -> bool {
    let machine = &made.instance.machine;
    match (&original.evidence, &changed.evidence) {
        (Evidence::Trace(_), Evidence::Trace(steps)) => {
            let label = |step: &StepLabel| {
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
        let step = text.len() / 300 + 1;
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
    assert!(refused(&field("\"v4.15\"", "\"nobody\"")).contains("there is no protocol"));
    assert!(refused(&field("\"aio-never-alone\"", "\"aio-never\"")).contains("its text has changed"));
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
            let mut state = graph.state(id as u32);
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

#[test]
fn what_verifies_does_not_use_what_searches() {
    let root = common::spec_folder().join("../src/certificate");
    let mut files = vec![root.join("format.rs"), root.join("packed.rs"), root.join("texts.rs")];
    let folder = std::fs::read_dir(root.join("verify")).expect("a folder");
    files.extend(folder.map(|entry| entry.expect("an entry").path()));
    assert!(files.len() > 10);
    const MAY: [&str; 7] = [
        "c::library::Listing",
        "certificate::format",
        "certificate::packed",
        "machine",
        "model",
        "source",
        "spec",
    ];
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a text");
        // Also paths in the middle of the code, and one line of a `use` at a time.
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for path in code.clone().flat_map(|line| line.split("crate::").skip(1)) {
            let known = MAY.iter().chain(&["tla"]).any(|may| path.starts_with(may));
            assert!(known, "{}: crate::{path}", file.display());
        }
        // What a formula looks at is the search's business: here it is evaluated in every state.
        for word in ["ootprint", ".bits(", "labelling", "partition"] {
            assert!(
                !code.clone().any(|line| line.contains(word)),
                "{}: {word}",
                file.display()
            );
        }
        assert!(!text.contains("super::super::super"), "{}", file.display());
        assert!(
            !text.contains("super::make") && !text.contains("certificate::make"),
            "{}",
            file.display()
        );
    }
}
