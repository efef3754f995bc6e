//! The world of a trace: who is in it and what each does of its own, written down as a scenario.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::fold::{self, Ranges};
use super::resolve::{Named, Resolved, Space, known_name};
use super::script::{Script, Seen};
use super::vocabulary::{Rule, Vocabulary};
use crate::trace::Trace;

/// More spaces than this are not followed at once.
const MOST_SPACES: usize = 4;
/// More threads than this are not followed at once.
const MOST_TASKS: usize = 14;
/// An address space counts so many users in a scenario.
const MOST_USERS: usize = 7;
/// The numbers of domains that a scenario has.
const MOST_DOMAINS: usize = 3;

/// What becomes of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Use {
    /// It is an event of this thread.
    Event(String),
    /// It says how the world looks.
    Look,
    /// It says nothing about this world: why.
    Nothing(Idle),
}

/// Why a line says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Idle {
    /// The vocabulary does not know it.
    Unknown,
    /// The vocabulary knows that it says nothing.
    Silent,
    /// It is about something else.
    Elsewhere,
    /// It is like one before.
    Folded,
    /// A task of this world does something that nobody's listing says.
    Outside,
}

/// A trace's world.
#[derive(Debug, Default)]
pub(super) struct World {
    /// The scenario.
    pub text: String,
    /// By line of the trace.
    pub uses: Vec<Use>,
    /// By space: the name of its object.
    pub spaces: BTreeMap<Space, String>,
    /// By task: the name of its object.
    pub tasks: BTreeMap<u32, String>,
    /// By space and range: the name of the one that stands for it.
    pub ranges: HashMap<(Space, u64), String>,
    /// Walks over ranges are followed; else they are no events at all.
    pub walks: bool,
    /// What was folded, in words.
    pub folded: Vec<String>,
    /// The line with which it begins.
    pub begins: usize,
    /// Lines before that of what tasks do of their own, and have ended by then: they are left out.
    pub over: BTreeSet<usize>,
    /// By line: how many users of each space are folded away then, at least and at most.
    pub hidden: BTreeMap<Space, Vec<(usize, usize)>>,
    /// Why there is none, if there is none.
    pub unfit: Option<String>,
}

struct Making<'a> {
    vocabulary: &'a Vocabulary,
    trace: &'a Trace,
    lines: &'a [Resolved],
    /// The spaces that the trace is about, in the order in which they are marked, and the marked tasks.
    marked: Vec<(u32, Space)>,
    /// By task: the space that it lives in.
    members: BTreeMap<u32, Space>,
    /// By task: its process, where the trace says so.
    processes: HashMap<u32, u32>,
    folded: BTreeSet<u32>,
}

/// Makes the world of a trace.
pub(super) fn world(vocabulary: &Vocabulary, trace: &Trace, lines: &[Resolved]) -> World {
    let mut making = Making {
        vocabulary,
        trace,
        lines,
        marked: Vec::new(),
        members: BTreeMap::new(),
        processes: HashMap::new(),
        folded: BTreeSet::new(),
    };
    making.find_members();
    making.make()
}

