//! What nobody would write, in bulk: an error or a verdict, never a panic, a hang, or more than the budget.
//!
//! `cargo test` takes a hundredth of it; `OOMSPEC_FUZZ=1 cargo test --release --test noise -- --nocapture` takes all.

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use oomspec::certificate::verify::read as read_certificate;
use oomspec::check::{findings, module};
use oomspec::explore::{Limits, explore};
use oomspec::source::Sources;
use oomspec::spec::Spec;
use oomspec::tla::{self, Config};
use oomspec::tlc::Table;

use common::certificates::{built_in, made};
use common::in_full;
use common::programs::{Writer, instance};

/// Byte strings, and inputs of each other kind.
const BYTES: usize = 200_000;
const EACH: usize = 12_500;

/// Nothing may take longer, on a machine that has other things to do.
const LONGEST: Duration = Duration::from_secs(10);

/// Numbers that look random, the same in every run (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.roll() % n.max(1) as u64) as usize
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        let length = self.below(most);
        (0..length).map(|_| self.roll() as u8).collect()
    }
}

/// Makes inputs and tries them; what panics or takes too long is shown.
fn survive(kind: &str, all: usize, make: impl Fn(&mut Dice) -> String, mut try_it: impl FnMut(&str) -> &'static str) {
    let cases = if in_full() { all } else { all / 100 };
    let mut ends = std::collections::BTreeMap::new();
    let mut wrong = Vec::new();
    for case in 0..cases {
        let input = make(&mut Dice(case as u64));
        let mut timed = || {
            let start = Instant::now();
            let end = catch_unwind(AssertUnwindSafe(|| try_it(&input)));
            (end, start.elapsed())
        };
        let (end, mut time) = timed();
        if in_full() && time > LONGEST {
            // The machine may have been busy with something else.
            time = timed().1.min(time);
        }
        let shown: String = input.chars().take(2_000).collect();
        match end {
            Ok(_) if in_full() && time > LONGEST => wrong.push(format!("case {case} takes {time:?}:\n{shown}")),
            Ok(end) => *ends.entry(end).or_insert(0) += 1,
            Err(_) => wrong.push(format!("case {case} panics:\n{shown}")),
        }
    }
    println!("{cases} {kind}: {ends:?}");
    let shown = wrong.iter().take(5).cloned().collect::<Vec<_>>().join("\n\n");
    assert!(wrong.is_empty(), "{} of {cases} {kind}:\n{shown}", wrong.len());
}

/// Words of every language that is read here.
const WORDS: [&str; 48] = [
    "void",
    "struct",
    "unsigned",
    "bool",
    "if",
    "while",
    "goto",
    "return",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ";",
    ",",
    "=",
    "==",
    "->",
    "*",
    "&",
    "<<",
    ">>",
    "1",
    "0x7fffffff",
    "99999999999999999999",
    "\"",
    "'",
    "/\\",
    "\\/",
    "\\A x \\in",
    "EXCEPT !",
    "---- MODULE M ----",
    "====",
    "EXTENDS",
    "VARIABLE",
    "[]",
    "<>",
    "~>",
    "WF_x(",
    "CONSTANT",
    "INVARIANT",
    "\n",
    "\t",
    "#define ",
    "/** @breaks ",
    "*/",
    "é",
];

