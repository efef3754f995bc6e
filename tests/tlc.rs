//! TLC against us: every protocol in every scenario, random programs, and proof that a difference would be seen.
//!
//! Needs `tla2tools.jar`: in `OOMSPEC_TLC`, or under `target/`. With `OOMSPEC_REQUIRE=tlc`, as `.ci/run` sets it, everything is asked;
//! without it, a few small graphs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use oomspec::check::{Checked, Verdict, check};
use oomspec::explore::{Limits, explore};
use oomspec::export::tla::{Export, export};
use oomspec::machine::program::Instr;
use oomspec::machine::{Machine, Reached};
use oomspec::model::Instance;
use oomspec::model::properties::PropertyModule;
use oomspec::spec::Spec;
use oomspec::tlc::{Agreement, Answer, Asked, Job, Options, RunError, Scope, Table, compare, run};

use common::choosing::{CASES, QUESTIONS, module, program, random};
use common::peers::{required, say};
use common::programs::{Writer, instance};
use common::tlc::jar;

mod common;

/// Larger graphs take TLC about a minute or more for the search of fair cycles, where two share two processors:
/// `oomspec tlc` asks that.
const WITH_LASSOS: usize = 6_000;
/// What is asked where nobody requires more.
const SMALL: usize = 700;
/// So many are asked, always the same; `oomspec tlc --resume` asks all.
const SAMPLE: usize = 12;

fn options(jar: PathBuf) -> Options {
    Options {
        jar,
        timeout: Duration::from_secs(900),
    }
}

fn built_in(spec: &Spec, protocol: &str, scenario: &str) -> Instance {
    let protocol = spec.protocol(protocol).expect("a protocol");
    let scenario = spec.scenario(scenario).expect("a scenario");
    spec.instance(&protocol, &scenario).expect("an instance")
}

fn checked(instance: Instance, modules: &[PropertyModule]) -> Checked {
    let limits = Limits {
        threads: 1,
        ..Limits::default()
    };
    check(instance, modules, limits, &[], &|_, _| {}).expect("answers")
}

fn ask(options: &Options, checked: &Checked, export: &Export, scope: Scope) -> Result<Agreement, RunError> {
    let folder = tempfile::tempdir().expect("a folder");
    let asked = Asked { checked, export, scope };
    compare(options, folder.path(), &asked)
}

/// Properties of every kind are broken by an error of their name, there too.
#[test]
fn the_errors_of_a_name_agree_with_tlc() {
    let Some(jar) = jar() else { return };
    let options = options(jar);
    let spec = Spec::builtin();
    let modules = [spec.properties().expect("modules")];
    let scenario = spec.scenario("quick-exit").expect("a scenario");
    for name in [
        "SkipMeansGone",
        "NoNeedlessKill",
        "OomResolves",
        "Refines",
        "NoDeadlock",
        "MyOwn",
    ] {
        let text = format!(
            "/** @protocol mine */\n#include \"v4.15.c\"\nvoid exit_mmap(struct mm_struct *mm)\n{{\n\tBUG_ON(true, {name});\n\
             \tmunlock_all(mm);\n\tunmap_vmas(mm);\n\tfree_pgtables(mm);\n\tremove_vmas(mm);\n}}\n"
        );
        let instance = spec.instance(&common::listing(&text), &scenario).expect("an instance");
        let checked = checked(instance, &modules);
        let export = export(&checked.instance, &modules).expect("an export");
        let agreement = ask(&options, &checked, &export, Scope::All).expect("answers");
        assert!(
            agreement.disagreements.is_empty(),
            "{name}: {:?}",
            agreement.disagreements
        );
        let broken = agreement
            .rows
            .iter()
            .find(|row| row.property == name)
            .expect("it was asked");
        assert!(matches!(broken.there, Answer::Violated(_)), "{name}: {broken:?}");
    }
}

