//! What each line asks of a run: names of the trace become objects of a compiled world.

use std::collections::{HashMap, HashSet};

use super::labels::Labels;
use super::resolve::{Named, Resolved};
use super::search::{Ask, NEVER, OPTIONAL, Read, Whose};
use super::vocabulary::{Argument, Rule, Vocabulary};
use super::world::{Use, World};
use crate::machine::program::Scalar;
use crate::machine::{Machine, Slot};
use crate::trace::Trace;

pub(super) struct Asking<'a> {
    pub vocabulary: &'a Vocabulary,
    pub trace: &'a Trace,
    pub lines: &'a [Resolved],
    pub world: &'a World,
    pub machine: &'a Machine,
    objects: HashMap<&'a str, (usize, usize)>,
    words: HashMap<&'a str, i64>,
    /// The names of events that the trace has.
    there: HashSet<String>,
}

impl<'a> Asking<'a> {
    pub(super) fn new(
        vocabulary: &'a Vocabulary,
        trace: &'a Trace,
        lines: &'a [Resolved],
        world: &'a World,
        machine: &'a Machine,
    ) -> Self {
        let mut objects = HashMap::new();
        for (ty, declared) in machine.program.types.iter().enumerate() {
            for (number, object) in declared.objects.iter().enumerate() {
                objects.insert(object.name.as_str(), (ty, number));
            }
        }
        let enumerators = machine
            .program
            .enums
            .iter()
            .flat_map(|declared| declared.names.iter().enumerate());
        Asking {
            vocabulary,
            trace,
            lines,
            world,
            machine,
            objects,
            there: trace
                .events
                .iter()
                .filter_map(|event| super::resolve::known_name(vocabulary, event))
                .collect(),
            words: enumerators
                .map(|(number, name)| (name.as_str(), number as i64))
                .collect(),
        }
    }

    /// By rule: the line from which on its event has to be shown.
    pub(super) fn armed(&self, lossy: bool) -> Vec<usize> {
        let mut first: HashMap<String, usize> = HashMap::new();
        for (at, event) in self.trace.events.iter().enumerate() {
            if let Some(name) = super::resolve::known_name(self.vocabulary, event) {
                first.entry(name).or_insert(at);
            }
        }
        let seen = |name: &String| first.get(name).copied();
        let of_rule = |rule: &Rule| {
            let Some(line) = rule.names.iter().filter_map(seen).min() else {
                return NEVER;
            };
            let walks = rule.walks.is_some() || rule.with.is_some();
            // A lock's return is known by its call.
            let calls: Vec<String> = rule
                .names
                .iter()
                .filter_map(|name| Some(name.strip_suffix("__return")?.to_string()))
                .collect();
            let blind = rule.late && !calls.is_empty() && !calls.iter().any(|call| first.contains_key(call));
            if blind || walks && !self.world.walks {
                return NEVER;
            }
            // The first name is what is called most: the others have no line where nobody calls them.
            if lossy || rule.optional || rule.sites || seen(&rule.names[0]).is_none() {
                return OPTIONAL;
            }
            if rule.late { line.max(self.world.begins) + 1 } else { 0 }
        };
        self.vocabulary.events.iter().map(of_rule).collect()
    }

    /// By thread and rule: the trace has such an event of the thread, which comes to it once only.
    pub(super) fn once(&self, labels: &Labels, asks: &[Ask], lossy: bool) -> Vec<Vec<bool>> {
        let threads = &self.machine.program.threads;
        let mut once = vec![vec![false; self.vocabulary.events.len()]; threads.len()];
        for ask in asks {
            if let Whose::Thread(thread) = ask.whose
                && !once[thread][ask.rule]
            {
                let sites = self.vocabulary.events[ask.rule].sites && !lossy;
                once[thread][ask.rule] = sites || labels.once(&threads[thread], thread, ask.rule);
            }
        }
        once
    }

    /// What the lines ask, in their order.
    pub(super) fn asks(&self) -> Vec<Ask> {
        let mut asks = Vec::new();
        for (at, used) in self.world.uses.iter().enumerate() {
            let whose = match used {
                Use::Nothing(_) => continue,
                Use::Look => Whose::Nobody,
                Use::Event(name) => match self
                    .machine
                    .program
                    .threads
                    .iter()
                    .position(|thread| thread.name == *name)
                {
                    Some(thread) => Whose::Thread(thread),
                    None => Whose::Missing,
                },
            };
            asks.extend(self.ask(at, whose));
        }
        asks
    }

