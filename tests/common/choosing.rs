//! Programs that choose, and what becomes of them when no outcome of `choose` is forced.

use oomspec::model::Instance;
use oomspec::model::properties::PropertyModule;

use super::programs::instance;

/// What every program starts with.
const PRELUDE: &str = "
struct node { unsigned n : 2; bool c; };
struct lock { bool taken; };
struct task { unsigned z : 1; };
struct node x, y;
struct lock guard;
struct task t, u;
void take(struct lock *l) __atomic __acquires(l) __strongly_fair { await(!l->taken); l->taken = true; }
bool grab(struct lock *l) __atomic __cond_acquires(l) __strongly_fair
{
	await(!l->taken);
	if (choose(2))
		return false;
	l->taken = true;
	return true;
}
void drop(struct lock *l) __atomic __releases(l) { l->taken = false; }
bool coin(void) __atomic { return choose(2); }
bool both(void) __atomic { return choose(2) && choose(2); }
void set(void) __atomic { if (choose(2)) x.n = 1; }
bool seen(void) __atomic { await(y.c); return choose(2); }
bool later(void) __atomic { return y.c && choose(2); }
";

/// A program with formulas about it.
pub struct Case {
    /// The bodies of the tasks `t` and `u`; the second may be missing.
    pub tasks: &'static [&'static str],
    /// What every fair run does.
    pub holds: &'static [&'static str],
    /// What some fair run does not do.
    pub violated: &'static [&'static str],
    /// A run may come to a standstill.
    pub deadlock: bool,
}

const ENDS: &str = "<>(node[\"x\"].n = 1)";
const DONE: &str = "<>(pc[\"t\"] = \"Done\")";
const SET_BY_U: &str = "<>(node[\"y\"].c)";

const fn case(
    tasks: &'static [&'static str],
    holds: &'static [&'static str],
    violated: &'static [&'static str],
) -> Case {
    Case {
        tasks,
        holds,
        violated,
        deadlock: false,
    }
}

const fn stuck(tasks: &'static [&'static str]) -> Case {
    Case {
        deadlock: true,
        ..case(tasks, &[], &[ENDS])
    }
}

/// Programs whose fate is known.
pub const CASES: &[Case] = &[
    // An outcome that changes nothing can be had again and again.
    case(&["while (!choose(2)) ; x.n = 1;"], &[], &[ENDS, DONE]),
    case(&["do { } while (choose(2)); x.n = 1;"], &[], &[ENDS]),
    case(&["while (true) if (choose(2)) x.n = 1;"], &[], &[ENDS]),
    case(&["again: if (choose(3) != 2) goto again; x.n = 1;"], &[], &[ENDS]),
    case(&["while (!coin()) ; x.n = 1;"], &[], &[ENDS]),
    case(&["while (!both()) ; x.n = 1;"], &[], &[ENDS]),
    case(&["while (x.n != 1) set();"], &[], &[ENDS]),
    case(
        &["x.c = true; while (!choose(2)) ; x.c = false;"],
        &["<>(node[\"x\"].c)"],
        &["[]<>(~node[\"x\"].c)", "node[\"x\"].c ~> ~node[\"x\"].c"],
    ),
    // So can one that comes back in several steps.
    case(&["while (!choose(2)) x.c = !x.c; x.n = 1;"], &[], &[ENDS]),
    // Where no outcome comes back, one of them is taken.
    case(
        &["choose(2); if (choose(2)) x.c = true; x.n = 1;"],
        &[ENDS, DONE],
        &["<>(node[\"x\"].c)"],
    ),
    case(
        &["unsigned i; for (i = 0; i < 3; i++) choose(2); x.n = 1;"],
        &[ENDS],
        &[],
    ),
    // What does not choose, and would change nothing, waits.
    case(&["while (!y.c) ; x.n = 1;", "y.c = true;"], &[ENDS, SET_BY_U], &[]),
    // Whoever chooses for ever keeps nobody else from going on, nor is kept from it.
    case(&["while (!choose(2)) ; x.n = 1;", "y.c = true;"], &[SET_BY_U], &[ENDS]),
    case(
        &["while (!choose(2)) ; x.n = 1;", "await(x.n == 1); y.c = true;"],
        &["node[\"x\"].n = 1 ~> node[\"y\"].c"],
        &[SET_BY_U],
    ),
    case(
        &["while (!choose(2)) ;", "while (!coin()) ; y.c = true;"],
        &[],
        &[DONE, SET_BY_U],
    ),
    // A choice that waits for another thread.
    case(&["while (!seen()) ; x.n = 1;", "y.c = true;"], &[SET_BY_U], &[ENDS]),
    case(&["while (!later()) ; x.n = 1;", "y.c = true;"], &[SET_BY_U], &[ENDS]),
    // Strong fairness forces no outcome either.
    case(&["while (!grab(&guard)) ; drop(&guard); x.n = 1;"], &[], &[ENDS]),
    case(
        &[
            "while (!grab(&guard)) ; drop(&guard); x.n = 1;",
            "while (true) { take(&guard); drop(&guard); }",
        ],
        &[],
        &[ENDS],
    ),
    case(
        &[
            "take(&guard); drop(&guard); x.n = 1;",
            "while (true) { take(&guard); drop(&guard); }",
        ],
        &[ENDS],
        &[],
    ),
    case(
        &[
            "take(&guard); drop(&guard); x.n = 1;",
            "while (!grab(&guard)) ; drop(&guard);",
        ],
        &[ENDS],
        &["<>(pc[\"u\"] = \"Done\")"],
    ),
    case(
        &[
            "take(&guard); drop(&guard); x.n = 1;",
            "while (true) { take(&guard); while (!choose(2)) ; drop(&guard); }",
        ],
        &[],
        &[ENDS],
    ),
    // Where nothing can change any more, whatever is chosen, all stand still.
    stuck(&["while (true) choose(2);"]),
    stuck(&["while (!later()) ; x.n = 1;"]),
    stuck(&["while (!seen()) ; x.n = 1;", "while (true) coin();"]),
];

