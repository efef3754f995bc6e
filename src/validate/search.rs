//! Follows a trace: all states in which the model can be after each line, and the runs that lead there.
//!
//! A thread's step may show events; it makes no other step before the trace has had them. A line takes the event that its
//! thread owes. Before a line, only threads take steps that matter for it (`independence.rs`): all others can take theirs later.

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use super::independence::{Bits, Reach};
use super::labels::{Follower, Labels, Owed};
use super::vocabulary::{Argument, Vocabulary};
use crate::explore::Budget;
use crate::machine::program::{Role, ThreadId};
use crate::machine::{ErrorKind, Machine, Outcome, Reached, Scratch};

/// More states than this beside each other are given up.
const MOST_STATES: usize = 60_000;

/// No event of the trace has this rule.
pub(super) const NEVER: usize = usize::MAX;
/// The event may be missing.
pub(super) const OPTIONAL: usize = usize::MAX - 1;

/// Which events have to be in the trace.
#[derive(Debug)]
pub(super) struct Armed {
    /// By rule: the line from which on.
    pub from: Vec<usize>,
    /// By thread and rule: it has such an event in the trace, and comes to it only once, so it cannot do without.
    pub once: Vec<Vec<bool>>,
}

impl Armed {
    fn shows(&self, thread: ThreadId, rule: usize, at: usize) -> bool {
        self.from[rule] <= at || self.once[thread][rule]
    }
}

/// A value that a line read.
#[derive(Debug, Clone)]
pub(super) struct Read {
    /// The element, and whether its object lives.
    pub slot: crate::machine::Slot,
    pub alive: crate::machine::Slot,
    /// What it may be: `value & mask` from `least` to `most`.
    pub mask: i64,
    pub least: i64,
    pub most: i64,
    /// It is a set of flags.
    pub set: bool,
    /// In words: `mm_users is 3`.
    pub words: String,
}

impl Ask {
    /// What it reads that is not so in this state.
    pub(super) fn untrue(&self, state: &[u64]) -> Vec<&str> {
        let mut untrue: Vec<&str> = self
            .reads
            .iter()
            .filter(|read| !read.holds(state, 0))
            .map(|read| read.words.as_str())
            .collect();
        if self.gone.is_some_and(|gone| gone.load(state) != 0) {
            untrue.push("it is no more");
        }
        untrue
    }
}

impl Read {
    /// Some bits of a set may or may not be there yet.
    fn holds(&self, state: &[u64], open: i64) -> bool {
        let open = if self.set { !open } else { -1 };
        let value = self.slot.load(state) & self.mask & open;
        self.alive.load(state) != 0 && (self.least & open..=self.most & open).contains(&value)
    }
}

/// Whose event a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// It only looks.
    Nobody,
    Thread(ThreadId),
    /// The listing does not have the thread.
    Missing,
}

/// What a line asks of a run.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    /// The line, an index into the trace's events.
    pub at: usize,
    pub whose: Whose,
    /// The rule.
    pub rule: usize,
    /// By meaning of the rule: the arguments and the result, where the line says them.
    pub meanings: Vec<(Vec<Option<i64>>, Option<i64>)>,
    /// What has to be so.
    pub reads: Vec<Read>,
    /// This object is no more.
    pub gone: Option<crate::machine::Slot>,
}

/// One step of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Move {
    /// A thread's step.
    Step(u16, u16),
    /// A line of the trace, by its index, and which meaning of its rule it had.
    Line(u32, u8),
}

/// How far a trace was followed.
#[derive(Debug)]
pub(super) struct Followed {
    /// A run, as far as it goes.
    pub run: Vec<Move>,
    /// The states at the end of it, with what each thread owes.
    pub ends: Vec<(Vec<u64>, Vec<Vec<Owed>>)>,
    /// The line that no run can have.
    pub stuck: Option<usize>,
    /// Why it was given up.
    pub gave_up: Option<String>,
    /// By asked line: whether it ruled out a state in which the model could have been.
    pub ruled_out: Vec<bool>,
    /// The most states beside each other.
    pub most: usize,
    /// Some run came to a number that does not fit.
    pub overflowed: bool,
}

