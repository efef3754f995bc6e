//! Reads a listing and all it includes, each file once.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use tree_sitter::Node;

use super::lexer::span;
use super::unit::{Unit, parse, parse_without};
use super::{defines, meaningless, syntax};
use crate::c::library::{Library, Listing};
use crate::c::nearest::did_you_mean;
use crate::source::{Diagnostic, FileId, Sources, Span};

/// All files of a program.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    pub(super) sources: Sources,
    /// What is included stands before what includes it.
    pub(super) units: Vec<Unit>,
    pub(super) errors: Vec<Diagnostic>,
}

/// Deeper inclusion than any sensible history of a protocol.
const MAX_INCLUDES: usize = 64;
/// More files than any history has.
const MAX_FILES: usize = 256;

/// Loads a protocol and a scenario.
pub(super) fn load(library: &dyn Library, protocol: &Listing, scenario: Option<&Listing>) -> Loaded {
    let mut loader = Loader {
        library,
        seen: HashSet::new(),
        words: Words::default(),
        scenario: false,
        loaded: Loaded::default(),
    };
    loader.main(protocol);
    if let Some(scenario) = scenario {
        loader.scenario = true;
        loader.main(scenario);
        loader.bounds(&scenario.bounds);
    }
    loader.loaded
}

/// The files that a text includes, as it names them.
pub(crate) fn includes(text: &str) -> Vec<String> {
    let Ok(unit) = parse(text, FileId(0)) else {
        return Vec::new();
    };
    let root = unit.tree.root_node();
    let mut cursor = root.walk();
    let directives = root
        .children(&mut cursor)
        .filter(|node| node.kind() == "preproc_include");
    directives
        .filter_map(|node| node.child_by_field_name("path"))
        .map(|path| {
            String::from_utf8_lossy(&unit.masked[path.byte_range()])
                .trim_matches('"')
                .to_string()
        })
        .collect()
}

/// Where a file was found.
#[derive(Clone)]
struct Found {
    name: String,
    text: Result<String, Diagnostic>,
    home: Home,
}

/// The folder a file stands in, which its own includes are searched in first.
#[derive(Clone)]
enum Home {
    /// A path in the library.
    Library(String),
    /// A folder on disk, and what makes the file unique.
    Disk(PathBuf, PathBuf),
}

/// What words mean to the texts that are read from here on.
#[derive(Debug, Default)]
struct Words {
    /// Those that stand for nothing.
    nothing: BTreeSet<String>,
    /// The functions that mean nothing.
    meaningless: BTreeSet<String>,
}

struct Loader<'a> {
    library: &'a dyn Library,
    seen: HashSet<PathBuf>,
    words: Words,
    scenario: bool,
    loaded: Loaded,
}

