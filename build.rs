//! What is built into the binary besides its own source: the spec, and the files of stateright's web interface.

use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    // Build again when a file of the spec comes or goes.
    println!("cargo::rerun-if-changed=spec");
    println!("cargo::rerun-if-changed=Cargo.lock");
    // What a step does may change without a version: a checkpoint of another source is another's.
    println!("cargo::rerun-if-changed=src");
    let mut hash = DefaultHasher::new();
    digest(Path::new("src"), &mut hash);
    println!("cargo::rustc-env=OOMSPEC_SOURCE={:016x}", hash.finish());
    let ui = stateright().join("ui");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo says where to build"));
    for name in ["index.htm", "app.css", "app.js", "knockout-3.5.0.js"] {
        let from = ui.join(name);
        std::fs::copy(&from, out.join(name)).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    }
}

/// All that stands in a folder, by name.
fn digest(folder: &Path, hash: &mut DefaultHasher) {
    let entries = folder
        .read_dir()
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            digest(&path, hash);
        } else {
            hash.write(path.as_os_str().as_encoded_bytes());
            hash.write(&std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())));
        }
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
