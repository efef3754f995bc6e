//! A verdict with the evidence for it, to be checked again by code that has not searched for it.
//!
//! [`make`](mod@make) writes down what a search found: for a violation its trace or lasso, for what holds the set of reachable states, and
//! for each promise of progress a rank by state. [`verify`](mod@verify) reads that, with the listing, the scenario and the
//! formulas it speaks of, and believes none of it: steps are run again and formulas evaluated again.
//!
//! What is checked stands in the file, so a changed file either is refused, or is other evidence for the very same claim (another
//! way to order two steps of a trace, say). A claim says `holds` or `violated` of a property of a protocol in a scenario, whose
//! texts are those with the digests given. A digest proves nothing; it tells that a text is not the one that was meant.
//!
//! A property that holds because what it speaks of never happens does hold, and its certificate says so; that nothing happens is
//! not a part of the claim.

pub mod format;
pub mod make;
mod packed;
mod texts;
pub mod verify;

pub use format::Certificate;
pub use make::{Maker, make};
pub use texts::Texts;
pub use verify::{Refused, Verified, Verifier, verify};
