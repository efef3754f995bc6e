//! What is said of a listing and a trace: a verdict, and what it rests on.

use std::collections::BTreeSet;

use super::Recorded;
use super::broken::broken;
use super::independence::Reach;
use super::labels::{Labels, Owed};
use super::search::{Ask, Followed, Move, Whose};
use super::vocabulary::{Argument, Edge, Vocabulary};
use super::world::{Idle, Use};
use crate::machine::{Label, Machine};
use crate::model::Instance;
use crate::model::properties::PropertyModule;
use crate::trace::{Event, Trace};

/// Fewer events than this that ruled something out decide nothing: one exit of one thread has more.
const FEWEST: usize = 12;
/// Of the events about this world, at least one in so many has to rule something out.
const SHARE: usize = 5;
/// So many lines before the impossible one are shown.
const SHOWN_BEFORE: usize = 6;

/// The verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Some run of the listing has these events, in this order.
    Follows,
    /// No run has them.
    DoesNotFollow,
    /// Neither is known.
    NotDecided,
}

/// How many lines are of which kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// All events of the trace.
    pub events: usize,
    /// Events of functions of the listing.
    pub matched: usize,
    /// Lines that only looked at a value.
    pub looked: usize,
    /// Folded into others that are like them.
    pub folded: usize,
    /// About other things.
    pub elsewhere: usize,
    /// The vocabulary says that they mean nothing.
    pub silent: usize,
    /// The vocabulary does not know them.
    pub unknown: usize,
    /// Of tasks that do there what no listing says.
    pub outside: usize,
    /// Lines that ruled out a state in which the model could have been.
    pub constrained: usize,
}

impl Counts {
    /// The events that should say something about this world.
    pub fn about(&self) -> usize {
        self.matched + self.looked + self.unknown + self.outside
    }
}

/// An event of the run that was found, beside what the listing did.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Shown {
    /// Its time stamp.
    pub time: String,
    /// The line of the file.
    pub line: usize,
    /// The thread.
    pub thread: String,
    /// The listing's function, and what of it: `enters f()`, `leaves f() = 1`.
    pub what: String,
    /// It ruled something out.
    pub constrained: bool,
}

/// What a thread could have been doing when the impossible event came.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Candidate {
    /// The thread.
    pub thread: String,
    /// `exit_mmap:31.2`, or `ended`.
    pub position: String,
    /// Why it does not have the event.
    pub because: String,
}

/// The event that no run has.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Stuck {
    /// The line of the file.
    pub line: usize,
    /// The event as it is written.
    pub event: String,
    /// The few events before it.
    pub before: Vec<String>,
    /// What the threads could have been doing by then.
    pub candidates: Vec<Candidate>,
    /// What would tell who is wrong.
    pub facts: Vec<String>,
}

/// A property that the run breaks.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct BrokenHere {
    /// The property.
    pub property: String,
    /// The time stamp of the first event that comes after the step that breaks it; empty if none does.
    pub before: String,
}

/// The answer.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Answer {
    /// What is said.
    pub verdict: Verdict,
    /// The protocol that was asked.
    pub protocol: String,
    /// The file.
    pub trace: String,
    /// Why nothing is decided, and what to do.
    pub reasons: Vec<String>,
    /// What was folded, in words.
    pub folded: Vec<String>,
    /// Lines by kind.
    pub counts: Counts,
    /// Steps of the run that was found.
    pub steps: usize,
    /// Steps of it that no event shows.
    pub silent_steps: usize,
    /// The most states that were possible beside each other.
    pub most_states: usize,
    /// The event that no run has.
    pub stuck: Option<Stuck>,
    /// The run, by event.
    pub run: Vec<Shown>,
    /// What the run breaks, and by which event that is seen.
    pub broken: Vec<BrokenHere>,
    /// The places of the listing that the run stepped from.
    pub exercised: Vec<String>,
    /// How many such places there are in all threads.
    pub places: usize,
}

impl Answer {
    pub(super) fn new(recorded: &Recorded, protocol: &str) -> Self {
        Answer {
            verdict: Verdict::NotDecided,
            protocol: protocol.to_string(),
            trace: recorded.trace.name.clone(),
            reasons: Vec::new(),
            folded: recorded
                .world
                .folded
                .iter()
                .cloned()
                .chain(hashed(&recorded.trace))
                .collect(),
            counts: counts(recorded),
            steps: 0,
            silent_steps: 0,
            most_states: 0,
            stuck: None,
            run: Vec::new(),
            broken: Vec::new(),
            exercised: Vec::new(),
            places: 0,
        }
    }

