//! `oomspec check`: verdicts, and a diagram for each violation.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use oomspec::actors::compare::Opinion;
use oomspec::c::library::Listing;
use oomspec::check::{Checked, baseline, is_of_single_states};
use oomspec::counterexample::history::History;
use oomspec::difference::listings::listings as diff;
use oomspec::explore::{Budget, Checkpoints, Limits};
use oomspec::model::Instance;
use oomspec::model::property::PropertyKind;
use oomspec::report::changed::changed;
use oomspec::report::{github, json, junit, ktap, sarif};
use oomspec::source::{Diagnostic, Diagnostics};
use oomspec::spec::{Spec, stem};

use super::color::painted;
use super::inputs::{self, Modules, listing, modules, scenario};
use super::keeping::Keeping;
use super::output::misuse;
use super::told::{Asked, human};
use super::watch::Watched;
use super::{Failure, alike, code, exit, suite};

/// Explore protocols in scenarios and say which properties hold
///
/// Without arguments: every built-in protocol in every scenario. A violation that the listing announces with `@breaks` is expected.
/// A listing of yours that says `@after v4.15` is shown against v4.15: what is new is marked new.
#[derive(Debug, clap::Args)]
#[command(after_help = CODES)]
pub struct Args {
    /// Protocols (see `oomspec list`), listings of yours, or a TLA+ module with a .cfg beside it; all protocols if none is named
    #[arg(value_name = "PROTOCOL|FILE.c|FILE.tla")]
    protocols: Vec<String>,

    /// Only in this scenario, or in one of yours
    #[arg(short, long, value_name = "SCENARIO|FILE.c")]
    scenario: Vec<String>,

    /// Only this property
    #[arg(short, long)]
    property: Vec<String>,

    #[command(flatten)]
    sizes: inputs::Sizes,

    /// A TLA+ module with properties of your own; it may extend Properties or Refinement
    #[arg(long, value_name = "FILE.tla")]
    properties: Option<PathBuf>,

    /// Who explores: our graph, stateright's breadth-first search, or both, compared
    #[arg(long, value_enum, default_value_t = Engine::Graph)]
    engine: Engine,

    /// Worker threads; the answer does not depend on it
    #[arg(long, value_name = "N")]
    threads: Option<std::num::NonZeroUsize>,

    /// Give up on a graph with more distinct states
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    max_states: usize,

    /// For people, or for another program
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,

    /// Show every step of a counterexample, not only the ones that matter
    #[arg(long)]
    steps: bool,

    /// Explore once what differs only in which of several threads is which, where a program and the properties do not tell them
    /// apart; for properties of single states (safety and deadlock), which alone are asked then
    #[arg(long)]
    symmetry: bool,

    #[command(flatten)]
    keeping: Keeping,

    /// Check again whenever a file of yours is saved, and say what that changed, until Ctrl-C
    #[arg(long)]
    watch: bool,
}

const CODES: &str = "\
Exit codes, the first that applies:
  0    everything as expected
  12   a safety property or a refinement is violated, unexpectedly
  11   a deadlock, unexpectedly
  13   a liveness property is violated, unexpectedly
  20   some graph is not complete: too many states, too little memory, or Ctrl-C
  21   a violation that a listing announces was not found, or a property has something to say though it announces the contrary
  22   a property has nothing to say in any scenario of a protocol, and the listing does not announce it
  70   the two engines disagree: a bug of oomspec
  74   an output could not be written
  150  an error in a listing or module
  2    wrong use of the command line";

/// Who explores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Engine {
    /// Our own graph
    Graph,
    /// stateright's breadth-first search over the actors: safety and deadlock only
    Stateright,
    /// Both, compared
    Both,
}

/// How the answer looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Matrix and diagrams
    Human,
    /// A JSON object a line for each protocol, scenario and property
    Json,
    /// The kernel's test anything protocol: what is announced is XFAIL
    Ktap,
    /// JUnit's XML
    Junit,
    /// SARIF 2.1.0: what is announced is suppressed
    Sarif,
    /// Annotations of a workflow on GitHub: what is not as announced
    Github,
}

