//! What several tests share: protocols, in scenarios, judged through the library.
#![allow(dead_code, reason = "each test file is a crate of its own and uses a part of this")]

pub mod certificates;
pub mod choosing;
pub mod formulas;
pub mod peers;
pub mod programs;
pub mod random;
pub mod tlc;

use std::path::{Path, PathBuf};

use oomspec::c::library::Listing;
use oomspec::check::{Checked, Finding, Verdict, check};
use oomspec::explore::{Graph, Limits, explore};
use oomspec::machine::{Error, Reached};
use oomspec::model::Instance;
use oomspec::model::properties::PropertyModule;
use oomspec::spec::Spec;

/// `OOMSPEC_FUZZ=1` asks for all that there is to be tried; without it, a share is.
pub fn in_full() -> bool {
    std::env::var_os("OOMSPEC_FUZZ").is_some()
}

/// One in so many of the built-in protocols in the built-in scenarios, always the same. With a number that has no factor in common
/// with that of the scenarios, these are others for each protocol.
pub fn built_in_pairs(spec: &Spec, one_in: usize) -> Vec<(String, String)> {
    let scenarios = spec.scenarios();
    let of = |protocol: String| {
        scenarios
            .iter()
            .map(move |scenario| (protocol.clone(), scenario.clone()))
    };
    spec.protocols().into_iter().flat_map(of).step_by(one_in).collect()
}

/// A spec with its properties.
pub struct Judge {
    pub spec: Spec,
    modules: Vec<PropertyModule>,
    /// Keeps the folder of a copy.
    _folder: Option<tempfile::TempDir>,
}

impl Judge {
    /// The spec built into the binary.
    pub fn builtin() -> Self {
        Judge::of(Spec::builtin(), None)
    }

    /// A copy of the spec in which some texts stand otherwise: file, old, new.
    pub fn edited(edits: &[(&str, &str, &str)]) -> Self {
        let folder = copy(edits);
        let spec = Spec::folder(folder.path()).expect("the copy is a spec");
        Judge::of(spec, Some(folder))
    }

    fn of(spec: Spec, folder: Option<tempfile::TempDir>) -> Self {
        let module = spec
            .properties()
            .unwrap_or_else(|errors| panic!("{}", errors.render(false)));
        Judge {
            spec,
            modules: vec![module],
            _folder: folder,
        }
    }

    pub fn instance(&self, protocol: &str, scenario: &str) -> Instance {
        let listing = self.spec.protocol(protocol).expect("a protocol");
        self.instance_of(&listing, scenario)
    }

    pub fn instance_of(&self, listing: &Listing, scenario: &str) -> Instance {
        let scenario = self.spec.scenario(scenario).expect("a scenario");
        self.spec
            .instance(listing, &scenario)
            .unwrap_or_else(|errors| panic!("{}", errors.render(false)))
    }

    /// Every verdict of a built-in protocol in a scenario.
    pub fn check(&self, protocol: &str, scenario: &str) -> Checked {
        self.decide(self.instance(protocol, scenario), &[])
    }

    /// The verdict on one property.
    pub fn finding(&self, protocol: &str, scenario: &str, property: &str) -> Finding {
        let checked = self.decide(self.instance(protocol, scenario), &[property]);
        finding(&checked, property).clone()
    }

    pub fn decide(&self, instance: Instance, wanted: &[&str]) -> Checked {
        let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
        check(instance, &self.modules, Limits::default(), &wanted, &|_, _| {})
            .unwrap_or_else(|errors| panic!("{}", errors.render(false)))
    }
}

/// A copy of the spec's folder with some texts changed.
pub fn copy(edits: &[(&str, &str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    copy_folder(&spec_folder(), folder.path());
    for (file, old, new) in edits {
        let path = folder.path().join(file);
        let text = std::fs::read_to_string(&path).expect("a file of the spec");
        std::fs::write(&path, replace(&text, old, new)).expect("a file that can be written");
    }
    folder
}

pub fn spec_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("spec")
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            std::fs::create_dir(&target).expect("a new folder");
            copy_folder(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a copy");
        }
    }
}

/// The text with one part replaced; it has to be there, so that a test notices when the spec moves on.
pub fn replace(text: &str, old: &str, new: &str) -> String {
    assert!(text.contains(old), "this is not in the text any more:\n{old}");
    text.replacen(old, new, 1)
}

pub fn listing(text: &str) -> Listing {
    Listing {
        name: "mine.c".into(),
        text: text.into(),
        folder: None,
        bounds: Vec::new(),
    }
}

pub fn finding<'a>(checked: &'a Checked, property: &str) -> &'a Finding {
    let mut all = checked.findings.iter();
    all.find(|finding| finding.property.name == property)
        .unwrap_or_else(|| panic!("there is no property {property}"))
}

pub fn verdict(checked: &Checked, property: &str) -> Verdict {
    finding(checked, property).verdict
}

/// The error at the end of a counterexample, with the names of its function and of its thread.
pub fn error(checked: &Checked, property: &str) -> (Error, String, String) {
    let machine = &checked.instance.machine;
    let counterexample = finding(checked, property).counterexample.as_ref().expect("a violation");
    let states = machine.replay(&counterexample.steps);
    let Reached::Error(error) = machine.reached(states.last().expect("the initial state")) else {
        panic!("no error at the end of the counterexample");
    };
    let function = machine.program.functions[error.function].name.clone();
    (
        error.clone(),
        function,
        machine.program.threads[error.thread].name.clone(),
    )
}

/// The graph of an instance, explored on so many threads.
pub fn graph(instance: &Instance, threads: usize) -> Graph {
    let limits = Limits {
        threads,
        ..Limits::default()
    };
    explore(&instance.machine, limits, &|_, _| {})
}
