//! Many checks at once: side by side if there are many, each on all threads if there are few, with one progress bar.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use indicatif::{ProgressBar, ProgressStyle};
use oomspec::actors::compare::{Opinion, opinion};
use oomspec::check::{Checked, check};
use oomspec::explore::{Budget, Limits};
use oomspec::model::Instance;
use oomspec::model::properties::PropertyModule;
use oomspec::source::Diagnostics;

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
    /// Ask stateright too.
    pub stateright: bool,
}

/// A check and, if it was asked for, what stateright makes of the same model.
pub type Result = (Checked, Option<Opinion>);

/// Checks all instances; the results stand in the same order, whatever the number of threads.
pub fn run(instances: &[Instance], asked: &Asked) -> std::result::Result<Vec<Result>, Diagnostics> {
    let bar = bar(instances.len());
    let workers = asked.threads.min(instances.len()).max(1);
    let limits = Limits {
        threads: (asked.threads / workers).max(1),
        max_states: asked.max_states,
        budget: asked.budget,
    };
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((number, instance)) = take(&next, instances) {
                    bar.set_message(format!("{} in {}", instance.protocol, instance.scenario));
                    let states = |states: usize, _: usize| {
                        super::budget::explored(states);
                        bar.set_prefix(states.to_string());
                    };
                    let result = one(instance, asked, limits, &states);
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
    progress: oomspec::explore::Progress,
) -> std::result::Result<Result, Diagnostics> {
    let checked = check(instance.clone(), asked.modules, limits, asked.properties, progress)?;
    let opinion = asked.stateright.then(|| opinion(&checked, asked.modules, limits));
    Ok((checked, opinion))
}

fn take<'a>(next: &AtomicUsize, instances: &'a [Instance]) -> Option<(usize, &'a Instance)> {
    let number = next.fetch_add(1, Ordering::Relaxed);
    instances.get(number).map(|instance| (number, instance))
}

/// Progress on stderr, on a terminal only.
fn bar(total: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} ({prefix} states)");
    ProgressBar::new(total as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
