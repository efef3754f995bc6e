//! What checking costs, on the largest built-in check: states per second and bytes per state of the search, and what liveness
//! and refinement add to the safety check.
//!
//! `cargo bench` prints it. One thread explores, so that CPU time is the time of the search and nothing else.

use std::time::{Duration, Instant};

use oomspec::check::findings;
use oomspec::explore::{Graph, Limits, explore};
use oomspec::model::Instance;
use oomspec::model::properties::PropertyModule;
use oomspec::model::property::PropertyKind;
use oomspec::source::Diagnostics;
use oomspec::spec::Spec;

/// Enough that the clock's tick of 10 ms does not show.
const RUNS: u32 = 20;

fn main() {
    if let Err(errors) = run() {
        eprintln!("{}", errors.render(false));
        std::process::exit(1);
    }
}

fn run() -> Result<(), Diagnostics> {
    let spec = Spec::builtin();
    let modules = [spec.properties()?];
    let (instance, graph) = largest(&spec)?;
    let states = graph.distinct();
    println!(
        "{} in {}, the largest built-in check",
        instance.protocol, instance.scenario
    );
    println!(
        "{states} distinct states, {} states generated, depth {}",
        graph.generated(),
        graph.depth()
    );
    println!("means of {RUNS} runs on one thread, in {}\n", Clock::name());

    let search = mean(|| {
        explore(&instance.machine, Limits::default(), &|_, _| {});
    });
    println!("search                  {:9.1} ms", millis(search));
    println!("  distinct states/s     {:9.0}", states as f64 / search.as_secs_f64());
    println!(
        "  visited, bytes/state  {:9.1}\n",
        graph.visited_bytes as f64 / states as f64
    );

    let safety = mean_of(
        &instance,
        &graph,
        &modules,
        &[PropertyKind::Safety, PropertyKind::Action, PropertyKind::Deadlock],
    )?;
    let temporal = mean_of(
        &instance,
        &graph,
        &modules,
        &[PropertyKind::Liveness, PropertyKind::Refinement],
    )?;
    println!("safety and deadlock     {:9.1} ms", millis(safety));
    println!("liveness and refinement {:9.1} ms", millis(temporal));
    let ratio = temporal.as_secs_f64() / (search + safety).as_secs_f64();
    println!("liveness and refinement over search, safety and deadlock: {ratio:.2}");
    Ok(())
}

/// Of all built-in protocols in all scenarios, the one with the most distinct states.
fn largest(spec: &Spec) -> Result<(Instance, Graph), Diagnostics> {
    let mut largest: Option<(Instance, Graph)> = None;
    for protocol in spec.protocols() {
        let protocol = spec.protocol(&protocol)?;
        for scenario in spec.scenarios() {
            let scenario = spec.scenario(&scenario)?;
            let instance = spec.instance(&protocol, &scenario)?;
            let graph = explore(&instance.machine, Limits::default(), &|_, _| {});
            if largest
                .as_ref()
                .is_none_or(|(_, most)| graph.distinct() > most.distinct())
            {
                largest = Some((instance, graph));
            }
        }
    }
    Ok(largest.expect("the built-in spec has protocols and scenarios"))
}

/// How long it takes to decide the properties of some kinds on a graph.
fn mean_of(
    instance: &Instance,
    graph: &Graph,
    modules: &[PropertyModule],
    kinds: &[PropertyKind],
) -> Result<Duration, Diagnostics> {
    let names: Vec<String> = findings(instance, graph, modules, &[])?
        .into_iter()
        .map(|finding| finding.property)
        .filter(|property| kinds.contains(&property.kind))
        .map(|property| property.name)
        .collect();
    Ok(mean(|| {
        findings(instance, graph, modules, &names).expect("they were decided a moment ago");
    }))
}

fn mean(mut work: impl FnMut()) -> Duration {
    work(); // warm
    let clock = Clock::start();
    for _ in 0..RUNS {
        work();
    }
    clock.elapsed() / RUNS
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// CPU time of this process where the system tells it, else time on the wall.
enum Clock {
    Cpu(Duration),
    Wall(Instant),
}

impl Clock {
    fn name() -> &'static str {
        match Clock::start() {
            Clock::Cpu(_) => "CPU time",
            Clock::Wall(_) => "wall-clock time",
        }
    }

    fn start() -> Self {
        cpu().map_or_else(|| Clock::Wall(Instant::now()), Clock::Cpu)
    }

    fn elapsed(&self) -> Duration {
        match self {
            Clock::Cpu(start) => cpu().unwrap_or_default().saturating_sub(*start),
            Clock::Wall(start) => start.elapsed(),
        }
    }
}

/// User and system time: fields 14 and 15 of Linux's /proc/self/stat, in ticks of 10 ms.
fn cpu() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program is field 2, in parentheses, and may hold anything.
    let (_, rest) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split(' ').collect();
    let ticks = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
    Some(Duration::from_millis(10 * (ticks(14)? + ticks(15)?)))
}
