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
    order_within_steps(&thread)?;
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
    };
    let address = |label: usize| emitter.labels[label].unwrap_or(thread.code.len() - 1);
    let resolved: Vec<Instr> = thread
        .code
        .iter()
        .map(|instr| match instr {
            Instr::Jump(label) => Instr::Jump(address(*label)),
            Instr::Unless { condition, target } => Instr::Unless {
                condition: *condition,
                target: address(*target),
            },
            other => other.clone(),
        })
        .collect();
    thread.code = resolved;
    thread
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
            Instr::Jump(to) => Instr::Jump(target(*to)),
            Instr::Unless { condition, target: to } => Instr::Unless {
                condition: *condition,
                target: target(*to),
            },
            Instr::Point(index) => {
                let mut point = thread.points[*index].clone();
                point.at = code.len();
                points.push(point);
                Instr::Point(points.len() - 1)
            }
            other => other.clone(),
        });
    }
    (thread.code, thread.at, thread.points) = (code, sites, points);
}

/// Refuses a loop without a scheduling point: a step has to end.
fn order_within_steps(thread: &Thread) -> Result<(), Diagnostic> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; thread.code.len()];
    let starts = std::iter::once(0).chain(thread.points.iter().map(|point| point.at + 1));
    for start in starts {
        let mut stack = vec![(start, false)];
        while let Some((at, leaving)) = stack.pop() {
            if leaving {
                marks[at] = Mark::Done;
                continue;
            }
            if marks[at] != Mark::New {
                continue;
            }
            marks[at] = Mark::Open;
            stack.push((at, true));
            if matches!(thread.code[at], Instr::Point(_)) {
                continue;
            }
            for next in live_registers::successors(&thread.code, at) {
                match marks[next] {
                    Mark::New => stack.push((next, false)),
                    Mark::Open if !matches!(thread.code[next], Instr::Point(_)) => {
                        let span = thread.sites[thread.at[at] as usize].span;
                        return Err(
                            Diagnostic::at(span, "a turn of this loop can pass without a scheduling point").help(
                                "read or write shared memory on each turn outside __atomic functions, \
                                 or bound the loop by a constant: `for (i = 0; i < N; i++)`",
                            ),
                        );
                    }
                    _ => {}
                }
            }
        }
    }
    Ok(())
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

/// How many outcomes `choose` can give to each step.
fn count_outcomes(thread: &mut Thread) -> Result<(), Diagnostic> {
    let mut most: HashMap<usize, u64> = HashMap::new();
    for index in 0..thread.points.len() {
        let mut stack = vec![thread.points[index].at + 1];
        while let Some(&at) = stack.last() {
            if most.contains_key(&at) {
                stack.pop();
                continue;
            }
            let next = match thread.code[at] {
                Instr::Point(_) => vec![],
                _ => live_registers::successors(&thread.code, at),
            };
            let open: Vec<usize> = next.iter().copied().filter(|next| !most.contains_key(next)).collect();
            if !open.is_empty() {
                stack.extend(open);
                continue;
            }
            let after = next.iter().map(|next| most[next]).max().unwrap_or(1);
            let here = if let Instr::Choose { below, .. } = thread.code[at] {
                u64::from(below)
            } else {
                1
            };
            let outcomes = after.saturating_mul(here);
            if outcomes > MOST_OUTCOMES {
                let span = thread.sites[thread.at[at] as usize].span;
                return Err(Diagnostic::at(
                    span,
                    format!("this step has more than {MOST_OUTCOMES} outcomes"),
                ));
            }
            most.insert(at, outcomes);
            stack.pop();
        }
        thread.points[index].outcomes = most[&(thread.points[index].at + 1)] as u32;
    }
    Ok(())
}
