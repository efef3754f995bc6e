//! The spec as a whole: which protocols, scenarios and modules there are, in what order, and one of each compiled together.

use std::collections::HashSet;
use std::path::Path;
use std::sync::OnceLock;

use crate::c::ast::{Body, Program, Size, Tags};
use crate::c::library::{Builtin, Folder, Library, Listing};
use crate::c::release::{Release, Releases};
use crate::c::{
    Callers, body, compile, flatten, includes, left_out, nearest, numbers, read_program, tags_of, uncalled,
};
use crate::input::{self, MAX_MODULE};
use crate::machine::Machine;
use crate::model::Instance;
use crate::model::properties::{PropertyModule, of_machine};
use crate::model::visible::Visible;
use crate::source::{Diagnostic, Diagnostics};
use crate::tla::{self, Library as _};

/// A tree of listings: the one built into the binary, or the user's.
pub struct Spec {
    library: Box<dyn Library>,
    protocols: Vec<String>,
    scenarios: Vec<String>,
    /// Looked for when somebody asks: that takes longer than a small check.
    callers: OnceLock<Callers>,
}

/// What a function in a kernel's tree is now, beside what it was when a listing was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Now {
    /// The same.
    Same,
    /// Something else, with this digest.
    Other(String),
    /// Not in that file.
    Gone,
}

/// A protocol that was merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kernel {
    /// Its name.
    pub name: String,
    /// It is of a stable tree.
    pub is_stable: bool,
}

/// The bytes of a kernel's file, at most.
const MOST_OF_A_KERNEL: u64 = 8 << 20;

/// The module that says everything: it extends the properties and maps to the abstract specification.
const ROOT_MODULE: &str = "Refinement";

/// The folder of what was merged.
const KERNELS: &str = "linux/";

/// The folder of the scenarios in which costs are measured.
const COST: &str = "cost/";

/// The module that says what can be seen from outside.
const VISIBLE_MODULE: &str = "Visible";

/// Refuses a size that is outside its range, and a range of what there is not.
fn refuse_size(size: &Size, numbers: &[(String, i64)]) -> Result<(), Diagnostic> {
    let Size {
        name,
        least,
        most,
        what,
    } = size;
    let Some((_, value)) = numbers.iter().find(|(bound, _)| *bound == name.name) else {
        return Err(
            Diagnostic::at(name.span, format!("there is no `#define {}` with a number", name.name))
                .help("a size is a `#define` of the scenario, the listing or a header"),
        );
    };
    match (i64::from(*least)..=i64::from(*most)).contains(value) {
        true => Ok(()),
        false => Err(Diagnostic::at(
            name.span,
            format!("`{}` is {value}, and may be {least} to {most}", name.name),
        )
        .label(what.clone())),
    }
}

impl Spec {
    /// The spec built into the binary.
    pub fn builtin() -> Self {
        Spec::of(Box::new(Builtin))
    }

    /// A spec in a folder of the user.
    pub fn folder(root: &Path) -> Result<Self, Diagnostic> {
        let spec = Spec::of(Box::new(Folder::new(root)));
        if spec.protocols.is_empty() || spec.scenarios.is_empty() {
            return Err(Diagnostic::general(format!("{} is no spec", root.display()))
                .help("a spec has listings in linux/ or proposals/, and scenarios in scenarios/"));
        }
        Ok(spec)
    }

    fn of(library: Box<dyn Library>) -> Self {
        let files = library.list();
        let in_folder = |folder: &str| -> Vec<String> {
            files
                .iter()
                .filter(|path| path.starts_with(folder) && path.ends_with(".c"))
                .cloned()
                .collect()
        };
        let protocols = historical(&*library, in_folder(KERNELS), in_folder("proposals/"));
        let scenarios = in_folder("scenarios/");
        Spec {
            library,
            protocols,
            scenarios,
            callers: OnceLock::new(),
        }
    }

    /// The names of the protocols, in historical order: a proposal stands behind the kernel it changes.
    pub fn protocols(&self) -> Vec<String> {
        self.protocols.iter().map(|path| stem(path)).collect()
    }

