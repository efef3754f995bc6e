//! What checking costs, on the largest built-in check: states per second and bytes per state of the search, and what liveness
//! and refinement add to the safety check; and the same search as Spin's, beside Spin where it is installed.
//!
//! `cargo bench` prints it. One thread explores, so that CPU time is the time of the search and nothing else.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use oomspec::check::findings;
use oomspec::explore::{Graph, Limits, explore, reach};
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
    println!("liveness and refinement over search, safety and deadlock: {ratio:.2}\n");
    beside_spin()
}

/// The search on a protocol that Spin has too, benches/mm: five million states, and nobody keeps steps.
fn beside_spin() -> Result<(), Diagnostics> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/mm");
    let spec = Spec::folder(&folder)?;
    let instance = spec.instance(&spec.protocol("reaper")?, &spec.scenario("faults")?)?;
    let clock = Clock::start();
    let graph = reach(
        &instance.machine,
        Limits {
            max_states: usize::MAX,
            ..Limits::default()
        },
        &|_, _| {},
    );
    let time = clock.elapsed().as_secs_f64();
    let states = graph.distinct();
    println!(
        "benches/mm: {states} distinct states, {} transitions",
        graph.transitions()
    );
    println!("oomspec  {time:7.2} s  {:9.0} states/s", states as f64 / time);
    println!(
        "         {:7.1} bytes/state visited",
        graph.visited_bytes as f64 / states as f64
    );
    match spin(&folder.join("reaper.pml")) {
        Ok(time) => println!("Spin     {time:7.2} s  {:9.0} states/s", states as f64 / time),
        Err(why) => println!("Spin     not here: {why}"),
    }
    Ok(())
}

/// The CPU seconds of Spin's depth-first search, which compares states and reduces nothing.
fn spin(model: &Path) -> std::io::Result<f64> {
    let folder = tempfile::tempdir()?;
    let run = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        let output = command.args(arguments).current_dir(&folder).output()?;
        if output.status.success() {
            Ok(())
        } else {
            Err(std::io::Error::other(format!("{program} failed")))
        }
    };
    run("spin", &["-o2", "-a", &model.display().to_string()])?;
    run("gcc", &["-O3", "-DSAFETY", "-DNOREDUCE", "-o", "pan", "pan.c"])?;
    let before = cpu(CHILDREN).unwrap_or_default();
    run(&folder.path().join("pan").display().to_string(), &["-m200000", "-w23"])?;
    Ok((cpu(CHILDREN).unwrap_or_default() - before).as_secs_f64())
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
        cpu(OWN).map_or_else(|| Clock::Wall(Instant::now()), Clock::Cpu)
    }

    fn elapsed(&self) -> Duration {
        match self {
            Clock::Cpu(start) => cpu(OWN).unwrap_or_default().saturating_sub(*start),
            Clock::Wall(start) => start.elapsed(),
        }
    }
}

/// Where Linux's /proc/self/stat has the user time of this process, and of its children that have ended; the system time is next.
const OWN: usize = 14;
const CHILDREN: usize = 16;

/// User and system time, in ticks of 10 ms.
fn cpu(field: usize) -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program is field 2, in parentheses, and may hold anything.
    let (_, rest) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split(' ').collect();
    let ticks = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
    Some(Duration::from_millis(10 * (ticks(field)? + ticks(field + 1)?)))
}
