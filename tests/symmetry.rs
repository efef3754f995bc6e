//! Threads that are alike: the states that stand for others stand for all that there are and for no others, and verdicts are the
//! same. What tells them apart is found, in the program and in the properties.

use std::collections::HashSet;
use std::process::Command;

use oomspec::check::{Checked, Symmetry, Verdict, check, check_orbits};
use oomspec::explore::{Limits, orbits, reach};
use oomspec::machine::{CanonicalScratch, Machine, Reached};
use oomspec::model::Instance;
use oomspec::model::properties::{Meaning, PropertyModule};
use oomspec::model::variables::Variable;
use oomspec::spec::Spec;
use oomspec::tla::{State, Temporal, Value, eval_predicate};

use common::programs::instance;
use common::random::Random;

mod common;

/// Names of what a check with `--symmetry` decides.
fn single(checked: &Checked) -> Vec<String> {
    let findings = checked.findings.iter();
    findings.map(|finding| finding.property.name.clone()).collect()
}

/// Both ways; they agree, and where one state stands for others these are all that there are.
fn agree(instance: &Instance, modules: &[PropertyModule]) -> Checked {
    let quiet = |_: usize, _: usize| {};
    let alike = check_orbits(instance.clone(), modules, Limits::default(), &[], &quiet).expect("answers");
    let plain = check(instance.clone(), modules, Limits::default(), &single(&alike), &quiet).expect("answers");
    assert_eq!(single(&plain), single(&alike));
    assert_eq!(plain.counts.depth, alike.counts.depth);
    for (plain, alike) in plain.findings.iter().zip(&alike.findings) {
        let name = &plain.property.name;
        assert_eq!(plain.verdict, alike.verdict, "{name}");
        let length = |finding: &oomspec::check::Finding| finding.counterexample.as_ref().map(|run| run.steps.len());
        assert_eq!(length(plain), length(alike), "{name}");
        if let Some(run) = &alike.counterexample {
            let states = instance.machine.replay(&run.steps);
            assert_eq!(states.len(), run.steps.len() + 1, "{name}: it is a run");
            let last = &states[run.steps.len()];
            match instance.machine.reached(last) {
                Reached::Error(error) if error.property == *name => {}
                _ => assert!(
                    is_false(&instance.machine, modules, name, last),
                    "{name} is false there"
                ),
            }
        }
    }
    if let Symmetry::Alike(families) = &alike.symmetry {
        assert!(families.iter().all(|threads| threads.len() > 1));
        stand_for(&instance.machine, plain.counts.distinct);
    }
    alike
}

/// The states that stand for others stand for so many; where these are few, they are looked at one by one.
fn stand_for(machine: &Machine, distinct: usize) {
    let quiet = |_: usize, _: usize| {};
    let found = orbits(machine, Limits::default(), &quiet).expect("they are alike");
    let (mut sorting, mut sum, mut images) = (CanonicalScratch::new(machine), 0, HashSet::new());
    for id in 0..found.graph.distinct() as u32 {
        let state = found.graph.state(id);
        let mut own = Vec::new();
        found
            .symmetry()
            .images(machine, &state, |image| own.push(image.to_vec()));
        own.sort();
        own.dedup();
        for image in &own {
            let mut canonical = image.clone();
            found.symmetry().canonical(machine, &mut canonical, &mut sorting);
            assert_eq!(canonical, state, "one state stands for all of them");
        }
        sum += own.len();
        if distinct <= FEW {
            images.extend(own);
        }
    }
    assert_eq!(sum, distinct);
    if distinct <= FEW {
        let all = reach(machine, Limits::default(), &quiet);
        let all: HashSet<Vec<u64>> = (0..all.distinct() as u32).map(|id| all.state(id)).collect();
        assert!(
            images == all,
            "{} states, and {} are stood for",
            all.len(),
            images.len()
        );
    }
}

/// States.
const FEW: usize = 50_000;

struct Seen<'a>(&'a Machine, Vec<Variable>, &'a [u64]);

impl State for Seen<'_> {
    fn variable(&self, index: usize) -> Value {
        self.1[index].value(self.0, self.2)
    }
}

