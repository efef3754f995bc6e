//! Which commit brought a mistake, and which mended it, as far as the listings know.

use crate::c::ast::{Commit, Tags};
use crate::check::Finding;
use crate::model::Instance;
use crate::spec::Spec;

/// What the protocols of a spec say about themselves, in historical order.
#[derive(Debug, Clone, Default)]
pub struct History {
    protocols: Vec<(String, Tags)>,
}

impl History {
    /// Reads the listings of a spec; one that cannot be read is left out.
    pub fn of(spec: &Spec) -> Self {
        let tags = |name: String| {
            let listing = spec.protocol(&name).ok()?;
            Some((name, spec.read(&listing, None).ok()?.tags))
        };
        History {
            protocols: spec.protocols().into_iter().filter_map(tags).collect(),
        }
    }

    /// The commit of the first listing, from this one back, that has the mistake.
    pub(crate) fn introduced_by<'a>(&'a self, instance: &'a Instance, finding: &Finding) -> Option<&'a Commit> {
        if !finding.known.as_ref()?.is_mistake() {
            return None;
        }
        let has_it = |tags: &Tags| {
            tags.breaks.iter().any(|breaks| {
                breaks.property.name == finding.property.name
                    && breaks.names(&instance.scenario)
                    && breaks.reason.is_mistake()
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
        let mut earlier = self.protocols[..at].iter().rev();
        earlier.find(|(_, tags)| !tags.commits.is_empty())
    }
}