    /// The names of the kernels among them: proposals were not merged. Those of a stable tree branch off where they stand, and the
    /// next one does not come after them.
    pub fn kernels(&self) -> Vec<Kernel> {
        let merged = self.protocols.iter().filter(|path| path.starts_with(KERNELS));
        let names = merged.map(|path| stem(path));
        names
            .map(|name| Kernel {
                is_stable: name.ends_with(".y"),
                name,
            })
            .collect()
    }

    /// The names of the scenarios.
    pub fn scenarios(&self) -> Vec<String> {
        self.scenarios.iter().map(|path| stem(path)).collect()
    }

    /// The scenarios, each with its story.
    pub fn scenario_stories(&self) -> Vec<(String, String)> {
        let story = |path: &String| {
            let scenario = Listing::from_library(&*self.library, path).ok()?;
            tags_of(&scenario, true).ok()?.scenario.map(|(_, story)| story)
        };
        self.scenarios
            .iter()
            .map(|path| (stem(path), story(path).unwrap_or_default()))
            .collect()
    }

    /// A protocol as one self-contained listing.
    pub fn flatten(&self, protocol: &Listing) -> Result<String, Diagnostics> {
        flatten(&*self.library, protocol)
    }

    /// The calls of a protocol that mean nothing here: where each stands, as `linux/mine.c:12`, and its text.
    pub fn left_out(&self, protocol: &Listing) -> Result<Vec<(String, String)>, Diagnostics> {
        left_out(&*self.library, protocol)
    }

    /// What a kernel's tree says of the functions that a protocol was written after (`@body`).
    pub fn drift(&self, protocol: &Listing, tree: &Path) -> Result<Vec<(Body, Now)>, Diagnostics> {
        let bodies = self.tags(protocol)?.bodies;
        let now = |of: &Body| {
            let Ok(text) = input::text(&tree.join(&of.file), MOST_OF_A_KERNEL) else {
                return Now::Gone;
            };
            match body(&text, &of.function) {
                Ok(Some(digest)) if digest == of.digest => Now::Same,
                Ok(Some(digest)) => Now::Other(digest),
                _ => Now::Gone,
            }
        };
        Ok(bodies.into_iter().map(|of| (of.clone(), now(&of))).collect())
    }

    /// The properties of the spec: those of Refinement.tla and of what it extends.
    pub fn properties(&self) -> Result<PropertyModule, Diagnostics> {
        PropertyModule::load(&self.modules(None), ROOT_MODULE)
    }

    /// What is seen of a state and of a step: Visible.tla, if the spec has it.
    pub fn visible(&self) -> Result<Option<Visible>, Diagnostics> {
        let there = self.module(VISIBLE_MODULE).is_some();
        there
            .then(|| Visible::load(&self.modules(None), VISIBLE_MODULE))
            .transpose()
    }

    /// An expression over the states of a machine, in terms of the spec's modules or of a module of the user; where those speak of
    /// what the machine does not have, of its variables alone.
    pub fn expression(&self, text: &str, properties: Option<&Path>, machine: &Machine) -> Result<Visible, Diagnostics> {
        let (module, folder) = match properties {
            Some(path) => (self.properties_of(path)?, path.parent()),
            None => (self.properties()?, None),
        };
        let over = module.missing(machine).is_none().then(|| module.spec.name());
        Visible::expression(&self.modules(folder), text, over, machine)
    }

    /// The scenarios in which costs are measured, each in a folder of its own: [`Spec::scenario`] does not know them.
    pub fn cost_scenarios(&self) -> Result<Vec<Listing>, Diagnostic> {
        let files = self.library.list();
        let measured = files
            .iter()
            .filter(|path| path.starts_with(COST) && path.ends_with(".c"));
        measured
            .map(|path| Listing::from_library(&*self.library, path))
            .collect()
    }

    /// The properties of a module of the user; what it extends may be a module of the spec.
    pub fn properties_of(&self, path: &Path) -> Result<PropertyModule, Diagnostics> {
        let name = path
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
            .unwrap_or_default();
        input::text(path, MAX_MODULE)?;
        PropertyModule::load(&self.modules(path.parent()), &name)
    }

