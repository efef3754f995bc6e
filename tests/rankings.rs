//! Why nobody stays where a promise is unkept: rankings, against a second judgement of them, and for formulas of all forms.

mod common;

use std::collections::BTreeMap;

use oomspec::certificate::Maker;
use oomspec::certificate::format::{Broken, Certificate, Claim, Evidence, Ranking, States};
use oomspec::certificate::verify::Verifier;
use oomspec::check::{Finding, Verdict, findings};

use common::Judge;
use common::certificates::{Made, built_in, made, packed, ranks, refusal};

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

    for (number, broken) in progress[0].classes.iter().enumerate().step_by(5) {
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

#[test]
fn without_strong_fairness_a_ranking_breaks_down() {
    const WEAK: [(&str, &str, &str); 3] = [
        ("kernel/mutex.h", "__acquires(lock) __strongly_fair", "__acquires(lock)"),
        (
            "kernel/rwsem.h",
            "__acquires_shared(sem) __strongly_fair",
            "__acquires_shared(sem)",
        ),
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

/// The certificate with 0 for the rank of one state: every rank is needed.
fn without_a_rank(certificate: &Certificate, which: usize) -> Option<Certificate> {
    let mut changed = certificate.clone();
    let Evidence::States {
        set: States::Embedded { count, .. },
        progress,
    } = &mut changed.evidence
    else {
        return None;
    };
    let ranking = progress.first_mut()?;
    let mut numbers = ranks(&ranking.ranks, *count);
    let ranked: Vec<usize> = (0..numbers.len()).filter(|&state| numbers[state] > 0).collect();
    numbers[*ranked.get(which * 7919 % ranked.len().max(1))?] = 0;
    let rows: Vec<&[u64]> = numbers.chunks(1).collect();
    ranking.ranks = packed(&rows);
    Some(changed)
}

#[test]
fn formulas_of_all_forms_are_certified_or_declined() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("Mine.tla");
    std::fs::write(&path, module()).expect("a module");
    let judge = Judge::builtin();
    let mut verifier = Verifier::new(&judge.spec).expect("the modules");
    let module = judge.spec.properties_of(&path);
    verifier.modules = vec![module.unwrap_or_else(|errors| panic!("{}", errors.render(false)))];
    let (mut holds, mut violated, mut declined) = (0, 0, 0);
    let pairs = [("v4.13", "released-victim"), ("2017-07-25-no-give-up", "lock-held")];
    for (protocol, scenario) in pairs {
        let instance = judge.instance(protocol, scenario);
        let graph = common::graph(&instance, 1);
        let maker = Maker::new(&instance, &verifier.modules, &graph);
        for finding in findings(&instance, &graph, &verifier.modules, &[]).expect("verdicts") {
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
                    if let Some(certificate) = without_a_rank(&certificate, holds) {
                        assert!(verifier.about(&instance, &certificate).is_err(), "{what}");
                    }
                }
                (_, Err(error)) => {
                    declined += 1;
                    assert!(error.message.contains("formula of this form"), "{what}: {error:?}");
                }
            }
        }
    }
    assert!(
        holds > 50 && violated > 50 && declined > 2,
        "{holds} {violated} {declined}"
    );
}

/// Evidence with a ranking, in numbers: by state, and in the ranking of a class by state of the class that is left.
#[derive(Clone)]
struct Ranks {
    numbers: Vec<u64>,
    reasons: Vec<Reason>,
}

#[derive(Clone)]
enum Reason {
    Weak(String),
    Never(usize),
    Strong(String, Ranks),
}

/// A second judgement of rankings, by their definition, on the search's own graph.
struct Oracle<'a> {
    made: &'a Made,
    /// In the order of a certificate.
    states: Vec<u32>,
    /// By state, in that order: the steps, each with the thread.
    steps: Vec<Vec<(String, usize)>>,
}

impl<'a> Oracle<'a> {
    fn new(made: &'a Made) -> Self {
        let graph = &made.graph;
        let mut states: Vec<u32> = (0..graph.distinct() as u32).collect();
        states.sort_by_cached_key(|&id| graph.state(id));
        let mut place = vec![0; states.len()];
        for (number, &id) in states.iter().enumerate() {
            place[id as usize] = number;
        }
        let threads = &made.instance.machine.program.threads;
        let steps = states.iter().map(|&id| {
            let edges = graph.edges(id);
            edges
                .map(|edge| {
                    (
                        threads[edge.label.thread as usize].name.clone(),
                        place[edge.to as usize],
                    )
                })
                .collect()
        });
        Oracle {
            steps: steps.collect(),
            states,
            made,
        }
    }

    fn fair(&self, thread: &str, strong: bool) -> bool {
        let threads = &self.made.instance.machine.program.threads;
        threads.iter().any(|known| {
            let strongly = known.points.iter().any(|point| point.strongly_fair);
            known.name == thread && known.fair && (strongly || !strong)
        })
    }

