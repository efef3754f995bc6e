//! Programs that some tests ask, and what is said where one is not there.

use std::io::Write;

/// Whether a peer must be there, as `OOMSPEC_REQUIRE=tlc,chromium` says.
pub fn required(peer: &str) -> bool {
    let required = std::env::var("OOMSPEC_REQUIRE").unwrap_or_default();
    required.split(',').any(|one| one.trim() == peer)
}

/// Tells it also if the test passes: what `eprintln!` prints is captured.
pub fn say(line: &str) {
    // Nobody is left to tell if stderr is closed.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Says that a test is skipped, and what would mend that; fails where the peer is required.
pub fn skip(peer: &str, how: &str) {
    assert!(!required(peer), "{peer} is required; {how}");
    say(&format!("SKIPPED, there is no {peer}; {how}"));
}