/// What a run found out.
struct Judged {
    code: u8,
    checked: Vec<Checked>,
    /// Each protocol as one listing.
    listings: Vec<String>,
}

/// Runs the command; `folder` is where the spec comes from, if it is not the built-in one.
pub fn run(spec: &Spec, folder: Option<&Path>, args: &Args, budget: Budget) -> Result<u8, Failure> {
    let budget = super::budget::until_interrupted(budget);
    if !args.watch {
        return Ok(judge(spec, folder, args, budget, None)?.code);
    }
    if args.format != Format::Human {
        misuse("--watch is for people: other programs run the check themselves");
    }
    if args.keeping.given().is_some() {
        misuse("--watch begins again each time: it does not go with --checkpoint or --resume");
    }
    let names = args.protocols.iter().chain(&args.scenario);
    let files: Vec<&Path> = inputs::files(names).chain(args.properties.as_deref()).collect();
    if files.is_empty() && folder.is_none() {
        misuse("--watch waits for a file of yours to be saved: name one");
    }
    let mut watched = Watched::new(&files, folder);
    let (mut first, mut last) = (true, None);
    loop {
        let again = match folder.filter(|_| !first) {
            Some(folder) => Spec::folder(folder).map(Some).map_err(Diagnostics::from),
            None => Ok(None),
        };
        let judged = again
            .map_err(Failure::from)
            .and_then(|again| judge(again.as_ref().unwrap_or(spec), folder, args, budget, last.as_ref()));
        let code = match judged {
            Ok(judged) => last.insert(judged).code,
            Err(Failure::Output(errors)) => return Err(Failure::Output(errors)),
            // What was found out before stays to be compared with.
            Err(failure) => failure.report(),
        };
        first = false;
        super::note("waiting for a file to be saved; Ctrl-C ends it");
        match watched.wait(budget) {
            Some(what) => super::print(&format!("\n-- {what}\n\n"))?,
            None => return Ok(code),
        }
    }
}

/// Checks once, and prints what came out; of the run before, what is new.
fn judge(
    spec: &Spec,
    folder: Option<&Path>,
    args: &Args,
    budget: Budget,
    before: Option<&Judged>,
) -> Result<Judged, Failure> {
    if let Some(module) = args.protocols.iter().find(|name| name.ends_with(".tla")) {
        refuse_for_module(args);
        let limits = Limits {
            max_states: args.max_states,
            budget,
            ..Limits::default()
        };
        return Ok(Judged {
            code: super::module::run(spec, Path::new(module), limits)?,
            checked: Vec::new(),
            listings: Vec::new(),
        });
    }
    args.keeping.refuse_alone();
    alike::refuse(
        args.symmetry,
        args.engine != Engine::Graph,
        args.keeping.given().is_some(),
    );
    if args.steps && args.format != Format::Human {
        misuse("--steps is for diagrams for people: JSON always has every step");
    }
    let targets = targets(spec, args)?;
    if args.steps && targets.len() != 1 {
        misuse("--steps is for diagrams, and there are diagrams for one protocol alone: name it");
    }
    let instances = instances(spec, &targets, args)?;
    let Modules { modules, left_out } = modules(spec, args.properties.as_deref(), &instances)?;
    spec.refuse_unknown_names(&modules, &instances, &args.property)?;
    let wanted = match args.symmetry {
        true => alike::properties(&modules, &instances, &args.property),
        false => args.property.clone(),
    };
    let checkpoints = args.keeping.start(&instances, &modules, &args.property)?;
    let asked = suite::Asked {
        checkpoints,
        modules: &modules,
        properties: &wanted,
        threads: threads(args),
        max_states: args.max_states,
        budget,
        stateright: args.engine != Engine::Graph,
        symmetry: args.symmetry,
    };
    let results = suite::run(&instances, &asked)?;
    let (mut checked, seconds): (Vec<Checked>, Vec<Option<Opinion>>) = results.into_iter().unzip();
    if let Some(trouble) = checkpoints.and_then(Checkpoints::trouble) {
        super::note(&trouble);
    }
    alike::tell(&checked);
    if args.engine == Engine::Stateright {
        if checked
            .iter()
            .flat_map(|checked| &checked.findings)
            .any(|finding| args.property.contains(&finding.property.name) && !stateright_can(finding.property.kind))
        {
            misuse("stateright decides safety and deadlock only: leave --engine out");
        }
        for checked in &mut checked {
            checked.findings.retain(|finding| stateright_can(finding.property.kind));
        }
    }
    compare_with_bases(spec, &targets, &args.sizes, &asked, &mut checked)?;
    let listings: Vec<String> = match args.watch {
        true => targets
            .iter()
            .map(|target| spec.flatten(&target.listing))
            .collect::<Result<_, _>>()?,
        false => Vec::new(),
    };
    if let Some(before) = before {
        let pairs = before.listings.iter().zip(&listings);
        let diffs: String = pairs.map(|(before, now)| diff(before, now)).collect();
        let diffs = if diffs.is_empty() { diffs } else { diffs + "\n" };
        super::print(&(diffs + &changed(&before.checked, &checked) + "\n"))?;
    }
    match args.format {
        Format::Json => {
            for line in checked.iter().flat_map(json::lines) {
                super::print(&(line + "\n"))?;
            }
        }
        Format::Human => {
            let told = Asked {
                folder,
                protocols: &args.protocols,
                scenarios: &args.scenario,
                alone: targets.len() == 1,
                some: !args.property.is_empty(),
                steps: args.steps,
                next: !(args.steps || args.watch || args.sizes.any() || args.properties.is_some()),
            };
            super::print(&painted(&human(spec, &checked, &told)))?;
            if let Some(left_out) = left_out {
                super::print(&format!("{left_out}\n"))?;
            }
        }
        Format::Ktap => super::print(&ktap::ktap(&History::of(spec), &checked))?,
        Format::Junit => super::print(&junit::junit(&History::of(spec), &checked))?,
        Format::Sarif => super::print(&sarif::sarif(&History::of(spec), &checked))?,
        Format::Github => super::print(&github::github(&checked))?,
    }
    let (first, second) = (code::of(&checked), opinions(&seconds, &checked, args)?);
    let code = match second {
        exit::FINE => first,
        exit::INCOMPLETE if first != exit::FINE => first,
        code => code,
    };
    Ok(Judged {
        code,
        checked,
        listings,
    })
}