type Key = Box<[u64]>;

struct Search<'a> {
    machine: &'a Machine,
    vocabulary: &'a Vocabulary,
    labels: &'a Labels,
    reach: Reach<'a>,
    /// By rule: the line from which on its event has to be shown.
    armed: &'a Armed,
    lists: Vec<Rc<[Owed]>>,
    numbers: HashMap<Rc<[Owed]>, u64>,
    /// How each state was come to: the one before, and the move.
    moves: Vec<(u32, Move)>,
    scratch: Scratch,
    overflowed: bool,
}

/// Follows the lines that ask something, in their order.
///
/// At first in a hurry: a thread that is no daemon and has no more lines goes on at once, and when probes are switched on, only those threads are
/// taken to have made steps that nobody saw of which the next line says so. A run that is found is a run. If there is none, all
/// are tried.
pub(super) fn follow(
    machine: &Machine,
    vocabulary: &Vocabulary,
    labels: &Labels,
    armed: &Armed,
    asks: &[Ask],
    budget: Budget,
) -> Followed {
    let followed = follow_from(machine, vocabulary, labels, armed, asks, budget, Unseen::Evident);
    match followed.stuck.is_some() || followed.gave_up.is_some() {
        true => follow_from(machine, vocabulary, labels, armed, asks, budget, Unseen::Possible),
        false => followed,
    }
}

/// Which threads may have made steps before there were probes that show them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unseen {
    /// Those whose next line cannot be their next event else.
    Evident,
    /// All.
    Possible,
}

fn follow_from(
    machine: &Machine,
    vocabulary: &Vocabulary,
    labels: &Labels,
    armed: &Armed,
    asks: &[Ask],
    budget: Budget,
    unseen: Unseen,
) -> Followed {
    let mut search = Search {
        machine,
        vocabulary,
        labels,
        reach: Reach::new(machine, labels),
        armed,
        lists: vec![Vec::new().into()],
        numbers: HashMap::from([(Vec::new().into(), 0)]),
        moves: Vec::new(),
        scratch: Scratch::new(machine),
        overflowed: false,
    };
    let mut thresholds: Vec<usize> = armed
        .from
        .iter()
        .copied()
        .filter(|&line| line > 0 && line < OPTIONAL)
        .collect();
    thresholds.sort_unstable();
    let mut states: Vec<(Key, u32)> = vec![(search.first(), 0)];
    search.moves.push((0, Move::Line(u32::MAX, 0)));
    let mut followed = Followed {
        run: Vec::new(),
        ends: Vec::new(),
        stuck: None,
        gave_up: None,
        ruled_out: Vec::new(),
        most: 1,
        overflowed: false,
    };
    let mut last: Vec<Option<usize>> = vec![None; search.threads()];
    for ask in asks {
        if let Whose::Thread(thread) = ask.whose {
            last[thread] = Some(ask.at);
        }
    }
    let mut before = 0;
    for (number, ask) in asks.iter().enumerate() {
        let passed = thresholds.partition_point(|&line| line <= ask.at);
        if passed != before {
            let mut coming: Vec<Option<usize>> = vec![None; search.threads()];
            for ask in asks[number..].iter().rev() {
                if let Whose::Thread(thread) = ask.whose {
                    coming[thread] = Some(ask.rule);
                }
            }
            let coming = (unseen == Unseen::Evident).then_some(coming.as_slice());
            match search.arm(&states, thresholds[before], ask.at, coming) {
                Ok(more) => states = more,
                Err(why) => {
                    followed.gave_up = Some(why);
                    break;
                }
            }
            search.reach.forget();
            before = passed;
        }
        match search.line(&states, ask) {
            Ok((next, ruled_out)) if !next.is_empty() => {
                followed.ruled_out.push(ruled_out);
                let next = match ask.whose {
                    Whose::Thread(thread)
                        if unseen == Unseen::Evident
                            && last[thread] == Some(ask.at)
                            && machine.program.threads[thread].role == Role::Task =>
                    {
                        search.run_out(next, thread, ask.at)
                    }
                    _ => next,
                };
                states = search.without_later(next, ask.at);
                followed.most = followed.most.max(states.len());
            }
            Ok(_) => {
                followed.stuck = Some(ask.at);
                break;
            }
            Err(why) => {
                followed.gave_up = Some(why);
                break;
            }
        }
        if let Some(why) = budget.ends_search() {
            followed.gave_up = Some(why);
            break;
        }
    }
    // The first is as good as any, and always the same.
    if let Some((_, last)) = states.first() {
        let mut at = *last;
        while at != 0 {
            let (parent, step) = search.moves[at as usize];
            followed.run.push(step);
            at = parent;
        }
        followed.run.reverse();
    }
    followed.ends = states.iter().map(|(key, _)| search.opened(key)).collect();
    followed.overflowed = search.overflowed;
    followed
}