impl Case {
    /// Its formulas, those that hold first.
    pub fn formulas(&self) -> Vec<&'static str> {
        [self.holds, self.violated].concat()
    }
}

/// A program of these tasks, ready to run.
pub fn program(tasks: &[impl AsRef<str>]) -> Instance {
    let mut text = PRELUDE.to_string();
    for (name, body) in ["t", "u"].iter().zip(tasks) {
        text += &format!("void {name}_runs(void) __task({name})\n{{\n\t{}\n}}\n", body.as_ref());
    }
    instance(&text).unwrap_or_else(|errors| panic!("{}", errors.render(false)))
}

/// Formulas as properties `F0`, `F1` and so on.
pub fn module(formulas: &[&str]) -> PropertyModule {
    let mut module = "---- MODULE Asked ----\nEXTENDS Naturals\nVARIABLES node, pc\n".to_string();
    for (number, formula) in formulas.iter().enumerate() {
        module += &format!("\\* F{number}  formula {number}\nF{number} == {formula}\n");
    }
    let library = |name: &str| (name == "Asked").then(|| module.clone() + "====\n");
    PropertyModule::load(&library, "Asked").unwrap_or_else(|errors| panic!("{}", errors.render(false)))
}

/// What is asked of random programs.
pub const QUESTIONS: [&str; 6] = [
    ENDS,
    DONE,
    SET_BY_U,
    "[]<>(node[\"x\"].c)",
    "<>[](node[\"x\"].c)",
    "node[\"x\"].c ~> node[\"y\"].c",
];

/// The bodies of two tasks in which every error is ruled out, and which choose a lot.
pub fn random(seed: u64) -> Vec<String> {
    let mut writer = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    (0..1 + writer.below(2)).map(|_| writer.body()).collect()
}

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) as usize % n
    }

    fn body(&mut self) -> String {
        let count = 1 + self.below(3);
        (0..count).map(|_| self.statement(3)).collect()
    }

    fn statement(&mut self, depth: usize) -> String {
        let kinds = if depth == 0 { 7 } else { 14 };
        match self.below(kinds) {
            0 => "x.c = !x.c; ".into(),
            1 => "x.n = 1; ".into(),
            2 => "y.c = true; ".into(),
            3 => "set(); ".into(),
            4 => "await(y.c); ".into(),
            5 => "choose(2); ".into(),
            6 => "take(&guard); drop(&guard); ".into(),
            7 => format!("while (!grab(&guard)) ; {}drop(&guard); ", self.statement(depth - 1)),
            8 => format!("take(&guard); {}drop(&guard); ", self.statement(depth - 1)),
            9 => format!("if ({}) {{ {}}} ", self.condition(), self.statement(depth - 1)),
            10 => format!("do {{ {}}} while ({}); ", self.statement(depth - 1), self.choice()),
            11 => format!("while (!{}) ; ", self.choice()),
            _ => format!("while ({}) {{ {}}} ", self.choice(), self.statement(depth - 1)),
        }
    }

    fn condition(&mut self) -> String {
        match self.below(3) {
            0 => "x.c".into(),
            1 => "y.c".into(),
            _ => self.choice(),
        }
    }

    fn choice(&mut self) -> String {
        let choices = ["choose(2)", "(choose(3) == 1)", "coin()", "both()", "seen()", "later()"];
        choices[self.below(choices.len())].into()
    }
}
