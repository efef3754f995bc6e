//! From an emitter to a thread: labels become addresses, unreachable code goes, and what cannot be checked is refused.

use std::collections::HashMap;

use super::emit::{Emitter, Start, Unset, Use};
use crate::machine::live_registers;
use crate::machine::program::{Instr, Reg, Role, Thread};
use crate::source::{Diagnostic, Span};

/// The most outcomes of one step.
const MOST_OUTCOMES: u64 = 4096;

/// The thread that an emitter has built.
pub(crate) fn finish(mut emitter: Emitter<'_, '_>, name: String, role: Role, fair: bool) -> Result<Thread, Diagnostic> {
    let (unset, uses) = (std::mem::take(&mut emitter.unset), std::mem::take(&mut emitter.uses));
    let mut thread = draft(emitter, name, role, fair);
    let reached = reached(&thread.code);
    refuse_unset(&thread.code, &reached, &unset, &uses)?;
    drop_unreachable(&mut thread, &reached);
    live_registers::analyse(&mut thread);
    count_outcomes(&mut thread)?;
    Ok(thread)
}

/// The thread with all that is written in it, also what nothing reaches.
pub(crate) fn draft(emitter: Emitter<'_, '_>, name: String, role: Role, fair: bool) -> Thread {
    let function = emitter.frames[0].function.name.name.clone();
    let mut thread = Thread {
        name,
        function,
        role,
        fair,
        code: emitter.code,
        at: emitter.at,
        sites: emitter.sites,
        registers: emitter.registers,
        points: emitter.points,
        calls: emitter.calls,
        frames: emitter.inlined,
    };
    let address = |label: usize| emitter.labels[label].unwrap_or(thread.code.len() - 1);
    thread.code = thread.code.iter().map(|instr| redirected(instr, address)).collect();
    thread
}

/// An instruction with other targets for its jumps.
fn redirected(instr: &Instr, target_of: impl Fn(usize) -> usize) -> Instr {
    match *instr {
        Instr::Jump(target) => Instr::Jump(target_of(target)),
        Instr::Unless { condition, target } => Instr::Unless {
            condition,
            target: target_of(target),
        },
        ref other => other.clone(),
    }
}

/// By instruction: some run may come there.
fn reached(code: &[Instr]) -> Vec<bool> {
    let mut reached = vec![false; code.len()];
    let mut open = vec![0];
    while let Some(at) = open.pop() {
        if !std::mem::replace(&mut reached[at], true) {
            open.extend(live_registers::successors(code, at));
        }
    }
    reached
}

/// Removes code that no run reaches.
fn drop_unreachable(thread: &mut Thread, reached: &[bool]) {
    let mut moved = vec![None; thread.code.len()];
    let mut count = 0;
    for (at, reached) in reached.iter().enumerate() {
        if *reached {
            moved[at] = Some(count);
            count += 1;
        }
    }
    // A jump's target is reached whenever the jump is.
    let target = |at: usize| moved[at].unwrap_or(0);
    let (mut code, mut sites, mut points) = (Vec::new(), Vec::new(), Vec::new());
    for (at, instr) in thread.code.iter().enumerate().filter(|(at, _)| reached[*at]) {
        sites.push(thread.at[at]);
        code.push(match instr {
            Instr::Point(index) => {
                let mut point = thread.points[*index].clone();
                point.at = code.len();
                points.push(point);
                Instr::Point(points.len() - 1)
            }
            other => redirected(other, target),
        });
    }
    (thread.code, thread.at, thread.points) = (code, sites, points);
}

/// Refuses a variable that is read where some path has not given it a value.
fn refuse_unset(code: &[Instr], reached: &[bool], unset: &[Unset], uses: &[Use]) -> Result<(), Diagnostic> {
    let mut used: HashMap<(usize, Reg), Span> = HashMap::new();
    for one in uses {
        used.entry((one.at, one.reg)).or_insert(one.span);
    }
    let mut met = vec![0; code.len()];
    for (number, unset) in (1..).zip(unset) {
        let mut open = match unset.from {
            Start::Before(at) if reached[at] => vec![at],
            Start::After(at) if reached[at] => live_registers::successors(code, at),
            _ => continue,
        };
        while let Some(at) = open.pop() {
            if std::mem::replace(&mut met[at], number) == number {
                continue;
            }
            if let Some(&place) = used.get(&(at, unset.reg)) {
                return Err(
                    Diagnostic::at(place, format!("{} may be read before it has a value", unset.what))
                        .label("read here")
                        .also(unset.span, "not every path from here gives it one")
                        .help("give it a value on every path"),
                );
            }
            if live_registers::written(&code[at]) != Some(unset.reg) {
                open.extend(live_registers::successors(code, at));
            }
        }
    }
    Ok(())
}

/// How many outcomes `choose` can give to each step. Refuses a loop without a scheduling point: a step has to end.
fn count_outcomes(thread: &mut Thread) -> Result<(), Diagnostic> {
    let span = |at: usize| thread.sites[thread.at[at] as usize].span;
    // By instruction: whether what follows is being counted, and the outcomes from there to the end of the step.
    let (mut open, mut most) = (vec![false; thread.code.len()], vec![0; thread.code.len()]);
    for start in std::iter::once(0).chain(thread.points.iter().map(|point| point.at + 1)) {
        let mut stack = vec![start];
        while let Some(&at) = stack.last() {
            let next = match thread.code[at] {
                Instr::Point(_) => Vec::new(),
                _ => live_registers::successors(&thread.code, at),
            };
            if !std::mem::replace(&mut open[at], true) {
                for &next in next.iter().filter(|&&next| most[next] == 0) {
                    if open[next] {
                        return Err(endless(span(at)));
                    }
                    stack.push(next);
                }
                continue;
            }
            if most[at] == 0 {
                let here = match thread.code[at] {
                    Instr::Choose { below, .. } => u64::from(below),
                    _ => 1,
                };
                most[at] = here.saturating_mul(next.iter().map(|&next| most[next]).max().unwrap_or(1));
                if most[at] > MOST_OUTCOMES {
                    let message = format!("this step has more than {MOST_OUTCOMES} outcomes");
                    return Err(Diagnostic::at(span(at), message));
                }
            }
            stack.pop();
        }
    }
    for point in &mut thread.points {
        point.outcomes = most[point.at + 1] as u32;
    }
    Ok(())
}

fn endless(span: Span) -> Diagnostic {
    Diagnostic::at(span, "a turn of this loop can pass without a scheduling point").help(
        "read or write shared memory on each turn outside __atomic functions, \
         or bound the loop by a constant: `for (i = 0; i < N; i++)`",
    )
}