impl Search<'_> {
    fn threads(&self) -> usize {
        self.machine.program.threads.len()
    }

    /// The initial state, with what the threads owe when they come to their first points.
    fn first(&mut self) -> Key {
        let mut state = self.machine.initial();
        let mut owed = Vec::new();
        for thread in 0..self.threads() {
            let registers: Vec<i64> = vec![0; self.machine.program.threads[thread].registers.len()];
            let list = match self.machine.layout.position[thread].load(&state) {
                0 => Vec::new(),
                position => {
                    let point = position as usize - 1;
                    let mut registers = registers;
                    for (reg, slot) in &self.machine.layout.frames[thread][point] {
                        registers[*reg] = slot.load(&state);
                    }
                    Follower::new(self.machine, self.labels, self.vocabulary, thread, point).arrived(point, &registers)
                }
            };
            owed.push(self.number(list));
        }
        state.extend(owed);
        state.into()
    }

    fn number(&mut self, list: Vec<Owed>) -> u64 {
        let list: Rc<[Owed]> = list.into();
        if let Some(number) = self.numbers.get(&list) {
            return *number;
        }
        let number = self.lists.len() as u64;
        self.lists.push(list.clone());
        self.numbers.insert(list, number);
        number
    }

    fn opened(&self, key: &[u64]) -> (Vec<u64>, Vec<Vec<Owed>>) {
        let words = self.machine.words();
        let owed = key[words..].iter().map(|list| self.lists[*list as usize].to_vec());
        (key[..words].to_vec(), owed.collect())
    }

    /// All states in which the model can be once this line was written; and whether it ruled any out.
    fn line(&mut self, states: &[(Key, u32)], ask: &Ask) -> Result<(Vec<(Key, u32)>, bool), String> {
        let asked = match ask.whose {
            Whose::Nobody => None,
            Whose::Thread(thread) => Some(thread),
            Whose::Missing => return Ok((Vec::new(), true)),
        };
        let armed = self.armed;
        let mandatory = move |thread: ThreadId, rule: usize| armed.shows(thread, rule, ask.at);
        let words = self.machine.words();
        let mut looked = Bits::none(words);
        for read in &ask.reads {
            looked.read(read.slot);
            looked.read(read.alive);
        }
        if let Some(gone) = ask.gone {
            looked.read(gone);
        }
        let mut seen: HashMap<Key, ()> = HashMap::new();
        let mut open: VecDeque<(Key, u32)> = VecDeque::new();
        for (key, node) in states {
            seen.insert(key.clone(), ());
            open.push_back((key.clone(), *node));
        }
        let mut done: HashMap<Key, ()> = HashMap::new();
        let mut next: Vec<(Key, u32)> = Vec::new();
        let (mut ruled_out, mut left) = (false, states.len());
        while let Some((key, node)) = open.pop_front() {
            // The first ones are what was possible before: one that cannot have this line at once is ruled out.
            let before = left > 0;
            left = left.saturating_sub(1);
            if seen.len() > MOST_STATES {
                return Err(format!(
                    "more than {MOST_STATES} states are possible in line {}",
                    ask.at
                ));
            }
            let mut standing = true;
            if let Some(thread) = asked {
                let list = self.lists[key[words + thread] as usize].clone();
                if let Some((taken, meaning, fits)) = self.taken(thread, &list, ask) {
                    if fits && self.looks(&key, ask) {
                        let mut key = key.clone();
                        key[words + thread] = self.number(taken);
                        if done.insert(key.clone(), ()).is_none() {
                            let node = self.moved(node, Move::Line(ask.at as u32, meaning));
                            next.push((key, node));
                        }
                        if mandatory(thread, ask.rule) {
                            continue;
                        }
                        // It may have gone on without a line, and this one is of its next call.
                    } else {
                        // With another argument no step of anybody helps; with another value one may.
                        standing = fits || !mandatory(thread, ask.rule);
                    }
                } else if list.iter().any(|owed| mandatory(thread, owed.rule as usize)) {
                    // It owes another event first.
                    standing = false;
                }
            } else if self.looks(&key, ask) {
                if done.insert(key.clone(), ()).is_none() {
                    next.push((key, node));
                }
                continue;
            }
            ruled_out |= before;
            if standing {
                self.steps(&key, node, asked, &looked, &mandatory, &mut seen, &mut open);
            }
        }
        Ok((next, ruled_out))
    }

    fn moved(&mut self, from: u32, step: Move) -> u32 {
        self.moves.push((from, step));
        self.moves.len() as u32 - 1
    }

    fn looks(&self, key: &[u64], ask: &Ask) -> bool {
        let open = if ask.reads.iter().any(|read| read.set) {
            self.open_flags(key)
        } else {
            0
        };
        ask.reads.iter().all(|read| read.holds(key, open)) && ask.gone.is_none_or(|gone| gone.load(key) == 0)
    }

    /// The flags that are set inside of a step of which the trace has yet to show that: another processor may not see them yet.
    fn open_flags(&self, key: &[u64]) -> i64 {
        let mut flags = 0;
        for list in &key[self.machine.words()..] {
            for owed in self.lists[*list as usize].iter().filter(|owed| owed.bag != 0) {
                let meaning = &self.vocabulary.events[owed.rule as usize].meanings[owed.meaning as usize];
                for (wanted, value) in meaning.arguments.iter().zip(&owed.arguments) {
                    if let (Argument::Word(_), Some(value @ 0..63)) = (wanted, value) {
                        flags |= 1 << value;
                    }
                }
            }
        }
        flags
    }

    /// What the thread owes after this line, if it owes this event; and whether the line says the same of it.
    fn taken(&self, thread: ThreadId, list: &[Owed], ask: &Ask) -> Option<(Vec<Owed>, u8, bool)> {
        let mut wrong = None;
        for (at, owed) in list.iter().enumerate() {
            let first = at == 0 || (owed.bag != 0 && list[0].bag == owed.bag);
            let skipped = list[..at]
                .iter()
                .all(|owed| !self.armed.shows(thread, owed.rule as usize, ask.at));
            if !first && !skipped {
                break;
            }
            if owed.rule as usize != ask.rule {
                continue;
            }
            let (arguments, result) = &ask.meanings[owed.meaning as usize];
            let agree = |said: &Option<i64>, meant: &Option<i64>| said.is_none() || meant.is_none() || said == meant;
            let fits = arguments
                .iter()
                .zip(&owed.arguments)
                .all(|(said, meant)| agree(said, meant))
                && agree(result, &owed.result);
            let mut rest = list.to_vec();
            rest.remove(at);
            if skipped && !first {
                rest.drain(..at);
            }
            if fits {
                return Some((rest, owed.meaning, true));
            }
            wrong.get_or_insert((rest, owed.meaning, false));
        }
        wrong
    }

    /// The steps that matter before the line.
    #[allow(clippy::too_many_arguments)]
    fn steps(
        &mut self,
        key: &Key,
        node: u32,
        asked: Option<ThreadId>,
        looked: &Bits,
        mandatory: &dyn Fn(ThreadId, usize) -> bool,
        seen: &mut HashMap<Key, ()>,
        open: &mut VecDeque<(Key, u32)>,
    ) {
        let free = self.free(key, mandatory);
        let mut chosen = vec![false; self.threads()];
        let mut together = looked.clone();
        if let Some(thread) = asked
            && let Some(point) = free[thread]
        {
            chosen[thread] = true;
            together.add(self.reach.of(thread, point, mandatory));
        }
        self.close(&free, &mut chosen, &mut together, mandatory);
        self.step_all(key, node, &free, &chosen, seen, open);
    }

    /// Events that may have been missing so far have to be shown from now on: whoever can have done without them, has or has not.
    /// With `coming`, by thread the rule of its next line, only if it could not come to that else.
    fn arm(
        &mut self,
        states: &[(Key, u32)],
        first: usize,
        at: usize,
        coming: Option<&[Option<usize>]>,
    ) -> Result<Vec<(Key, u32)>, String> {
        self.reach.forget();
        let armed = self.armed;
        let before = move |thread: ThreadId, rule: usize| armed.shows(thread, rule, first - 1);
        let now = move |thread: ThreadId, rule: usize| armed.shows(thread, rule, at);
        let mut seen: HashMap<Key, ()> = states.iter().map(|(key, _)| (key.clone(), ())).collect();
        let mut open: VecDeque<(Key, u32)> = states.iter().cloned().collect();
        let mut all = Vec::new();
        while let Some((key, node)) = open.pop_front() {
            if seen.len() > MOST_STATES {
                return Err(format!(
                    "more than {MOST_STATES} states are possible when the last probes were switched on"
                ));
            }
            all.push((key.clone(), node));
            let evident = self.evident(&key, coming, &now);
            self.shown_before(&key, node, &evident, &before, &now, &mut seen, &mut open);
            let free = self.free(&key, &before);
            let mut chosen = vec![false; self.threads()];
            let mut together = Bits::none(self.machine.words());
            for (thread, point) in free.iter().enumerate() {
                let leads = |point: &usize| evident[thread] && self.reach.leads_to(thread, *point, &before, &now);
                if let Some(point) = point.filter(leads) {
                    chosen[thread] = true;
                    together.add(self.reach.of(thread, point, &before));
                }
            }
            if coming.is_none() {
                self.close(&free, &mut chosen, &mut together, &before);
            }
            self.step_all(&key, node, &free, &chosen, &mut seen, &mut open);
        }
        Ok(all)
    }

    /// By thread: whether it may have made steps that were not seen.
    fn evident(&self, key: &Key, coming: Option<&[Option<usize>]>, now: &dyn Fn(ThreadId, usize) -> bool) -> Vec<bool> {
        let words = self.machine.words();
        let evident = |thread: ThreadId| {
            let Some(coming) = coming else { return true };
            let Some(rule) = coming[thread] else { return false };
            let list = &self.lists[key[words + thread] as usize];
            let owes = list.iter().find(|owed| now(thread, owed.rule as usize));
            match (owes, self.machine.layout.position[thread].load(key)) {
                (Some(owed), _) => owed.rule as usize != rule,
                (None, 0) => false,
                (None, position) => !self.reach.may_show(thread, position as usize - 1, rule, now),
            }
        };
        (0..self.threads()).map(evident).collect()
    }

    /// What a thread owes may have been shown before there was anybody to see it.
    #[allow(clippy::too_many_arguments)]
    fn shown_before(
        &mut self,
        key: &Key,
        node: u32,
        evident: &[bool],
        before: &dyn Fn(ThreadId, usize) -> bool,
        now: &dyn Fn(ThreadId, usize) -> bool,
        seen: &mut HashMap<Key, ()>,
        open: &mut VecDeque<(Key, u32)>,
    ) {
        let words = self.machine.words();
        for thread in (0..self.threads()).filter(|&thread| evident[thread]) {
            let list = self.lists[key[words + thread] as usize].clone();
            let unseen = list.first().is_some_and(|first| !before(thread, first.rule as usize));
            if unseen
                && list
                    .iter()
                    .any(|owed| now(thread, owed.rule as usize) && !before(thread, owed.rule as usize))
            {
                let mut next = key.clone();
                next[words + thread] = self.number(list[1..].to_vec());
                if seen.insert(next.clone(), ()).is_none() {
                    open.push_back((next, node));
                }
            }
        }
    }

    /// By thread: the point at which it stands, if it owes nothing that has to be shown first.
    fn free(&self, key: &Key, mandatory: &dyn Fn(ThreadId, usize) -> bool) -> Vec<Option<usize>> {
        let words = self.machine.words();
        let point = |thread: usize| {
            let owes = self.lists[key[words + thread] as usize]
                .iter()
                .any(|owed| mandatory(thread, owed.rule as usize));
            let position = self.machine.layout.position[thread].load(key);
            (!owes && position > 0).then(|| position as usize - 1)
        };
        (0..self.threads()).map(point).collect()
    }

    /// Adds the threads that may disturb those that are chosen, or what is looked at.
    fn close(
        &mut self,
        free: &[Option<usize>],
        chosen: &mut [bool],
        together: &mut Bits,
        mandatory: &dyn Fn(ThreadId, usize) -> bool,
    ) {
        loop {
            let mut grown = false;
            for (thread, point) in free.iter().enumerate() {
                let Some(point) = point.filter(|_| !chosen[thread]) else {
                    continue;
                };
                let bits = self.reach.of(thread, point, mandatory);
                if bits.meets(together) {
                    together.add(bits);
                    chosen[thread] = true;
                    grown = true;
                }
            }
            if !grown {
                break;
            }
        }
    }

    /// The steps of the chosen threads.
    fn step_all(
        &mut self,
        key: &Key,
        node: u32,
        free: &[Option<usize>],
        chosen: &[bool],
        seen: &mut HashMap<Key, ()>,
        open: &mut VecDeque<(Key, u32)>,
    ) {
        for thread in (0..self.threads()).filter(|&thread| chosen[thread]) {
            let Some(point) = free[thread] else { continue };
            for outcome in 0..self.machine.outcomes(key, thread) {
                if let Some(next) = self.step(key, thread, point, outcome)
                    && seen.insert(next.clone(), ()).is_none()
                {
                    let node = self.moved(node, Move::Step(thread as u16, outcome as u16));
                    open.push_back((next, node));
                }
            }
        }
    }

    /// A step of a thread, if it leads somewhere.
    fn step(&mut self, key: &Key, thread: ThreadId, point: usize, outcome: u32) -> Option<Key> {
        let words = self.machine.words();
        let mut state = key[..words].to_vec();
        let mut follower = Follower::new(self.machine, self.labels, self.vocabulary, thread, point);
        let stepped = self.machine.step(
            &key[..words],
            thread,
            outcome,
            &mut state,
            &mut self.scratch,
            &mut follower,
        );
        // An outcome of `choose` that changes nothing leads nowhere.
        if stepped != Outcome::Stepped {
            return None;
        }
        if self.machine.layout.error.load(&state) != 0 {
            let overflows = |error: &crate::machine::Error| error.kind == ErrorKind::Overflow;
            self.overflowed |= matches!(self.machine.reached(&state), Reached::Error(error) if overflows(error));
            return None;
        }
        let mut owed = std::mem::take(&mut follower.owed);
        // What no probe was there for is not waited for.
        owed.retain(|owed| self.armed.from[owed.rule as usize] != NEVER);
        state.extend(&key[words..]);
        state[words + thread] = self.number(owed);
        Some(state.into())
    }

    /// Of a thread that has no line any more: it goes on at once, as far as it can without one.
    fn run_out(&mut self, states: Vec<(Key, u32)>, thread: ThreadId, at: usize) -> Vec<(Key, u32)> {
        const FAR: usize = 100;
        let armed = self.armed;
        let mandatory = move |thread: ThreadId, rule: usize| armed.shows(thread, rule, at);
        let mut ends: Vec<(Key, u32)> = Vec::new();
        let mut seen: HashMap<Key, ()> = HashMap::new();
        for (mut key, mut node) in states {
            for _ in 0..FAR {
                let Some(point) = self.free(&key, &mandatory)[thread] else {
                    break;
                };
                let outcomes = 0..self.machine.outcomes(&key, thread);
                let step = outcomes
                    .into_iter()
                    .find_map(|outcome| Some((self.step(&key, thread, point, outcome)?, outcome)));
                let Some((next, outcome)) = step else { break };
                node = self.moved(node, Move::Step(thread as u16, outcome as u16));
                key = next;
            }
            if seen.insert(key.clone(), ()).is_none() {
                ends.push((key, node));
            }
        }
        ends
    }

    /// Leaves out what another of these states can come to without showing anything: all that can follow it can follow that one.
    fn without_later(&mut self, states: Vec<(Key, u32)>, at: usize) -> Vec<(Key, u32)> {
        const FEW: usize = 32;
        if states.len() < FEW {
            return states;
        }
        let armed = self.armed;
        let mandatory = move |thread: ThreadId, rule: usize| armed.shows(thread, rule, at);
        let numbers: HashMap<&Key, usize> = states.iter().enumerate().map(|(at, (key, _))| (key, at)).collect();
        let mut after: Vec<Vec<usize>> = Vec::new();
        for (key, _) in &states {
            let mut own = Vec::new();
            for (thread, point) in self.free(key, &mandatory).into_iter().enumerate() {
                let Some(point) = point else { continue };
                for outcome in 0..self.machine.outcomes(key, thread) {
                    let next = self.step(key, thread, point, outcome);
                    own.extend(next.and_then(|next| numbers.get(&next)));
                }
            }
            after.push(own);
        }
        // Behind a depth-first walk, the last that was finished is one that no other group of states leads to.
        let mut finished = Vec::new();
        let mut seen = vec![false; states.len()];
        for first in 0..states.len() {
            walk(&after, first, &mut seen, &mut finished);
        }
        let mut seen = vec![false; states.len()];
        let mut kept = vec![false; states.len()];
        for &first in finished.iter().rev() {
            kept[first] = !seen[first];
            walk(&after, first, &mut seen, &mut Vec::new());
        }
        let mut kept = kept.into_iter();
        let mut states = states;
        states.retain(|_| kept.next() == Some(true));
        states
    }
}

/// Walks depth first over what has not been seen, and says in which order it was finished.
fn walk(after: &[Vec<usize>], first: usize, seen: &mut [bool], finished: &mut Vec<usize>) {
    if std::mem::replace(&mut seen[first], true) {
        return;
    }
    let mut path = vec![(first, 0)];
    while let Some((at, number)) = path.last_mut() {
        match after[*at].get(*number) {
            Some(&next) => {
                *number += 1;
                if !std::mem::replace(&mut seen[next], true) {
                    path.push((next, 0));
                }
            }
            None => {
                finished.push(*at);
                path.pop();
            }
        }
    }
}
