//! Exit codes, in TLC's classes; where several apply, the first of this list.

/// Everything as expected.
pub const FINE: u8 = 0;
/// A safety property, or a step of the refinement, is violated and no listing says so.
pub const SAFETY: u8 = 12;
/// A deadlock that no listing announces.
pub const DEADLOCK: u8 = 11;
/// A liveness property is violated and no listing says so.
pub const LIVENESS: u8 = 13;
/// Some graph is not complete, so some verdict is missing.
pub const INCOMPLETE: u8 = 20;
/// A listing announces a violation that was not found.
pub const NOT_FOUND: u8 = 21;
/// A property never had anything to say in any scenario of a protocol.
pub const VACUOUS: u8 = 22;
/// `prove --check`: some page is not what would be written.
pub const STALE: u8 = 23;
/// A certificate is refused, or there is nothing to certify.
pub const REFUSED: u8 = 24;
/// `drift`: a function of a kernel is not what it was.
pub const DRIFTED: u8 = 25;
/// `diff`: the two protocols differ in a verdict, or in what can be seen of them.
pub const DIFFERS: u8 = 26;
/// `sweep`: a verdict changes with a size.
pub const CHANGES: u8 = 27;
/// `validate`: no run of the listing has the events of the trace.
pub const REFUSES: u8 = 30;
/// The two engines disagree: a bug of oomspec.
pub const DISAGREE: u8 = 70;
/// What was to be written could not be.
pub const OUTPUT: u8 = 74;
/// Ctrl-C, for the second time.
pub const INTERRUPTED: u8 = 130;
/// An error in a listing or module.
pub const INPUT: u8 = 150;
/// Wrong use of the command line.
pub const USAGE: u8 = 2;