/// A text with some pieces taken out, put in, doubled or moved.
fn mangled(text: &str, dice: &mut Dice) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..1 + dice.below(4) {
        let from = dice.below(bytes.len() + 1);
        let to = (from + dice.below(40)).min(bytes.len());
        match dice.below(6) {
            0 => drop(bytes.drain(from..to)),
            1 => drop(bytes.splice(from..from, dice.one(&WORDS).bytes())),
            2 => drop(bytes.splice(from..to, dice.one(&WORDS).bytes())),
            3 => {
                let twice = bytes[from..to].repeat(1 + dice.below(3));
                drop(bytes.splice(from..from, twice));
            }
            4 => {
                let moved: Vec<u8> = bytes.drain(from..to).collect();
                let at = dice.below(bytes.len() + 1);
                drop(bytes.splice(at..at, moved));
            }
            _ => match bytes[from..].iter().position(u8::is_ascii_digit) {
                Some(digit) => bytes[from + digit] = b'0' + dice.below(10) as u8,
                None => bytes.truncate(from),
            },
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn bytes_are_read_by_everything_that_reads() {
    let make = |dice: &mut Dice| match dice.below(3) {
        0 => String::from_utf8_lossy(&dice.bytes(200)).into_owned(),
        1 => dice
            .bytes(120)
            .into_iter()
            .map(|byte| char::from(b' ' + byte % 95))
            .collect(),
        _ => (0..dice.below(40))
            .map(|_| dice.one(&WORDS).to_string() + " ")
            .collect(),
    };
    survive("byte strings", BYTES, make, |text| {
        let program = instance(text).is_ok();
        let spec = tla::Specification::load(&|name: &str| (name == "M").then(|| text.to_string()), "M").is_ok();
        let mut sources = Sources::default();
        let file = sources.add("M.cfg", text);
        let config = Config::parse(text, file).is_ok();
        let certificate = read_certificate(text).is_ok();
        let table = Table::parse(text).is_ok();
        match program || spec || config || certificate || table {
            true => "read by somebody",
            false => "refused",
        }
    });
}

#[test]
fn programs_end_in_an_error_or_a_verdict() {
    let make = |dice: &mut Dice| {
        let program = Writer::program(&dice.bytes(300));
        match dice.below(2) {
            0 => program,
            _ => mangled(&program, dice),
        }
    };
    let limits = Limits {
        max_states: 500,
        ..Limits::default()
    };
    survive("programs", EACH, make, |text| match instance(text) {
        Err(errors) => {
            errors.render(false);
            "refused"
        }
        Ok(instance) => {
            let graph = explore(&instance.machine, limits, &|_, _| {});
            findings(&instance, &graph, &[], &[]).map_or("an error", |_| "a verdict")
        }
    });
}

#[test]
fn modules_end_in_an_error_or_a_verdict() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tla");
    let text = |path: &Path| std::fs::read_to_string(path).ok();
    let mut pairs = Vec::new();
    for folder in [folder, common::spec_folder()] {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let config = text(&entry.path().with_extension("cfg"));
            let is_module = entry.path().extension().is_some_and(|extension| extension == "tla");
            if let (true, Some(module), Some(config)) = (is_module, text(&entry.path()), config) {
                let name = entry.path().file_stem().unwrap().to_string_lossy().into_owned();
                pairs.push((name, module, config));
            }
        }
    }
    pairs.sort();
    assert!(!pairs.is_empty());
    let spec = Spec::builtin();
    let limits = Limits {
        max_states: 200,
        ..Limits::default()
    };
    let make = |dice: &mut Dice| {
        let (name, module, config) = &pairs[dice.below(pairs.len())];
        let (module, config) = match dice.below(4) {
            0 => (module.clone(), mangled(config, dice)),
            _ => (mangled(module, dice), config.clone()),
        };
        format!("{name}\u{1}{module}\u{1}{config}")
    };
    survive("modules", EACH, make, |input| {
        let mut parts = input.splitn(3, '\u{1}').map(str::to_string);
        let mut part = || parts.next().unwrap_or_default();
        let (name, text, config) = (part(), part(), part());
        let read = |wanted: &str| match wanted == name {
            true => Some(text.clone()),
            false => spec.module(wanted),
        };
        match module::check(&read, &name, &config, limits) {
            Ok(_) => "a verdict",
            Err(errors) => {
                errors.render(false);
                "an error"
            }
        }
    });
}

