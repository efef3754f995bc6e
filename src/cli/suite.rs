//! Many checks at once: side by side if there are many, each on all threads if there are few, with one progress bar.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use indicatif::{ProgressBar, ProgressStyle};
use oomspec::actors::compare::{Opinion, opinion};
use oomspec::c::library::Listing;
use oomspec::check::{Checked, check, check_orbits};
use oomspec::explore::{Budget, Checkpoints, Limits, Progress};
use oomspec::model::Instance;
use oomspec::model::properties::PropertyModule;
use oomspec::source::Diagnostics;
use oomspec::spec::Spec;

/// What is asked of every instance.
pub struct Asked<'a> {
    /// The modules with the properties.
    pub modules: &'a [PropertyModule],
    /// The names of the properties; all if empty.
    pub properties: &'a [String],
    /// Worker threads.
    pub threads: usize,
    /// Distinct states.
    pub max_states: usize,
    /// What the process may use.
    pub budget: Budget,
    /// Where searches keep what they have found.
    pub checkpoints: Option<&'static Checkpoints>,
    /// Ask stateright too.
    pub stateright: bool,
    /// Explore what is alike once.
    pub symmetry: bool,
}

/// A check and, if it was asked for, what stateright makes of the same model.
pub type Result = (Checked, Option<Opinion>);

/// Checks all instances; the results stand in the same order, whatever the number of threads.
pub fn run(instances: &[Instance], asked: &Asked) -> std::result::Result<Vec<Result>, Diagnostics> {
    let name = |instance: &Instance| format!("{} in {}", instance.protocol, instance.scenario);
    let limits = Limits {
        threads: asked.threads,
        max_states: asked.max_states,
        budget: asked.budget,
        checkpoints: asked.checkpoints,
    };
    side_by_side(instances, limits, &name, &|instance, limits, progress| {
        one(instance, asked, limits, progress)
    })
}

/// Reads and compiles each protocol in its scenario, on so many threads; the results stand in the same order.
pub fn compile(
    spec: &Spec,
    pairs: &[(&Listing, &Listing)],
    threads: usize,
) -> std::result::Result<Vec<Instance>, Diagnostics> {
    let limits = Limits {
        threads,
        ..Limits::default()
    };
    let name = |(protocol, scenario): &(&Listing, &Listing)| format!("reading {} in {}", protocol.name, scenario.name);
    side_by_side(pairs, limits, &name, &|(protocol, scenario), _, _| {
        spec.instance(protocol, scenario)
    })
}

/// What is done with each, within limits that are its own.
type Work<'a, T, R> = &'a (dyn Fn(&T, Limits, Progress) -> std::result::Result<R, Diagnostics> + Sync);

/// Does the same with all of some things, on so many threads; the results stand in the same order.
pub fn side_by_side<T: Sync, R: Send>(
    all: &[T],
    limits: Limits,
    name: &(dyn Fn(&T) -> String + Sync),
    work: Work<T, R>,
) -> std::result::Result<Vec<R>, Diagnostics> {
    let bar = bar(all.len());
    let workers = limits.threads.min(all.len()).max(1);
    let limits = Limits {
        threads: (limits.threads / workers).max(1),
        ..limits
    };
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((number, one)) = take(&next, all) {
                    bar.set_message(name(one));
                    let states = |states: usize, _: usize| {
                        super::budget::explored(states);
                        bar.set_prefix(format!(" ({states} states)"));
                    };
                    let result = work(one, limits, &states);
                    bar.inc(1);
                    // A poisoned lock means that a worker panicked, and the scope passes that on.
                    if let Ok(mut done) = done.lock() {
                        done.push((number, result));
                    }
                }
            });
        }
    });
    bar.finish_and_clear();
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}

fn one(
    instance: &Instance,
    asked: &Asked,
    limits: Limits,
    progress: Progress,
) -> std::result::Result<Result, Diagnostics> {
    let check = if asked.symmetry { check_orbits } else { check };
    let checked = check(instance.clone(), asked.modules, limits, asked.properties, progress)?;
    let opinion = asked.stateright.then(|| opinion(&checked, asked.modules, limits));
    Ok((checked, opinion))
}

fn take<'a, T>(next: &AtomicUsize, all: &'a [T]) -> Option<(usize, &'a T)> {
    let number = next.fetch_add(1, Ordering::Relaxed);
    all.get(number).map(|one| (number, one))
}

/// Progress on stderr, on a terminal only.
pub fn bar(total: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}{prefix}");
    ProgressBar::new(total as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