    /// The text of another file of the spec.
    ///
    /// # Errors
    ///
    /// There is none of that name, or it is not UTF-8.
    pub fn text(&self, path: &str) -> Result<String, Diagnostic> {
        let missing = || Diagnostic::general(format!("there is no {path} in the spec"));
        self.library.read(path).ok_or_else(missing)?
    }

    /// The TLA+ modules of the spec; those in a folder of the user come first.
    pub fn modules<'a>(&'a self, folder: Option<&'a Path>) -> Modules<'a> {
        Modules { spec: self, folder }
    }

    /// The text of a TLA+ module of the spec.
    pub fn module(&self, name: &str) -> Option<String> {
        self.modules(None).read(name)?.ok()
    }

    /// Functions of the listing that nothing calls, in any scenario: an override that is misspelt, most likely.
    pub fn refuse_uncalled(&self, protocol: &Listing, scenario: Option<&Listing>) -> Result<(), Diagnostics> {
        let found = self.uncalled(protocol, scenario)?;
        match found.errors.is_empty() {
            true => Ok(()),
            false => Err(found),
        }
    }

    /// The same, to be judged: there may be none.
    pub fn uncalled(&self, protocol: &Listing, scenario: Option<&Listing>) -> Result<Diagnostics, Diagnostics> {
        let program = self.read(protocol, scenario)?;
        let errors = uncalled(&program, self.callers.get_or_init(|| Callers::of(&*self.library)));
        let sources = program.sources;
        Ok(Diagnostics { sources, errors })
    }

    /// A protocol by its name, with or without its folder, or by a release that it stands for (`5.10.200`).
    pub fn protocol(&self, name: &str) -> Result<Listing, Diagnostic> {
        let unknown = match self.find(name, &self.protocols, "protocol") {
            Err(unknown) => unknown,
            found => return found,
        };
        let Some(release) = Release::parse(name) else {
            return Err(unknown);
        };
        let names = self.protocols();
        // Who did not mean a release has misspelt a name.
        let meant = nearest::nearest(name, names.iter().map(String::as_str));
        self.standing_for(release, meant).unwrap_or(Err(unknown))
    }

    /// The protocol that stands for a release; `None` if no listing says what it stands for.
    fn standing_for(&self, release: Release, meant: Option<&str>) -> Option<Result<Listing, Diagnostic>> {
        let versions = |path: &String| -> Option<Vec<Releases>> {
            let listing = Listing::from_library(&*self.library, path).ok()?;
            Some(self.tags(&listing).ok()?.versions)
        };
        let all = self.protocols.iter().flat_map(|path| {
            let versions = versions(path).unwrap_or_default();
            versions.into_iter().map(move |releases| (path, releases))
        });
        let all: Vec<(&String, Releases)> = all.collect();
        if let Some((path, _)) = all.iter().find(|(_, releases)| releases.contain(release)) {
            return Some(Listing::from_library(&*self.library, path));
        }
        let (before, after): (Vec<_>, Vec<_>) = all.iter().partition(|(_, releases)| releases.first() < release);
        let first = |of: &&&(&String, Releases)| of.1.first();
        let (below, above) = (before.iter().max_by_key(first), after.iter().min_by_key(first));
        let nearest = below.into_iter().chain(above);
        let nearest: Vec<String> = nearest.map(|(path, of)| format!("{} ({of})", stem(path))).collect();
        (!nearest.is_empty()).then(|| {
            let meant = meant.map_or(String::new(), |name| format!("; did you mean `{name}`?"));
            let help = format!("the nearest are {}{meant}", nearest.join(" and "));
            Err(Diagnostic::general(format!("no listing stands for {release}")).help(help))
        })
    }

    /// A scenario by its name.
    pub fn scenario(&self, name: &str) -> Result<Listing, Diagnostic> {
        self.find(name, &self.scenarios, "scenario")
    }

    fn find(&self, name: &str, paths: &[String], what: &str) -> Result<Listing, Diagnostic> {
        let wanted = name.strip_suffix(".c").unwrap_or(name);
        let found = paths.iter().find(|path| {
            let path = path.strip_suffix(".c").unwrap_or(path);
            path == wanted || stem(path) == wanted
        });
        if let Some(path) = found {
            return Listing::from_library(&*self.library, path);
        }
        let names: Vec<String> = paths.iter().map(|path| stem(path)).collect();
        Err(unknown(wanted, what, &names))
    }

