//! What a listing means, and what is refused because C gives it no meaning.

mod ghosts;
mod locals;
mod numbers;
mod order;
mod readonly;
mod roles;
mod sizes;

use crate::c::library::{Library, Listing};
use crate::c::{compile, read_program};
use crate::explore::{Limits, explore};
use crate::machine::Machine;
use crate::source::Diagnostics;

/// What every text is preceded by.
const WORLD: &str = "
enum flag { A, B };
struct node { unsigned n; u8 small; unsigned bits : 2; bool c; bool g __ghost; bitset(enum flag) flags; unsigned a[4];
	struct node *next; };
struct task { unsigned z; };
struct lock { bool taken; };
struct node x, y;
struct task t, u;
struct lock l;
bool go;
struct node *head;
void inc(unsigned *c, bool b) __atomic { *c += 1; }
unsigned get(void) { return x.n; }
unsigned bump(void) { x.n = x.n + 1; return 1; }
void take(struct lock *l) __atomic __acquires(l) __strongly_fair { await(!l->taken); l->taken = true; }
void drop(struct lock *l) __atomic __releases(l) { l->taken = false; }
";

struct Nothing;

impl Library for Nothing {
    fn read(&self, _: &str) -> Option<Vec<u8>> {
        None
    }

    fn list(&self) -> Vec<String> {
        Vec::new()
    }
}

fn compiled(text: &str) -> Result<Machine, Diagnostics> {
    let listing = Listing {
        name: "linux/mine.c".into(),
        text: format!("{WORLD}{text}"),
        folder: None,
    };
    Ok(Machine::new(compile(&read_program(&Nothing, &listing, None)?)?))
}

/// A thread of the task `t` with this body.
fn body(text: &str) -> String {
    format!("void t_runs(void) __task(t) {{ {text} }}\n")
}

/// The first error as `message | underlined text | the other places`.
fn refusal(text: &str) -> String {
    let Err(diagnostics) = compiled(text) else {
        panic!("accepted: {text}")
    };
    assert!(!diagnostics.render(false).is_empty());
    let error = &diagnostics.errors[0];
    let text = |span| diagnostics.sources.text(span);
    let others: Vec<&str> = error.others.iter().map(|(span, _)| text(*span)).collect();
    let place = error.span.map_or("", text);
    format!("{} | {place} | {}", error.message, others.join(", "))
}

/// The errors that the states of a program reach: each with its property and what went wrong.
fn errors(text: &str) -> Vec<String> {
    let machine = compiled(text).unwrap_or_else(|error| panic!("{}\nin {text}", error.render(false)));
    let limits = Limits {
        threads: 1,
        max_states: 10_000,
    };
    let graph = explore(&machine, limits, &|_, _| {});
    let number = |state: usize| machine.layout.error.load(graph.state(state as u32)) as usize;
    let mut reached: Vec<usize> = (0..graph.distinct()).map(number).filter(|&error| error > 1).collect();
    reached.sort_unstable();
    reached.dedup();
    let said = |number: usize| {
        let error = &machine.errors()[number - 2];
        format!("{}: {}", error.property, error.kind.words())
    };
    reached.into_iter().map(said).collect()
}

/// Each statement in a thread of its own program, with the errors that it reaches.
fn reach(cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        assert_eq!(errors(&body(text)), *expected, "{text}");
    }
}
