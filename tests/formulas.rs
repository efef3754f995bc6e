//! What a formula means does not depend on how it is written, nor on what is left out of a state because nobody looks at it.

mod common;

use std::cell::OnceCell;

use oomspec::certificate::{Maker, Verifier};
use oomspec::check::{Finding, Verdict, findings};
use oomspec::explore::Graph;
use oomspec::machine::{Machine, Shape};
use oomspec::model::Instance;
use oomspec::model::properties::{Meaning, PropertyModule};
use oomspec::model::variables::Variable;
use oomspec::tla::{self, Expr, Footprints, Specification, State, Temporal, Value};

use common::Judge;
use common::formulas::{Universe, Writer, walk};
use common::random::Random;

/// Formulas in all; a few seconds for each quarter of them.
const FORMULAS: u64 = 20_000;
/// How many are in one module; few, for `/\` may not stand in too many columns.
const AT_ONCE: u64 = 20;

/// A packed state as a module sees it, each variable made when it is first asked for.
struct Seen<'a> {
    machine: &'a Machine,
    spec: &'a Specification,
    words: Vec<u64>,
    values: Vec<OnceCell<Value>>,
}

impl<'a> Seen<'a> {
    fn new(machine: &'a Machine, spec: &'a Specification, words: Vec<u64>) -> Self {
        Seen {
            machine,
            spec,
            words,
            values: vec![OnceCell::new(); spec.variables().len()],
        }
    }
}

impl State for Seen<'_> {
    fn variable(&self, index: usize) -> Value {
        let make = || {
            let variable = Variable::named(self.machine, &self.spec.variables()[index]).expect("a variable");
            variable.value(self.machine, &self.words)
        };
        self.values[index].get_or_init(make).clone()
    }
}

/// The truth of a formula in a pair of states; none if it has no value.
fn truth(machine: &Machine, spec: &Specification, formula: &Expr, pair: [&[u64]; 2]) -> Option<bool> {
    let [before, after] = pair.map(|words| Seen::new(machine, spec, words.to_vec()));
    tla::eval_action(formula, &before, &after).ok()
}

/// The words of one state where the formula looks, and of another elsewhere.
fn mixed(machine: &Machine, spec: &Specification, reads: &Footprints, seen: &[u64], unseen: &[u64]) -> Vec<u64> {
    let mut bits = vec![0; machine.words()];
    for (&variable, part) in reads {
        let variable = Variable::named(machine, &spec.variables()[variable]).expect("a variable");
        variable.bits(machine, part, &mut bits);
    }
    let words = seen.iter().zip(unseen).zip(&bits);
    words
        .map(|((seen, unseen), bits)| seen & bits | unseen & !bits)
        .collect()
}

/// What is said of a false predicate is so: it is false, each part that is marked is, and the innermost of them say why.
#[test]
fn the_parts_of_a_false_predicate_are_what_makes_it_false() {
    let instance = Judge::builtin().instance("v4.14", "two-threads");
    let machine = &instance.machine;
    let mut random = Random(11);
    let states = walk(machine, &mut random, 300);
    let universe = Universe::new(machine, states.iter().cloned());
    let (mut taken_apart, mut deep) = (0, 0);
    for first in (0..2_000).step_by(AT_ONCE as usize) {
        let text = |number: u64| Writer::new(&universe, number, number).predicate();
        let numbers = first..first + AT_ONCE;
        let definitions = numbers.clone().map(|number| format!("A{number} == {}\n", text(number)));
        let spec = universe.load(&definitions.collect::<String>());
        for number in numbers {
            let formula = spec.operator(&format!("A{number}")).expect("a formula");
            let mut state = || Seen::new(machine, &spec, states[random.below(states.len())].clone());
            let (before, now) = (state(), state());
            let parts = tla::falsehood(&spec, &formula, Some(&before), &now);
            match tla::eval_predicate(&formula, &now) {
                Err(_) => assert!(parts.is_err(), "{}", text(number)),
                Ok(true) => assert_eq!(parts, Ok(Vec::new()), "{}", text(number)),
                Ok(false) => {
                    let parts = parts.unwrap_or_else(|error| panic!("{}: {}", text(number), error.message));
                    let failing: Vec<_> = parts.iter().filter(|part| part.fails).collect();
                    assert!(
                        failing.iter().all(|part| part.now == Value::Bool(!part.wanted)),
                        "{}",
                        text(number)
                    );
                    assert!(failing.first().is_some_and(|part| part.depth == 0), "{}", text(number));
                    assert!(
                        failing.iter().any(|part| !part.wraps) || parts.len() == 12,
                        "{}",
                        text(number)
                    );
                    let then = tla::eval_predicate(&formula, &before).ok();
                    assert_eq!(
                        parts[0].before,
                        then.filter(|&then| then).map(Value::Bool),
                        "{}",
                        text(number)
                    );
                    taken_apart += 1;
                    deep += usize::from(parts.len() > 2);
                }
            }
        }
    }
    assert!(taken_apart > 300 && deep > 100, "{taken_apart} {deep}");
}

