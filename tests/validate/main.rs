//! Listings against traces of real kernels, and against traces that no kernel can have written.

mod faults;
mod lines;
mod mutants;
mod oracle;

use std::io::Read as _;
use std::path::Path;

use lines::Lines;
use mutants::{KINDS, mutants};
use oomspec::Spec;
use oomspec::c::library::Listing;
use oomspec::explore::Budget;
use oomspec::trace::{self, Trace};
use oomspec::validate::{Answer, Recorded, Verdict};

/// The traces, and the listing of the kernel of each.
const TRACES: [(&str, &str); 10] = [
    ("5.10-aio", "v5.10.y"),
    ("5.10-plain", "v5.10.y"),
    ("5.10-race", "v5.10.y"),
    ("6.1-aio", "v6.1"),
    ("6.1-plain", "v6.1"),
    ("6.1-race", "v6.1"),
    ("6.1-race-tracecmd", "v6.1"),
    ("6.1-threads", "v6.1"),
    ("6.1-unable", "v6.1"),
    ("6.12-race", "v6.12"),
];

/// Recorded under QEMU on Debian's kernels, by `oomspec probes` or with more probes: whole, or cut down to what names the victim.
const RECORDED: [(&str, &str, &str); 7] = [
    // SIGKILL, the exit of two threads, and only then the mark.
    ("5.10-race-probes", "v5.10.y", "v5.18"),
    // khugepaged looked at the memory: __mmput() waits for it before exit_mmap().
    ("6.12-mlocked", "v6.12", "v5.10.y"),
    ("6.18-aio-race", "v6.18", "v5.15"),
    // process_mrelease() of somebody else, before the kill.
    ("6.18-mrelease-oom", "v6.18", "v4.17"),
    ("7.3-aio-race", "v7.3", "v5.18"),
    // Hundreds of locks before the kill, by kill(2).
    ("7.3-mrelease", "v7.3", "v4.17"),
    // The victim gave memory back while it lived, and exit_mm_release() cannot be probed.
    ("7.3-race-probes", "v7.3", "v5.18"),
];

fn text(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/traces/{name}.trace.gz"));
    let mut text = String::new();
    let bytes = std::fs::read(path).expect("a trace");
    flate2::read::GzDecoder::new(bytes.as_slice())
        .read_to_string(&mut text)
        .expect("a text");
    text
}

fn answer_of(spec: &Spec, trace: Trace, listing: &str, lossy: bool) -> Answer {
    let recorded = Recorded::new(spec, trace).expect("a vocabulary");
    let listing = spec.protocol(listing).expect("a listing");
    recorded
        .follow(spec, &listing, lossy, Budget::default())
        .expect("an answer")
}

fn answer(spec: &Spec, text: &str, listing: &str) -> Answer {
    answer_of(
        spec,
        trace::parse("a.trace", text.as_bytes()).expect("a trace"),
        listing,
        false,
    )
}

#[test]
fn each_trace_follows_the_listing_of_its_kernel() {
    let spec = Spec::builtin();
    for (name, listing) in TRACES {
        let trace = trace::parse(name, text(name).as_bytes()).expect("a trace");
        let recorded = Recorded::new(&spec, trace).expect("a vocabulary");
        let release = recorded.trace.release().expect("a release").to_string();
        assert_eq!(recorded.protocol(&release), Some(listing), "{name}");
        let listing = spec.protocol(listing).expect("a listing");
        let answer = recorded
            .follow(&spec, &listing, false, Budget::default())
            .expect("an answer");
        assert_eq!(
            answer.verdict,
            Verdict::Follows,
            "{name}: {:?} {:?}",
            answer.reasons,
            answer.stuck
        );
        assert!(
            answer.counts.constrained * 4 > answer.counts.about(),
            "{name}: {:?}",
            answer.counts
        );
    }
}

