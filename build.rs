//! What is built into the binary besides its own source: the spec, and the files of stateright's web interface.

use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    // Build again when a file of the spec comes or goes.
    println!("cargo::rerun-if-changed=spec");
    println!("cargo::rerun-if-changed=Cargo.lock");
    let ui = stateright().join("ui");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo says where to build"));
    for name in ["index.htm", "app.css", "app.js", "knockout-3.5.0.js"] {
        let from = ui.join(name);
        std::fs::copy(&from, out.join(name)).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    }
}

/// Where cargo keeps the source of stateright.
fn stateright() -> PathBuf {
    let cargo = std::env::var_os("CARGO").expect("cargo says what it is");
    let target = std::env::var("TARGET").expect("cargo says for what it builds");
    let output = Command::new(cargo)
        .args(["metadata", "--format-version=1", "--filter-platform", &target])
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo metadata: {said}");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let mut manifests = packages.filter(|package| package["name"] == "stateright");
    let manifest = manifests.next().and_then(|package| package["manifest_path"].as_str());
    let folder = manifest.and_then(|manifest| Path::new(manifest).parent());
    folder.expect("stateright is a dependency").to_path_buf()
}