/// A quarter of the formulas, on the states of one machine.
fn on(protocol: &str, scenario: &str, quarter: u64) {
    let instance = Judge::builtin().instance(protocol, scenario);
    let machine = &instance.machine;
    let mut random = Random(quarter);
    let states = walk(machine, &mut random, 300);
    let universe = Universe::new(machine, states.iter().cloned());
    let shape = Shape::new(machine);
    let (mut asked, mut mixtures, mut changes) = (0, 0, 0);
    let count = FORMULAS / 4;
    for first in (quarter * count..(quarter + 1) * count).step_by(AT_ONCE as usize) {
        let text = |number: u64, spelling: u64| {
            let mut writer = Writer::new(&universe, number, number ^ spelling);
            if number.is_multiple_of(3) {
                writer.action()
            } else {
                writer.predicate()
            }
        };
        let numbers = first..first + AT_ONCE;
        let definitions = numbers.clone().map(|number| {
            let (one, other) = (text(number, 1 << 40), text(number, 1 << 41));
            format!("A{number} == {one}\nB{number} == {other}\n")
        });
        let spec = universe.load(&definitions.collect::<String>());
        for number in numbers {
            let formula = |letter: &str| spec.operator(&format!("{letter}{number}")).expect("a formula");
            let (one, other) = (formula("A"), formula("B"));
            for _ in 0..2 {
                let mut state = || states[random.below(states.len())].as_slice();
                let (pair, elsewhere) = ([state(), state()], [state(), state()]);
                let value = truth(machine, &spec, &one, pair);
                let written = |what: &str| format!("{what} {}\n{}", text(number, 1 << 40), text(number, 1 << 41));
                assert_eq!(value, truth(machine, &spec, &other, pair), "{}", written("differ:"));
                asked += usize::from(value.is_some());
                for formula in [&one, &other] {
                    let reads = formula.footprints();
                    let mix = |side: usize| mixed(machine, &spec, &reads, pair[side], elsewhere[side]);
                    let mix = [mix(0), mix(1)];
                    if mix.iter().all(|words| shape.mistake(words).is_none()) {
                        mixtures += 1;
                        changes += usize::from(mix[0] != pair[0]);
                        let again = truth(machine, &spec, formula, [&mix[0], &mix[1]]);
                        assert_eq!(value, again, "{}", written("looks elsewhere:"));
                    }
                }
            }
        }
    }
    assert!(asked as u64 > count, "{asked} of {} have a value", count * 2);
    assert!(
        changes as u64 > count,
        "{changes} of {mixtures} mixtures differ from the state"
    );
}

#[test]
fn spelling_and_footprint_change_no_formula_of_v4_14() {
    on("v4.14", "foreign-mmput", 0);
}

#[test]
fn spelling_and_footprint_change_no_formula_of_v4_13() {
    on("v4.13", "aio-never", 1);
}

#[test]
fn spelling_and_footprint_change_no_formula_of_v6_1() {
    on("v6.1", "mlocked", 2);
}

#[test]
fn spelling_and_footprint_change_no_formula_of_the_proposal() {
    on("2017-07-25-no-give-up", "two-threads", 3);
}