    /// The thread stands before a strongly fair step.
    fn waits(&self, thread: &str, state: usize) -> bool {
        let machine = &self.made.instance.machine;
        let mut threads = machine.program.threads.iter();
        let id = threads.position(|known| known.name == thread).expect("a thread");
        let point = machine.point(&self.made.graph.state(self.states[state]), id);
        point.is_some_and(|point| point.strongly_fair)
    }

    fn has_step(&self, thread: &str, state: usize) -> bool {
        self.steps[state].iter().any(|(who, _)| who == thread)
    }

    /// Whether a ranking of exactly these states shows what it should; steps out of them are none of its business.
    fn accepts(&self, members: &[usize], ranks: &Ranks) -> bool {
        let rank: BTreeMap<usize, u64> = members.iter().copied().zip(ranks.numbers.iter().copied()).collect();
        let known = 1..=ranks.reasons.len() as u64;
        let descends = members.iter().all(|&state| {
            let mut inside = self.steps[state].iter().filter_map(|(_, to)| rank.get(to));
            known.contains(&rank[&state]) && inside.all(|&to| to <= rank[&state])
        });
        descends
            && ranks.reasons.iter().enumerate().all(|(number, reason)| {
                let class = |state: &usize| rank.get(state) == Some(&(number as u64 + 1));
                let class: Vec<usize> = members.iter().copied().filter(class).collect();
                !class.is_empty() && self.breaks(&class, reason)
            })
    }

    fn breaks(&self, class: &[usize], reason: &Reason) -> bool {
        let takes = |thread: &str, state: usize| {
            let mut steps = self.steps[state].iter();
            steps.any(|(who, to)| who == thread && class.contains(to))
        };
        match reason {
            Reason::Never(_) => false,
            Reason::Weak(thread) => {
                self.fair(thread, false)
                    && class
                        .iter()
                        .all(|&state| self.has_step(thread, state) && !takes(thread, state))
            }
            Reason::Strong(thread, rest) => {
                let enabled = |state: usize| self.waits(thread, state) && self.has_step(thread, state);
                let left: Vec<usize> = class.iter().copied().filter(|&state| !enabled(state)).collect();
                self.fair(thread, true)
                    && left.len() < class.len()
                    && class
                        .iter()
                        .all(|&state| !self.waits(thread, state) || !takes(thread, state))
                    && left.len() == rest.numbers.len()
                    && self.accepts(&left, rest)
            }
        }
    }
}

impl Ranks {
    fn of(oracle: &Oracle, members: &[usize], numbers: Vec<u64>, ranking: &Ranking) -> Self {
        let reason = |(number, broken): (usize, &Broken)| match broken {
            Broken::Weak(thread) => Reason::Weak(thread.clone()),
            Broken::Never(number) => Reason::Never(*number),
            Broken::Strong { thread, rest } => {
                let class = members
                    .iter()
                    .zip(&numbers)
                    .filter(|(_, rank)| **rank == number as u64 + 1);
                let enabled = |state: usize| oracle.waits(thread, state) && oracle.has_step(thread, state);
                let left: Vec<usize> = class
                    .map(|(&state, _)| state)
                    .filter(|&state| !enabled(state))
                    .collect();
                let inner = ranks(&rest.ranks, left.len());
                Reason::Strong(thread.clone(), Ranks::of(oracle, &left, inner, rest))
            }
        };
        let reasons = ranking.classes.iter().enumerate().map(reason).collect();
        Ranks { numbers, reasons }
    }

    /// The ranking in a certificate; `all` gives it a row for each state of the set.
    fn ranking(&self, all: impl Fn(&[u64]) -> Vec<u64>) -> Ranking {
        let numbers = all(&self.numbers);
        let rows: Vec<&[u64]> = numbers.chunks(1).collect();
        let broken = |reason: &Reason| match reason {
            Reason::Weak(thread) => Broken::Weak(thread.clone()),
            Reason::Never(number) => Broken::Never(*number),
            Reason::Strong(thread, rest) => Broken::Strong {
                thread: thread.clone(),
                rest: rest.ranking(<[u64]>::to_vec),
            },
        };
        Ranking {
            ranks: packed(&rows),
            classes: self.reasons.iter().map(broken).collect(),
        }
    }