impl<'a> Making<'a> {
    fn rule(&self, at: usize) -> Option<&'a Rule> {
        let vocabulary: &'a Vocabulary = self.vocabulary;
        self.lines[at].rule.map(|rule| &vocabulary.events[rule])
    }

    fn space_in(&self, at: usize, field: &str) -> Option<Space> {
        match self.lines[at].objects.get(field) {
            Some(Named::Space(space)) => Some(*space),
            _ => None,
        }
    }

    /// Who is marked, who lives where.
    fn find_members(&mut self) {
        let mut lives: Vec<(u32, Space)> = Vec::new();
        let mut marks: Vec<(u32, Option<Space>)> = Vec::new();
        let mut killed: BTreeSet<u32> = BTreeSet::new();
        for (at, event) in self.trace.events.iter().enumerate() {
            if let Some((number, process)) = &self.vocabulary.task
                && let (Some(pid), Some(tgid)) = (event.fields.number(number), event.fields.number(process))
            {
                self.processes.insert(pid as u32, tgid as u32);
            }
            let Some(rule) = self.rule(at) else { continue };
            if let Some((task, _)) = &rule.holds
                && let Some(Named::Task(pid)) = self.lines[at].objects.get(task)
            {
                killed.insert(*pid);
            }
            if let Some((task, space)) = &rule.marks
                && let Some(Named::Task(pid)) = self.lines[at].objects.get(task)
            {
                marks.push((*pid, space.as_ref().and_then(|space| self.space_in(at, space))));
            }
            if let Some(space) = rule.member.as_ref().and_then(|field| self.space_in(at, field)) {
                lives.push((event.pid, space));
            }
        }
        for (pid, space) in &marks {
            let lived = || lives.iter().rfind(|(of, _)| of == pid).map(|(_, space)| *space);
            let named = || {
                marks
                    .iter()
                    .find(|(of, space)| of == pid && space.is_some())
                    .and_then(|(_, space)| *space)
            };
            if let Some(space) = space.or_else(named).or_else(lived)
                && !self.marked.contains(&(*pid, space))
            {
                self.marked.push((*pid, space));
            }
        }
        if self.marked.is_empty() {
            // Nobody was seen to be marked: it is about who was killed.
            let last: BTreeMap<u32, Space> = lives.iter().copied().collect();
            self.marked = killed.iter().filter_map(|pid| Some((*pid, *last.get(pid)?))).collect();
        }
        if self.marked.is_empty() {
            // Nor to be killed: everybody who goes may be what the trace is about, first who goes last.
            self.marked = lives.iter().rev().copied().collect();
        }
        let spaces: BTreeSet<Space> = self.marked.iter().map(|(_, space)| *space).collect();
        self.members = lives.into_iter().filter(|(_, space)| spaces.contains(space)).collect();
        for (pid, space) in &self.marked {
            self.members.entry(*pid).or_insert(*space);
        }
    }

    /// The first line of a call, or of what happens to somebody of this world.
    fn begins(&self) -> usize {
        let ours = |at: usize, field: &str| match self.lines[at].objects.get(field) {
            Some(Named::Task(pid)) => self.members.contains_key(pid),
            _ => false,
        };
        let begins = |at: &usize| {
            let Some(rule) = self.rule(*at) else { return false };
            let lives_in = self.members.get(&self.trace.events[*at].pid);
            let calls = rule
                .call
                .as_ref()
                .is_some_and(|(_, until)| until != "end" || lives_in.is_some());
            let leaves = rule.member.as_ref().and_then(|field| self.space_in(*at, field));
            let happens = rule
                .marks
                .iter()
                .map(|(task, _)| task)
                .chain(rule.holds.iter().map(|(task, _)| task));
            calls || leaves.is_some() && leaves.as_ref() == lives_in || happens.into_iter().any(|task| ours(*at, task))
        };
        (0..self.lines.len()).find(begins).unwrap_or(0)
    }

    /// What the line says that something returned.
    fn result(&self, at: usize, rule: &Rule) -> Option<u64> {
        let fields = &self.trace.events[at].fields;
        let mut meanings = rule.meanings.iter();
        meanings.find_map(|meaning| fields.number(meaning.result.as_ref()?))
    }

    /// What was taken and given back before the world begins. What is still held then counts.
    fn over(&self, begins: usize) -> BTreeSet<usize> {
        // Of a task: locks, or whatever else it takes, of a space.
        let mut given_back: BTreeSet<(u32, Space, bool)> = BTreeSet::new();
        let mut over = BTreeSet::new();
        for at in (0..begins).rev() {
            let (Some(rule), Some(space)) = (self.rule(at), self.lines[at].space()) else {
                continue;
            };
            let whose = (self.trace.events[at].pid, space, rule.late);
            // What somebody tried to get and did not is not held, either.
            let gives_back = rule.outside.as_ref().is_some_and(|outside| outside.after.is_some());
            if gives_back || self.result(at, rule) == Some(0) {
                given_back.insert(whose);
            }
            if (rule.outside.is_some() || rule.late) && given_back.contains(&whose) {
                over.insert(at);
            }
        }
        over
    }

    /// Fields of a rule's statement all name things of this world.
    fn about(&self, line: &Resolved, spaces: &BTreeMap<Space, String>) -> bool {
        let mut named = false;
        for object in line.objects.values() {
            match object {
                Named::Space(space) | Named::Part(space, _) => {
                    if !spaces.contains_key(space) {
                        return false;
                    }
                    named = true;
                }
                Named::Task(pid) => named |= self.members.contains_key(pid),
                Named::Other(_) => {}
            }
        }
        named
    }

    fn daemon(&self, comm: &str) -> Option<&str> {
        let found = self.vocabulary.tasks.iter().find(|(name, _, _)| name == comm);
        found.map(|(_, _, thread)| thread.as_str())
    }

    fn make(mut self) -> World {
        let mut world = World::default();
        let mut comms: HashMap<u32, &str> = HashMap::new();
        for event in &self.trace.events {
            comms.entry(event.pid).or_insert(event.comm.as_str());
        }
        let mut order: Vec<Space> = Vec::new();
        for (_, space) in &self.marked {
            if !order.contains(space) {
                order.push(*space);
            }
        }
        if order.is_empty() {
            world.unfit = Some("no event says which address space this is about".to_string());
            return world;
        }
        if order.len() > MOST_SPACES {
            world.unfit = Some(format!(
                "{} address spaces at once are too many: at most {MOST_SPACES}",
                order.len()
            ));
            return world;
        }
        for space in &order {
            let owner = self
                .marked
                .iter()
                .find(|(_, of)| of == space)
                .map_or(0, |(pid, _)| *pid);
            let comm = comms.get(&owner).map_or("", |comm| comm);
            world.spaces.insert(*space, format!("{}_space", name_of(comm, owner)));
        }
        world.begins = self.begins();
        world.over = self.over(world.begins);
        // Who does something: members, and whoever else calls or touches.
        let mut tasks: BTreeSet<u32> = self.members.keys().copied().collect();
        let mut apart: BTreeSet<u32> = self.marked.iter().map(|(pid, _)| *pid).collect();
        for (at, event) in self.trace.events.iter().enumerate() {
            let Some(rule) = self.rule(at) else { continue };
            if self.daemon(&event.comm).is_some() || rule.thread.is_some() || self.lines[at].stray {
                continue;
            }
            let until_end = rule.call.as_ref().is_some_and(|(_, until)| until == "end");
            let calls = rule.call.is_some() && !until_end;
            let touches =
                rule.outside.is_some() && !world.over.contains(&at) && self.about(&self.lines[at], &world.spaces);
            if calls || touches {
                tasks.insert(event.pid);
            }
            if calls {
                apart.insert(event.pid);
            }
        }
        self.fold_threads(&mut world, &tasks, &mut apart);
        tasks.retain(|pid| !self.folded.contains(pid));
        if tasks.len() > MOST_TASKS {
            world.unfit = Some(format!(
                "{} tasks at once are too many: at most {MOST_TASKS}",
                tasks.len()
            ));
            return world;
        }
        for space in world.spaces.keys() {
            let kept = self
                .members
                .iter()
                .filter(|(pid, of)| *of == space && !self.folded.contains(pid))
                .count();
            let others = tasks.iter().filter(|pid| !self.members.contains_key(pid)).count();
            if kept + others > MOST_USERS {
                world.unfit = Some(format!(
                    "{} users of one address space are too many: at most {MOST_USERS}",
                    kept + others
                ));
                return world;
            }
        }
        for pid in &tasks {
            let comm = comms.get(pid).map_or("", |comm| comm);
            world.tasks.insert(*pid, name_of(comm, *pid));
        }
        let ranges = fold::ranges(self.vocabulary, self.trace, self.lines);
        let of_world = |space: &&Space| world.spaces.contains_key(*space);
        world.walks = ranges.keys().filter(of_world).count() > 0
            && ranges
                .iter()
                .filter(|(space, _)| of_world(space))
                .all(|(_, ranges)| !ranges.kept.is_empty());
        let mut scripts: BTreeMap<u32, Script> = tasks.iter().map(|pid| (*pid, Script::default())).collect();
        self.walk(&mut world, &ranges, &mut scripts);
        let domains = self.domains();
        world.text = self.text(&mut world, &order, &ranges, &scripts, &domains);
        world
    }

    /// Leaves out threads that do what others do, and remembers when they still count as users.
    fn fold_threads(&mut self, world: &mut World, tasks: &BTreeSet<u32>, apart: &mut BTreeSet<u32>) {
        for space in world.spaces.keys().copied().collect::<Vec<Space>>() {
            let members: BTreeSet<u32> = self
                .members
                .iter()
                .filter(|(_, of)| **of == space)
                .map(|(pid, _)| *pid)
                .collect();
            let mut folded = fold::threads(self.vocabulary, self.trace, self.lines, &members, apart);
            if members.len() - folded.len() > MOST_USERS {
                // Those who call, too, if they call alike: but for the one whose mark came first.
                let first = self.marked.iter().find(|(_, of)| *of == space);
                let first = first.map(|(pid, _)| *pid).into_iter().collect();
                folded = fold::threads(self.vocabulary, self.trace, self.lines, &members, &first);
            }
            if folded.is_empty() {
                continue;
            }
            world.folded.push(format!(
                "{} of {} threads do what others do, and are left out",
                folded.len(),
                members.len()
            ));
            // A thread counts until somewhere between the event in which it drops what it holds, and its next one.
            let mut hidden = vec![(folded.len(), folded.len()); self.trace.events.len()];
            for pid in &folded {
                let own: Vec<usize> = (0..self.lines.len())
                    .filter(|&at| self.trace.events[at].pid == *pid)
                    .collect();
                let drops = own.iter().rposition(|&at| self.drops(at, space));
                let from = drops.map_or(hidden.len(), |drops| own[drops] + 1);
                let to = drops
                    .and_then(|drops| own.get(drops + 1))
                    .copied()
                    .unwrap_or(hidden.len());
                for (at, (least, most)) in hidden.iter_mut().enumerate().skip(from) {
                    *least -= 1;
                    if at >= to {
                        *most -= 1;
                    }
                }
            }
            world.hidden.insert(space, hidden);
            self.folded.extend(folded);
        }
        let _ = tasks;
    }

    /// The last event of a member that reads a count: it drops its own user after it.
    fn drops(&self, at: usize, space: Space) -> bool {
        self.rule(at).is_some_and(|rule| {
            rule.outside.as_ref().is_some_and(|outside| outside.after.is_some()) && !rule.reads.is_empty()
        }) && self.lines[at]
            .objects
            .values()
            .any(|named| *named == Named::Space(space))
    }

    /// What becomes of each line, and what each task does of its own.
    fn walk(&self, world: &mut World, ranges: &BTreeMap<Space, Ranges>, scripts: &mut BTreeMap<u32, Script>) {
        let mut walking: HashMap<String, (String, bool)> = HashMap::new();
        for (at, event) in self.trace.events.iter().enumerate() {
            let line = &self.lines[at];
            let Some(rule) = self.rule(at) else {
                let known = known_name(self.vocabulary, event).is_some();
                world
                    .uses
                    .push(Use::Nothing(if known { Idle::Silent } else { Idle::Unknown }));
                continue;
            };
            let used = self.use_of(world, at, rule, line, scripts);
            let used = match used {
                Use::Event(thread) => self.folded(world, ranges, &mut walking, at, rule, thread),
                other => other,
            };
            world.uses.push(used);
        }
    }

    fn use_of(
        &self,
        world: &World,
        at: usize,
        rule: &Rule,
        line: &Resolved,
        scripts: &mut BTreeMap<u32, Script>,
    ) -> Use {
        let event = &self.trace.events[at];
        if self.folded.contains(&event.pid) && rule.thread.is_none() {
            // What it reads is so for all.
            return match !rule.reads.is_empty() && self.about(line, &world.spaces) {
                true => Use::Look,
                false => Use::Nothing(Idle::Folded),
            };
        }
        let elsewhere = line.objects.values().any(|named| match named {
            Named::Space(space) | Named::Part(space, _) => !world.spaces.contains_key(space),
            _ => false,
        });
        if world.over.contains(&at) {
            return Use::Nothing(if elsewhere { Idle::Elsewhere } else { Idle::Folded });
        }
        let member = self.members.contains_key(&event.pid);
        // A lock's return without a call is another lock's. What else a member, a daemon or a
        // caller returns from, it has called.
        let own = member || self.daemon(&event.comm).is_some() || scripts.get(&event.pid).is_some_and(Script::calls);
        if line.stray && (rule.late || !own) || elsewhere {
            return Use::Nothing(Idle::Elsewhere);
        }
        if let Some(script) = scripts.get_mut(&event.pid)
            && self.daemon(&event.comm).is_none()
            && rule.thread.is_none()
        {
            let names = |text: &str| self.statement(world, line, text);
            let name = known_name(self.vocabulary, event).unwrap_or_default();
            let ends = |until: &str| {
                let mut later = self.trace.events[at..].iter().filter(|later| later.pid == event.pid);
                later.any(|later| known_name(self.vocabulary, later).as_deref() == Some(until))
            };
            let about = self.about(line, &world.spaces);
            let calls = self
                .vocabulary
                .events
                .iter()
                .rev()
                .filter_map(|rule| rule.call.as_ref());
            let last = calls
                .filter(|(_, until)| until == "end")
                .map(|(statement, _)| statement.clone())
                .next();
            let seen = Seen {
                rule,
                number: line.rule.unwrap_or(0),
                name: &name,
                member,
                about,
                result: self.result(at, rule),
                named: &names,
                ends: &ends,
                last: last.as_deref(),
                marking: self
                    .vocabulary
                    .events
                    .iter()
                    .find(|rule| rule.domain.is_some())
                    .and_then(|rule| rule.call.as_ref()),
            };
            if !script.line(&seen) && !rule.meanings.is_empty() {
                return Use::Nothing(if about { Idle::Outside } else { Idle::Elsewhere });
            }
        }
        if rule.meanings.is_empty() {
            return match rule.says_something() && self.about(line, &world.spaces) {
                true => Use::Look,
                false => Use::Nothing(Idle::Silent),
            };
        }
        let thread = rule
            .thread
            .as_deref()
            .or_else(|| self.daemon(&event.comm))
            .map(str::to_string);
        match thread.or_else(|| world.tasks.get(&event.pid).cloned()) {
            Some(thread) => Use::Event(thread),
            None if self.about(line, &world.spaces) => Use::Nothing(Idle::Outside),
            None => Use::Nothing(Idle::Elsewhere),
        }
    }

    /// A statement with the names of what the line speaks of; nothing if it speaks of something else.
    fn statement(&self, world: &World, line: &Resolved, text: &str) -> Option<String> {
        let mut values: Vec<(&str, String)> = Vec::new();
        values.extend(self.victim(world).map(|task| ("victim", task)));
        for (field, named) in &line.objects {
            let name = match named {
                Named::Space(space) => world.spaces.get(space).cloned(),
                Named::Part(space, member) => world.spaces.get(space).map(|space| format!("{space}.{member}")),
                Named::Task(pid) => world.tasks.get(pid).cloned(),
                Named::Other(_) => None,
            };
            values.extend(name.map(|name| (field.as_str(), name)));
        }
        let filled = super::vocabulary::fill(text, &values);
        (!filled.contains('$')).then_some(filled)
    }

    /// The task of the first marked space that leaves it last: a system call that is about a process finds it by that one.
    fn victim(&self, world: &World) -> Option<String> {
        let (_, space) = self.marked.first()?;
        let mut last: BTreeMap<u32, usize> = BTreeMap::new();
        for (at, event) in self.trace.events.iter().enumerate() {
            if self.rule(at).is_some_and(|rule| rule.member.is_some()) {
                last.insert(event.pid, at);
            }
        }
        let members = self
            .members
            .iter()
            .filter(|(pid, of)| *of == space && world.tasks.contains_key(pid));
        let (victim, _) = members.max_by_key(|(pid, _)| last.get(pid).copied().unwrap_or(usize::MAX))?;
        world.tasks.get(victim).cloned()
    }

    /// How many more users a space has than those who were seen to leave it: they stay.
    fn unseen(&self, space: Space) -> usize {
        let counted = self.vocabulary.events.iter().filter(|rule| rule.member.is_some());
        let counters: Vec<&str> = counted
            .flat_map(|rule| rule.reads.iter().map(|(_, _, member)| member.as_str()))
            .collect();
        let lines: Vec<usize> = (0..self.lines.len())
            .filter(|&at| self.lines[at].space() == Some(space))
            .collect();
        let drops: Vec<usize> = lines.iter().copied().filter(|&at| self.drops(at, space)).collect();
        let member = |at: &usize| self.members.get(&self.trace.events[*at].pid) == Some(&space);
        let dropping: BTreeSet<u32> = drops.iter().map(|&at| self.trace.events[at].pid).collect();
        let of_space = self.members.iter().filter(|(_, of)| **of == space);
        let silent = of_space.filter(|(pid, _)| !dropping.contains(pid)).count();
        // A guest who drops a user has taken it at some time: what is counted behind the last of these is without them.
        let guests = drops.iter().copied().rfind(|at| !member(at)).unwrap_or(0);
        let left = lines.iter().filter(|&&at| at >= guests).filter_map(|&at| {
            let reads = &self.rule(at)?.reads;
            let (field, _, _) = reads
                .iter()
                .find(|(_, _, member)| counters.contains(&member.as_str()))?;
            let count = self.trace.events[at].fields.number(field)? as usize;
            Some(count.saturating_sub(silent + drops.iter().filter(|&&drop| drop >= at).count()))
        });
        // Who is about to drop his still counts for the next: the least is right.
        left.min().unwrap_or(0).saturating_sub(self.callers_at_the_end())
    }

    /// Tasks in a call that is not about their own memory, when the trace ends: each may hold a user.
    fn callers_at_the_end(&self) -> usize {
        let mut inside: HashMap<u32, &str> = HashMap::new();
        for (at, event) in self.trace.events.iter().enumerate() {
            let Some(rule) = self.rule(at) else { continue };
            if let Some((_, until)) = rule.call.as_ref().filter(|(_, until)| until != "end") {
                inside.insert(event.pid, until);
            } else if inside
                .get(&event.pid)
                .is_some_and(|until| rule.names.iter().any(|name| name == until))
            {
                inside.remove(&event.pid);
            }
        }
        inside.keys().filter(|pid| !self.members.contains_key(pid)).count()
    }

    /// A line on a range that is like the one before, of the same walk, is folded into it.
    fn folded(
        &self,
        world: &mut World,
        ranges: &BTreeMap<Space, Ranges>,
        walking: &mut HashMap<String, (String, bool)>,
        at: usize,
        rule: &Rule,
        thread: String,
    ) -> Use {
        if !world.walks && (rule.walks.is_some() || rule.with.is_some()) {
            return Use::Nothing(Idle::Folded);
        }
        if let Some((range, space)) = fold::walked(self.vocabulary, &self.lines[at]) {
            let Some(number) = ranges.get(&space).and_then(|ranges| ranges.at(range)) else {
                return Use::Nothing(Idle::Folded);
            };
            let name = range_name(&world.spaces[&space], number);
            world.ranges.insert((space, range), name.clone());
            if walking.get(&thread).is_some_and(|(last, _)| *last == name) {
                return Use::Nothing(Idle::Folded);
            }
            walking.insert(thread.clone(), (name, false));
        } else if rule.with.is_some() {
            match walking.get_mut(&thread) {
                Some((_, true)) => return Use::Nothing(Idle::Folded),
                Some((_, seen)) => *seen = true,
                None => {}
            }
        } else {
            walking.remove(&thread);
        }
        Use::Event(thread)
    }

    /// By task: the domain that it is bound to, and whether it is one.
    fn domains(&self) -> BTreeMap<u32, usize> {
        let mut numbers: Vec<u64> = Vec::new();
        let mut domains = BTreeMap::new();
        let mut calling: HashMap<u32, usize> = HashMap::new();
        for (at, event) in self.trace.events.iter().enumerate() {
            let Some(rule) = self.rule(at) else { continue };
            if let Some(field) = &rule.domain {
                let number = match event.fields.number(field).filter(|&domain| domain != 0) {
                    None => 0,
                    Some(domain) => match numbers.iter().position(|known| *known == domain) {
                        Some(at) => at + 1,
                        None => {
                            numbers.push(domain);
                            numbers.len()
                        }
                    },
                };
                calling.insert(event.pid, number);
                domains.entry(event.pid).or_insert(number);
            }
            if let Some((task, _)) = &rule.marks
                && let (Some(Named::Task(pid)), Some(number)) =
                    (self.lines[at].objects.get(task), calling.get(&event.pid))
            {
                domains.insert(*pid, *number);
            }
        }
        if numbers.len() > MOST_DOMAINS {
            domains.clear();
        }
        domains
    }

    fn text(
        &self,
        world: &mut World,
        order: &[Space],
        ranges: &BTreeMap<Space, Ranges>,
        scripts: &BTreeMap<u32, Script>,
        domains: &BTreeMap<u32, usize>,
    ) -> String {
        let piece = |name: &str, values: &[(&str, String)]| self.vocabulary.template(name, values);
        let mut body = String::new();
        let (mut most_ranges, mut pages) = (1, 0);
        for space in order {
            let name = &world.spaces[space].clone();
            let kept: Vec<(String, usize)> = match ranges.get(space) {
                Some(ranges) if !ranges.kept.is_empty() => ranges.kept.clone(),
                _ => vec![(String::new(), 0)],
            };
            let all: usize = kept.iter().map(|(_, count)| count).sum();
            if all > kept.len() {
                world
                    .folded
                    .push(format!("{all} ranges of {name} are folded into {}", kept.len()));
            }
            most_ranges = most_ranges.max(kept.len());
            let backed = kept.iter().position(|(says, _)| says.is_empty()).unwrap_or(0);
            for (number, (says, _)) in kept.iter().enumerate() {
                let next = match number + 1 < kept.len() {
                    true => format!("&{}", range_name(name, number + 1)),
                    false => "NULL".to_string(),
                };
                let values = [
                    ("range", range_name(name, number)),
                    ("space", name.clone()),
                    ("next", next),
                    ("range_flags", says.clone()),
                    ("page", pages.to_string()),
                ];
                body += &piece(if number == backed { "backed" } else { "range" }, &values);
            }
            pages += 1;
            let pending = self.pending(*space);
            let users = self
                .members
                .iter()
                .filter(|(pid, of)| *of == space && !self.folded.contains(pid))
                .count();
            let unseen = self.unseen(*space);
            if unseen > 0 {
                world
                    .folded
                    .push(format!("{unseen} users of {name} are not seen to leave it, and stay"));
            }
            if users + unseen > MOST_USERS {
                world.unfit = Some(format!(
                    "{} users of one address space are too many: at most {MOST_USERS}",
                    users + unseen
                ));
            }
            let name = &world.spaces[space];
            let users = (users + unseen).min(MOST_USERS);
            let values = [
                ("space", name.clone()),
                ("users", users.to_string()),
                ("first", format!("&{}", range_name(name, 0))),
                (
                    "pending",
                    if pending {
                        piece("pending", &[("space", name.clone())]).trim_end().to_string()
                    } else {
                        String::new()
                    },
                ),
            ];
            body += &piece("space", &values);
            if pending {
                body += &piece("device", &[("space", name.clone())]);
            }
            body.push('\n');
        }
        // Whoever is marked first is the worst candidate; then come those who live where the first one did.
        let mut listed: Vec<u32> = Vec::new();
        for (pid, _) in &self.marked {
            if !listed.contains(pid) && world.tasks.contains_key(pid) {
                listed.push(*pid);
            }
        }
        let others: Vec<u32> = self
            .members
            .keys()
            .copied()
            .filter(|pid| world.tasks.contains_key(pid) && !listed.contains(pid))
            .collect();
        listed.extend(others);
        let mut processes = BTreeSet::new();
        for (pid, task) in &world.tasks {
            let process = self.process(world, *pid);
            if processes.insert(process.clone()) {
                body += &piece("process", &[("process", process.clone())]);
            }
            let space = self
                .members
                .get(pid)
                .map_or("NULL".to_string(), |space| format!("&{}", world.spaces[space]));
            let leader = self.leader(*pid);
            let domain = domains.get(pid).or_else(|| domains.get(&leader)).copied().unwrap_or(0);
            body += &piece(
                "task",
                &[
                    ("task", task.clone()),
                    ("process", process),
                    ("space", space),
                    ("domain", domain.to_string()),
                    ("bounded", (domain > 0).to_string()),
                ],
            );
        }
        for (pid, task) in &world.tasks {
            let script = scripts.get(pid).map(Script::text).unwrap_or_default();
            if !script.is_empty() {
                body.push('\n');
                body += &piece("thread", &[("task", task.clone()), ("script", script)]);
            }
        }
        let page = piece("page", &[]).trim().to_string();
        let names: Vec<String> = listed.iter().map(|pid| format!("&{}", world.tasks[pid])).collect();
        let head = piece(
            "head",
            &[
                ("tasks", names.len().max(1).to_string()),
                ("pages", pages.to_string()),
                ("ranges", most_ranges.to_string()),
                ("page_list", vec![page; pages].join(", ")),
                ("task_list", names.join(", ")),
            ],
        );
        let stem = self.trace.name.split('.').next().unwrap_or("trace");
        let named: String = stem
            .chars()
            .map(|letter| {
                if letter.is_ascii_alphanumeric() || letter == '-' {
                    letter
                } else {
                    '-'
                }
            })
            .collect();
        format!(
            "/** @scenario {named}: the world of {} */\n{head}\n{body}",
            self.trace.name.replace("*/", "* /")
        )
    }

    fn pending(&self, space: Space) -> bool {
        (0..self.lines.len()).any(|at| {
            self.rule(at)
                .and_then(|rule| rule.pending.as_ref())
                .is_some_and(|field| {
                    self.lines[at].space() == Some(space)
                        && self.trace.events[at]
                            .fields
                            .number(field)
                            .is_some_and(|value| value != 0)
                })
        })
    }

    /// Who stands for the process of a task.
    fn leader(&self, pid: u32) -> u32 {
        match (self.processes.get(&pid), self.members.get(&pid)) {
            (Some(process), _) => *process,
            (None, Some(space)) => {
                let marked = self.marked.iter().find(|(_, of)| of == space);
                marked.map_or(pid, |(leader, _)| *leader)
            }
            (None, None) => pid,
        }
    }

    fn process(&self, world: &World, pid: u32) -> String {
        let leader = self.leader(pid);
        let name = world
            .tasks
            .get(&leader)
            .cloned()
            .unwrap_or_else(|| format!("task_{leader}"));
        format!("{name}_process")
    }
}

/// `victim_102`: a name for C.
fn name_of(comm: &str, pid: u32) -> String {
    let letters: String = comm
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
        .collect();
    let letters = letters.trim_matches('_').to_lowercase();
    match letters.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        true => format!("{letters}_{pid}"),
        false => format!("task_{pid}"),
    }
}

fn range_name(space: &str, number: usize) -> String {
    format!("{space}_range_{}", number + 1)
}