#[test]
fn certificates_are_accepted_or_refused() {
    let (verifier, race) = built_in("v4.14", "lock-held");
    let judge = common::Judge::builtin();
    let fixed = made(&verifier, judge.instance("v4.15", "lock-held"));
    let certificates = race.certificates.values().chain(fixed.certificates.values());
    let texts: Vec<String> = certificates.map(|certificate| certificate.to_json()).collect();
    let make = |dice: &mut Dice| mangled(&texts[dice.below(texts.len())], dice);
    survive("certificates", EACH, make, |text| match read_certificate(text) {
        Err(_) => "unreadable",
        Ok(certificate) => {
            let made = if certificate.protocol == "v4.14" { &race } else { &fixed };
            match verifier.about(&made.instance, &certificate) {
                Ok(_) => "accepted",
                Err(_) => "refused",
            }
        }
    });
}

/// The options that a help lists, each with what it wants behind it.
fn options(command: &[&str]) -> Vec<(String, bool)> {
    let output = Command::new(env!("CARGO_BIN_EXE_oomspec"))
        .args(command)
        .arg("--help")
        .output()
        .unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let mut options = Vec::new();
    for line in help.lines().map(str::trim_start).filter(|line| line.starts_with('-')) {
        let (names, _) = line.split_once("  ").unwrap_or((line, ""));
        for name in names.split(", ").flat_map(|name| name.split(' ').next()) {
            // That one waits until somebody saves a file.
            if name != "--watch" {
                options.push((name.to_string(), names.contains('<')));
            }
        }
    }
    assert!(options.len() > 2, "{help}");
    options
}

#[test]
fn command_lines_end_with_a_code_that_the_help_has() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("a.c"), "bool a;\n").unwrap();
    std::fs::write(path("b.tla"), "---- MODULE b ----\n====\n").unwrap();
    let values = [
        path("a.c"),
        path("b.tla"),
        path("none"),
        path(""),
        path("new.json"),
        "/dev/zero".into(),
        "v4.15".into(),
        "v4.14".into(),
        "lock-held".into(),
        "quick-exit".into(),
        "NoBug".into(),
        "NoDeadlock".into(),
        "OomResolves".into(),
        "0".into(),
        "1".into(),
        "-1".into(),
        "99999999999999999999".into(),
        "json".into(),
        "both".into(),
        "stateright".into(),
        String::new(),
        "é".into(),
        "bash".into(),
        "itf".into(),
        "dot".into(),
        "tla".into(),
    ];
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    // `explore` serves until it is ended, `prove` and `tlc` take minutes.
    let commands: [&[&str]; 9] = [
        &["check"],
        &["show"],
        &["list"],
        &["certify"],
        &["verify"],
        &["completions"],
        &["export", "itf"],
        &["export", "dot"],
        &["export", "tla"],
    ];
    let known: Vec<Vec<(String, bool)>> = commands.iter().map(|command| options(command)).collect();
    let make = |dice: &mut Dice| {
        let number = dice.below(commands.len());
        let mut words: Vec<String> = commands[number].iter().map(ToString::to_string).collect();
        for _ in 0..dice.below(3) {
            words.push(dice.one(&values).to_string());
        }
        for _ in 0..dice.below(5) {
            let (option, wants) = &known[number][dice.below(known[number].len())];
            words.push(option.clone());
            if *wants != (dice.below(20) == 0) {
                words.push(dice.one(&values).to_string());
            }
        }
        words.join("\u{1}")
    };
    let codes = [0, 2, 11, 12, 13, 20, 21, 22, 24, 74, 150];
    survive("command lines", EACH, make, |line| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_oomspec"));
        command
            .args(line.split('\u{1}'))
            .current_dir(folder.path())
            .stdin(Stdio::null());
        // All protocols in all scenarios take a while; the last limit counts, unless there is one already.
        if line.starts_with("check") && !line.contains("--max-states") {
            command.args(["--max-states", "300"]);
        }
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!said.contains("panicked"), "{said}");
        let code = output
            .status
            .code()
            .unwrap_or_else(|| panic!("{:?}: {said}", output.status));
        assert!(codes.contains(&code), "{code}: {said}");
        match code {
            0 => "fine",
            2 => "wrong use",
            150 => "an error",
            20 => "not decided",
            _ => "a verdict",
        }
    });
}