/// What TLC has answered is about the very texts of today, and about the graphs of today.
#[test]
fn the_table_speaks_of_the_texts_of_today() {
    let spec = Spec::builtin();
    let modules = [spec.properties().expect("modules")];
    let table = Table::parse(include_str!("../proofs/tlc.json")).expect("a table");
    for (number, record) in table.records.iter().enumerate() {
        let (protocol, scenario) = (&record.protocol, &record.scenario);
        let instance = built_in(&spec, protocol, scenario);
        let export = export(&instance, &modules).expect("an export");
        let stale = "run `oomspec tlc --resume`";
        assert!(
            record.is_of(&export),
            "the table speaks of another {protocol} in {scenario}: {stale}"
        );
        if number % 10 != 0 {
            continue;
        }
        let checked = checked(instance, &modules);
        let counts = (checked.counts.distinct, checked.counts.depth);
        assert_eq!((record.distinct_tlc, record.depth), counts, "{protocol} in {scenario}");
        for (property, answer) in &record.properties {
            let mut findings = checked.findings.iter();
            let finding = findings.find(|finding| finding.property.name == *property);
            let violated = finding.expect("a finding").verdict == Verdict::Violated;
            assert_eq!(violated, answer.starts_with("violated"), "{property}");
        }
    }
}