    #[allow(clippy::too_many_arguments)]
    pub(super) fn decide(
        &mut self,
        recorded: &Recorded,
        instance: &Instance,
        labels: &Labels,
        asks: &[Ask],
        followed: &Followed,
        lossy: bool,
    ) {
        let machine = &instance.machine;
        self.counts.constrained = followed.ruled_out.iter().filter(|ruled_out| **ruled_out).count();
        self.most_states = followed.most;
        self.tell(recorded, machine, asks, followed);
        if let Some(why) = &followed.gave_up {
            self.reasons.push(format!(
                "{why}: raise --max-memory, or cut out the seconds around the kill"
            ));
            return;
        }
        if let Some(stuck) = followed.stuck {
            self.stuck = asks
                .iter()
                .find(|ask| ask.at == stuck)
                .map(|ask| stuck_at(recorded, machine, labels, ask, followed));
            self.doubt(recorded, stuck);
            if lossy {
                self.reasons.push(
                    "events may be missing, and with them who is in this world: a trace without losses would tell"
                        .to_string(),
                );
            }
            if followed.overflowed {
                self.reasons
                    .push("a counter of the listing is too narrow for this world".to_string());
            }
            if self.reasons.is_empty() {
                self.verdict = Verdict::DoesNotFollow;
            }
            return;
        }
        let (constrained, about) = (self.counts.constrained, self.counts.about());
        if constrained < FEWEST || constrained * SHARE < about {
            self.reasons.push(format!(
                "{constrained} of {about} events about this world rule anything out, too few to say that it follows: add probes (`oomspec probes`)"
            ));
        }
        self.reasons.extend(outside(recorded));
        if !replays(
            machine,
            &followed.run,
            followed.ends.first().map(|(state, _)| state.as_slice()),
        ) {
            self.reasons
                .push("the run that was found does not come out again: a bug of oomspec".to_string());
        }
        if self.reasons.is_empty() {
            self.verdict = Verdict::Follows;
        }
    }

    /// Says which properties the run breaks.
    pub(super) fn breaks(&mut self, trace: &Trace, machine: &Machine, module: &PropertyModule, followed: &Followed) {
        let states = machine.replay(&steps(&followed.run));
        for (property, step) in broken(machine, module, &states) {
            let mut taken = 0;
            let event = followed.run.iter().find_map(|step_or_line| match *step_or_line {
                Move::Step(..) => {
                    taken += 1;
                    None
                }
                Move::Line(at, _) => (taken >= step).then_some(at as usize),
            });
            self.broken.push(BrokenHere {
                property,
                before: event.map_or(String::new(), |at| trace.events[at].stamp.clone()),
            });
        }
    }

    /// What is odd about a trace may be why it cannot be followed.
    fn doubt(&mut self, recorded: &Recorded, stuck: usize) {
        let trace = &recorded.trace;
        if let Some(clock) = trace.clock().filter(|clock| *clock == "local" || *clock == "counter") {
            self.reasons.push(format!(
                "the order between processors is unknown, for the clock was `{clock}`: record with `global` or `mono`"
            ));
        }
        let event = &trace.events[stuck];
        let beside = [stuck.checked_sub(1), Some(stuck + 1)]
            .into_iter()
            .flatten()
            .filter_map(|at| trace.events.get(at));
        if let Some(other) = beside
            .into_iter()
            .find(|other| other.time == event.time && other.cpu != event.cpu)
        {
            self.reasons.push(format!(
                "lines {} and {} have the same time, so their order is unknown",
                other.line, event.line
            ));
        }
        self.reasons
            .extend(trace.odd.iter().map(|odd| format!("{odd}: the trace is not whole")));
        self.reasons.extend(outside(recorded));
    }

