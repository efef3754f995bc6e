//! The spec is built into the binary: build again when a file of it comes or goes.

fn main() {
    println!("cargo::rerun-if-changed=spec");
}
