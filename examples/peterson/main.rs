//! Peterson's algorithm, and a hasty variant of it: a model that has nothing to do with the kernel.
//!
//! `linux/` has the two protocols, `scenarios/` says who runs, `Properties.tla` what must hold; `tla/` is what `export tla` makes of
//! it, and what TLC answered. Run with `cargo run --example peterson`.

use std::path::Path;

use oomspec::{Check, Diagnostics, Spec, report};

fn main() -> Result<(), Diagnostics> {
    let spec = Spec::folder(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/peterson")))?;
    for protocol in ["peterson", "hasty"] {
        let checked = Check::new(protocol, "two").of(&spec).run()?;
        for finding in &checked.findings {
            println!("{protocol}: {} {:?}", finding.property.name, finding.verdict);
            print!("{}", report::race::race(&checked.instance, finding, Default::default()));
        }
    }
    Ok(())
}