    /// The run in words.
    fn tell(&mut self, recorded: &Recorded, machine: &Machine, asks: &[Ask], followed: &Followed) {
        let mut shown_since = false;
        let mut exercised = BTreeSet::new();
        let mut state = machine.initial();
        let mut scratch = crate::machine::Scratch::new(machine);
        for step in &followed.run {
            match *step {
                Move::Step(thread, outcome) => {
                    let thread = thread as usize;
                    if let Some(point) = machine.point(&state, thread) {
                        exercised.insert(machine.position_name(thread, point));
                    }
                    let mut next = state.clone();
                    machine.take(&state, thread, u32::from(outcome), &mut next, &mut scratch);
                    state = next;
                    self.steps += 1;
                    self.silent_steps += usize::from(!shown_since);
                    shown_since = false;
                }
                Move::Line(at, meaning) => {
                    shown_since = true;
                    let at = at as usize;
                    let number = asks.binary_search_by_key(&at, |ask| ask.at).ok();
                    let Some(ask) = number.map(|number| &asks[number]) else {
                        continue;
                    };
                    let Whose::Thread(thread) = ask.whose else { continue };
                    let event = &recorded.trace.events[at];
                    self.run.push(Shown {
                        time: event.stamp.clone(),
                        line: event.line,
                        thread: machine.program.threads[thread].name.clone(),
                        what: what(&recorded.vocabulary, machine, ask, meaning as usize),
                        constrained: number.is_some_and(|number| followed.ruled_out.get(number) == Some(&true)),
                    });
                }
            }
        }
        self.exercised = exercised.into_iter().collect();
        let places: BTreeSet<String> = machine
            .program
            .threads
            .iter()
            .enumerate()
            .flat_map(|(thread, code)| {
                code.points
                    .iter()
                    .map(move |point| machine.position_name(thread, point))
            })
            .collect();
        self.places = places.len();
    }
}

/// `f()`, `set_bit(FLAG)`, `unmap(range_2)`, `f() = 1`: with what tells it from other calls of the function.
fn what(vocabulary: &Vocabulary, machine: &Machine, ask: &Ask, at: usize) -> String {
    let meaning = &vocabulary.events[ask.rule].meanings[at];
    let (arguments, result) = &ask.meanings[at];
    let named = meaning
        .arguments
        .iter()
        .zip(arguments)
        .filter_map(|(wanted, value)| match wanted {
            Argument::Word(word) => Some(word.clone()),
            Argument::Named(field, None) if vocabulary.events[ask.rule].walks.as_ref() == Some(field) => {
                let number = usize::try_from((*value)? - 1).ok()?;
                let ty = vocabulary
                    .objects
                    .iter()
                    .find(|object| object.field == *field)?
                    .ty
                    .as_str();
                let ty = machine.program.types.iter().find(|declared| declared.name == ty)?;
                Some(ty.objects.get(number)?.name.clone())
            }
            _ => None,
        });
    let named: Vec<String> = named.collect();
    match (meaning.edge, result) {
        (Edge::Enter, _) => format!("{}({})", meaning.function, named.join(", ")),
        (Edge::Leave, Some(result)) => format!("{}() = {result}", meaning.function),
        (Edge::Leave, None) => format!("{}() ends", meaning.function),
    }
}

/// The certificate walker's own step leads along the run, to the same end.
/// The steps of a run, without the lines between them.
fn steps(run: &[Move]) -> Vec<Label> {
    let step = |step: &Move| match *step {
        Move::Step(thread, outcome) => Some(Label { thread, outcome }),
        Move::Line(..) => None,
    };
    run.iter().filter_map(step).collect()
}

fn replays(machine: &Machine, run: &[Move], end: Option<&[u64]>) -> bool {
    let labels = steps(run);
    let states = machine.replay(&labels);
    states.len() == labels.len() + 1 && states.last().map(Vec::as_slice) == end
}

fn stuck_at(recorded: &Recorded, machine: &Machine, labels: &Labels, ask: &Ask, followed: &Followed) -> Stuck {
    let reach = Reach::new(machine, labels);
    let events = &recorded.trace.events;
    let asked = |thread: usize| ask.whose == Whose::Thread(thread);
    let mut candidates: BTreeSet<Candidate> = BTreeSet::new();
    for (state, owed) in &followed.ends {
        for (thread, owed) in owed.iter().enumerate() {
            let point = machine.point(state, thread);
            let position = point.map_or("ended".to_string(), |point| machine.position_name(thread, point));
            let because = match ask.whose {
                _ if asked(thread) => match why(&recorded.vocabulary, ask, state, owed) {
                    Some(why) => why,
                    None => next_of(recorded, machine, &reach, thread, state),
                },
                Whose::Nobody => ask
                    .untrue(state)
                    .iter()
                    .map(|untrue| format!("not so: {untrue}"))
                    .collect::<Vec<_>>()
                    .join(", "),
                _ => continue,
            };
            candidates.insert(Candidate {
                thread: machine.program.threads[thread].name.clone(),
                position,
                because,
            });
        }
    }
    let about = |at: &usize| matches!(recorded.world.uses[*at], Use::Event(_) | Use::Look);
    let mut before: Vec<String> = (0..ask.at)
        .rev()
        .filter(about)
        .take(SHOWN_BEFORE)
        .map(|at| quoted(&events[at]))
        .collect();
    before.reverse();
    let mut facts =
        vec!["the source of that kernel, at the place of the candidates: does it do this there?".to_string()];
    if ask.whose == Whose::Missing {
        facts = vec!["the listing has no thread that does this".to_string()];
    }
    Stuck {
        line: events[ask.at].line,
        event: quoted(&events[ask.at]),
        before,
        candidates: candidates.into_iter().collect(),
        facts,
    }
}

