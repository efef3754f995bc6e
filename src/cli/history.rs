//! `oomspec history`: which kernels had which mistake, who brought it, who mended it, and why the fix holds.

use oomspec::check::{Checked, Verdict, check};
use oomspec::counterexample::history::{History, Mistake};
use oomspec::counterexample::retraced::retrace;
use oomspec::difference::listings::listings;
use oomspec::explore::{Budget, Limits, Progress};
use oomspec::model::Instance;
use oomspec::model::properties::{PropertyModule, of_machine};
use oomspec::model::property::Property;
use oomspec::report::history as report;
use oomspec::report::violation::violation;
use oomspec::source::{Diagnostic, Diagnostics};
use oomspec::spec::Spec;

use super::check::available_threads;
use super::{Failure, exit, suite};

/// Tell which kernels had which mistake, who brought it and who mended it
///
/// Without a name: all of them, in the order in which they came, as the listings announce them (`@breaks`, which `oomspec check` holds
/// them to). With the name of a property or of a scenario: the story of each of its mistakes, with the diagram in the last kernel that
/// had it, the fix as a diff of the listings, and the old run made again in the new listing, up to what stands in its way.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A property or a scenario: its mistakes as stories
    #[arg(value_name = "PROPERTY|SCENARIO")]
    name: Option<String>,

    /// Only the mistakes that this kernel has
    #[arg(long, value_name = "KERNEL")]
    of: Option<String>,

    /// Give up on a graph with more distinct states
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    max_states: usize,
}

/// Prints the history.
pub fn run(spec: &Spec, args: &Args, budget: Budget) -> Result<u8, Failure> {
    let history = History::of(spec);
    let mut mistakes = history.mistakes();
    if let Some(kernel) = &args.of {
        let kernels: Vec<String> = spec.kernels().into_iter().map(|kernel| kernel.name).collect();
        if !kernels.contains(kernel) {
            let help = format!("there are {}", kernels.join(", "));
            return Err(Diagnostic::general(format!("there is no kernel `{kernel}`"))
                .help(help)
                .into());
        }
        mistakes.retain(|mistake| mistake.kernels.contains(kernel) || mistake.stable.contains(kernel));
    }
    let modules = [spec.properties()?];
    let Some(name) = &args.name else {
        super::print(&report::matrix(&history, &properties(spec, &modules)?))?;
        super::print(&report::mistakes(&mistakes))?;
        return Ok(exit::FINE);
    };
    let about: Vec<&Mistake> = mistakes
        .iter()
        .filter(|mistake| mistake.property == *name || mistake.scenarios.contains(name))
        .collect();
    if about.is_empty() {
        let known: Vec<&str> = report::known(&mistakes).into_keys().collect();
        let message = format!("no kernel has a mistake in `{name}`, as far as the listings know");
        let help = format!("there are some in {}", known.join(", "));
        return Err(Diagnostic::general(message).help(help).into());
    }
    let limits = Limits {
        threads: available_threads(),
        max_states: args.max_states,
        budget: super::budget::until_interrupted(budget),
        ..Limits::default()
    };
    let bar = suite::bar(about.len());
    let progress = |states: usize, _: usize| {
        super::budget::explored(states);
        bar.set_prefix(states.to_string());
    };
    let mut stories = Vec::new();
    for mistake in about {
        bar.set_message(mistake.property.clone());
        let scenarios = match mistake.scenarios.contains(name) {
            true => std::slice::from_ref(name),
            false => mistake.scenarios.as_slice(),
        };
        let story = Story {
            spec,
            history: &history,
            modules: &modules,
            mistake,
        };
        stories.push(story.tell(scenarios, limits, &progress)?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    super::print(&stories.join("\n"))?;
    Ok(exit::FINE)
}

/// All properties, those of the modules first.
fn properties(spec: &Spec, modules: &[PropertyModule]) -> Result<Vec<Property>, Diagnostics> {
    let mut properties: Vec<Property> = modules.iter().flat_map(PropertyModule::properties).cloned().collect();
    let (kernels, scenarios) = (spec.kernels(), spec.scenarios());
    if let (Some(kernel), Some(scenario)) = (kernels.first(), scenarios.first()) {
        let instance = spec.instance(&spec.protocol(&kernel.name)?, &spec.scenario(scenario)?)?;
        properties.extend(of_machine(&instance.machine, modules));
    }
    Ok(properties)
}

/// A mistake with all that it takes to tell of it.
struct Story<'a> {
    spec: &'a Spec,
    history: &'a History,
    modules: &'a [PropertyModule],
    mistake: &'a Mistake,
}

impl Story<'_> {
    fn tell(&self, scenarios: &[String], limits: Limits, progress: Progress) -> Result<String, Diagnostics> {
        let mistake = self.mistake;
        let mut text = report::headline(mistake) + "\n";
        let Some(last) = mistake.kernels.last().or(mistake.stable.last()) else {
            return Ok(text);
        };
        // The scenario that shows it with the fewest steps.
        let mut found: Vec<(Checked, usize)> = Vec::new();
        for scenario in scenarios {
            let checked = self.check(last, scenario, limits, progress)?;
            if let Some(shown) = checked.findings[0].counterexample.as_ref() {
                let steps = shown.steps.len();
                found.push((checked, steps));
            }
        }
        let Some((checked, _)) = found.into_iter().min_by_key(|(_, steps)| *steps) else {
            return Ok(text + "Not found in what was explored.\n");
        };
        let finding = &checked.findings[0];
        text += &violation(self.history, &checked.instance, finding, false);
        let (Some(fixed), Some(shown)) = (&mistake.gone_in, &finding.counterexample) else {
            return Ok(text);
        };
        let flat = |name: &String| self.spec.flatten(&self.spec.protocol(name)?);
        text += &format!("\n{last} -> {fixed}\n\n{}\n", listings(&flat(last)?, &flat(fixed)?));
        let scenario = &checked.instance.scenario;
        let fixed_in = self.instance(fixed, scenario)?;
        let retraced = retrace(&checked.instance.machine, &shown.steps, &fixed_in.machine);
        text += &report::retraced(&retraced, fixed);
        let after = self.check(fixed, scenario, limits, progress)?;
        let verdict = match after.findings[0].verdict {
            Verdict::Holds => "holds",
            Verdict::Vacuous => "has nothing to say any more",
            Verdict::Violated => "is violated for another reason",
            Verdict::Incomplete | Verdict::NotApplicable => "is not decided",
        };
        text += &format!("{} {verdict} in {fixed}, {scenario}.\n", mistake.property);
        Ok(text)
    }

    fn instance(&self, kernel: &str, scenario: &str) -> Result<Instance, Diagnostics> {
        let (kernel, scenario) = (self.spec.protocol(kernel)?, self.spec.scenario(scenario)?);
        self.spec.instance(&kernel, &scenario)
    }

    fn check(&self, kernel: &str, scenario: &str, limits: Limits, progress: Progress) -> Result<Checked, Diagnostics> {
        let instance = self.instance(kernel, scenario)?;
        let wanted = [self.mistake.property.clone()];
        self.spec
            .refuse_unknown_names(self.modules, std::slice::from_ref(&instance), &wanted)?;
        check(instance, self.modules, limits, &wanted, progress)
    }
}