    /// Changes one thing, here or in a ranking inside.
    fn mutate(&mut self, random: &mut impl FnMut(usize) -> usize, threads: &[String]) {
        let classes = self.reasons.len();
        if let Reason::Strong(_, rest) = &mut self.reasons[random(classes)]
            && !rest.numbers.is_empty()
            && random(3) > 0
        {
            return rest.mutate(random, threads);
        }
        let (one, other) = (random(classes), random(classes));
        let thread = || threads[0].clone();
        match random(5) {
            0 => {
                let state = random(self.numbers.len());
                self.numbers[state] = random(classes + 2) as u64;
            }
            // Classes change places, with their reasons: only the order may be wrong.
            1 => {
                self.reasons.swap(one, other);
                let (one, other) = (one as u64 + 1, other as u64 + 1);
                for number in &mut self.numbers {
                    *number = match *number {
                        number if number == one => other,
                        number if number == other => one,
                        number => number,
                    };
                }
            }
            2 => self.reasons[one] = Reason::Weak(thread()),
            3 => self.reasons[one] = self.reasons[other].clone(),
            // A class and the one below become one.
            _ => {
                let above = one as u64;
                for number in self.numbers.iter_mut().filter(|number| **number > above && above > 0) {
                    *number -= 1;
                }
                if above > 0 {
                    self.reasons.remove(one - random(2));
                }
            }
        }
    }
}

#[test]
fn changed_rankings_are_accepted_exactly_if_they_are_right() {
    let mut seed = 7u64;
    let mut random = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below.max(1) as u64) as usize
    };
    let (mut right, mut wrong, mut strong) = (0, 0, 0);
    let cases = [
        ("v4.15", "alone", "MemoryReaped"),
        ("v4.15", "alone", "ReaperNeverStuck"),
        ("v4.14", "aio-never", "OomResolves"),
        ("v4.14", "aio-never", "MemoryReaped"),
    ];
    for (protocol, scenario, property) in cases {
        let (verifier, made) = built_in(protocol, scenario);
        let certificate = made.of(property);
        let Evidence::States { set, progress } = certificate.evidence.clone() else {
            panic!("a set");
        };
        let oracle = Oracle::new(&made);
        let count = oracle.states.len();
        let all = ranks(&progress[0].ranks, count);
        let members: Vec<usize> = (0..count).filter(|&state| all[state] > 0).collect();
        let numbers = members.iter().map(|&state| all[state]).collect();
        let original = Ranks::of(&oracle, &members, numbers, &progress[0]);
        assert!(oracle.accepts(&members, &original));
        strong += original
            .reasons
            .iter()
            .filter(|reason| matches!(reason, Reason::Strong(..)))
            .count();
        let mut threads: Vec<String> = made
            .instance
            .machine
            .program
            .threads
            .iter()
            .map(|t| t.name.clone())
            .collect();
        let rounds = if common::in_full() { 60 } else { 20 };
        for round in 0..rounds {
            threads.rotate_left(1);
            let mut ranks = original.clone();
            ranks.mutate(&mut random, &threads);
            let in_set = |numbers: &[u64]| {
                let mut all = vec![0; count];
                members
                    .iter()
                    .zip(numbers)
                    .for_each(|(&state, &rank)| all[state] = rank);
                all
            };
            let evidence = Evidence::States {
                set: set.clone(),
                progress: vec![ranks.ranking(in_set)],
            };
            let changed = Certificate {
                evidence,
                ..certificate.clone()
            };
            let expected = oracle.accepts(&members, &ranks);
            let result = verifier.about(&made.instance, &changed);
            assert_eq!(result.is_ok(), expected, "{protocol}, {property}, {round}: {result:?}");
            if expected { right += 1 } else { wrong += 1 }
        }
    }
    assert!(right > 5 && wrong > 20 && strong > 0, "{right} {wrong} {strong}");
}

#[test]
fn what_recurs_may_not_be_said_never_to_happen() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("Mine.tla");
    let text = "---- MODULE Mine ----\nEXTENDS Properties\nSettles == <>[]~Waiting\nNothing == <>[](Waiting \\/ ~Waiting)\n====\n";
    std::fs::write(&path, text).expect("a module");
    let judge = Judge::builtin();
    let mut verifier = Verifier::new(&judge.spec).expect("the modules");
    verifier.modules = vec![judge.spec.properties_of(&path).expect("the module")];
    let made = made(&verifier, judge.instance("v4.15", "aio-never-alone"));
    let Evidence::States { set, .. } = made.of("Nothing").evidence else {
        panic!("a set");
    };
    let one = vec![1; made.graph.distinct()];
    let rows: Vec<&[u64]> = one.chunks(1).collect();
    let ranking = Ranking {
        ranks: packed(&rows),
        classes: vec![Broken::Never(0)],
    };
    let with = |property: &str| Certificate {
        verdict: Claim::Holds,
        evidence: Evidence::States {
            set: set.clone(),
            progress: vec![ranking.clone()],
        },
        ..made.of(property)
    };
    let accepted = verifier.about(&made.instance, &with("Nothing"));
    assert!(accepted.is_ok(), "{accepted:?}");
    let why = refusal(&verifier, &made, &with("Settles"));
    assert!(why.contains("recurrence number 0 happens in state"), "{why}");
}
