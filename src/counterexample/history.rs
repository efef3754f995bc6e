//! Which commit brought a mistake, and which mended it, as far as the listings know.
//!
//! Two violations are the same mistake if the listings give the same reason for them.

use crate::c::ast::{Breaks, Commit, Tags};
use crate::check::Finding;
use crate::model::Instance;
use crate::spec::{Kernel, Spec};

/// What the protocols of a spec say about themselves, in historical order.
#[derive(Debug, Clone, Default)]
pub struct History {
    protocols: Vec<(String, Tags)>,
    /// Those that were merged.
    kernels: Vec<Kernel>,
}

/// A mistake, in the kernels that have it: one after the other, and all for the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The property that it breaks.
    pub property: String,
    /// In which scenarios.
    pub scenarios: Vec<String>,
    /// The kernels, in historical order; stable trees are not in them.
    pub kernels: Vec<String>,
    /// The kernels of stable trees that have it.
    pub stable: Vec<String>,
    /// What went wrong; empty if the listings do not say.
    pub why: String,
    /// The commit that brought it; none if the first kernel that there is has it, or does not say.
    pub introduced_by: Option<Commit>,
    /// The first kernel without it; none if the last that there is has it.
    pub gone_in: Option<String>,
    /// The listings name that one as the fix.
    pub is_fix: bool,
    /// Its first commit.
    pub gone_with: Option<Commit>,
}

impl Mistake {
    fn new(breaks: &Breaks, introduced_by: Option<&Commit>) -> Self {
        Mistake {
            property: breaks.property.name.clone(),
            scenarios: Vec::new(),
            kernels: Vec::new(),
            stable: Vec::new(),
            why: breaks.reason.why.clone(),
            introduced_by: introduced_by.cloned(),
            gone_in: None,
            is_fix: false,
            gone_with: None,
        }
    }

    /// The same property, for the same reason.
    fn is_like(&self, other: &Mistake) -> bool {
        self.property == other.property && self.why == other.why
    }

    fn add(&mut self, kernel: &str, is_stable: bool, breaks: &Breaks) {
        let kernels = if is_stable { &mut self.stable } else { &mut self.kernels };
        if kernels.last().is_none_or(|last| last != kernel) {
            kernels.push(kernel.to_string());
        }
        if let Some(scenario) = &breaks.scenario
            && !self.scenarios.contains(&scenario.name)
        {
            self.scenarios.push(scenario.name.clone());
        }
    }
}

fn known_or_new(found: &mut Vec<Mistake>, same: impl Fn(&Mistake) -> bool, new: Mistake) -> &mut Mistake {
    match found.iter().position(same) {
        Some(at) => &mut found[at],
        None => {
            found.push(new);
            let last = found.len() - 1;
            &mut found[last]
        }
    }
}

impl History {
    /// Reads the listings of a spec; one that cannot be read is left out.
    pub fn of(spec: &Spec) -> Self {
        let tags = |name: String| {
            let listing = spec.protocol(&name).ok()?;
            Some((name, spec.tags(&listing).ok()?))
        };
        History {
            protocols: spec.protocols().into_iter().filter_map(tags).collect(),
            kernels: spec.kernels(),
        }
    }

    /// The kernels with what they say of themselves, in historical order.
    pub fn kernels(&self) -> impl Iterator<Item = &(String, Tags)> {
        self.protocols
            .iter()
            .filter(|(name, _)| self.kernels.iter().any(|kernel| kernel.name == *name))
    }