#[test]
fn what_was_recorded_on_five_kernels_follows_and_not_any_listing() {
    let spec = Spec::builtin();
    for (name, listing, other) in RECORDED {
        let trace = trace::parse(name, text(name).as_bytes()).expect("a trace");
        let recorded = Recorded::new(&spec, trace).expect("a vocabulary");
        let release = recorded.trace.release().expect("a release").to_string();
        assert_eq!(recorded.protocol(&release), Some(listing), "{name}");
        let verdict = |listing: &str| {
            let listing = spec.protocol(listing).expect("a listing");
            let answer = recorded
                .follow(&spec, &listing, false, Budget::default())
                .expect("an answer");
            (answer.verdict, answer.reasons, answer.stuck.map(|stuck| stuck.event))
        };
        let own = verdict(listing);
        assert_eq!(own.0, Verdict::Follows, "{name}: {own:?}");
        let other = verdict(other);
        assert_eq!(other.0, Verdict::DoesNotFollow, "{name}: {other:?}");
    }
}

#[test]
fn a_release_has_the_listing_that_says_so() {
    let spec = Spec::builtin();
    let trace = trace::parse("a.trace", text("6.1-plain").as_bytes()).expect("a trace");
    let recorded = Recorded::new(&spec, trace).expect("a vocabulary");
    let minors = |major: u32, minors: std::ops::Range<u32>| minors.map(move |minor| format!("{major}.{minor}"));
    let releases = minors(6, 1..20).chain(minors(7, 0..4));
    for release in releases {
        let named = recorded.protocol(&release).expect("a listing").to_string();
        let listing = spec.protocol(&release).expect("a listing");
        assert!(
            listing.text.contains(&format!("@protocol {named}\n")),
            "{release}: {named}"
        );
    }
    assert_eq!(recorded.protocol("6.120"), None);
}

/// What was given back before anything happens is left out; what was not is held.
#[test]
fn a_lock_that_is_still_held_when_it_begins_is_in_the_way() {
    let spec = Spec::builtin();
    let (notes, mut lines) = Lines::read(&text("7.3-mrelease"));
    let kill = lines
        .0
        .iter()
        .position(|line| line.name == "signal_generate")
        .expect("a kill");
    let releases = ["mmap_lock_released", "up_read", "up_write"];
    let is_release = |line: &lines::Line| line.pid == 114 && releases.contains(&line.bare());
    let last = lines.0[..kill].iter().rposition(is_release).expect("a release");
    assert!(is_release(&lines.0[last - 1]), "two probes show it");
    lines.0.drain(last - 1..=last);
    let answer = answer(&spec, &lines.write(&notes), "v7.3");
    assert_eq!(answer.verdict, Verdict::DoesNotFollow, "{:?}", answer.reasons);
}

/// `%p` prints a hash, unless the tracer is told not to: nothing else in the trace has that number.
#[test]
fn hashed_addresses_are_left_out_and_said() {
    let spec = Spec::builtin();
    let (notes, mut lines) = Lines::read(&text("6.18-aio-race"));
    let mut hashed = 0;
    for line in lines.0.iter_mut().filter(|line| line.name.starts_with("mmap_lock_")) {
        line.text = line.text.replacen("mm=ffff8880", "mm=00000000", 1);
        hashed += 1;
    }
    assert!(hashed > 10);
    let answer = answer(&spec, &lines.write(&notes), "v6.18");
    assert_eq!(
        answer.verdict,
        Verdict::Follows,
        "{:?} {:?}",
        answer.reasons,
        answer.stuck
    );
    let said = format!("{hashed} events name addresses by hashes");
    assert!(
        answer.folded.iter().any(|folded| folded.starts_with(&said)),
        "{:?}",
        answer.folded
    );
}

#[test]
fn the_same_trace_in_two_formats_is_the_same_run() {
    let spec = Spec::builtin();
    let (notes, lines) = Lines::read(&text("6.1-plain"));
    let perf: String = lines
        .0
        .iter()
        .map(|line| {
            format!(
                "{} {} [{}] {}: probe:{}: {}\n",
                line.comm, line.pid, line.cpu, line.time, line.name, line.text
            )
        })
        .collect();
    let (ftrace, perf) = (
        answer(&spec, &lines.write(&notes), "v6.1"),
        answer(&spec, &perf, "v6.1"),
    );
    assert_eq!(ftrace.verdict, Verdict::Follows);
    assert_eq!(
        (ftrace.verdict, ftrace.counts, ftrace.steps),
        (perf.verdict, perf.counts, perf.steps)
    );
}