/// A module is explored by itself: what is about listings has no effect there.
fn refuse_for_module(args: &Args) {
    let given = [
        (args.protocols.len() > 1, "several files"),
        (!args.scenario.is_empty(), "--scenario"),
        (args.sizes.any(), "-D (the .cfg has its constants)"),
        (!args.property.is_empty(), "--property (the .cfg says which)"),
        (args.properties.is_some(), "--properties"),
        (args.engine != Engine::Graph, "--engine"),
        (args.threads.is_some(), "--threads"),
        (args.format != Format::Human, "--format"),
        (args.steps, "--steps"),
        (args.symmetry, "--symmetry (SYMMETRY of TLC's .cfg is not read either)"),
        (args.keeping.given().is_some(), "--checkpoint or --resume"),
    ];
    if let Some((_, what)) = given.iter().find(|(given, _)| *given) {
        misuse(&format!(
            "a TLA+ module is checked by itself: it does not go with {what}"
        ));
    }
}

fn threads(args: &Args) -> usize {
    args.threads.map_or_else(available_threads, usize::from)
}

/// As many as there are processors.
pub fn available_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// A protocol to check, and the one that it changes if it is the user's.
struct Target {
    listing: Listing,
    base: Option<Listing>,
}

fn targets(spec: &Spec, args: &Args) -> Result<Vec<Target>, Diagnostics> {
    let names = if args.protocols.is_empty() {
        spec.protocols()
    } else {
        args.protocols.clone()
    };
    let mut targets = Vec::new();
    for name in &names {
        let listing = listing(spec, name)?;
        let base = base(spec, &listing)?;
        targets.push(Target { listing, base });
    }
    Ok(targets)
}