/// True for a standstill, and if an invariant of this name is false.
fn is_false(machine: &Machine, modules: &[PropertyModule], name: &str, state: &[u64]) -> bool {
    for module in modules {
        let names = module.spec.variables().iter();
        let variables = names.map(|name| Variable::named(machine, name).expect("a variable"));
        let seen = Seen(machine, variables.collect(), state);
        for (property, meaning) in &module.formulas {
            if let (true, Meaning::Formula(Temporal::Always(inner))) = (property.name == name, meaning)
                && let Temporal::State(predicate) = &**inner
            {
                return !eval_predicate(predicate, &seen).expect("a value");
            }
        }
    }
    assert_eq!(name, "NoDeadlock");
    let (mut next, mut scratch) = (state.to_vec(), oomspec::machine::Scratch::new(machine));
    let mut steps = 0;
    machine.successors(state, &mut next, &mut scratch, |_, _, _| steps += 1);
    steps == 0
}

const WORKERS: &str = "
struct lock { bool taken; };
struct node { unsigned n : 2; struct worker *owner; };
struct worker { unsigned n : 2; bool done; struct node *at; struct lock lock; struct node own; };
struct worker w[3];
struct worker extra;
struct node shared, spare;
struct lock guard;
struct worker *last;
struct worker *list[3] = { &w[0], &w[1], &w[2] };
void take(struct lock *l) __atomic __acquires(l) { await(!l->taken); l->taken = true; }
void drop(struct lock *l) __atomic __releases(l) { l->taken = false; }
unsigned finished(void) __atomic
{
	unsigned i, sum = 0;
	for (i = 0; i < 3; i++)
		if (list[i]->done)
			sum++;
	return sum;
}
bool first_one(void) __atomic
{
	if (shared.n)
		return false;
	shared.n = 1;
	return true;
}
struct worker *first(void) __atomic
{
	unsigned i;
	for (i = 0; i < 3; i++)
		if (!list[i]->done)
			return list[i];
	return NULL;
}
void look(void)
{
	unsigned i;
	for (i = 0; i < 3; i++)
		if (list[i]->n == 2)
			shared.n = 1;
}
";

/// What does not tell workers apart.
const LIKE: [&str; 19] = [
    "current->n = 1;",
    "current->n = shared.n;",
    "shared.n = current->n;",
    "last = current;",
    "if (last == current) current->done = true;",
    "if (last) last->n = 2;",
    "take(&guard); last = current; drop(&guard);",
    "take(&current->lock); drop(&current->lock);",
    "shared.owner = current;",
    "current->at = &current->own;",
    "current->own.n = 1;",
    "if (current->at) current->at->n = 2;",
    "if (finished() == 2) current->n = 3;",
    "if (choose(2)) current->done = true;",
    "BUG_ON(finished() == 3);",
    "spare.owner->n = 1;",
    "current->n = current->n + 1;",
    "shared.n = shared.n + 1;",
    "if (last != current) kfree(last);",
];

/// What does, if it comes to that.
const UNLIKE: [&str; 4] = [
    "if (current == &w[1]) shared.n = 2;",
    "last = first();",
    "look();",
    "last = list[1];",
];

const FORMULAS: [&str; 20] = [
    "[](\\A x \\in DOMAIN worker : worker[x].n < 3)",
    "[](global.last = \"NULL\" \\/ worker[global.last].n < 2)",
    "[](\\E x \\in DOMAIN worker : ~worker[x].done)",
    "[](node[\"shared\"].owner = global.last \\/ node[\"shared\"].n = 0)",
    // These tell them apart, where that makes a difference.
    "[](worker[\"w[1]\"].n = 0)",
    "[]((CHOOSE x \\in DOMAIN worker : worker[x].done \\/ x = \"w[2]\") = \"w[2]\")",
    "[](worker[global.list[1]].n # 2)",
    // Of both kinds, in other forms.
    "[](\\A x, y \\in DOMAIN worker : x = y \\/ worker[x].n # 2 \\/ worker[y].n # 2)",
    "[](\\A x \\in DOMAIN worker : \\E y \\in DOMAIN worker \\ {x} : worker[y].n <= worker[x].n)",
    "[](Cardinality({x \\in DOMAIN worker : worker[x].done}) < 2)",
    "[](worker[\"w[0]\"].n = 0 \\/ worker[\"w[1]\"].n = 0)",
    "[](\\A x \\in {\"w[0]\", \"w[1]\"} : ~worker[x].done)",
    "[](\\E x \\in {\"w[0]\", \"w[1]\", \"w[2]\"} : ~worker[x].done)",
    "[]([x \\in DOMAIN worker |-> worker[x].n] # [x \\in DOMAIN worker |-> IF x = \"w[2]\" THEN 1 ELSE 0])",
    "[](\\A p \\in (DOMAIN worker) \\X (DOMAIN worker) : worker[p[1]].at = \"NULL\" \\/ p[1] # p[2])",
    "[](pc[\"w[0]\"] = \"Done\" => worker[\"w[0]\"].n < 2)",
    "[](\\A x \\in DOMAIN pc : pc[x] = \"Done\" => x = \"extra\" \\/ worker[x].n < 2)",
    "[](\\A x \\in DOMAIN held : held[x] = {} \\/ node[\"shared\"].n < 1)",
    "[](node[\"shared\"].owner \\in {\"NULL\", \"w[1]\"})",
    "[](global.last # \"w[0]\" /\\ global.last # \"w[1]\" /\\ global.last # \"w[2]\")",
];

