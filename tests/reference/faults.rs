//! Deliberate faults in what a program is lowered to, as a fault in the lowering would leave them: the comparison sees each.

use std::collections::HashSet;

use oomspec::c::ast::{ExprKind, Program};
use oomspec::machine::program::{Instr, Operand, PointKind, Thread};
use oomspec::machine::{Machine, live_registers};
use oomspec::source::Span;

use crate::both;
use crate::compare::{Outcome, compare};
use crate::programs::Writer;
use crate::shared::expressions;

/// Random programs that are given a fault.
const PROGRAMS: usize = 100;
const MOST_STATES: usize = 300;
/// Does nothing in a step.
const NOTHING: Instr = Instr::Returned(Operand::Const(0));

/// Where in a thread a fault is possible, and what the instruction there becomes.
type Fault = fn(&Program, &Thread) -> Vec<(usize, Instr)>;

/// A place where a step ends is forgotten.
fn dropped_scheduling_point(_: &Program, thread: &Thread) -> Vec<(usize, Instr)> {
    thread.points.iter().map(|point| (point.at, NOTHING)).collect()
}

/// What is read and written again is both in one step, as if `x++` were one access.
fn two_accesses_in_one_step(_: &Program, thread: &Thread) -> Vec<(usize, Instr)> {
    let code = &thread.code;
    let reads = |field| {
        code.iter()
            .any(|instr| matches!(instr, Instr::Load { field: other, .. } if *other == field))
    };
    let writes = thread.points.iter().filter(|point| point.kind == PointKind::Write);
    let again = writes.filter(|point| matches!(code[point.at + 1], Instr::Store { field, .. } if reads(field)));
    again.map(|point| (point.at, NOTHING)).collect()
}

/// The right side of `&&` is evaluated, and decides, whatever the left side is.
fn wrong_short_circuit(program: &Program, thread: &Thread) -> Vec<(usize, Instr)> {
    let mut lefts: HashSet<Span> = HashSet::new();
    for function in &program.functions {
        expressions(&function.body, &mut |expr| {
            if let ExprKind::And(left, _) = &expr.kind {
                lefts.insert(left.span);
            }
        });
    }
    let tests = branches(thread);
    tests
        .filter(|&(at, _)| lefts.contains(&thread.sites[thread.at[at] as usize].span))
        .map(|(at, _)| (at, NOTHING))
        .collect()
}

/// A member is not read again, although it was read before.
fn stale_register(_: &Program, thread: &Thread) -> Vec<(usize, Instr)> {
    let mut found = Vec::new();
    for (at, instr) in thread.code.iter().enumerate() {
        let Instr::Load {
            to,
            field,
            object,
            index,
        } = *instr
        else {
            continue;
        };
        let before = thread.code[..at].iter().find_map(|earlier| match *earlier {
            Instr::Load {
                to,
                field: f,
                object: o,
                index: i,
            } if (f, o, i) == (field, object, index) => Some(to),
            _ => None,
        });
        found.extend(before.map(|from| {
            (
                at,
                Instr::Copy {
                    to,
                    from: Operand::Reg(from),
                },
            )
        }));
    }
    found
}

/// A condition is never true.
fn lost_branch(_: &Program, thread: &Thread) -> Vec<(usize, Instr)> {
    branches(thread).map(|(at, target)| (at, Instr::Jump(target))).collect()
}

fn branches(thread: &Thread) -> impl Iterator<Item = (usize, usize)> {
    thread.code.iter().enumerate().filter_map(|(at, instr)| match instr {
        Instr::Unless { target, .. } => Some((at, *target)),
        _ => None,
    })
}

/// True if every step of a thread ends: without scheduling points, its code has no circle.
fn steps_end(thread: &Thread) -> bool {
    let is_point = |at: usize| matches!(thread.code[at], Instr::Point(_));
    let mut waiting: HashSet<usize> = (0..thread.code.len()).filter(|&at| !is_point(at)).collect();
    loop {
        let next = |at: &usize| {
            live_registers::successors(&thread.code, *at)
                .iter()
                .any(|next| waiting.contains(next))
        };
        let ends: Vec<usize> = waiting.iter().copied().filter(|at| !next(at)).collect();
        if ends.is_empty() {
            return waiting.is_empty();
        }
        waiting.retain(|at| !ends.contains(at));
    }
}

