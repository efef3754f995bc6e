//! Whether a listing can follow what a real kernel was seen to do.
//!
//! The spec says what an event means (`vocabulary.rs`). Addresses become objects (`resolve.rs`), what is alike is folded
//! (`fold.rs`), and the rest is written down as a scenario (`world.rs`, `script.rs`). The listing is compiled with it; each line
//! asks something of a run (`ask.rs`), and the states in which the model can be after it are kept (`search.rs`).

mod answer;
mod ask;
mod broken;
mod fold;
mod independence;
mod labels;
mod resolve;
mod script;
mod search;
mod vocabulary;
mod world;

pub use answer::{Answer, BrokenHere, Candidate, Counts, Shown, Stuck, Verdict};
pub use vocabulary::Vocabulary;

use crate::c::library::Listing;
use crate::explore::Budget;
use crate::source::Diagnostics;
use crate::spec::Spec;
use crate::trace::Trace;
use ask::Asking;
use labels::Labels;
use search::Armed;

/// A trace with its world: what is known before any listing is asked.
pub struct Recorded {
    /// The trace.
    pub trace: Trace,
    vocabulary: Vocabulary,
    lines: Vec<resolve::Resolved>,
    world: world::World,
}

impl Recorded {
    /// Reads the spec's vocabulary and makes the world of the trace.
    ///
    /// # Errors
    ///
    /// The spec has no vocabulary, or mistakes in it.
    pub fn new(spec: &Spec, trace: Trace) -> Result<Self, Diagnostics> {
        let text = spec.text(vocabulary::FILE)?;
        let vocabulary = Vocabulary::read(vocabulary::FILE, &text)?;
        let lines = resolve::resolve(&vocabulary, &trace);
        let world = world::world(&vocabulary, &trace, &lines);
        Ok(Recorded {
            trace,
            vocabulary,
            lines,
            world,
        })
    }

    /// The world as a scenario, or why there is none.
    ///
    /// # Errors
    ///
    /// What the trace does not say, in words.
    pub fn scenario(&self) -> Result<&str, &str> {
        match &self.world.unfit {
            Some(why) => Err(why),
            None => Ok(&self.world.text),
        }
    }

    /// The protocol whose listing a kernel of this release has.
    pub fn protocol(&self, release: &str) -> Option<&str> {
        self.vocabulary.protocol(release)
    }

    /// Asks a listing whether it can follow. With `lossy`, what is not in the trace says nothing.
    ///
    /// # Errors
    ///
    /// The listing does not compile with the world of the trace, or the spec's properties cannot be read.
    pub fn follow(&self, spec: &Spec, listing: &Listing, lossy: bool, budget: Budget) -> Result<Answer, Diagnostics> {
        let mut answer = Answer::new(self, &listing.name);
        if let Some(unfit) = &self.world.unfit {
            answer.reasons.push(unfit.clone());
            return Ok(answer);
        }
        let scenario = Listing {
            name: format!("the world of {}", self.trace.name),
            text: self.world.text.clone(),
            folder: None,
            bounds: Vec::new(),
        };
        if listing.folder.is_some() {
            spec.refuse_uncalled(listing, Some(&scenario))?;
        }
        let instance = spec.instance(listing, &scenario)?;
        answer.protocol.clone_from(&instance.protocol);
        let asking = Asking::new(
            &self.vocabulary,
            &self.trace,
            &self.lines,
            &self.world,
            &instance.machine,
        );
        let lossy = lossy || self.trace.lost > 0;
        let from = asking.armed(lossy);
        let labels = Labels::new(&instance.machine, &self.vocabulary, |rule| from[rule] != search::NEVER);
        let asks = asking.asks();
        let once = asking.once(&labels, &asks, lossy);
        let armed = Armed { from, once };
        let followed = search::follow(&instance.machine, &self.vocabulary, &labels, &armed, &asks, budget);
        answer.decide(self, &instance, &labels, &asks, &followed, lossy);
        if answer.verdict == Verdict::Follows {
            answer.breaks(&self.trace, &instance.machine, &spec.properties()?, &followed);
        }
        Ok(answer)
    }
}