/// A module with some of its words written otherwise: each is given with what stands before it.
fn respelled(text: &str, mut write: impl FnMut(&str, &str) -> Option<String>) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut written = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        if length > 0 {
            match write(&written, &rest[..length]) {
                Some(other) => written += &other,
                None => written += &rest[..length],
            }
        }
        let between = &rest[length..];
        let next = between.find(is_word).unwrap_or(between.len());
        written += &between[..next];
        rest = &between[next..];
    }
    written
}

/// `f["x"]` for every `f.x`.
fn with_brackets(text: &str) -> String {
    let closed = respelled(text, |before, word| {
        let mut before = before.chars().rev();
        let after_dot =
            before.next() == Some('.') && before.next().is_some_and(|c| c.is_alphanumeric() || "]')".contains(c));
        (after_dot && word.starts_with(char::is_alphabetic)).then(|| format!("\u{1}\"{word}\"]"))
    });
    closed.replace(".\u{1}", "[")
}

/// Every variable behind an operator, bound by a LET.
fn with_names(text: &str) -> String {
    let variables = [
        "page",
        "page_table",
        "vm_area_struct",
        "kioctx",
        "rw_semaphore",
        "mutex",
        "mm_struct",
        "signal_struct",
        "task_struct",
        "global",
        "stack",
        "error",
    ];
    let behind = |body: &str| {
        respelled(body, |before, word| {
            let is_name = variables.contains(&word) && !before.ends_with(['.', '"', '_']);
            is_name.then(|| format!("The({word})"))
        })
    };
    if let Some((head, body)) = text.split_once("EXTENDS Properties") {
        return format!("{head}EXTENDS Properties{}", behind(body));
    }
    match text.split_once("Failed   ==") {
        Some((head, body)) => format!("{head}The(f) == LET g == f IN g\nFailed   =={}", behind(body)),
        None => text.to_string(),
    }
}

/// The built-in properties in two other spellings: the same answers, with counterexamples of the same length.
#[test]
fn the_built_in_properties_mean_the_same_in_every_spelling() {
    let judge = Judge::builtin();
    let module = |spelling: &dyn Fn(&str) -> String| {
        let library = |name: &str| Some(spelling(&judge.spec.module(name)?));
        let module = PropertyModule::load(&library, "Refinement");
        module.unwrap_or_else(|errors| panic!("{}", errors.render(false)))
    };
    let spellings: [&dyn Fn(&str) -> String; 2] = [&with_brackets, &with_names];
    let all = || {
        ["Properties", "Refinement"]
            .map(|name| judge.spec.module(name).expect("a module"))
            .concat()
    };
    for (number, spelling) in spellings.into_iter().enumerate() {
        assert_ne!(spelling(&all()), all(), "spelling {number} changes something");
    }
    let plain = [module(&|text| text.to_string())];
    let others = spellings.map(|spelling| [module(spelling)]);
    let mut violated = 0;
    for (protocol, scenario) in common::built_in_pairs(&judge.spec, 29) {
        let instance = judge.instance(&protocol, &scenario);
        let graph = common::graph(&instance, 1);
        let answers = |modules: &[PropertyModule]| {
            let findings = findings(&instance, &graph, modules, &[]).expect("verdicts");
            let answer = |finding: Finding| {
                let run = finding.counterexample.map(|run| (run.steps.len(), run.loop_start));
                (finding.property.name, finding.verdict, run)
            };
            findings.into_iter().map(answer).collect::<Vec<_>>()
        };
        let expected = answers(&plain);
        violated += expected
            .iter()
            .filter(|(_, verdict, _)| *verdict == Verdict::Violated)
            .count();
        for other in &others {
            assert_eq!(answers(other), expected, "{protocol} in {scenario}");
        }
    }
    assert!(violated > 50, "{violated}");
}