fn module(formulas: &[&str]) -> PropertyModule {
    let mut module =
        "---- MODULE Asked ----\nEXTENDS Naturals, FiniteSets\nVARIABLES worker, node, global, pc, held\n".to_string();
    for (number, formula) in formulas.iter().enumerate() {
        module += &format!("\\* F{number}  formula {number}\nF{number} == {formula}\n");
    }
    let library = |name: &str| (name == "Asked").then(|| module.clone() + "====\n");
    PropertyModule::load(&library, "Asked").unwrap_or_else(|errors| panic!("{}", errors.render(false)))
}

fn program(body: &str, other: &str) -> Instance {
    let text = format!(
        "{WORKERS}void work(void) __task(w)\n{{\n\t{body}\n}}\nvoid other(void) __task(extra)\n{{\n\t{other}\n}}\n"
    );
    instance(&text).unwrap_or_else(|errors| panic!("{}\n{text}", errors.render(false)))
}

#[test]
fn random_workers_are_judged_as_without_symmetry() {
    let (mut alike, mut apart, mut violated) = (0, 0, 0);
    for seed in 0..if common::in_full() { 4_000 } else { 120 } {
        let mut random = Random(seed);
        let mut body = |most: usize, unlike: usize| -> String {
            let count = 1 + random.below(most);
            let statement = |_| match random.below(100) < unlike {
                true => random.one(&UNLIKE),
                false => random.one(&LIKE),
            };
            (0..count).map(statement).collect::<Vec<&str>>().join("\n\t")
        };
        let instance = program(&body(3, 8), &body(2, 20));
        let formulas = match seed % 3 {
            0 | 1 => vec![random.one(&FORMULAS)],
            _ => FORMULAS[..4].to_vec(),
        };
        let checked = agree(&instance, &[module(&formulas)]);
        let findings = checked.findings.iter();
        violated += findings.filter(|finding| finding.verdict == Verdict::Violated).count();
        match checked.symmetry {
            Symmetry::Alike(_) => alike += 1,
            _ => apart += 1,
        }
    }
    assert!(alike > 30 && apart > 30 && violated > 30, "{alike} {apart} {violated}");
}

#[test]
fn what_tells_them_apart_is_named() {
    let workers = [
        ("if (current == &w[1]) shared.n = 2;", FORMULAS[0], "random.c"),
        (
            "last = first(); current->done = true;",
            FORMULAS[0],
            "a step tells them apart",
        ),
        (
            "look(); current->n = 2;",
            FORMULAS[0],
            "their first state tells them apart",
        ),
        ("current->n = 1;", FORMULAS[4], "a property looks at one of them alone"),
        ("current->done = true;", FORMULAS[5], "a property tells them apart"),
        ("current->n = 2;", FORMULAS[6], "a property tells them apart"),
    ];
    for (body, formula, expected) in workers {
        let checked = agree(&program(body, "shared.n = 1;"), &[module(&[formula])]);
        let Symmetry::ToldApart(why) = &checked.symmetry else {
            panic!("{body} {formula}: nobody told them apart");
        };
        assert!(why.contains(expected), "{body} {formula}: {why}");
    }
}

/// Whoever is ahead of the others stands last in the states that stand for others: there, and only there, the set never grows.
#[test]
fn a_set_that_never_changes_in_what_is_explored_may_change_in_what_is_not() {
    let body = "if (first_one()) { current->n = 1; await(shared.n == 3); }";
    let set = "{1} \\cup (IF worker[\"w[0]\"].n = 0 THEN {} ELSE {2})";
    let checked = agree(
        &program(body, "last = NULL;"),
        &[module(&[&format!("[](\\A x \\in {set} : x = 1)")])],
    );
    assert_eq!(
        checked.finding("F0").map(|finding| finding.verdict),
        Some(Verdict::Violated)
    );
    assert!(
        matches!(checked.symmetry, Symmetry::ToldApart(_)),
        "{:?}",
        checked.symmetry
    );
}