#[test]
fn built_in_checks_agree_with_tlc() {
    let Some(jar) = jar() else { return };
    let options = options(jar);
    let spec = Spec::builtin();
    let modules = [spec.properties().expect("modules")];
    let sample = spec.protocols().len() * spec.scenarios().len() / SAMPLE;
    let asked = common::built_in_pairs(&spec, if required("tlc") { sample } else { 8 });
    let asked = asked
        .into_iter()
        .map(|(protocol, scenario)| checked(built_in(&spec, &protocol, &scenario), &modules));
    let mut pairs: Vec<Checked> = match required("tlc") {
        true => asked.collect(),
        false => asked
            .filter(|checked| checked.counts.distinct <= SMALL)
            .take(4)
            .collect(),
    };
    say(&format!(
        "{} graphs are asked; OOMSPEC_REQUIRE=tlc asks about {SAMPLE}",
        pairs.len()
    ));
    assert!(!pairs.is_empty());
    // The long ones first, so that both processors are busy to the end.
    pairs.sort_by_key(|checked| std::cmp::Reverse(checked.counts.distinct));
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(checked) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let name = format!("{} in {}", checked.instance.protocol, checked.instance.scenario);
                    let scope = match checked.counts.distinct {
                        0..=WITH_LASSOS => Scope::All,
                        states => {
                            say(&format!(
                                "{name} has {states} states: `oomspec tlc` asks for its lassos, this test does not"
                            ));
                            Scope::Safety
                        }
                    };
                    let export = export(&checked.instance, &modules).expect("an export");
                    let says = match ask(&options, checked, &export, scope) {
                        Ok(agreement) => agreement.disagreements,
                        Err(error) => vec![error.to_string()],
                    };
                    let mut wrong = wrong.lock().expect("no panic");
                    wrong.extend(says.into_iter().map(|what| format!("{name}: {what}")));
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("no panic");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_outcome_of_choose_is_forced_in_tlc_either() {
    let Some(jar) = jar() else { return };
    let options = options(jar);
    let cases = CASES.iter().map(|case| {
        let tasks = case.tasks.iter().map(ToString::to_string).collect();
        (tasks, case.formulas())
    });
    let randomly = (1_000..1_000 + CHOOSING).map(|seed| (random(seed), QUESTIONS.to_vec()));
    let mut programs: Vec<(Vec<String>, Vec<&str>)> = cases.chain(randomly).collect();
    if !required("tlc") {
        programs.truncate(2);
    }
    for (tasks, formulas) in programs {
        let modules = [module(&formulas)];
        let checked = checked(program(&tasks), &modules);
        let export = export(&checked.instance, &modules).expect("an export");
        let agreement = ask(&options, &checked, &export, Scope::All).expect("an answer");
        let disagreements = agreement.disagreements.join("\n");
        assert!(disagreements.is_empty(), "{}:\n{disagreements}", tasks.join(" | "));
    }
}

#[test]
fn a_guard_dropped_from_the_export_is_caught() {
    let Some(jar) = jar() else { return };
    let spec = Spec::builtin();
    let modules = [spec.properties().expect("modules")];
    let checked = checked(built_in(&spec, "v4.13", "lock-held"), &modules);
    let mut export = export(&checked.instance, &modules).expect("an export");
    let guard = "  /\\ mutex[\"oom_lock\"].owner = \"NULL\"\n";
    assert!(export.module.contains(guard), "the guard is there to be dropped");
    export.module = export.module.replacen(guard, "", 1);
    let agreement = ask(&options(jar), &checked, &export, Scope::Safety).expect("an answer");
    assert!(!agreement.disagreements.is_empty());
}

#[test]
fn an_effect_dropped_from_the_machine_is_caught() {
    let Some(jar) = jar() else { return };
    let spec = Spec::builtin();
    let modules = [spec.properties().expect("modules")];
    let intact = built_in(&spec, "v4.13", "lock-held");
    let mut program = intact.machine.program.clone();
    let lost = program
        .fields
        .iter()
        .position(|field| field.name == "on_freelist")
        .expect("the field");
    let mut dropped = 0;
    for thread in &mut program.threads {
        for instr in &mut thread.code {
            if matches!(instr, Instr::Store { field, .. } if *field == lost) {
                *instr = Instr::Returned(oomspec::machine::program::Operand::Const(0));
                dropped += 1;
            }
        }
    }
    assert!(dropped > 0, "the effect is there to be dropped");
    let broken = Instance {
        machine: Machine::new(program),
        ..intact.clone()
    };
    let checked = checked(broken, &modules);
    let export = export(&intact, &modules).expect("an export");
    let agreement = ask(&options(jar), &checked, &export, Scope::Safety).expect("an answer");
    assert!(!agreement.disagreements.is_empty());
}

/// Random programs that choose and are asked for lassos.
const CHOOSING: u64 = 15;
/// Random programs that are compared.
const PROGRAMS: usize = 200;
/// So many share a module, and a JVM.
const BATCH: usize = 20;
/// Larger graphs are left out.
const MOST_STATES: usize = 400;

/// What can be compared of a graph: states, depth, and every end that was reached.
#[derive(Debug, Default, PartialEq, Eq, Clone)]
struct Facts {
    states: usize,
    depth: usize,
    ends: BTreeSet<String>,
}

fn facts(machine: &Machine) -> Option<Facts> {
    let limits = Limits {
        threads: 1,
        max_states: MOST_STATES,
        ..Limits::default()
    };
    let graph = explore(machine, limits, &|_, _| {});
    if graph.is_cut() {
        return None;
    }
    let ends = (0..graph.distinct() as u32).filter_map(|state| match machine.reached(&graph.state(state)) {
        Reached::Nothing => None,
        Reached::Panic => Some("panic".to_string()),
        Reached::Error(error) => {
            let function = &machine.program.functions[error.function].name;
            Some(format!("{} {function} {}", error.kind.words(), error.line))
        }
    });
    Some(Facts {
        states: graph.distinct(),
        depth: graph.depth(),
        ends: ends.collect(),
    })
}

#[test]
fn random_programs_have_the_same_states_in_tlc() {
    let Some(jar) = jar() else { return };
    let options = options(jar);
    let mut random = 2017u64;
    let mut programs = Vec::new();
    let mut uses = BTreeMap::from([("await(", 0), ("choose(", 0), ("kfree(", 0), ("take(&", 0), ("run1", 0)]);
    while programs.len() < PROGRAMS {
        let mut tape = Vec::new();
        for _ in 0..120 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            tape.push((random >> 56) as u8);
        }
        let text = Writer::program(&tape);
        let Ok(mut instance) = instance(&text) else { continue };
        // A program of one state says nothing.
        let Some(facts) = facts(&instance.machine).filter(|facts| facts.states > 5) else {
            continue;
        };
        instance.protocol = format!("program{}", programs.len());
        for (word, count) in &mut uses {
            let own = text.matches(*word).count() > instance_prelude(word);
            *count += usize::from(own);
        }
        programs.push((instance, facts, text));
    }
    assert!(uses.values().all(|&count| count >= PROGRAMS / 20), "{uses:?}");
    let (mut compared, mut errors) = (0, 0);
    for batch in programs.chunks(BATCH) {
        let found = match together(&options, batch.iter().map(|(instance, ..)| instance)) {
            Ok(found) => found,
            // TLC's numbers have 32 bits: a program whose numbers are larger is not compared, and says so.
            Err(_) => {
                let alone = batch.iter().map(|(instance, ..)| together(&options, [instance]));
                let alone = alone.map(|found| match found {
                    Ok(mut found) => found.pop().flatten(),
                    Err(RunError::Failed(text)) if text.to_lowercase().contains("overflow") => None,
                    Err(error) => panic!("{error}"),
                });
                alone.collect()
            }
        };
        for ((_, ours, text), theirs) in batch.iter().zip(found) {
            let Some(theirs) = theirs else { continue };
            assert_eq!(*ours, theirs, "{text}");
            compared += 1;
            errors += usize::from(!ours.ends.is_empty());
        }
    }
    say(&format!(
        "{compared} programs compared, {errors} of them reach an error"
    ));
    assert!(
        compared >= PROGRAMS * 19 / 20 && errors >= PROGRAMS / 10,
        "{compared} {errors}"
    );
}