    /// Refuses names of properties, scenarios and protocols that nothing has: those asked for, and those in `@breaks`.
    pub fn refuse_unknown_names(
        &self,
        modules: &[PropertyModule],
        instances: &[Instance],
        asked: &[String],
    ) -> Result<(), Diagnostics> {
        let mut properties: Vec<String> = modules
            .iter()
            .flat_map(PropertyModule::properties)
            .map(|property| property.name.clone())
            .collect();
        for instance in instances {
            properties.extend(
                of_machine(&instance.machine, modules)
                    .into_iter()
                    .map(|property| property.name),
            );
        }
        let mut seen = HashSet::new();
        properties.retain(|name| seen.insert(name.clone()));
        if let Some(name) = asked.iter().find(|name| !properties.contains(name)) {
            return Err(unknown(name, "property", &properties).into());
        }
        let mut scenarios = self.scenarios();
        scenarios.extend(instances.iter().map(|instance| instance.scenario.clone()));
        let protocols = self.protocols();
        for instance in instances {
            let silent = instance
                .tags
                .vacuous
                .iter()
                .find(|name| !properties.contains(&name.name));
            if let Some(name) = silent {
                let mut error = unknown(&name.name, "property", &properties);
                error.span = Some(name.span);
                return Err(error.within(&instance.machine.program.sources));
            }
            for breaks in &instance.tags.breaks {
                let others = breaks.reason.protocols().map(|other| (other, "protocol", &protocols));
                let scenario = breaks.scenario.iter().map(|name| (name, "scenario", &scenarios));
                let property = [(&breaks.property, "property", &properties)];
                let mut said = property.into_iter().chain(scenario).chain(others);
                if let Some((name, what, known)) = said.find(|(name, _, known)| !known.contains(&name.name)) {
                    let mut error = unknown(&name.name, what, known);
                    error.span = Some(name.span);
                    return Err(error.within(&instance.machine.program.sources));
                }
            }
        }
        Ok(())
    }

    /// Reads and compiles a protocol in a scenario.
    pub fn instance(&self, protocol: &Listing, scenario: &Listing) -> Result<Instance, Diagnostics> {
        let program = self.read(protocol, Some(scenario))?;
        let mut tags = program.tags.clone();
        if !tags.sizes.is_empty() {
            let numbers = self.numbers(protocol, scenario)?;
            for size in &tags.sizes {
                refuse_size(size, &numbers).map_err(|error| error.within(&program.sources))?;
            }
        }
        let name = |tag: Option<&String>, listing: &Listing| tag.cloned().unwrap_or_else(|| stem(&listing.name));
        let mut called = name(tags.scenario.as_ref().map(|(tag, _)| &tag.name), scenario);
        if !scenario.bounds.is_empty() {
            // What a listing announces it announces for the sizes of the text: with others it may come, and need not.
            tags.breaks
                .retain(|breaks| breaks.scenario.is_none() || breaks.names(&called));
            tags.breaks.iter_mut().for_each(|breaks| breaks.scenario = None);
            let bounds = scenario.bounds.iter().map(|(name, value)| format!("{name}={value}"));
            called = format!("{called} with {}", bounds.collect::<Vec<_>>().join(", "));
        }
        Ok(Instance {
            protocol: name(tags.protocol.as_ref().map(|tag| &tag.name), protocol),
            scenario: called,
            protocol_source: protocol.name.clone(),
            scenario_source: scenario.name.clone(),
            machine: Machine::new(compile(&program)?),
            tags,
        })
    }

    /// The bounds of a protocol in a scenario: its `#define`s that are numbers.
    pub fn numbers(&self, protocol: &Listing, scenario: &Listing) -> Result<Vec<(String, i64)>, Diagnostics> {
        numbers(&*self.library, protocol, scenario)
    }

    /// What a protocol says about itself, in the comment at its top: quicker than to read it with all that it includes.
    pub fn tags(&self, protocol: &Listing) -> Result<Tags, Diagnostics> {
        tags_of(protocol, false)
    }

    /// Reads a protocol, alone or with a scenario.
    pub fn read(&self, protocol: &Listing, scenario: Option<&Listing>) -> Result<Program, Diagnostics> {
        read_program(&*self.library, protocol, scenario)
    }
}

