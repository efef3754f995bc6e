//! What the comparison has found, each as small as it could be made.

use crate::both;
use crate::compare::{Outcome, compare};

fn agree(text: &str) {
    let (program, machine) = both(text).expect("a program");
    match compare(&program, &machine, 1_000) {
        Outcome::Agree(_) => {}
        Outcome::Differ(what) => panic!("{what}"),
        Outcome::TooLarge => panic!("too large"),
    }
}

/// `BUG_ON()` fires for certain, so nobody comes to the write; reading the field is a step all the same.
#[test]
fn a_write_that_nothing_reaches_makes_reading_a_step() {
    agree(
        "struct task { unsigned n : 2; bool on; };\nstruct task t;\n\
         void one(void) __task(t) { bool on = t.on; BUG_ON((t.n = 2) > 1); t.on = !on; }\n",
    );
}

/// The function and the line of the error have to be those of one place.
#[test]
fn a_lock_taken_twice_is_an_error_in_the_function_that_takes_it() {
    agree(
        "struct lock { bool taken; };\nstruct task { bool on; };\nstruct lock guard;\nstruct task t;\n\
         void take(struct lock *l) __atomic __acquires(l) { l->taken = true; }\n\
         void one(void) __task(t)\n{\n\ttake(&guard);\n\ttake(&guard);\n}\n",
    );
}
