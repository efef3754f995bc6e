//! `oomspec export`: what was explored and found, for other tools.

use std::path::{Path, PathBuf};

use oomspec::check::{Counterexample, Finding, Verdict, findings};
use oomspec::explore::{Budget, Graph};
use oomspec::export::{StateGraph, dot, graphml, itf, tla};
use oomspec::model::Instance;
use oomspec::source::{Diagnostic, Diagnostics};
use oomspec::spec::Spec;

use super::{Failure, inputs};

/// Write a model, a counterexample or a state graph in the format of another tool
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    format: Format,
}

#[derive(Debug, clap::Subcommand)]
enum Format {
    /// A protocol in a scenario as a TLA+ module, with all that TLC needs to check it
    Tla(TlaArgs),
    /// A counterexample in Apalache's Informal Trace Format: every state, and the step that led to it
    Itf(TraceArgs),
    /// A state graph for Graphviz
    Dot(GraphArgs),
    /// A state graph for Gephi, yEd and others that read GraphML
    Graphml(GraphArgs),
}

#[derive(Debug, clap::Args)]
struct TlaArgs {
    #[command(flatten)]
    pair: inputs::Pair,

    /// A TLA+ module with properties of your own, to ask these instead of the spec's; it may extend Properties or Refinement
    #[arg(long, value_name = "FILE.tla")]
    properties: Option<PathBuf>,

    /// The folder for the modules and .cfg files; made if it is not there
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
}

/// Which protocol, in which scenario, and where to.
#[derive(Debug, clap::Args)]
struct Common {
    #[command(flatten)]
    pair: inputs::Pair,

    /// Write to this file instead of stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct TraceArgs {
    #[command(flatten)]
    common: Common,

    /// The violated property
    #[arg(short, long)]
    property: String,

    /// A TLA+ module with properties of your own; it may extend Properties or Refinement
    #[arg(long, value_name = "FILE.tla")]
    properties: Option<PathBuf>,

    /// Give up on a graph with more distinct states
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    max_states: usize,
}

#[derive(Debug, clap::Args)]
struct GraphArgs {
    #[command(flatten)]
    common: Common,

    /// Mark the path that violates this property
    #[arg(short, long)]
    property: Option<String>,

    /// A TLA+ module with properties of your own; it may extend Properties or Refinement
    #[arg(long, value_name = "FILE.tla", requires = "property")]
    properties: Option<PathBuf>,

    /// Refuse a graph with more distinct states
    #[arg(long, value_name = "N", default_value_t = 1000)]
    max_states: usize,
}

/// Runs the command.
pub fn run(spec: &Spec, args: &Args, budget: Budget) -> Result<u8, Failure> {
    match &args.format {
        Format::Tla(args) => {
            let instance = args.pair.instance(spec)?;
            let module = match &args.properties {
                Some(path) => spec.properties_of(path)?,
                None => spec.properties()?,
            };
            let export = tla::export(&instance, &[module])?;
            super::folder(&args.output)?;
            for (name, text) in export.files() {
                super::save(&args.output.join(name), text.as_bytes())?;
            }
            super::print(&format!(
                "wrote {name}.tla to {folder}; to check it with TLC, there:\n  java -cp tla2tools.jar tlc2.TLC {name}\n",
                name = export.name,
                folder = args.output.display()
            ))?;
            Ok(super::exit::FINE)
        }
        Format::Itf(args) => {
            let instance = args.common.pair.instance(spec)?;
            let graph = super::budget::explore(&instance, args.max_states, budget);
            let finding = violated(spec, &instance, &graph, &args.property, args.properties.as_deref())?;
            // What is violated has a counterexample.
            let text = itf::itf(&instance, &finding).unwrap_or_default();
            write(&text, args.common.output.as_deref())
        }
        Format::Dot(args) => {
            let graph = state_graph(spec, args, budget)?;
            write(&dot::dot(&graph), args.common.output.as_deref())
        }
        Format::Graphml(args) => {
            let graph = state_graph(spec, args, budget)?;
            write(&graphml::graphml(&graph), args.common.output.as_deref())
        }
    }
}

fn state_graph(spec: &Spec, args: &GraphArgs, budget: Budget) -> Result<StateGraph, Failure> {
    let instance = args.common.pair.instance(spec)?;
    let graph = super::budget::explore(&instance, args.max_states, budget);
    if let Some(why) = &graph.incomplete {
        let (protocol, scenario) = (&instance.protocol, &instance.scenario);
        return Err(Failure::Undecided(Diagnostics::from(
            Diagnostic::general(format!("{protocol} in {scenario} is not explored to its end: {why}")).help(
                "take a smaller scenario, or raise the limit with --max-states N: \
                 a layout of more than a few thousand states takes long and shows little",
            ),
        )));
    }
    let path: Option<Counterexample> = match &args.property {
        Some(property) => violated(spec, &instance, &graph, property, args.properties.as_deref())?.counterexample,
        None => None,
    };
    Ok(StateGraph::new(&instance, &graph, path.as_ref()))
}

/// The finding about a property that is violated; else an error that says what holds.
/// A property with its counterexample; an error that says what else is violated, if it is not.
pub fn violated(
    spec: &Spec,
    instance: &Instance,
    graph: &Graph,
    property: &str,
    properties: Option<&Path>,
) -> Result<Finding, Failure> {
    let modules = inputs::modules_of(spec, properties, instance)?;
    spec.refuse_unknown_names(&modules, std::slice::from_ref(instance), &[property.to_string()])?;
    let mut all = findings(instance, graph, &modules, &[])?;
    match all.iter().position(|finding| finding.property.name == property) {
        Some(at) if all[at].verdict == Verdict::Violated => Ok(all.swap_remove(at)),
        at => {
            let finding = at.map(|at| &all[at]);
            let error = Diagnostics::from(not_violated(instance, graph, property, finding, &all));
            Err(match finding.map(|finding| finding.verdict) {
                Some(Verdict::Incomplete) => Failure::Undecided(error),
                _ => Failure::Input(error),
            })
        }
    }
}

fn not_violated(
    instance: &Instance,
    graph: &Graph,
    property: &str,
    finding: Option<&Finding>,
    all: &[Finding],
) -> Diagnostic {
    let what = match finding.map(|finding| finding.verdict) {
        Some(Verdict::Vacuous) => "holds, and what it speaks of never happens",
        Some(Verdict::Incomplete) => "is not decided, because not all states were explored",
        Some(Verdict::NotApplicable) | None => "is not asked",
        Some(Verdict::Holds | Verdict::Violated) => "holds",
    };
    let (protocol, scenario, states) = (&instance.protocol, &instance.scenario, graph.distinct());
    let message =
        format!("there is no counterexample: {property} {what} in {protocol} in {scenario} ({states} states)");
    let broken = all.iter().filter(|finding| finding.verdict == Verdict::Violated);
    let broken: Vec<&str> = broken.map(|finding| finding.property.name.as_str()).collect();
    Diagnostic::general(message).help(match (broken.as_slice(), &graph.incomplete) {
        (_, Some(_)) => "raise --max-states".to_string(),
        ([], None) => format!("all {} properties hold there", all.len()),
        (broken, None) => format!("violated there: {}", broken.join(", ")),
    })
}

fn write(text: &str, output: Option<&Path>) -> Result<u8, Failure> {
    match output {
        None => super::print(text)?,
        Some(path) => super::save(path, text.as_bytes())?,
    }
    Ok(super::exit::FINE)
}