/// A few hundred states with something of everything, and no error.
const SMALL: &str = "
#define N 2
enum flag { A, B };
struct lock { bool taken; };
struct node { unsigned count : 2; bool seen; bitset(enum flag) flags; struct node *next; struct lock lock; bool bits[N]; };
struct task { struct node *at; bool done; };
struct node x = { .count = 1, .next = &y };
struct node y = { .next = &x, .bits = { true } };
struct node z;
struct task t, u, w;
bool ready;
struct node *head = &x;
void take(struct lock *l) __atomic __acquires(l) __strongly_fair { await(!l->taken); l->taken = true; }
void drop(struct lock *l) __atomic __releases(l) { l->taken = false; }
void first(void) __task(t)
{
	struct node *p = &x;
	unsigned i = 0;
	for (i = 0; i < N; i++) {
		take(&p->lock);
		p->bits[i] = !p->bits[i];
		drop(&p->lock);
		p = p->next;
	}
	x.flags |= 1 << B;
	ready = true;
	current->done = true;
}
void second(void) __task(u)
{
	struct node *p = &y;
	if (choose(2))
		p = &x;
	current->at = p;
	take(&p->lock);
	p->seen = true;
	p->count = 2;
	drop(&p->lock);
	await(ready);
	x.flags &= ~(1 << B);
	kfree(&z);
	current->done = true;
}
void third(void) __daemon(w)
{
	while (true) {
		head = &x;
		head = NULL;
	}
}
";

/// Formulas that are decided on the small graph.
const DECIDED: u64 = 600;

/// A temporal formula of some form over random predicates and actions.
fn temporal(universe: &Universe, number: u64) -> String {
    let mut writer = Writer::new(universe, number + (1 << 32), number);
    let (p, q) = (writer.predicate(), writer.predicate());
    let (action, v) = (writer.action(), writer.subscript());
    match number % 14 {
        0 => format!("[]({p})"),
        1 => format!("[](({p}) \\/ ({q}))"),
        2 => format!("[](({p}) => ({q}))"),
        3 => format!("[](({p}) => ({p}))"),
        4 => format!("[][{action}]_{v}"),
        5 => format!("[][({p}) \\/ ({action})]_{v}"),
        6 => format!("[][({p}) => ({action})]_{v}"),
        7 => format!("({p}) ~> ({q})"),
        8 => format!("<>({p})"),
        9 => format!("[]<>({p})"),
        10 => format!("<>[]({p})"),
        11 => format!("[]<><<{action}>>_{v} \\/ <>[]({p})"),
        12 => {
            let sort = if number.is_multiple_of(4) { "WF" } else { "SF" };
            format!("{sort}_<<global>>(({p}) /\\ global' = [global EXCEPT !.ready = ({q})])")
        }
        _ => format!("([](({p}) \\/ ({q}))) /\\ (({q}) ~> ({p}))"),
    }
}

/// The length of a shortest run that breaks a formula of one state or of one step, by evaluating it everywhere in the order of
/// the search; `Err` if it has no value there, and none if it is of another form.
fn shortest(
    instance: &Instance,
    graph: &Graph,
    spec: &Specification,
    formula: &Temporal,
) -> Option<Result<Option<usize>, ()>> {
    let Temporal::Always(inner) = formula else { return None };
    let seen = |state: u32| Seen::new(&instance.machine, spec, graph.state(state));
    let mut states = 0..graph.distinct() as u32;
    let length = |state: u32| graph.path(state).len();
    match &**inner {
        Temporal::State(predicate) => {
            let truth = states.clone().map(|state| tla::eval_predicate(predicate, &seen(state)));
            let Ok(truth) = truth.collect::<Result<Vec<bool>, _>>() else {
                return Some(Err(()));
            };
            Some(Ok(states.find(|&state| !truth[state as usize]).map(length)))
        }
        Temporal::Action(step) => {
            let mut edges = states.flat_map(|state| graph.edges(state).map(move |edge| (state, edge.to)));
            let bad = edges.find_map(|(from, to)| match step.allows(&seen(from), &seen(to)) {
                Ok(true) => None,
                Ok(false) => Some(Ok(Some(length(from) + 1))),
                Err(_) => Some(Err(())),
            });
            Some(bad.unwrap_or(Ok(None)))
        }
        _ => None,
    }
}

