//! Which rule and which objects a line of a trace speaks of: addresses, which are used again, become objects.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::vocabulary::{Object, Rule, Vocabulary};
use crate::trace::{Event, Trace};

/// An address space, or whatever else the spec's objects lie in: its address, and how often that was given to another before.
pub(super) type Space = (u64, u32);

/// What a field of a line names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// A space.
    Space(Space),
    /// A part of a space, as this member.
    Part(Space, String),
    /// Something else at an address: the type.
    Other(u64),
    /// A task, by its number.
    Task(u32),
}

/// A line, resolved.
#[derive(Debug, Clone)]
pub(super) struct Resolved {
    /// The rule, an index into [`Vocabulary::events`]; none for an event that the vocabulary does not know.
    pub rule: Option<usize>,
    /// What its fields name.
    pub objects: BTreeMap<String, Named>,
    /// It is a return of no call that was seen.
    pub stray: bool,
}

impl Resolved {
    /// The space that the line is about.
    pub(super) fn space(&self) -> Option<Space> {
        self.objects.values().find_map(|named| match named {
            Named::Space(space) | Named::Part(space, _) => Some(*space),
            _ => None,
        })
    }
}

/// Resolves all lines.
pub(super) fn resolve(vocabulary: &Vocabulary, trace: &Trace) -> Vec<Resolved> {
    let inside: Vec<&Object> = vocabulary
        .objects
        .iter()
        .filter(|object| object.inside.is_some())
        .collect();
    let offsets: HashMap<&str, u64> = inside
        .iter()
        .filter_map(|object| Some((object.field.as_str(), offset(object, trace)?)))
        .collect();
    let mut lives: HashMap<u64, u32> = HashMap::new();
    let mut open: HashMap<(u32, String), Vec<BTreeMap<String, Named>>> = HashMap::new();
    let mut resolved = Vec::new();
    for event in &trace.events {
        let name = known_name(vocabulary, event);
        let rule = name.as_ref().and_then(|name| {
            let text = |field: &str| event.fields.text(field).map(str::to_string);
            vocabulary.rule(name, |field| event.fields.number(field), text)
        });
        let mut objects = BTreeMap::new();
        for object in &vocabulary.objects {
            let Some(address) = event.fields.number(&object.field).filter(|&address| address != 0) else {
                continue;
            };
            let named = match &object.inside {
                Some((_, member)) => offsets.get(object.field.as_str()).and_then(|offset| {
                    let space = address.checked_sub(*offset)?;
                    Some(Named::Part((space, *lives.get(&space).unwrap_or(&0)), member.clone()))
                }),
                None if inside.iter().any(|part| {
                    part.inside.as_ref().is_some_and(|(of, _)| {
                        vocabulary
                            .objects
                            .iter()
                            .any(|whole| whole.field == *of && whole.ty == object.ty)
                    })
                }) =>
                {
                    Some(Named::Space((address, *lives.get(&address).unwrap_or(&0))))
                }
                None => Some(Named::Other(address)),
            };
            objects.extend(named.map(|named| (object.field.clone(), named)));
        }
        if let Some((number, _)) = &vocabulary.task
            && let Some(pid) = event.fields.number(number)
        {
            objects.insert(number.clone(), Named::Task(pid as u32));
        }
        let mut stray = false;
        match name.as_deref().and_then(|name| name.strip_suffix("__return")) {
            Some(function) => match open.get_mut(&(event.pid, function.to_string())).and_then(Vec::pop) {
                Some(entry) => {
                    for (field, named) in entry {
                        objects.entry(field).or_insert(named);
                    }
                }
                None => stray = true,
            },
            None => {
                if let Some(name) = &name {
                    // Functions do not call themselves here: an entry that is still open never returned in the trace.
                    open.insert((event.pid, name.clone()), vec![objects.clone()]);
                }
            }
        }
        if let Some(ends) = rule.and_then(|rule| vocabulary.events[rule].ends.as_ref())
            && let Some(Named::Space((address, life))) = objects.get(ends)
        {
            lives.insert(*address, life + 1);
        }
        resolved.push(Resolved { rule, objects, stray });
    }
    forget_own(vocabulary, trace, &mut resolved);
    forget_between(vocabulary, trace, &mut resolved);
    resolved
}

