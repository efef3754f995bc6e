//! What a listing means, and what is refused because C gives it no meaning.

mod ghosts;
mod kernel;
mod locals;
mod numbers;
mod order;
mod readonly;
mod roles;
mod sizes;

use std::collections::BTreeSet;

use crate::c::library::{Library, Listing};
use crate::c::{compile, read_program};
use crate::machine::{Machine, Scratch};
use crate::source::{Diagnostic, Diagnostics};

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
unsigned same(unsigned v) { return v; }
unsigned bump(void) { x.n = x.n + 1; return 1; }
void take(struct lock *l) __atomic __acquires(l) __strongly_fair { await(!l->taken); l->taken = true; }
void drop(struct lock *l) __atomic __releases(l) { l->taken = false; }
";

struct Nothing;

impl Library for Nothing {
    fn read(&self, _: &str) -> Option<Result<String, Diagnostic>> {
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
        bounds: Vec::new(),
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
    let initial = machine.initial();
    let mut seen = BTreeSet::from([initial.clone()]);
    let mut open = vec![initial];
    let (mut next, mut scratch) = (vec![0; machine.words()], Scratch::new(&machine));
    while let Some(state) = open.pop() {
        assert!(seen.len() < 10_000, "too large: {text}");
        machine.successors(&state, &mut next, &mut scratch, |_, _, to| {
            if seen.insert(to.to_vec()) {
                open.push(to.to_vec());
            }
        });
    }
    let numbers = seen.iter().map(|state| machine.layout.error.load(state) as usize);
    let reached: BTreeSet<usize> = numbers.filter(|&error| error > 1).collect();
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
