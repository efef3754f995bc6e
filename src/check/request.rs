//! A check, asked for by names.

use super::{Checked, check};
use crate::explore::Limits;
use crate::source::Diagnostics;
use crate::spec::Spec;

/// What is to be checked: a protocol in a scenario, both by their names in a spec.
///
/// ```
/// use oomspec::{Check, Verdict};
///
/// let checked = Check::new("v4.15", "quick-exit").only("NoUseAfterFree").run()?;
/// assert_eq!(checked.findings[0].verdict, Verdict::Holds);
/// # Ok::<(), oomspec::Diagnostics>(())
/// ```
pub struct Check<'a> {
    protocol: &'a str,
    scenario: &'a str,
    spec: Option<&'a Spec>,
    wanted: Vec<String>,
    limits: Limits,
}

impl<'a> Check<'a> {
    /// All properties of a protocol in a scenario, in the spec that is built in.
    pub fn new(protocol: &'a str, scenario: &'a str) -> Self {
        Check {
            protocol,
            scenario,
            spec: None,
            wanted: Vec::new(),
            limits: Limits::default(),
        }
    }

    /// In another spec.
    #[must_use]
    pub fn of(mut self, spec: &'a Spec) -> Self {
        self.spec = Some(spec);
        self
    }

    /// Only this property; and those of other calls.
    #[must_use]
    pub fn only(mut self, property: &str) -> Self {
        self.wanted.push(property.to_string());
        self
    }

    /// Gives up on a larger graph, or searches it on another number of threads.
    #[must_use]
    pub fn within(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Reads, explores and decides. Names that nothing has, and mistakes in the texts, are errors.
    pub fn run(self) -> Result<Checked, Diagnostics> {
        let built_in;
        let spec = match self.spec {
            Some(spec) => spec,
            None => {
                built_in = Spec::builtin();
                &built_in
            }
        };
        let instance = spec.instance(&spec.protocol(self.protocol)?, &spec.scenario(self.scenario)?)?;
        let modules = [spec.properties()?];
        spec.refuse_unknown_names(&modules, std::slice::from_ref(&instance), &self.wanted)?;
        check(instance, &modules, self.limits, &self.wanted, &|_, _| {})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_is_answered_with_the_one_that_was_meant() {
        for (protocol, scenario, property, meant) in [
            ("v4.51", "quick-exit", "NoBug", "v4.15"),
            ("v4.15", "quickexit", "NoBug", "quick-exit"),
            ("v4.15", "quick-exit", "NoUseAfterFre", "NoUseAfterFree"),
        ] {
            let errors = Check::new(protocol, scenario).only(property).run().unwrap_err();
            let text = errors.render(false);
            assert!(text.contains(&format!("did you mean `{meant}`?")), "{text}");
        }
    }
}
