//! `oomspec sweep`: how far verdicts stand when worlds grow.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use oomspec::c::ast::Size;
use oomspec::c::library::Listing;
use oomspec::check::{Checked, check};
use oomspec::explore::{Budget, Limits};
use oomspec::model::Instance;
use oomspec::model::properties::PropertyModule;
use oomspec::report::matrix::{Rows, matrix};
use oomspec::report::swept::{self, Grown};
use oomspec::source::{Diagnostic, Diagnostics};
use oomspec::spec::Spec;

use super::check::available_threads;
use super::color::painted;
use super::inputs::{self, listing, scenario};
use super::output::misuse;
use super::{Failure, exit, suite};

/// Let worlds grow until the time is spent, and say how far each verdict stands
///
/// A scenario says with `@size NAME 2 to 6: …` how large it may be. Each size is raised in turn, in all protocols and scenarios, the cheapest
/// world first, as long as the time and the memory last. What holds at every size that was explored is evidence about these sizes, and no proof for larger ones;
/// a verdict that changes with a size is news. What was explored when the time is over is still decided.
#[derive(Debug, clap::Args)]
#[command(after_help = CODES)]
pub struct Args {
    /// Protocols (see `oomspec list`), or listings of yours; all protocols if none is named
    #[arg(value_name = "PROTOCOL|FILE.c")]
    protocols: Vec<String>,

    /// Only in this scenario, or in one of yours; all that have a size if none is named
    #[arg(short, long, value_name = "SCENARIO|FILE.c")]
    scenario: Vec<String>,

    /// How long it may take, such as 90s, 10m or 2h
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = time)]
    budget: Duration,

    /// Give up on a graph with more distinct states
    #[arg(long, value_name = "N", default_value_t = 100_000_000)]
    max_states: usize,
}

const CODES: &str = "\
Exit codes:
  0    every verdict is the same at every size that was explored
  27   a verdict changes with a size
  150  an error in a listing or module, or no scenario has a size
  2    wrong use of the command line";

