//! `oomspec prove`: every verdict with its evidence, as pages.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use oomspec::actors::compare::Opinion;
use oomspec::c::library::Listing;
use oomspec::check::{Checked, Verdict};
use oomspec::cost::Outcome;
use oomspec::explore::{Budget, Limits};
use oomspec::input;
use oomspec::model::Instance;
use oomspec::proofs::{Evidence, Records, is_owned, pages};
use oomspec::source::{Diagnostic, Diagnostics};
use oomspec::spec::Spec;
use oomspec::tlc::Table;

use super::{Failure, exit, suite};

/// Write every verdict with its evidence as pages to read on GitHub
///
/// Checks every protocol in every scenario, with both engines. Files that an earlier run wrote and this one does not are removed;
/// others are left alone. The links from the pages to the listings are right if the folder stands beside spec/.
#[derive(Debug, clap::Args)]
#[command(after_help = CODES)]
pub struct Args {
    /// Where the pages go
    #[arg(short, long, value_name = "DIR", default_value = "proofs")]
    output: PathBuf,

    /// Write nothing: compare what is there with what would be written, and name what is stale
    #[arg(long)]
    check: bool,

    /// Worker threads; the pages do not depend on it
    #[arg(long, value_name = "N")]
    threads: Option<std::num::NonZeroUsize>,
}

const CODES: &str = "\
Exit codes:
  0    the pages are written, or are as they should be
  23   with --check: some page is stale
  20   some graph is not complete; nothing is written
  74   a page cannot be written
  150  an error in a listing or module
  2    wrong use of the command line";

/// What `oomspec tlc --table` leaves in the folder.
const TLC: &str = "tlc.json";

/// The longest page that is compared, in bytes.
const MAX_PAGE: u64 = 1 << 26;

type Files = BTreeMap<String, Vec<u8>>;

/// Runs the command.
pub fn run(spec: &Spec, args: &Args, budget: Budget) -> Result<u8, Failure> {
    let there = read(&args.output).map_err(Diagnostics::from)?;
    let tlc = there
        .get(TLC)
        .map(|bytes| Table::parse(&String::from_utf8_lossy(bytes)));
    let unread = |error| Diagnostics::from(Diagnostic::general(format!("cannot read {TLC}: {error}")));
    let tlc = tlc.transpose().map_err(unread)?.unwrap_or_default();
    let budget = super::budget::until_interrupted(budget);
    let limits = Limits {
        threads: args.threads.map_or_else(super::check::available_threads, usize::from),
        budget,
        ..Limits::default()
    };
    let costs = oomspec::cost::all(spec, limits, &|states, _| super::budget::explored(states))?;
    for cost in &costs {
        if let Outcome::Undecided(why) = &cost.outcome {
            let message = format!(
                "what {} costs in {} is not decided: {why}",
                cost.protocol, cost.scenario
            );
            return Err(Failure::undecided(message));
        }
    }
    let records = Records { tlc, costs };
    let wanted = written(spec, &records, args, budget)?;
    let stale = Stale::of(&there, &wanted);
    if args.check {
        super::print(&stale.report(&args.output))?;
        return Ok(if stale.is_empty() { exit::FINE } else { exit::STALE });
    }
    for name in stale.missing.iter().chain(&stale.different) {
        let path = args.output.join(name);
        super::folder(path.parent().unwrap_or(&args.output))?;
        super::save(&path, &wanted[*name])?;
    }
    for name in &stale.left {
        let path = args.output.join(name);
        super::remove(&path)?;
        // The folder of a protocol goes with its last file; this fails as long as there is another.
        let _ = path.parent().map(std::fs::remove_dir);
    }
    let (new, changed, removed) = (stale.missing.len(), stale.different.len(), stale.left.len());
    let total = wanted.len();
    let folder = args.output.display();
    super::print(&format!(
        "{folder}: {total} files, {new} new, {changed} changed, {removed} removed\n"
    ))?;
    Ok(exit::FINE)
}

