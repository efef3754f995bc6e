//! A ranking shows that no fair run stays where a promise is unkept.
//!
//! No step there leads to a class of a higher number, so a run that stays there stays in one class in the end. Stuttering stays in
//! every class, so each has to name what staying in it breaks.

use super::Refused;
use super::fairness::Condition;
use super::region::Region;
use crate::certificate::format::{Broken, Ranking};
use crate::certificate::packed::unpack;
use crate::machine::Machine;

/// How deep rankings may stand in rankings; a program has fewer strongly fair threads.
const MAX_DEPTH: usize = 32;

/// How many states and classes a ranking speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// The states in which the promise is unkept.
    pub states: usize,
    /// The classes of the outermost ranking.
    pub classes: usize,
}

/// Checks a ranking of all states that a run may come to while the promise is unkept.
pub(crate) fn check(machine: &Machine, region: &Region<'_>, ranking: &Ranking, at: &str) -> Result<Size, Refused> {
    let count = region.closed.states.len();
    let ranks = unpacked(ranking, count, at)?;
    for state in 0..count {
        let refused = |why: &str| Err(Refused::at(format!("{at}, state {state}"), why));
        match ranks[state] {
            0 if region.entry[state] => {
                return refused("a run may leave the promise unkept from here on, and it has no rank");
            }
            0 => {}
            _ if !region.unkept[state] => return refused("the promise is kept here, and it has a rank"),
            _ => {
                if region.steps(state).any(|(_, to)| ranks[to] == 0) {
                    return refused("a step leads to a state without a rank, though the promise is unkept there");
                }
            }
        }
    }
    let members: Vec<u32> = (0..count as u32).filter(|&state| ranks[state as usize] != 0).collect();
    let mut check = Check {
        machine,
        region,
        inner: Vec::new(),
    };
    check.classes(ranking, &members, &ranks, at, 0)?;
    Ok(Size {
        states: members.len(),
        classes: ranking.classes.len(),
    })
}

struct Check<'a> {
    machine: &'a Machine,
    region: &'a Region<'a>,
    /// Room for the ranks of inner rankings, all 0: there may be many rankings, one at a time on each depth.
    inner: Vec<Vec<u32>>,
}

impl Check<'_> {
    /// Checks the classes of some states; other states have rank 0.
    fn classes(
        &mut self,
        ranking: &Ranking,
        members: &[u32],
        ranks: &[u32],
        at: &str,
        depth: usize,
    ) -> Result<(), Refused> {
        let mut classes = vec![Vec::new(); ranking.classes.len()];
        for &state in members {
            let rank = ranks[state as usize];
            if self.region.steps(state as usize).any(|(_, to)| ranks[to] > rank) {
                return Err(Refused::at(
                    format!("{at}, state {state}"),
                    "a step leads to a class of a higher number",
                ));
            }
            classes[rank as usize - 1].push(state);
        }
        for (number, (class, broken)) in classes.iter().zip(&ranking.classes).enumerate() {
            let at = format!("{at}, class {}", number + 1);
            if class.is_empty() {
                return Err(Refused::at(at, "has no state"));
            }
            self.broken(broken, class, ranks, &at, depth)?;
        }
        Ok(())
    }

    /// Checks that staying in a class breaks what it names. Its states have the same rank.
    fn broken(&mut self, broken: &Broken, class: &[u32], ranks: &[u32], at: &str, depth: usize) -> Result<(), Refused> {
        match broken {
            Broken::Never(number) => {
                let Some(recurs) = self.region.recurs.get(*number) else {
                    return Err(Refused::at(
                        at,
                        format!("the formula has no recurrence number {number}"),
                    ));
                };
                match class.iter().find(|&&state| recurs[state as usize]) {
                    Some(state) => Err(Refused::at(
                        at,
                        format!("recurrence number {number} happens in state {state}"),
                    )),
                    None => Ok(()),
                }
            }
            Broken::Weak(thread) => {
                let condition = self.condition(thread, false, at)?;
                if let Some(state) = class.iter().find(|&&state| !self.enabled(condition, state)) {
                    return Err(Refused::at(at, format!("{thread} has no step in state {state}")));
                }
                self.untaken(condition, thread, class, ranks, at)
            }
            Broken::Strong { thread, rest } => {
                let condition = self.condition(thread, true, at)?;
                self.untaken(condition, thread, class, ranks, at)?;
                let members = class.iter().copied().filter(|&state| !self.enabled(condition, state));
                let members: Vec<u32> = members.collect();
                if members.len() == class.len() {
                    return Err(Refused::at(
                        at,
                        format!("{thread} has a strongly fair step in none of its states"),
                    ));
                }
                if depth == MAX_DEPTH {
                    return Err(Refused::at(at, "rankings stand in rankings too deep"));
                }
                let at = format!("{at} without {thread}");
                let packed = unpacked(rest, members.len(), &at)?;
                let mut inner = self.inner.pop().unwrap_or_else(|| vec![0; ranks.len()]);
                for (&state, rank) in members.iter().zip(packed) {
                    if rank == 0 {
                        return Err(Refused::at(format!("{at}, state {state}"), "has no rank"));
                    }
                    inner[state as usize] = rank;
                }
                self.classes(rest, &members, &inner, &at, depth + 1)?;
                members.iter().for_each(|&state| inner[state as usize] = 0);
                self.inner.push(inner);
                Ok(())
            }
        }
    }

    fn condition(&self, thread: &str, strong: bool, at: &str) -> Result<Condition, Refused> {
        let sort = if strong { "strongly" } else { "weakly" };
        Condition::named(self.machine, thread, strong)
            .ok_or_else(|| Refused::at(at, format!("no thread `{thread}` is {sort} fair")))
    }

    fn counts(&self, condition: Condition, state: u32) -> bool {
        condition.counts(self.machine, self.region.closed.states.state(state as usize))
    }

    fn enabled(&self, condition: Condition, state: u32) -> bool {
        let mut steps = self.region.closed.steps(state as usize);
        steps.any(|(_, step)| usize::from(step.label.thread) == condition.thread) && self.counts(condition, state)
    }

    fn untaken(
        &self,
        condition: Condition,
        thread: &str,
        class: &[u32],
        ranks: &[u32],
        at: &str,
    ) -> Result<(), Refused> {
        for &state in class {
            let mut steps = self.region.steps(state as usize);
            let stays = |(who, to): (usize, usize)| who == condition.thread && ranks[to] == ranks[state as usize];
            if steps.any(stays) && self.counts(condition, state) {
                return Err(Refused::at(
                    at,
                    format!("a step of {thread} from state {state} stays in the class"),
                ));
            }
        }
        Ok(())
    }
}

/// The ranks of so many states.
fn unpacked(ranking: &Ranking, states: usize, at: &str) -> Result<Vec<u32>, Refused> {
    let ranks = unpack(&ranking.ranks, states, 1).map_err(|why| Refused::at(format!("{at}, the ranks"), why))?;
    let rank = |rank: u64| usize::try_from(rank).ok().filter(|&rank| rank <= ranking.classes.len());
    let known = ranks.into_iter().enumerate().map(|(number, value)| match rank(value) {
        Some(rank) => Ok(rank as u32),
        None => Err(Refused::at(
            format!("{at}, rank number {number}"),
            format!("there is no class {value}"),
        )),
    });
    known.collect()
}