/// What a task does for itself outside of every call, such as giving back memory while it lives, is in no listing: no rule speaks of it.
fn forget_own(vocabulary: &Vocabulary, trace: &Trace, lines: &mut [Resolved]) {
    const FOR_EVER: &str = "end";
    let rules: Vec<Option<&Rule>> = lines.iter().map(|line| Some(&vocabulary.events[line.rule?])).collect();
    let leaves = |rule: &Rule| rule.call.as_ref().is_some_and(|(_, until)| until == FOR_EVER);
    let seen_to_leave: HashSet<u32> = trace
        .events
        .iter()
        .zip(&rules)
        .filter(|(_, rule)| rule.is_some_and(leaves))
        .map(|(event, _)| event.pid)
        .collect();
    let mut inside: HashMap<u32, &str> = HashMap::new();
    for ((event, rule), line) in trace.events.iter().zip(&rules).zip(lines) {
        let Some(rule) = rule else { continue };
        let daemon = vocabulary.tasks.iter().any(|(comm, _, _)| *comm == event.comm);
        match (inside.get(&event.pid), &rule.call) {
            (Some(&until), _) if rule.names.iter().any(|name| name == until) => {
                inside.remove(&event.pid);
            }
            (None, Some((_, until))) => {
                inside.insert(event.pid, until);
            }
            // It leaves, and the beginning of that is not in the trace.
            (None, None) if rule.member.is_some() && !seen_to_leave.contains(&event.pid) => {
                inside.insert(event.pid, FOR_EVER);
            }
            (None, None) if rule.called && !daemon => line.rule = None,
            _ => {}
        }
    }
}

/// Locks that all listings leave out, where they are given back in time: no rule speaks of them.
fn forget_between(vocabulary: &Vocabulary, trace: &Trace, lines: &mut [Resolved]) {
    for (after, before) in &vocabulary.between {
        // From behind, by task that comes to the second event: the locks before that, from the last one that it gives back.
        let mut locks: HashMap<u32, Vec<usize>> = HashMap::new();
        for (at, event) in trace.events.iter().enumerate().rev() {
            let Some(rule) = lines[at].rule.map(|rule| &vocabulary.events[rule]) else {
                continue;
            };
            if rule.names.contains(before) {
                locks.insert(event.pid, Vec::new());
            } else if rule.names.contains(after) {
                for lock in locks.remove(&event.pid).unwrap_or_default() {
                    lines[lock].rule = None;
                }
            } else if rule.late
                && let Some(locks) = locks.get_mut(&event.pid)
            {
                let gives_back = rule.outside.as_ref().is_some_and(|outside| outside.after.is_some());
                if gives_back || !locks.is_empty() {
                    locks.push(at);
                }
            }
        }
    }
}

/// The name under which the vocabulary knows an event: its own, without a number at its end, or that of the function it probes.
pub(super) fn known_name(vocabulary: &Vocabulary, event: &Event) -> Option<String> {
    let own = event.name.as_str();
    let bare = own
        .trim_end_matches(|letter: char| letter.is_ascii_digit())
        .strip_suffix('_');
    [Some(own), bare, event.function.as_deref()]
        .into_iter()
        .flatten()
        .find(|name| vocabulary.knows(name))
        .map(str::to_string)
}

/// How far inside of its whole a part lies: the distance that the lines of one task behind each other have for the most wholes.
fn offset(object: &Object, trace: &Trace) -> Option<u64> {
    const LARGEST: u64 = 8192;
    let (whole, _) = object.inside.as_ref()?;
    let mut last: HashMap<u32, u64> = HashMap::new();
    let mut seen: BTreeMap<u64, (BTreeSet<u64>, usize)> = BTreeMap::new();
    for event in &trace.events {
        if let Some(address) = event.fields.number(whole) {
            last.insert(event.pid, address);
        }
        if let (Some(part), Some(whole)) = (event.fields.number(&object.field), last.get(&event.pid))
            && let Some(distance) = part.checked_sub(*whole).filter(|&distance| distance < LARGEST)
        {
            let (wholes, count) = seen.entry(distance).or_default();
            wholes.insert(*whole);
            *count += 1;
        }
    }
    // What lies beside one whole by chance does not lie beside the others.
    seen.into_iter()
        .max_by_key(|(distance, (wholes, count))| (wholes.len(), *count, std::cmp::Reverse(*distance)))
        .map(|(distance, _)| distance)
}