/// Verdicts on random formulas, against two who evaluate plainly: everywhere, for the length of a run; and `verify`.
#[test]
fn verdicts_do_not_depend_on_what_is_evaluated_only_once() {
    let instance = common::programs::instance(SMALL).unwrap_or_else(|errors| panic!("{}", errors.render(false)));
    let graph = common::graph(&instance, 1);
    let states = (0..graph.distinct() as u32).map(|state| graph.state(state));
    let universe = Universe::new(&instance.machine, states);
    let builtin = oomspec::spec::Spec::builtin();
    let mut verifier = Verifier::new(&builtin).expect("the modules");
    let (mut holds, mut violated, mut without, mut declined) = (0, 0, 0, 0);
    for first in (0..DECIDED).step_by(AT_ONCE as usize) {
        let numbers = first..DECIDED.min(first + AT_ONCE);
        let definitions = numbers.map(|number| format!("P{number} == {}\n", temporal(&universe, number)));
        let module = PropertyModule::load(&universe.library(&definitions.collect::<String>()), "Mine");
        verifier.modules = vec![module.unwrap_or_else(|errors| panic!("{}", errors.render(false)))];
        let maker = Maker::new(&instance, &verifier.modules, &graph);
        let module = &verifier.modules[0];
        for (property, meaning) in &module.formulas {
            let text = || temporal(&universe, property.name[1..].parse().expect("a number"));
            let Meaning::Formula(formula) = meaning else {
                panic!("a formula")
            };
            let plain = shortest(&instance, &graph, &module.spec, formula);
            let Ok(found) = findings(
                &instance,
                &graph,
                &verifier.modules,
                std::slice::from_ref(&property.name),
            ) else {
                assert!(!matches!(plain, Some(Ok(_))), "has a value everywhere: {}", text());
                without += 1;
                continue;
            };
            let finding = &found[0];
            let length = finding.counterexample.as_ref().map(|run| run.steps.len());
            match plain {
                Some(plain) => assert_eq!(Ok(length), plain, "{}", text()),
                None => assert_ne!(finding.verdict, Verdict::Incomplete),
            }
            match finding.verdict {
                Verdict::Violated => violated += 1,
                _ => holds += 1,
            }
            match maker.certificate(finding) {
                Ok(certificate) => {
                    let verified = verifier.about(&instance, &certificate);
                    verified.unwrap_or_else(|why| panic!("{why}: {}", text()));
                }
                Err(_) => declined += 1,
            }
        }
    }
    assert!(
        holds > DECIDED / 10 && violated > DECIDED / 10,
        "{holds} hold, {violated} are violated, {without} have no value"
    );
    assert!(declined < DECIDED / 10, "{declined}");
}

/// `~<>~P` was taken for a promise of progress: decided by another search, with a longer run, and not at all after an error.
#[test]
fn a_formula_with_two_negations_is_decided_like_the_one_with_none() {
    let judge = Judge::builtin();
    let forms = |name: &str, p: &str| {
        let forms = [
            format!("[]({p})"),
            format!("~<>~({p})"),
            format!("[][]({p})"),
            format!("[]~~({p})"),
            format!("~(<>~({p}) \\/ <>~({p}))"),
        ];
        let define = |(number, form): (usize, &String)| format!("{name}{number} == {form}\n");
        forms.iter().enumerate().map(define).collect::<String>()
    };
    let users = "mm_struct[\"hog_mm\"].mm_users";
    let body = forms("V", &format!("{users} > 0")) + &forms("H", &format!("{users} < 100"));
    let mine = format!("---- MODULE Mine ----\nEXTENDS Properties\n{body}====\n");
    let library = |name: &str| match name {
        "Mine" => Some(mine.clone()),
        _ => judge.spec.module(name),
    };
    let module = PropertyModule::load(&library, "Mine").unwrap_or_else(|errors| panic!("{}", errors.render(false)));
    let instance = judge.instance("v4.14", "foreign-mmput");
    let graph = common::graph(&instance, 1);
    let found = findings(&instance, &graph, &[module], &[]).expect("verdicts");
    for (name, verdict, length) in [("V", Verdict::Violated, Some(12)), ("H", Verdict::Holds, None)] {
        for number in 0..5 {
            let finding = found
                .iter()
                .find(|finding| finding.property.name == format!("{name}{number}"));
            let finding = finding.expect("a finding");
            let steps = finding.counterexample.as_ref().map(|run| run.steps.len());
            assert_eq!((finding.verdict, steps), (verdict, length), "{name}{number}");
        }
    }
}