/// How often the prelude of every program has a word.
fn instance_prelude(word: &str) -> usize {
    Writer::program(&[]).matches(word).count()
}

/// Several programs in one module: a variable says which one runs, and each state prints what it is.
fn together<'a>(
    options: &Options,
    programs: impl IntoIterator<Item = &'a Instance>,
) -> Result<Vec<Option<Facts>>, RunError> {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut instances, mut init, mut next, mut variables) =
        (String::new(), String::new(), String::new(), String::new());
    let mut count = 0;
    for (number, instance) in programs.into_iter().enumerate() {
        let export = export(instance, &[]).expect("an export");
        for (name, text) in export.files() {
            std::fs::write(folder.path().join(name), text).expect("a file");
        }
        variables = export
            .module
            .lines()
            .find(|line| line.starts_with("VARIABLES"))
            .expect("variables")
            .to_string();
        instances += &format!("P{number} == INSTANCE {}\n", export.name);
        init += &format!("  \\/ which = {number} /\\ P{number}!Init\n");
        next += &format!("  \\/ which = {number} /\\ UNCHANGED which /\\ P{number}!Next\n");
        count += 1;
    }
    let module = format!(
        "---- MODULE Batch ----\nEXTENDS Integers, TLC\n{variables}, which\n{instances}\nInit ==\n{init}\nNext ==\n{next}\n\
         Seen == PrintT(<<which, TLCGet(\"level\"), error.property, error.kind, error.function, error.line>>)\n====\n"
    );
    std::fs::write(folder.path().join("Batch.tla"), module).expect("a file");
    std::fs::write(
        folder.path().join("Batch.cfg"),
        "INIT Init\nNEXT Next\nINVARIANT Seen\n",
    )
    .expect("a file");
    let job = Job {
        module: "Batch",
        config: "Batch.cfg",
        deadlock: false,
        optimise: false,
    };
    let report = run(options, folder.path(), job)?;
    let mut found = vec![Facts::default(); count];
    for line in report
        .printed
        .iter()
        .filter_map(|line| line.strip_prefix("<<")?.strip_suffix(">>"))
    {
        let parts: Vec<&str> = line.split(", ").map(|part| part.trim_matches('"')).collect();
        let [which, level, property, kind, function, line] = parts.as_slice() else {
            panic!("{line}");
        };
        let facts = &mut found[which.parse::<usize>().expect("a number")];
        facts.states += 1;
        // The level is that of the state before.
        facts.depth = facts.depth.max(level.parse::<usize>().expect("a level") + 1);
        match *property {
            "none" => {}
            "panic" => drop(facts.ends.insert("panic".to_string())),
            _ => drop(facts.ends.insert(format!("{kind} {function} {line}"))),
        }
    }
    assert_eq!(found.iter().map(|facts| facts.states).sum::<usize>(), report.distinct);
    Ok(found.into_iter().map(Some).collect())
}