/// What belongs into the folder.
fn written(spec: &Spec, records: &Records, args: &Args, budget: Budget) -> Result<Files, Failure> {
    let modules = [spec.properties()?];
    let asked = suite::Asked {
        checkpoints: None,
        modules: &modules,
        properties: &[],
        threads: args.threads.map_or_else(super::check::available_threads, usize::from),
        max_states: 10_000_000,
        budget,
        stateright: true,
        symmetry: false,
    };
    let checked = suite::run(&instances(spec, asked.threads)?, &asked)?;
    for (checked, _) in &checked {
        whole(checked)?;
    }
    let evidence: Vec<Evidence> = checked
        .into_iter()
        .map(|(checked, second)| Evidence {
            checked,
            // It was asked for.
            stateright: second.unwrap_or(Opinion::Incomplete),
        })
        .collect();
    Ok(pages(spec, &modules[0], &evidence, records)?)
}

/// Refuses what was not decided: a page says nothing of what was not seen.
fn whole(checked: &Checked) -> Result<(), Failure> {
    let Instance { protocol, scenario, .. } = &checked.instance;
    let refuse = |what: &str, why: &str| {
        let message = format!("no page is written: {what} in {protocol} in {scenario} is not decided: {why}");
        Err(Failure::undecided(message))
    };
    let mut findings = checked.findings.iter();
    match (
        &checked.incomplete,
        findings.find(|finding| finding.verdict == Verdict::Incomplete),
    ) {
        (Some(why), _) => refuse("what holds", why),
        (None, Some(finding)) => refuse(
            &finding.property.name,
            finding.reason.as_deref().unwrap_or("no reason is known"),
        ),
        (None, None) => Ok(()),
    }
}

fn instances(spec: &Spec, threads: usize) -> Result<Vec<Instance>, Diagnostics> {
    let protocols: Vec<Listing> = spec
        .protocols()
        .iter()
        .map(|name| spec.protocol(name))
        .collect::<Result<_, _>>()?;
    let scenarios: Vec<Listing> = spec
        .scenarios()
        .iter()
        .map(|name| spec.scenario(name))
        .collect::<Result<_, _>>()?;
    let in_all = |protocol| scenarios.iter().map(move |scenario| (protocol, scenario));
    let pairs: Vec<_> = protocols.iter().flat_map(in_all).collect();
    suite::compile(spec, &pairs, threads)
}

/// How a folder differs from what it should be, by names of files.
struct Stale<'a> {
    missing: Vec<&'a String>,
    different: Vec<&'a String>,
    /// Written once, and not any more.
    left: Vec<&'a String>,
}

impl<'a> Stale<'a> {
    fn of(there: &'a Files, wanted: &'a Files) -> Self {
        let differs = |name: &&String| there.get(*name).is_some_and(|bytes| *bytes != wanted[*name]);
        Stale {
            missing: wanted.keys().filter(|name| !there.contains_key(*name)).collect(),
            different: wanted.keys().filter(differs).collect(),
            left: there
                .iter()
                .filter(|(name, bytes)| !wanted.contains_key(*name) && is_owned(name, bytes))
                .map(|(name, _)| name)
                .collect(),
        }
    }

    fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.different.is_empty() && self.left.is_empty()
    }

    fn report(&self, folder: &Path) -> String {
        let folder = folder.display();
        if self.is_empty() {
            return format!("{folder} is as `oomspec prove` writes it\n");
        }
        let groups = [
            ("missing", &self.missing),
            ("stale", &self.different),
            ("left over", &self.left),
        ];
        let mut text = String::new();
        for (what, names) in groups {
            for name in names {
                text += &format!("{what}: {folder}/{name}\n");
            }
        }
        text + "`oomspec prove` writes them\n"
    }
}

/// The files of a folder and of those in it; none if there is no such folder.
fn read(folder: &Path) -> Result<Files, Diagnostic> {
    let mut files = Files::new();
    for (name, path) in entries(folder)? {
        if path.is_dir() {
            for (inner, path) in entries(&path)? {
                if path.is_file() {
                    files.insert(format!("{name}/{inner}"), bytes(&path)?);
                }
            }
        } else if path.is_file() {
            files.insert(name, bytes(&path)?);
        }
    }
    Ok(files)
}

fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, Diagnostic> {
    let failed = |error: std::io::Error| Diagnostic::general(format!("cannot read {}: {error}", folder.display()));
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        entries.push((entry.file_name().to_string_lossy().into_owned(), entry.path()));
    }
    Ok(entries)
}

fn bytes(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    input::bytes(path, MAX_PAGE)
}