    fn ask(&self, at: usize, whose: Whose) -> Option<Ask> {
        let (event, line) = (&self.trace.events[at], &self.lines[at]);
        let number = line.rule?;
        let rule = &self.vocabulary.events[number];
        let meanings = rule.meanings.iter().map(|meaning| {
            let arguments = meaning.arguments.iter().map(|argument| self.argument(line, argument));
            let result = meaning.result.as_ref().and_then(|field| event.fields.number(field));
            (arguments.collect(), result.map(|value| value as i64))
        });
        let mut reads: Vec<Read> = Vec::new();
        for (field, object, member) in &rule.reads {
            reads.extend(
                event
                    .fields
                    .number(field)
                    .and_then(|value| self.read(at, field, value, object, member)),
            );
        }
        if let Some((object, member)) = &rule.holds {
            reads.extend(self.slot(line, object, member).map(|(slot, alive, _)| Read {
                slot,
                alive,
                mask: -1,
                least: 1,
                most: 1,
                set: false,
                words: format!("{member} is set"),
            }));
        }
        let gone = rule.gone.as_ref().and_then(|object| {
            let (ty, number) = self.object(line, object, None)?;
            Some(self.machine.layout.alive[ty][number])
        });
        Some(Ask {
            at,
            whose,
            rule: self.vocabulary.first_alike(number),
            meanings: meanings.collect(),
            reads,
            gone,
        })
    }

    fn argument(&self, line: &Resolved, argument: &Argument) -> Option<i64> {
        match argument {
            Argument::Any => None,
            Argument::Word(word) => self.words.get(word.as_str()).copied(),
            Argument::Named(field, member) => {
                let (_, number) = self.object(line, field, member.as_deref())?;
                Some(number as i64 + 1)
            }
        }
    }

    /// The object that a field names, or a member of it.
    fn object(&self, line: &Resolved, field: &str, member: Option<&str>) -> Option<(usize, usize)> {
        let mut name = match line.objects.get(field)? {
            Named::Space(space) => self.world.spaces.get(space)?.clone(),
            Named::Part(space, member) => format!("{}.{member}", self.world.spaces.get(space)?),
            Named::Other(address) => self.world.ranges.get(&(line.space()?, *address))?.clone(),
            Named::Task(pid) => self.world.tasks.get(pid)?.clone(),
        };
        if let Some(member) = member {
            name = format!("{name}.{member}");
        }
        self.objects.get(name.as_str()).copied()
    }

    fn slot(&self, line: &Resolved, object: &str, member: &str) -> Option<(Slot, Slot, Scalar)> {
        let (ty, number) = self.object(line, object, None)?;
        let fields = &self.machine.program.types[ty].fields;
        let field = *fields
            .iter()
            .find(|&&field| self.machine.program.fields[field].name == member)?;
        let slot = self.machine.layout.fields[field][number * self.machine.program.fields[field].length.unwrap_or(1)];
        Some((
            slot,
            self.machine.layout.alive[ty][number],
            self.machine.program.fields[field].scalar,
        ))
    }

    fn read(&self, at: usize, field: &str, value: u64, object: &str, member: &str) -> Option<Read> {
        let line = &self.lines[at];
        let (slot, alive, scalar) = self.slot(line, object, member)?;
        let Scalar::Bitset(set) = scalar else {
            let hidden = match line.objects.get(object) {
                Some(Named::Space(space)) => self.world.hidden.get(space).map(|hidden| hidden[at]),
                _ => None,
            };
            let (least, most) = hidden.unwrap_or((0, 0));
            return Some(Read {
                slot,
                alive,
                mask: -1,
                least: value as i64 - most as i64,
                most: value as i64 - least as i64,
                set: false,
                words: format!("{member} is {value}"),
            });
        };
        let (mut mask, mut wanted, mut names) = (0, 0, Vec::new());
        for bit in self.vocabulary.bits_of(field, self.trace.release()) {
            if bit.with.as_ref().is_some_and(|event| !self.there.contains(event)) {
                continue;
            }
            let Some(number) = self.machine.program.enums[set]
                .names
                .iter()
                .position(|name| *name == bit.name)
            else {
                continue;
            };
            mask |= 1 << number;
            if value >> bit.bit & 1 == 1 {
                wanted |= 1 << number;
                names.push(bit.name.as_str());
            }
        }
        Some(Read {
            slot,
            alive,
            mask,
            least: wanted,
            most: wanted,
            set: true,
            words: format!(
                "{member} is {}",
                if names.is_empty() {
                    "0".to_string()
                } else {
                    names.join(" | ")
                }
            ),
        })
    }
}