/// What a user's listing is compared with: what it says it comes after, or the built-in protocol of its name. A built-in one is not.
pub fn base(spec: &Spec, mine: &Listing) -> Result<Option<Listing>, Diagnostics> {
    if mine.folder.is_none() {
        return Ok(None);
    }
    let program = spec.read(mine, None)?;
    if let Some(after) = &program.tags.after {
        let fail = |error: Diagnostic| Diagnostics {
            sources: program.sources.clone(),
            errors: vec![Diagnostic {
                span: Some(after.span),
                ..error
            }],
        };
        return spec.protocol(&after.name).map(Some).map_err(fail);
    }
    let name = program.tags.protocol.map(|name| name.name).unwrap_or_default();
    Ok(spec.protocol(&name).ok())
}

fn instances(spec: &Spec, targets: &[Target], args: &Args) -> Result<Vec<Instance>, Diagnostics> {
    let names = if args.scenario.is_empty() {
        spec.scenarios()
    } else {
        args.scenario.clone()
    };
    let scenarios: Vec<Listing> = names
        .iter()
        .map(|name| args.sizes.of(scenario(spec, name)?))
        .collect::<Result<_, _>>()?;
    for target in targets {
        inputs::refuse_uncalled(spec, &target.listing, &scenarios)?;
    }
    let in_all = |target| scenarios.iter().map(move |scenario| (target, scenario));
    let pairs: Vec<_> = targets.iter().flat_map(|target| in_all(&target.listing)).collect();
    suite::compile(spec, &pairs, threads(args))
}

/// Checks what the user's listings change, in the same scenarios, and marks what is new.
fn compare_with_bases(
    spec: &Spec,
    targets: &[Target],
    sizes: &inputs::Sizes,
    asked: &suite::Asked,
    checked: &mut [Checked],
) -> Result<(), Diagnostics> {
    let per_target = checked.len() / targets.len().max(1);
    for (target, mine) in targets.iter().zip(checked.chunks_mut(per_target.max(1))) {
        let Some(base) = &target.base else { continue };
        let (mut instances, mut comparable) = (Vec::new(), Vec::new());
        for mine in mine.iter_mut() {
            // A scenario of the user's own is read again from where it was read before.
            let again = sizes.of(scenario(spec, &mine.instance.scenario_source)?)?;
            match spec.instance(base, &again) {
                Ok(instance) => {
                    instances.push(instance);
                    comparable.push(mine);
                }
                // It may lack what the listing adds and the scenario is about.
                Err(errors) => {
                    let why = errors.errors.first().map_or("", |error| error.message.as_str());
                    let (base, here) = (stem(&base.name), &mine.instance.scenario);
                    super::note(&format!("{base} is not comparable in {here}: {why}"));
                }
            }
        }
        let bases = suite::run(
            &instances,
            &suite::Asked {
                stateright: false,
                ..*asked
            },
        )?;
        for (mine, (base, _)) in comparable.into_iter().zip(&bases) {
            baseline::against(mine, base);
        }
    }
    Ok(())
}

fn stateright_can(kind: PropertyKind) -> bool {
    is_of_single_states(kind)
}

/// Tells what stateright said, and ends with the exit code of that.
fn opinions(seconds: &[Option<Opinion>], checked: &[Checked], args: &Args) -> Result<u8, Failure> {
    let mut code = exit::FINE;
    let mut agree = 0;
    for (second, checked) in seconds.iter().zip(checked) {
        let name = format!("{} in {}", checked.instance.protocol, checked.instance.scenario);
        match second {
            None => {}
            Some(Opinion::Agrees) => agree += 1,
            Some(Opinion::Differs(how)) => {
                complain(&format!("stateright disagrees on {name}: {how}"));
                code = exit::DISAGREE;
            }
            Some(Opinion::Incomplete) => {
                complain(&format!(
                    "there is no second opinion on {name}: the graph is not complete"
                ));
                code = code.max(exit::INCOMPLETE);
            }
        }
    }
    if agree > 0 && args.format == Format::Human {
        super::print(&format!(
            "stateright BFS agrees on {agree} graph{}\n",
            if agree == 1 { "" } else { "s" }
        ))?;
    }
    Ok(code)
}

fn complain(message: &str) {
    use std::io::Write;
    // Nobody is left to tell if stderr is closed.
    let _ = writeln!(anstream::stderr(), "{message}");
}