/// v6.1 sets the flag while the pages wait in the gather, as a real one did; in v5.10.y the exit's own gather is finished before.
#[test]
fn what_a_real_kernel_breaks_is_said() {
    let spec = Spec::builtin();
    let broken = |trace: &str, listing: &str| -> Vec<String> {
        let answer = answer(&spec, &text(trace), listing);
        assert_eq!(answer.verdict, Verdict::Follows);
        let broken = answer.broken.iter();
        broken
            .map(|broken| format!("{} {}", broken.property, broken.before))
            .collect()
    };
    assert_eq!(broken("6.1-race", "v6.1"), ["SkipMeansFree 9.996862"]);
    assert_eq!(broken("5.10-race", "v5.10.y"), [""; 0]);
}

#[test]
fn kernels_that_do_something_else_do_not_follow() {
    let spec = Spec::builtin();
    for (name, listing, event) in [
        ("6.1-plain", "v4.17", "queue_oom_reaper"),
        ("6.1-plain", "v4.13", "queue_oom_reaper"),
        ("6.1-plain", "v5.10.y", "mmap_lock_start_locking"),
        ("6.1-race", "v5.18", "mmap_lock_start_locking"),
        ("5.10-plain", "v6.1", "set_MMF_OOM_VICTIM"),
    ] {
        let answer = answer(&spec, &text(name), listing);
        assert_eq!(
            answer.verdict,
            Verdict::DoesNotFollow,
            "{name} {listing}: {:?}",
            answer.reasons
        );
        let stuck = answer.stuck.expect("an event");
        assert!(stuck.event.contains(event), "{name} {listing}: {}", stuck.event);
    }
}

#[test]
fn a_listing_with_one_fault_is_refused_by_some_trace() {
    let spec = Spec::builtin();
    for (fault, text) in faults::FAULTS {
        let text = format!("/** @protocol faulty */\n#include \"v6.1.c\"\n{text}");
        let listing = Listing {
            name: "faulty.c".to_string(),
            text,
            folder: Some(".".into()),
            bounds: Vec::new(),
        };
        let refused = ["6.1-plain", "6.1-race", "6.1-aio", "6.1-unable"].iter().any(|name| {
            let trace = trace::parse(name, self::text(name).as_bytes()).expect("a trace");
            let recorded = Recorded::new(&spec, trace).expect("a vocabulary");
            let answer = recorded
                .follow(&spec, &listing, false, Budget::default())
                .expect("an answer");
            answer.verdict == Verdict::DoesNotFollow
        });
        assert!(refused, "{fault}");
    }
}

#[test]
fn a_probe_that_was_not_there_is_no_contradiction() {
    let spec = Spec::builtin();
    let (notes, lines) = Lines::read(&text("6.1-plain"));
    let names: std::collections::BTreeSet<String> = lines.0.iter().map(|line| line.name.clone()).collect();
    assert!(names.len() > 30);
    for name in names {
        let without = Lines(lines.0.iter().filter(|line| line.name != name).cloned().collect());
        let answer = answer(&spec, &without.write(&notes), "v6.1");
        assert_ne!(
            answer.verdict,
            Verdict::DoesNotFollow,
            "without {name}: {:?}",
            answer.stuck
        );
    }
}