    /// All mistakes of kernels, in the order in which they came.
    pub fn mistakes(&self) -> Vec<Mistake> {
        let mainline: Vec<&(String, Tags)> = self.of_kind(false).collect();
        let mut found: Vec<Mistake> = Vec::new();
        for (at, (name, tags)) in mainline.iter().enumerate() {
            let before = at.checked_sub(1).map(|at| mainline[at].0.as_str());
            for breaks in tags.breaks.iter().filter(|breaks| breaks.reason.is_mistake()) {
                let came = Mistake::new(breaks, before.and(tags.commits.first()));
                let same = |known: &Mistake| {
                    let last = known.kernels.last().map(String::as_str);
                    known.is_like(&came) && (last == Some(name) || last.is_some() && last == before)
                };
                known_or_new(&mut found, same, came.clone()).add(name, false, breaks);
            }
        }
        for mistake in &mut found {
            let mut after = mainline.iter();
            after.find(|(name, _)| mistake.kernels.last() == Some(name));
            if let Some((name, tags)) = after.next() {
                mistake.gone_in = Some(name.clone());
                mistake.gone_with = tags.commits.first().cloned();
                mistake.is_fix = self.names_as_fix(mistake, name);
            }
        }
        for (name, tags) in self.of_kind(true) {
            for breaks in tags.breaks.iter().filter(|breaks| breaks.reason.is_mistake()) {
                let came = Mistake::new(breaks, None);
                known_or_new(&mut found, |known: &Mistake| known.is_like(&came), came.clone()).add(name, true, breaks);
            }
        }
        found
    }

    /// The kernels of stable trees, or all others.
    fn of_kind(&self, is_stable: bool) -> impl Iterator<Item = &(String, Tags)> {
        let kind = move |name: &String| {
            self.kernels
                .iter()
                .any(|kernel| kernel.name == *name && kernel.is_stable == is_stable)
        };
        self.protocols.iter().filter(move |(name, _)| kind(name))
    }

    /// Whether a listing that has the mistake says that this kernel mends it.
    fn names_as_fix(&self, mistake: &Mistake, kernel: &str) -> bool {
        let mut breaks = self.kernels().flat_map(|(_, tags)| &tags.breaks);
        breaks.any(|breaks| {
            let same = breaks.property.name == mistake.property && breaks.reason.why == mistake.why;
            same && breaks.reason.fixed_by() == Some(kernel)
        })
    }

    /// The commit of the first listing, from this one back, that has the mistake.
    pub(crate) fn introduced_by<'a>(&'a self, instance: &'a Instance, finding: &Finding) -> Option<&'a Commit> {
        let reason = finding.known.as_ref().filter(|reason| reason.is_mistake())?;
        let has_it = |tags: &Tags| {
            tags.breaks.iter().any(|breaks| {
                breaks.property.name == finding.property.name
                    && breaks.names(&instance.scenario)
                    && breaks.reason.is_mistake()
                    && breaks.reason.why == reason.why
            })
        };
        let mut first = &instance.tags;
        let mut before = self.predecessor(&instance.protocol, first);
        // A chain of `@after` that bites its tail ends here.
        for _ in 0..=self.protocols.len() {
            match before {
                Some((name, tags)) if has_it(tags) => {
                    first = tags;
                    before = self.predecessor(name, tags);
                }
                _ => break,
            }
        }
        first.commits.first()
    }

    /// The commit of the listing that `fixed by NAME` names.
    pub(crate) fn fixed_by(&self, finding: &Finding) -> Option<&Commit> {
        self.protocol(finding.known.as_ref()?.fixed_by()?)?.1.commits.first()
    }

    /// The first commit of a protocol.
    pub fn commit(&self, protocol: &str) -> Option<&Commit> {
        self.protocol(protocol)?.1.commits.first()
    }

    fn protocol(&self, name: &str) -> Option<&(String, Tags)> {
        self.protocols.iter().find(|(known, _)| known == name)
    }

    /// The protocol that a listing changes: the one that it names, or the kernel before it.
    fn predecessor(&self, name: &str, tags: &Tags) -> Option<&(String, Tags)> {
        if let Some(after) = &tags.after {
            return self.protocol(&after.name);
        }
        let at = self.protocols.iter().position(|(known, _)| known == name)?;
        let stable = |name: &String| {
            self.kernels
                .iter()
                .any(|kernel| kernel.is_stable && kernel.name == *name)
        };
        let mut earlier = self.protocols[..at].iter().rev();
        // A stable tree branches off: nothing comes after it.
        earlier.find(|(name, tags)| !tags.commits.is_empty() && !stable(name))
    }
}
