//! Whether a listing can follow what a real kernel was seen to do.

mod ask;
mod fold;
mod independence;
mod labels;
mod resolve;
mod script;
mod search;
mod vocabulary;
mod world;

pub use vocabulary::Vocabulary;

use crate::c::library::Listing;
use crate::explore::Budget;
use crate::model::Instance;
use crate::source::Diagnostics;
use crate::spec::Spec;
use crate::trace::Trace;
use ask::Asking;
use labels::Labels;
use search::{Followed, Move};
use world::{Idle, Use};

/// What is known of a trace before any listing is asked: its world.
pub struct Recorded {
    vocabulary: Vocabulary,
    lines: Vec<resolve::Resolved>,
    world: world::World,
    /// The trace.
    pub trace: Trace,
}

/// The verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Some run of the listing has these events, in this order.
    Follows,
    /// No run has them.
    Refuses,
    /// Neither is known.
    Undecided,
}

/// How many lines are of which kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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
    /// Lines that ruled out something that the model could have done.
    pub ruled_out: usize,
}

/// The answer.
pub struct Answer {
    /// What is said.
    pub verdict: Verdict,
    /// The protocol that was asked.
    pub protocol: String,
    /// Why nothing is decided, and what to do.
    pub reasons: Vec<String>,
    /// What was folded.
    pub folded: Vec<String>,
    /// Lines by kind.
    pub counts: Counts,
    /// Steps of the run that was found, and how many of them no event shows.
    pub steps: usize,
    /// The most states that were possible beside each other.
    pub most_states: usize,
    /// The event that no run has, as an index into the trace.
    pub stuck: Option<usize>,
    /// What the threads could have been doing then.
    pub candidates: Vec<String>,
}

impl Recorded {
    /// Reads the spec's vocabulary and makes the world of the trace.
    ///
    /// # Errors
    ///
    /// Mistakes in the vocabulary.
    pub fn new(spec: &Spec, trace: Trace) -> Result<Self, Diagnostics> {
        let text = spec.text(vocabulary::FILE)?;
        let vocabulary = Vocabulary::read(vocabulary::FILE, &text)?;
        let lines = resolve::resolve(&vocabulary, &trace);
        let world = world::world(&vocabulary, &trace, &lines);
        Ok(Recorded {
            vocabulary,
            lines,
            world,
            trace,
        })
    }

    /// The scenario: the world of the trace.
    pub fn scenario(&self) -> &str {
        &self.world.text
    }

    /// The protocol whose listing the kernel of the trace has.
    pub fn protocol(&self, release: &str) -> Option<&str> {
        self.vocabulary.protocol(release)
    }

    /// Asks a listing whether it can follow.
    ///
    /// # Errors
    ///
    /// The listing does not compile with the world of the trace.
    pub fn follow(&self, spec: &Spec, listing: &Listing, lossy: bool, budget: Budget) -> Result<Answer, Diagnostics> {
        let mut answer = Answer {
            verdict: Verdict::Undecided,
            protocol: listing.name.clone(),
            reasons: Vec::new(),
            folded: self.world.folded.clone(),
            counts: self.counts(),
            steps: 0,
            most_states: 0,
            stuck: None,
            candidates: Vec::new(),
        };
        if let Some(unfit) = &self.world.unfit {
            answer.reasons.push(unfit.clone());
            return Ok(answer);
        }
        let scenario = Listing {
            name: format!("{} (its world)", self.trace.name),
            text: self.world.text.clone(),
            folder: None,
        };
        let instance = spec.instance(listing, &scenario)?;
        answer.protocol.clone_from(&instance.protocol);
        let asking = Asking::new(&self.vocabulary, &self.trace, &self.lines, &self.world, &instance.machine);
        let lossy = lossy || self.trace.lost > 0;
        let armed = asking.armed(lossy);
        let labels = Labels::new(&instance.machine, &self.vocabulary, |rule| armed[rule] != search::NEVER);
        let asks = match asking.asks() {
            Ok(asks) => asks,
            Err(reason) => {
                answer.reasons.push(reason);
                return Ok(answer);
            }
        };
        let followed = search::follow(&instance.machine, &self.vocabulary, &labels, &armed, &asks, budget);
        self.decide(&mut answer, &instance, &followed);
        Ok(answer)
    }

    fn counts(&self) -> Counts {
        let mut counts = Counts {
            events: self.trace.events.len(),
            ..Counts::default()
        };
        for used in &self.world.uses {
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

    fn decide(&self, answer: &mut Answer, instance: &Instance, followed: &Followed) {
        answer.counts.ruled_out = followed.ruled_out.iter().filter(|ruled_out| **ruled_out).count();
        answer.steps = followed.run.iter().filter(|step| matches!(step, Move::Step(..))).count();
        answer.most_states = followed.most;
        answer.stuck = followed.stuck;
        answer.verdict = match (followed.stuck, &followed.gave_up) {
            (_, Some(why)) => {
                answer.reasons.push(why.clone());
                Verdict::Undecided
            }
            (Some(_), None) => Verdict::Refuses,
            (None, None) => Verdict::Follows,
        };
        if followed.stuck.is_some() {
            for (state, owed) in followed.ends.iter().take(20) {
                for thread in 0..instance.machine.program.threads.len() {
                    let point = instance.machine.point(state, thread);
                    let at = point.map_or("ended".to_string(), |point| instance.machine.position_name(thread, point));
                    let owes: Vec<String> = owed[thread].iter().map(|owed| format!("{}{:?}{:?}", self.vocabulary.events[owed.rule as usize].names[0], owed.arguments, owed.result)).collect();
                    answer.candidates.push(format!("{}: {at} {}", instance.machine.program.threads[thread].name, owes.join(", ")));
                }
            }
        }
    }
}

impl Answer {
    /// For people.
    pub fn text(&self, trace: &Trace) -> String {
        let mut text = format!("{:?} {} {:?} {:?} steps {} most {}\n", self.verdict, self.protocol, self.counts, self.folded, self.steps, self.most_states);
        for reason in &self.reasons {
            text += &format!("  {reason}\n");
        }
        if let Some(stuck) = self.stuck {
            let from = stuck.saturating_sub(6);
            for event in &trace.events[from..=stuck] {
                text += &format!("  {}\n", ask::quoted(event));
            }
            for candidate in &self.candidates {
                text += &format!("    {candidate}\n");
            }
        }
        text
    }
}