#[test]
fn lines_that_are_lost_turn_nothing_into_a_contradiction() {
    let spec = Spec::builtin();
    let (notes, lines) = Lines::read(&text("6.1-plain"));
    let mut random: u64 = 1;
    for percent in [10, 50] {
        for _ in 0..3 {
            let mut keep = |_: &&lines::Line| {
                random = random
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                random >> 33 & 127 > 127 * percent / 100
            };
            let left = Lines(lines.0.iter().filter(&mut keep).cloned().collect());
            let trace = trace::parse("a.trace", left.write(&notes).as_bytes()).expect("a trace");
            let answer = answer_of(&spec, trace, "v6.1", true);
            assert_ne!(answer.verdict, Verdict::DoesNotFollow, "{:?}", answer.stuck);
        }
    }
}

#[test]
fn nothing_follows_because_nothing_was_looked_at() {
    let spec = Spec::builtin();
    let (notes, lines) = Lines::read(&text("6.1-plain"));
    let few = Lines(
        lines
            .0
            .iter()
            .filter(|line| line.comm != "victim" || line.bare() == "exit_mm_release")
            .cloned()
            .collect(),
    );
    assert_eq!(answer(&spec, &few.write(&notes), "v6.1").verdict, Verdict::NotDecided);
    let tracepoints = answer(&spec, &text("6.1-race-tracepoints"), "v6.1");
    assert_eq!(tracepoints.verdict, Verdict::NotDecided);
    assert!(!tracepoints.reasons.is_empty());
    let names: String = lines
        .0
        .iter()
        .map(|line| {
            format!(
                " {}-{} [{}] ..... {}: {} <-caller\n",
                line.comm, line.pid, line.cpu, line.time, line.name
            )
        })
        .collect();
    assert_eq!(answer(&spec, &names, "v6.1").verdict, Verdict::NotDecided);
}

#[test]
fn the_world_of_a_trace_is_a_scenario() {
    let spec = Spec::builtin();
    for (name, _) in TRACES {
        let recorded =
            Recorded::new(&spec, trace::parse(name, text(name).as_bytes()).expect("a trace")).expect("a vocabulary");
        let scenario = Listing {
            name: "world.c".to_string(),
            text: recorded.scenario().expect("a world").to_string(),
            folder: None,
            bounds: Vec::new(),
        };
        for protocol in ["v4.13", "v4.17", "v6.1"] {
            let listing = spec.protocol(protocol).expect("a listing");
            let instance = spec.instance(&listing, &scenario);
            assert!(instance.is_ok(), "{name} {protocol}: {}", instance.unwrap_err());
        }
    }
}

/// `OOMSPEC_MUTANTS=1` asks for the mutants of all traces, and compares what comes of them with the page in `proofs/`;
/// `OOMSPEC_MUTANTS=write` writes that page.
#[test]
fn impossible_traces_are_refused() {
    let spec = Spec::builtin();
    let everything = std::env::var_os("OOMSPEC_MUTANTS");
    let (names, most): (&[(&str, &str)], usize) = match everything {
        Some(_) => (&TRACES, 3),
        None => (&TRACES[4..5], 6),
    };
    let (mut all, mut refused) = (0, 0);
    let (mut table, mut others) = (String::new(), String::new());
    for kind in KINDS {
        let (mut applied, mut impossible, mut caught) = (0, 0, 0);
        for (name, listing) in names {
            let (notes, lines) = Lines::read(&text(name));
            assert_eq!(
                oracle::impossible(&lines, &lines),
                None,
                "{name} was written by a kernel"
            );
            for mutant in mutants(kind, &lines, most) {
                applied += 1;
                let Some(why) = oracle::impossible(&lines, &mutant) else {
                    continue;
                };
                impossible += 1;
                match answer(&spec, &mutant.write(&notes), listing).verdict {
                    Verdict::DoesNotFollow => caught += 1,
                    verdict => {
                        let change = lines.change(&mutant);
                        others += &format!("- {name}, {kind:?}: {change}. {verdict:?}, though {why}.\n");
                    }
                }
            }
        }
        table += &format!(
            "| {kind:?} | {applied} | {impossible} | {caught} | {} |\n",
            impossible - caught
        );
        all += impossible;
        refused += caught;
    }
    assert!(
        all >= 15 && refused * 10 >= all * 9,
        "{refused} of {all} impossible traces are refused\n{table}{others}"
    );
    let Some(everything) = everything else { return };
    let page = MUTANTS
        .replace("REFUSED", &refused.to_string())
        .replace("ALL", &all.to_string())
        .replace("TABLE\n", &table)
        .replace("OTHERS\n", &others);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("proofs/mutants.md");
    if everything == "write" {
        std::fs::write(&path, &page).expect("a page");
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        there, page,
        "OOMSPEC_MUTANTS=write cargo test --test validate impossible_traces"
    );
}