/// `there is no property `NoUseAfterFre``
fn unknown(name: &str, what: &str, known: &[String]) -> Diagnostic {
    let all = format!("there are {}", known.join(", "));
    let help = nearest::did_you_mean(name, known.iter().map(String::as_str), all);
    Diagnostic::general(format!("there is no {what} `{name}`")).help(help)
}

/// Where TLA+ modules are found.
#[derive(Clone, Copy)]
pub struct Modules<'a> {
    spec: &'a Spec,
    folder: Option<&'a Path>,
}

impl tla::Library for Modules<'_> {
    fn read(&self, module: &str) -> Option<Result<String, Diagnostic>> {
        let name = format!("{module}.tla");
        let file = self.folder.map(|folder| folder.join(&name));
        match file {
            Some(file) if file.exists() => Some(input::text(&file, MAX_MODULE)),
            _ => self.spec.library.read(&name),
        }
    }
}

/// `linux/v4.14.c` is `v4.14`.
pub fn stem(path: &str) -> String {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    file.strip_suffix(".c").unwrap_or(file).to_string()
}

/// Kernels by version; behind each, the proposals that include it, by date.
fn historical(library: &dyn Library, mut kernels: Vec<String>, proposals: Vec<String>) -> Vec<String> {
    kernels.sort_by_key(|path| version(&stem(path)));
    let base = |path: &String| -> Option<String> {
        let text = library.read(path)?.ok()?;
        includes(&text).first().map(|include| stem(include))
    };
    let mut bases: Vec<(String, Option<String>)> = proposals.iter().map(|path| (path.clone(), base(path))).collect();
    // A proposal on a proposal belongs to the same kernel.
    for _ in 0..bases.len() {
        let known = bases.clone();
        for (_, base) in &mut bases {
            if let Some((_, deeper)) = known.iter().find(|(path, _)| Some(stem(path)) == *base) {
                base.clone_from(deeper);
            }
        }
    }
    let mut order = Vec::new();
    for kernel in kernels {
        let name = stem(&kernel);
        order.push(kernel);
        order.extend(
            bases
                .iter()
                .filter(|(_, base)| *base == Some(name.clone()))
                .map(|(path, _)| path.clone()),
        );
    }
    let rest: Vec<String> = proposals.into_iter().filter(|path| !order.contains(path)).collect();
    order.extend(rest);
    order
}

/// `v5.15-rc1` came before `v5.15`, and `v5.15.y` goes on behind it.
fn version(name: &str) -> (Vec<u32>, u32) {
    let (release, candidate) = name.split_once("-rc").unwrap_or((name, ""));
    let numbers = release
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|part| part.parse().ok());
    let after = u32::MAX - u32::from(!release.ends_with(".y"));
    (numbers.collect(), candidate.parse().unwrap_or(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_release_has_two_listings() {
        let spec = Spec::builtin();
        let versions = |name: String| {
            let listing = spec.protocol(&name).unwrap();
            let tags = spec.tags(&listing).unwrap();
            tags.versions.into_iter().map(move |releases| (name.clone(), releases))
        };
        let all: Vec<(String, Releases)> = spec.protocols().into_iter().flat_map(versions).collect();
        assert!(all.len() > 20);
        for (at, (name, releases)) in all.iter().enumerate() {
            for (_, (other, theirs)) in all.iter().enumerate().filter(|(number, _)| *number != at) {
                assert!(
                    !releases.contain(theirs.first()),
                    "{name} ({releases}) and {other} ({theirs})"
                );
            }
        }
    }

    #[test]
    fn kernels_stand_in_the_order_in_which_they_came_out() {
        let names = Spec::builtin().protocols();
        let at = |name: &str| names.iter().position(|known| known == name).unwrap();
        let order = [
            "v4.9",
            "v4.13",
            "v5.0",
            "v5.4.y",
            "v5.10.y",
            "v5.15-rc1",
            "v5.15",
            "v5.15.y",
            "v5.17-rc1",
            "v5.17",
            "v6.1",
        ];
        assert!(order.windows(2).all(|two| at(two[0]) < at(two[1])), "{names:?}");
    }
}
