//! What really led from one thread to another: a value that was written and then looked at, an object that was freed and then used, a
//! lock that was dropped and then taken, a condition that became true and was waited for. The order of all other steps is chance.

use std::collections::BTreeMap;

use super::events::{Cell, Event};
use crate::machine::Machine;
use crate::machine::program::PointKind;

/// How one step depends on another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// It looks at what the other wrote.
    Read,
    /// It takes the lock that the other dropped.
    Lock,
    /// It waited for what the other did.
    Wake,
    /// It uses what the other freed.
    Use,
}

/// A step that depends on an earlier one of another thread; both are numbers of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dependence {
    /// The earlier one.
    pub from: usize,
    /// The later one.
    pub to: usize,
    /// How.
    pub kind: Kind,
}

/// The dependences between steps that stand in this order, without those that follow from others: a step that already comes after
/// another by way of its thread and of the dependences before is not said to depend on it again. What was freed is always said.
pub(crate) fn dependences(machine: &Machine, found: &[Event]) -> Vec<Dependence> {
    // By thread: how many events happened before its last one, for each thread.
    let mut clocks = vec![vec![0; machine.program.threads.len()]; machine.program.threads.len()];
    let mut after: Vec<Vec<usize>> = Vec::new();
    // Who changed each cell last.
    let mut changed: BTreeMap<Cell, usize> = BTreeMap::new();
    let mut all = Vec::new();
    for (to, event) in found.iter().enumerate() {
        let thread = event.thread();
        let mut sources: Vec<Dependence> = Vec::new();
        for &cell in event.reads.iter().filter(|&&cell| event.looks_at(machine, cell)) {
            let last = changed.get(&cell).copied();
            let Some(from) = last.filter(|&from| found[from].thread() != thread) else {
                continue;
            };
            let kind = kind(machine, &found[from], event, cell);
            match sources.iter_mut().find(|other| other.from == from) {
                Some(other) => other.kind = other.kind.max(kind),
                None => sources.push(Dependence { from, to, kind }),
            }
        }
        // The latest come first: earlier ones may follow from them.
        sources.sort_by_key(|source| std::cmp::Reverse(source.from));
        for source in sources {
            let other = found[source.from].thread();
            if clocks[thread][other] <= source.from || source.kind == Kind::Use {
                all.push(source);
            }
            for (known, more) in clocks[thread].iter_mut().zip(&after[source.from]) {
                *known = (*known).max(*more);
            }
        }
        let changes = event.writes.iter().filter(|&&cell| event.changes(machine, cell));
        changed.extend(changes.map(|&cell| (cell, to)));
        clocks[thread][thread] = to + 1;
        after.push(clocks[thread].clone());
    }
    all
}

fn kind(machine: &Machine, from: &Event, to: &Event, cell: Cell) -> Kind {
    if matches!(cell, Cell::Life(..)) {
        return Kind::Use;
    }
    let held = |state: &[u64], event: &Event| machine.locks_held(state, event.thread());
    let (had, has) = (held(&from.before, from), held(&from.after, from));
    let dropped = had.into_iter().filter(|lock| !has.contains(lock));
    let (before, taken) = (held(&to.before, to), held(&to.after, to));
    let mut handed = dropped.filter(|lock| taken.contains(lock) && !before.contains(lock));
    if handed.next().is_some() {
        return Kind::Lock;
    }
    match to.point(machine).map(|point| &point.kind) {
        Some(PointKind::Await) => Kind::Wake,
        _ => Kind::Read,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counterexample::events::replay;
    use crate::machine::Label;
    use crate::machine::samples::{self, Op};

    #[test]
    fn a_lock_leads_from_who_drops_it_to_who_takes_it_and_what_follows_is_not_said_again() {
        let thread = &[Op::Lock(0), Op::Increment, Op::Unlock(0)];
        let machine = samples::machine(&[thread, thread]);
        let label = |thread| Label { thread, outcome: 0 };
        let order = [0, 0, 0, 0, 1, 1, 1, 1].map(label);
        let found = replay(&machine, &order);
        let said = dependences(&machine, &found);
        assert_eq!(said.len(), 1, "{said:?}");
        assert_eq!(said[0].kind, Kind::Lock);
        assert!(found[said[0].from].thread() == 0 && found[said[0].to].thread() == 1);
    }

    #[test]
    fn who_waited_was_woken_and_who_looked_read() {
        let machine = samples::machine(&[&[Op::Set(1)], &[Op::Await(1)], &[Op::BugOn(1)]]);
        let label = |thread| Label { thread, outcome: 0 };
        let said = dependences(&machine, &replay(&machine, &[0, 1, 2].map(label)));
        let said: Vec<_> = said.iter().map(|said| (said.from, said.to, said.kind)).collect();
        assert_eq!(said, [(0, 1, Kind::Wake), (0, 2, Kind::Read)]);
    }

    #[test]
    fn what_was_freed_is_said_though_it_follows() {
        let machine = samples::machine(&[&[Op::Free, Op::Set(1)], &[Op::Await(1), Op::Free]]);
        let label = |thread| Label { thread, outcome: 0 };
        let found = replay(&machine, &[0, 0, 1, 1].map(label));
        let said = dependences(&machine, &found);
        let kinds: Vec<Kind> = said.iter().map(|said| said.kind).collect();
        assert_eq!(kinds, [Kind::Wake, Kind::Use]);
    }
}