/// The page about mutants.
const MUTANTS: &str = "\
<!-- Written by OOMSPEC_MUTANTS=write cargo test --test validate impossible_traces. Do not edit. -->
# Traces that no kernel has written

The ten recorded traces of `tests/traces/` that their listings follow, each changed in up to three places a kind. An oracle that knows neither the
listings nor the matcher says which of the changed traces are impossible: locks exclude each other, a thread does things in one
order, flags of an address space never go back, users are counted. `oomspec validate` refuses REFUSED of ALL.

| change | applied | impossible | refused | not refused |
| --- | --: | --: | --: | --: |
TABLE

## Those that are not refused

A line is *the first of its kind* where no line before it is of the same event. Lock events are switched on by the kill, one after the
other, so such a line may be missing: the matcher believes it, the oracle does not. A line that is *the last of its task* may be missing
because the trace ended before. What a task does that is in no call of the listing (`mmput` by somebody who only passes by) makes the
world that is derived, so once more of it is another world.

OTHERS
";

/// Runs `oomspec validate` on a text: the exit code, and what it says.
fn validate(text: &[u8], arguments: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.trace");
    std::fs::write(&path, text).expect("a file");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_oomspec"))
        .arg("validate")
        .arg(&path)
        .args(arguments)
        .env("RUST_MIN_STACK", "67108864")
        .output()
        .expect("oomspec runs");
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    (output.status.code(), said.concat())
}

#[test]
fn the_exit_code_is_the_verdict() {
    let plain = text("6.1-plain");
    assert_eq!(validate(plain.as_bytes(), &[]).0, Some(0));
    assert_eq!(validate(plain.as_bytes(), &["--listing", "v4.17"]).0, Some(30));
    let (code, json) = validate(plain.as_bytes(), &["--format", "json"]);
    assert_eq!(code, Some(0));
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["verdict"], "follows");
    let (code, said) = validate(plain.replace("Linux 6.1.0", "Linux 9.9.0").as_bytes(), &[]);
    assert_eq!(code, Some(20), "{said}");
    assert!(said.contains("there is no listing of Linux 9.9.0"), "{said}");
}

#[test]
fn bad_input_is_an_error_or_decides_nothing() {
    let plain = text("6.1-plain");
    let without_header: String = plain
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| format!("{line}\n"))
        .collect();
    let (code, said) = validate(without_header.as_bytes(), &[]);
    assert_eq!(code, Some(150), "{said}");
    assert!(said.contains("--kernel"), "{said}");
    assert_eq!(validate(without_header.as_bytes(), &["--kernel", "6.1"]).0, Some(0));
    assert_eq!(validate(format!("{plain}{plain}").as_bytes(), &[]).0, Some(150));
    assert_eq!(validate(&[0, 1, 2, 3], &[]).0, Some(150));
    assert_eq!(validate(b"", &[]).0, Some(150));
    assert_eq!(validate(&[0x1f, 0x8b, 8, 0, 1], &[]).0, Some(150));
    // Cut in the middle: what is there may follow, and is never a contradiction.
    for part in [3, 5, 8, 9] {
        let cut = &plain.as_bytes()[..plain.len() * part / 10];
        let (code, said) = validate(cut, &[]);
        assert!(code == Some(0) || code == Some(20), "{part}: {said}");
    }
    let lost = plain.replace("# tracer: nop", "# tracer: nop\nCPU:1 [LOST 43 EVENTS]");
    assert_ne!(validate(lost.as_bytes(), &["--listing", "v4.17"]).0, Some(30));
}