impl Loader<'_> {
    fn main(&mut self, listing: &Listing) {
        let home = match &listing.folder {
            Some(folder) => {
                let path = folder.join(Path::new(&listing.name).file_name().unwrap_or_default());
                Home::Disk(folder.clone(), path.canonicalize().unwrap_or(path))
            }
            None => Home::Library(listing.name.clone()),
        };
        self.seen.insert(home.key());
        let text = Ok(listing.text.clone());
        self.file(
            Found {
                name: listing.name.clone(),
                text,
                home,
            },
            0,
            None,
        );
    }

    /// What is given beside the texts holds over all of them: a `#define` each, behind the last text.
    fn bounds(&mut self, bounds: &[(String, String)]) {
        if bounds.is_empty() {
            return;
        }
        let known: BTreeSet<String> = self.loaded.units.iter().flat_map(defines::sized).collect();
        let text: String = bounds
            .iter()
            .map(|(name, value)| format!("#define {name} {value}\n"))
            .collect();
        let file = self.loaded.sources.add("the command line", text.clone());
        match parse(&text, file) {
            Ok(unit) => {
                for define in defines::written(&unit) {
                    if !known.contains(&define.name) {
                        let names = known.iter().map(String::as_str);
                        let all = format!("there are {}", known.iter().cloned().collect::<Vec<_>>().join(", "));
                        let message = format!("no `#define {}` with a number is there to be changed", define.name);
                        let error = Diagnostic::at(define.span, message);
                        self.loaded
                            .errors
                            .push(error.help(did_you_mean(&define.name, names, all)));
                    }
                }
                self.loaded.units.push(Unit {
                    scenario: true,
                    given: true,
                    ..unit
                });
            }
            Err(error) => self.loaded.errors.push(error),
        }
    }

    fn file(&mut self, found: Found, depth: usize, included_at: Option<Span>) {
        let text = match found.text {
            Ok(text) => text,
            Err(mut error) => {
                error.span = included_at;
                self.loaded.errors.push(error);
                return;
            }
        };
        let file = self.loaded.sources.add(found.name, text.clone());
        let unit = match parse(&text, file) {
            Ok(unit) => unit,
            Err(error) => return self.loaded.errors.push(error),
        };
        self.includes(&unit, &found.home, depth);
        let mut unit = match self.reread(unit, &text) {
            Ok(unit) => unit,
            Err(error) => return self.loaded.errors.push(error),
        };
        unit.scenario = self.scenario;
        if let Home::Library(path) = &found.home {
            unit.path = Some(path.clone());
        }
        let mut errors = syntax::mistakes(unit.tree.root_node(), &text, file, &self.words.meaningless);
        errors.append(&mut unit.marks.errors);
        unit.broken = !errors.is_empty();
        self.loaded.errors.append(&mut errors);
        self.loaded.units.push(unit);
    }

    /// Reads a text again, if it or what it includes says that some of its words stand for nothing.
    fn reread(&mut self, unit: Unit, text: &str) -> Result<Unit, Diagnostic> {
        self.words.nothing.extend(defines::nothing(&unit));
        let unit = match self.words.nothing.iter().any(|word| text.contains(word.as_str())) {
            true => parse_without(text, unit.file, &self.words.nothing)?,
            false => unit,
        };
        meaningless::update(&mut self.words.meaningless, &unit);
        Ok(unit)
    }

    fn includes(&mut self, unit: &Unit, home: &Home, depth: usize) {
        let root = unit.tree.root_node();
        let mut cursor = root.walk();
        let mut defined = false;
        for node in root.children(&mut cursor) {
            match node.kind() {
                "comment" => {}
                "preproc_include" => {
                    if let Err(error) = self.include(unit, node, home, depth, defined) {
                        self.loaded.errors.push(error);
                    }
                }
                _ => defined = true,
            }
        }
    }

    fn include(
        &mut self,
        unit: &Unit,
        node: Node<'_>,
        home: &Home,
        depth: usize,
        defined: bool,
    ) -> Result<(), Diagnostic> {
        let Some(path) = node.child_by_field_name("path") else {
            return Err(Diagnostic::at(
                syntax::place(node, &unit.masked, unit.file),
                "#include of nothing",
            ));
        };
        let place = span(unit.file, path.start_byte(), path.end_byte());
        let quoted = String::from_utf8_lossy(&unit.masked[path.byte_range()]).into_owned();
        if path.kind() != "string_literal" {
            return Err(Diagnostic::at(place, format!("{quoted} is no listing"))
                .help("write `#include \"file\"` with a file of the spec or of your own"));
        }
        if defined {
            return Err(Diagnostic::at(place, "an #include after a definition")
                .help("put it at the top of the file: a listing overrides what it includes"));
        }
        if depth >= MAX_INCLUDES {
            return Err(Diagnostic::at(place, "files include each other too deeply")
                .help(format!("at most {MAX_INCLUDES} files deep")));
        }
        let wanted = quoted.trim_matches('"');
        let Some(found) = self.find(wanted, home) else {
            let files = self.library.list();
            let names = files.iter().map(|file| file.rsplit('/').next().unwrap_or(file));
            let wanted_name = wanted.rsplit('/').next().unwrap_or(wanted);
            return Err(
                Diagnostic::at(place, format!("there is no file {quoted}")).help(did_you_mean(
                    wanted_name,
                    names,
                    format!(
                        "looked in {}, then in linux/, kernel/ and scenarios/ of the spec",
                        home.folder()
                    ),
                )),
            );
        };
        if self.seen.len() >= MAX_FILES {
            return Err(Diagnostic::at(place, "there are too many files").help(format!("at most {MAX_FILES}")));
        }
        if self.seen.insert(found.home.key()) {
            self.file(found, depth + 1, Some(place));
        }
        Ok(())
    }

    fn find(&self, wanted: &str, home: &Home) -> Option<Found> {
        let beside = match home {
            Home::Library(path) => {
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                self.in_library(folder, wanted)
            }
            Home::Disk(folder, _) => on_disk(folder, wanted),
        };
        beside
            .or_else(|| self.in_library("linux", wanted))
            .or_else(|| self.in_library("kernel", wanted))
            .or_else(|| self.in_library("scenarios", wanted))
    }

    fn in_library(&self, folder: &str, wanted: &str) -> Option<Found> {
        let path = normal(folder, wanted)?;
        Some(Found {
            text: self.library.read(&path)?,
            name: path.clone(),
            home: Home::Library(path),
        })
    }
}

impl Home {
    fn key(&self) -> PathBuf {
        match self {
            Home::Library(path) => Path::new("spec:").join(path),
            Home::Disk(_, path) => path.clone(),
        }
    }

    fn folder(&self) -> String {
        match self {
            Home::Library(path) => {
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                format!("{folder}/")
            }
            Home::Disk(folder, _) => folder.display().to_string(),
        }
    }
}

fn on_disk(folder: &Path, wanted: &str) -> Option<Found> {
    let path = folder.join(wanted);
    let unique = path.canonicalize().ok()?;
    if unique.is_dir() {
        return None;
    }
    let name = path.strip_prefix(".").unwrap_or(&path).display().to_string();
    let listing = Listing::from_file(&path);
    Some(Found {
        name,
        text: listing.map(|listing| listing.text),
        home: Home::Disk(path.parent().unwrap_or(folder).to_path_buf(), unique),
    })
}

/// `folder/wanted` without `.` and `..`; none if it leaves the library.
fn normal(folder: &str, wanted: &str) -> Option<String> {
    if wanted.starts_with('/') {
        return None;
    }
    let mut parts = Vec::new();
    for part in folder.split('/').chain(wanted.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