/// Why a thread that owes this does not have the event.
fn why(vocabulary: &Vocabulary, ask: &Ask, state: &[u64], owed: &[Owed]) -> Option<String> {
    let first = owed.first()?;
    let same = owed.iter().any(|owed| owed.rule as usize == ask.rule);
    let untrue = ask.untrue(state);
    Some(match same {
        true if !untrue.is_empty() => format!("not so: {}", untrue.join(", ")),
        true => "with another argument or result".to_string(),
        false => format!("its next event is {}", vocabulary.events[first.rule as usize].names[0]),
    })
}

/// What a thread that owes nothing would show next.
fn next_of(recorded: &Recorded, machine: &Machine, reach: &Reach<'_>, thread: usize, state: &[u64]) -> String {
    let position = machine.layout.position[thread].load(state) as usize;
    let Some(point) = position.checked_sub(1) else {
        return "it has ended".to_string();
    };
    let mut scratch = crate::machine::Scratch::new(machine);
    let waits = !machine.enabled(state, thread, &mut state.to_vec(), &mut scratch);
    let names: Vec<&str> = reach
        .next_events(thread, point)
        .into_iter()
        .map(|rule| recorded.vocabulary.events[rule].names[0].as_str())
        .collect();
    let next = match names.is_empty() {
        true => "it has no event any more".to_string(),
        false => format!("its next event would be {}", names.join(" or ")),
    };
    if waits { format!("it waits here; {next}") } else { next }
}

/// That addresses were printed as hashes.
fn hashed(trace: &Trace) -> Option<String> {
    (trace.hashed > 0).then(|| {
        format!(
            "{} events name addresses by hashes, and are left out: echo 0 > /sys/kernel/tracing/options/hash-ptr before it begins",
            trace.hashed
        )
    })
}

/// That somebody does what no listing says, and the first who does.
fn outside(recorded: &Recorded) -> Option<String> {
    let is_outside = |used: &&Use| **used == Use::Nothing(Idle::Outside);
    let uses = &recorded.world.uses;
    let first = uses.iter().position(|used| is_outside(&used))?;
    let event = &recorded.trace.events[first];
    Some(format!(
        "{} events are of tasks that do there what no listing says: {} in line {} is the first, of {}-{}",
        uses.iter().filter(is_outside).count(),
        event.name,
        event.line,
        event.comm,
        event.pid
    ))
}

fn counts(recorded: &Recorded) -> Counts {
    let mut counts = Counts {
        events: recorded.trace.events.len(),
        ..Counts::default()
    };
    for used in &recorded.world.uses {
        let counter = match used {
            Use::Event(_) => &mut counts.matched,
            Use::Look => &mut counts.looked,
            Use::Nothing(Idle::Folded) => &mut counts.folded,
            Use::Nothing(Idle::Elsewhere) => &mut counts.elsewhere,
            Use::Nothing(Idle::Silent) => &mut counts.silent,
            Use::Nothing(Idle::Unknown) => &mut counts.unknown,
            Use::Nothing(Idle::Outside) => &mut counts.outside,
        };
        *counter += 1;
    }
    counts
}

/// An event as it is quoted: its time, task and fields.
fn quoted(event: &Event) -> String {
    let fields: Vec<String> = event
        .fields
        .0
        .iter()
        .map(|(field, value)| format!("{field}={value}"))
        .collect();
    format!(
        "{} {}-{} {} {}",
        event.stamp,
        event.comm,
        event.pid,
        event.name,
        fields.join(" ")
    )
    .trim_end()
    .to_string()
}