/// `90s`, `10m`, `2h`
fn time(text: &str) -> Result<Duration, String> {
    let wrong = || "write a number and s, m or h, such as 10m".to_string();
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        _ => return Err(wrong()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    match number.checked_mul(seconds).filter(|&all| all > 0) {
        Some(all) => Ok(Duration::from_secs(all)),
        None => Err(wrong()),
    }
}

/// A protocol in a scenario that grows.
struct Family {
    protocol: Listing,
    scenario: Listing,
    sizes: Vec<Size>,
    /// The next values.
    values: Vec<u32>,
    /// How long the last two graphs took.
    took: [Duration; 2],
    grown: Vec<Grown>,
    open: bool,
}

/// Sweeps.
pub fn run(spec: &Spec, args: &Args, budget: Budget) -> Result<u8, Failure> {
    let mut families = families(spec, args)?;
    let instances: Vec<Instance> = families
        .iter()
        .map(|family| instance(spec, family))
        .collect::<Result<_, _>>()?;
    let modules = inputs::modules(spec, None, &instances)?.modules;
    let Some(deadline) = Instant::now().checked_add(args.budget) else {
        misuse("--budget is longer than any clock goes");
    };
    let limits = Limits {
        threads: available_threads(),
        max_states: args.max_states,
        budget: Budget {
            // What was found in smaller worlds must not be lost to deciding a large one: it takes as much again as the search.
            memory: budget.memory.map(|memory| memory / 2),
            ..until(deadline, super::budget::until_interrupted(budget))
        },
        ..Limits::default()
    };
    let bar = suite::bar(args.budget.as_secs() as usize);
    let progress = |states: usize, _: usize| {
        super::budget::explored(states);
        bar.set_prefix(states.to_string());
        bar.set_position(
            args.budget
                .as_secs()
                .saturating_sub((deadline - Instant::now()).as_secs()),
        );
    };
    // What is cheapest next, so that one large world does not keep many others small.
    let cheapest = |families: &[Family]| {
        let open = families.iter().enumerate().filter(|(_, family)| family.open);
        let next = open.min_by(|(_, one), (_, other)| one.expected().total_cmp(&other.expected()));
        next.map(|(at, _)| at)
    };
    while let Some(next) = cheapest(&families) {
        let family = &mut families[next];
        bar.set_message(family.name());
        family.step(spec, &modules, limits, &progress, deadline)?;
    }
    bar.finish_and_clear();
    let mut changed = false;
    let grown = families.iter().flat_map(|family| &family.grown);
    let explored: Vec<Checked> = grown.map(|grown| grown.checked.clone()).collect();
    super::print(&painted(&matrix(&explored, Rows::Pairs)))?;
    for family in &families {
        super::print(&format!("\n{}", swept::stand(&family.grown)))?;
        changed |= swept::changes(&family.grown);
    }
    Ok(if changed { exit::CHANGES } else { exit::FINE })
}

fn families(spec: &Spec, args: &Args) -> Result<Vec<Family>, Diagnostics> {
    let names = |given: &[String], all: Vec<String>| if given.is_empty() { all } else { given.to_vec() };
    let mut families = Vec::new();
    for protocol in names(&args.protocols, spec.protocols()) {
        let protocol = listing(spec, &protocol)?;
        for name in names(&args.scenario, spec.scenarios()) {
            let scenario = scenario(spec, &name)?;
            let instance = inputs::instance(spec, &protocol, &scenario)?;
            let sizes = instance.tags.sizes.clone();
            if sizes.is_empty() {
                if args.scenario.contains(&name) {
                    let error = Diagnostic::general(format!("`{name}` has no size"));
                    let help = "say in its first comment how large it may be: `@size NR_THREADS 2 to 6: threads of the victim`";
                    return Err(error.help(help).into());
                }
                continue;
            }
            let numbers = spec.numbers(&protocol, &scenario)?;
            let value = |size: &Size| {
                let found = numbers.iter().find(|(name, _)| *name == size.name.name);
                found.map_or(size.least, |(_, value)| *value as u32)
            };
            families.push(Family {
                protocol: protocol.clone(),
                values: sizes.iter().map(value).collect(),
                scenario,
                sizes,
                took: [Duration::ZERO; 2],
                grown: Vec::new(),
                open: true,
            });
        }
    }
    if families.is_empty() {
        let help = "a scenario says in its first comment how large it may be: `@size NR_THREADS 2 to 6: threads of the victim`";
        return Err(Diagnostic::general("no scenario has a size").help(help).into());
    }
    Ok(families)
}

fn instance(spec: &Spec, family: &Family) -> Result<Instance, Diagnostics> {
    // At its own sizes, what it announces is announced.
    let bounds = match family.grown.is_empty() {
        true => Vec::new(),
        false => family.bounds(),
    };
    let scenario = Listing {
        bounds,
        ..family.scenario.clone()
    };
    spec.instance(&family.protocol, &scenario)
}

impl Family {
    fn bounds(&self) -> Vec<(String, String)> {
        let pairs = self.sizes.iter().zip(&self.values);
        pairs
            .map(|(size, value)| (size.name.name.clone(), value.to_string()))
            .collect()
    }

    fn name(&self) -> String {
        let bounds = self.bounds().into_iter();
        let bounds: Vec<String> = bounds.map(|(name, value)| format!("{name}={value}")).collect();
        format!(
            "{} with {}",
            oomspec::spec::stem(&self.protocol.name),
            bounds.join(", ")
        )
    }

    /// How many seconds the next size will take: it grows at least as it did before.
    fn expected(&self) -> f64 {
        let [before, last] = self.took.map(|took| took.as_secs_f64());
        match before > 0.01 {
            true => last * (last / before).max(1.0),
            false => last,
        }
    }

    /// Explores the next size, and raises one; closes the family where that is too much.
    fn step(
        &mut self,
        spec: &Spec,
        modules: &[PropertyModule],
        limits: Limits,
        progress: oomspec::explore::Progress,
        deadline: Instant,
    ) -> Result<(), Diagnostics> {
        let left = deadline.saturating_duration_since(Instant::now());
        // What cannot come to its end is not begun.
        if !self.grown.is_empty() && self.expected() > left.as_secs_f64() {
            self.open = false;
            return Ok(());
        }
        let start = Instant::now();
        let checked = check(instance(spec, self)?, modules, limits, &[], progress)?;
        self.took = [self.took[1], start.elapsed()];
        self.open = checked.incomplete.is_none();
        let sizes: Vec<(String, u32)> = self
            .sizes
            .iter()
            .map(|size| size.name.name.clone())
            .zip(self.values.iter().copied())
            .collect();
        self.grown.push(Grown { sizes, checked });
        // The size that has grown least, of those that may still grow.
        let rooms = self.sizes.iter().zip(&self.values).enumerate();
        let rooms = rooms.filter(|(_, (size, value))| **value < size.most);
        match rooms
            .min_by_key(|(_, (size, value))| *value - size.least)
            .map(|(at, _)| at)
        {
            Some(at) => self.values[at] += 1,
            None => self.open = false,
        }
        Ok(())
    }
}

/// A budget that ends at a moment, or when the user has had enough.
fn until(deadline: Instant, budget: Budget) -> Budget {
    // It is looked at for as long as the process is.
    let over: &'static AtomicBool = Box::leak(Box::new(AtomicBool::new(false)));
    std::thread::spawn(move || {
        let enough = || budget.interrupted.is_some_and(|flag| flag.load(Ordering::Relaxed));
        while Instant::now() < deadline && !enough() {
            std::thread::sleep(Duration::from_millis(20));
        }
        over.store(true, Ordering::Relaxed);
    });
    Budget {
        interrupted: Some(over),
        ..budget
    }
}