/// The machines with the fault, one for each place where it is possible.
fn faulty(program: &Program, machine: &Machine, fault: Fault) -> Vec<Machine> {
    let mut machines = Vec::new();
    for number in 0..machine.program.threads.len() {
        for (at, instr) in fault(program, &machine.program.threads[number]) {
            let mut broken = machine.program.clone();
            let thread = &mut broken.threads[number];
            thread.code[at] = instr;
            if !steps_end(thread) {
                continue;
            }
            // A step that is longer than it was may have more outcomes.
            thread
                .points
                .iter_mut()
                .for_each(|point| point.outcomes = point.outcomes.pow(3).max(64));
            live_registers::analyse(thread);
            machines.push(Machine::new(broken));
        }
    }
    machines
}

fn is_noticed(program: &Program, machine: &Machine) -> bool {
    matches!(compare(program, machine, MOST_STATES), Outcome::Differ(_))
}

/// The fault is noticed wherever it is put in this program, and in some of those that nobody wrote for it: in many, the place
/// is never reached, or the condition is never true anyway.
fn is_caught(fault: Fault, text: &str) {
    let (program, machine) = both(text).expect("a program");
    assert!(!is_noticed(&program, &machine), "without the fault");
    let machines = faulty(&program, &machine, fault);
    assert!(!machines.is_empty());
    assert!(machines.iter().all(|machine| is_noticed(&program, machine)));

    let (mut tried, mut noticed) = (0, 0);
    for seed in 0.. {
        let Ok((program, machine)) = both(&Writer::program(seed).0) else {
            continue;
        };
        // The first place is the one that is most often reached.
        let Some(machine) = faulty(&program, &machine, fault).into_iter().next() else {
            continue;
        };
        tried += 1;
        noticed += usize::from(is_noticed(&program, &machine));
        if tried == PROGRAMS {
            break;
        }
    }
    println!("{noticed} of {tried} noticed");
    assert!(noticed * 40 > tried, "{noticed} of {tried} noticed");
}

/// What the programs below are about.
const COUNTER: &str = "struct task { unsigned n : 2; bool on; bool off; };\nstruct task t, u;\n";

#[test]
fn a_dropped_scheduling_point_is_caught() {
    let text = "void one(void) __task(t) { t.on = true; t.off = true; }\nvoid two(void) __task(u) { u.on = t.on; }\n";
    is_caught(dropped_scheduling_point, &format!("{COUNTER}{text}"));
}

#[test]
fn two_accesses_in_one_step_are_caught() {
    let text = "void one(void) __task(t) { t.n++; }\nvoid two(void) __task(u) { t.n++; }\n";
    is_caught(two_accesses_in_one_step, &format!("{COUNTER}{text}"));
}

#[test]
fn a_wrong_short_circuit_is_caught() {
    let text =
        "void one(void) __task(t) { u.on = t.on && u.off; }\nvoid two(void) __task(u) { u.off = true; t.on = true; }\n";
    is_caught(wrong_short_circuit, &format!("{COUNTER}{text}"));
}

#[test]
fn a_stale_register_is_caught() {
    let text = "void one(void) __task(t) { bool was = t.on; u.off = t.on == was; }\nvoid two(void) __task(u) { t.on = true; }\n";
    is_caught(stale_register, &format!("{COUNTER}{text}"));
}

#[test]
fn a_lost_branch_is_caught() {
    let text =
        "void one(void) __task(t) { if (t.on) t.n = 1; else t.n = 2; }\nvoid two(void) __task(u) { t.on = true; }\n";
    is_caught(lost_branch, &format!("{COUNTER}{text}"));
}