#[test]
fn a_first_state_may_tell_them_apart() {
    for (workers, expected) in [
        (
            "struct worker w[3] = { { .n = 1 } };",
            "their first state tells them apart",
        ),
        (
            "struct worker w[3] = { { .at = &shared } };",
            "`at` tells them apart in the beginning",
        ),
    ] {
        let text = WORKERS.replace("struct worker w[3];", workers);
        let text = text + "void work(void) __task(w)\n{\n\tcurrent->n = 2;\n\tcurrent->at = &spare;\n}\n";
        let checked = agree(&instance(&text).expect("a program"), &[module(&FORMULAS[..1])]);
        let Symmetry::ToldApart(why) = &checked.symmetry else {
            panic!("{workers}: nobody told them apart");
        };
        assert!(why.contains(expected), "{workers}: {why}");
    }
}

/// Objects that belong to a thread each go with it, whoever says so: the text, a pointer, or what lies in what.
#[test]
fn what_belongs_to_each_changes_places_too() {
    let text = "
struct box { unsigned n : 2; };
struct task { struct box *own; struct box in; bool done; };
struct box b[3];
struct task t[3] = { { .own = &b[0] }, { .own = &b[1] }, { .own = &b[2] } };
struct box *seen;
void run(void) __task(t)
{
	current->own->n = 1;
	current->in.n = 2;
	seen = current->own;
	if (seen == current->own)
		seen = &current->in;
	current->done = true;
}
";
    let checked = agree(&instance(text).expect("a program"), &[]);
    let Symmetry::Alike(families) = &checked.symmetry else {
        panic!("{:?}", checked.symmetry);
    };
    assert_eq!(families.concat(), ["t[0]", "t[1]", "t[2]"]);
}

/// The built-in scenario whose size can be raised, one more thread than by default.
#[test]
fn built_in_protocols_are_judged_as_without_symmetry() {
    let spec = Spec::builtin();
    let modules = [spec.properties().expect("modules")];
    let some = vec!["v4.14".to_string(), "v7.3".to_string()];
    let mut reduced = 0;
    for protocol in if common::in_full() { spec.protocols() } else { some } {
        let listing = spec.protocol(&protocol).expect("a protocol");
        let mut scenario = spec.scenario("two-threads").expect("a scenario");
        scenario.bounds.push(("NR_THREADS".to_string(), "3".to_string()));
        let instance = spec.instance(&listing, &scenario).expect("an instance");
        match agree(&instance, &modules).symmetry {
            Symmetry::Alike(_) => reduced += 1,
            other => eprintln!("{protocol}: {other:?}"),
        }
    }
    assert!(reduced > 1, "{reduced}");
}

fn oomspec(args: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oomspec"));
    let output = command.args(args).output().expect("oomspec");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn the_command_says_what_is_alike_and_what_it_does_not_decide() {
    let small = [
        "check",
        "v4.14",
        "-s",
        "two-threads",
        "-D",
        "NR_THREADS=3",
        "--symmetry",
    ];
    let (code, text) = oomspec(&[&small[..], &["-p", "NoUseAfterFree"]].concat());
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("alike are hog_threads[0], hog_threads[1]"), "{text}");
    let (code, text) = oomspec(&[&small[..], &["-p", "OomResolves"]].concat());
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("OomResolves speaks of more than single states"), "{text}");
    let (code, text) = oomspec(&["check", "v4.14", "-s", "quick-exit", "--symmetry"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("every state was explored: no two threads run one function"),
        "{text}"
    );
    for more in [&["--engine", "both"][..], &["--checkpoint", "nowhere"]] {
        assert_eq!(oomspec(&[&small[..], more].concat()).0, Some(2), "{more:?}");
    }
}

/// Who counts and who explores does not change with the number of workers, and neither does what is said to tell threads apart.
#[test]
fn symmetry_is_the_same_on_any_number_of_threads() {
    let quiet = |_: usize, _: usize| {};
    let like = program("last = current; current->n = shared.n;", "shared.n = 1;");
    let unlike = program("current->n = 1; current->done = true; last = first();", "look();");
    for instance in [like, unlike] {
        let told = [1, 2, 3].map(|threads| {
            let limits = Limits {
                threads,
                ..Limits::default()
            };
            let checked = check_orbits(instance.clone(), &[], limits, &[], &quiet).expect("answers");
            format!("{:?} {:?}", checked.symmetry, checked.counts)
        });
        assert!(told.iter().all(|one| *one == told[0]), "{told:#?}");
    }
}
