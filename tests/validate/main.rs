//! Listings against traces of real kernels, and against traces that no kernel can have written.

mod lines;
mod mutants;
mod oracle;

use std::io::Read as _;
use std::path::Path;

use lines::Lines;
use mutants::{KINDS, mutants};
use oomspec::Spec;
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
            answer.counts.constrained * 2 > answer.counts.about(),
            "{name}: {:?}",
            answer.counts
        );
    }
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
fn impossible_traces_are_refused() {
    let spec = Spec::builtin();
    let everything = std::env::var_os("OOMSPEC_MUTANTS").is_some();
    let (names, most): (&[(&str, &str)], usize) = match everything {
        true => (&TRACES, 8),
        false => (&TRACES[4..5], 6),
    };
    let (mut all, mut refused) = (0, 0);
    let mut table = String::new();
    for kind in KINDS {
        let (mut applied, mut impossible, mut caught, mut missed) = (0, 0, 0, Vec::new());
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
                    verdict => missed.push(format!("{name}: {verdict:?} though {why}")),
                }
            }
        }
        table += &format!("{kind:?}: {applied} applied, {impossible} impossible, {caught} refused\n");
        for missed in missed {
            table += &format!("    {missed}\n");
        }
        all += impossible;
        refused += caught;
    }
    assert!(
        all >= 20 && refused * 10 >= all * 9,
        "{refused} of {all} impossible traces are refused\n{table}"
    );
    println!("{table}{refused} of {all}");
}
