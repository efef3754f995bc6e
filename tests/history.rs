//! The kernel's history: each known bug is found in the generation that has it, and not in the one that fixed it.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use oomspec::c::ast::Cause;
use oomspec::check::{Checked, Finding, Verdict};
use oomspec::counterexample::history::History;
use oomspec::machine::ErrorKind;
use oomspec::model::property::PropertyKind;
use oomspec::report::race::{Options, race};
use oomspec::report::violation::violation;
use oomspec::tla::Value;

use common::{Judge, error, finding, verdict};

const REPORT: &str = "2017-12-05-report";
const ARCANGELI: &str = "2017-07-25-arcangeli";
const RIENTJES: &str = "2017-12-05-rientjes";
const NO_CONCURRENCY: &str = "2017-07-25-no-concurrency";
const NO_GIVE_UP: &str = "2017-07-25-no-give-up";
const HOCKO_JUNE: &str = "2017-06-26-hocko";
const HOCKO_AUGUST: &str = "2017-08-10-hocko";
const UNLOCKED: &str = "2017-07-25-arcangeli-unlocked";

/// The kernels in which the reaper works without a reference.
const FIXED: [&str; 19] = [
    "v4.14",
    "v4.15",
    "v4.16",
    "v4.17",
    "v4.19",
    "v5.0",
    "v5.4.y",
    "v5.10.y",
    "v5.15-rc1",
    "v5.15",
    "v5.15.y",
    "v5.17-rc1",
    "v5.17",
    "v5.18",
    "v6.1",
    "v6.12",
    "v6.18",
    "v7.3",
    "2025-08-14-zhongjinji",
];

/// The kernels in which it needs one.
const REFERENCED: [&str; 5] = ["v4.6", "v4.7", "v4.8", "v4.9", "v4.13"];

/// The kernels in which nobody holds oom_lock while memory is freed.
const UNORDERED: [&str; 14] = [
    "v4.19",
    "v5.0",
    "v5.4.y",
    "v5.10.y",
    "v5.15-rc1",
    "v5.15",
    "v5.15.y",
    "v5.17-rc1",
    "v5.17",
    "v5.18",
    "v6.1",
    "v6.12",
    "v6.18",
    "v7.3",
];

/// Everything, checked once for all tests.
static ALL: LazyLock<Vec<Checked>> = LazyLock::new(|| {
    let judge = Judge::builtin();
    let protocols = judge.spec.protocols();
    let half = |odd: usize| {
        let judge = Judge::builtin();
        let mine = protocols.iter().skip(odd).step_by(2);
        mine.flat_map(|protocol| judge.spec.scenarios().into_iter().map(move |s| (protocol, s)))
            .map(|(protocol, scenario)| judge.check(protocol, &scenario))
            .collect::<Vec<_>>()
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(|| half(1));
        let mut all = half(0);
        all.extend(other.join().expect("no panic"));
        all
    })
});

fn cell(protocol: &str, scenario: &str) -> &'static Checked {
    let mut all = ALL.iter();
    all.find(|checked| checked.instance.protocol == protocol && checked.instance.scenario == scenario)
        .expect("a protocol in a scenario")
}

fn holds(protocol: &str, scenario: &str, property: &str) {
    let found = verdict(cell(protocol, scenario), property);
    assert_eq!(found, Verdict::Holds, "{property}: {protocol} in {scenario}");
}

/// The property is violated, and the listing says so.
fn breaks(protocol: &str, scenario: &str, property: &str) -> &'static Finding {
    let found = finding(cell(protocol, scenario), property);
    assert_eq!(found.verdict, Verdict::Violated, "{property}: {protocol} in {scenario}");
    assert!(
        found.known.is_some(),
        "{property}: {protocol} in {scenario} is not expected"
    );
    found
}

/// Protocol → the scenarios in which it breaks the property.
fn broken(property: &str) -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut broken: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for checked in ALL.iter().filter(|c| verdict(c, property) == Verdict::Violated) {
        let instance = &checked.instance;
        broken.entry(&instance.protocol).or_default().insert(&instance.scenario);
    }
    broken
}

fn cells<const N: usize>(
    protocols: [&'static str; N],
    scenarios: &[&'static str],
) -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    protocols
        .map(|protocol| (protocol, scenarios.iter().copied().collect()))
        .into()
}

#[test]
fn uaf_212925802454_foreign_mmput() {
    breaks("v4.14", "foreign-mmput", "NoUseAfterFree");
    let (error, function, thread) = error(cell("v4.14", "foreign-mmput"), "NoUseAfterFree");
    assert_eq!(error.kind, ErrorKind::UseAfterFree);
    assert_eq!(thread, "oom_reaper");
    assert!(
        ["zap_pte", "zap_pmd", "reapable_vma", "oom_reap_vmas"].contains(&function.as_str()),
        "{function}"
    );
    holds("v4.13", "foreign-mmput", "NoUseAfterFree");
}

#[test]
fn uaf_212925802454_is_fixed_by_4837fe37adff() {
    for protocol in FIXED.into_iter().filter(|&protocol| protocol != "v4.14") {
        holds(protocol, "foreign-mmput", "NoUseAfterFree");
    }
}

#[test]
fn uaf_212925802454_as_a_diagram_of_at_most_25_lines() {
    let checked = cell("v4.14", "foreign-mmput");
    let text = race(
        &checked.instance,
        finding(checked, "NoUseAfterFree"),
        Options::default(),
    );
    // The picture; who held what, and which branch decided, stand above it.
    let picture = text.lines().skip_while(|line| !line.contains("----"));
    assert!(picture.count() <= 25 && text.lines().count() <= 40, "{text}");
    assert!(text.lines().all(|line| line.len() <= 75 && line.is_ascii()), "{text}");
    for words in ["oom_reaper", "free_pgtables", "tsk_is_oom_victim", "use-after-free"] {
        assert!(text.contains(words), "no {words}:\n{text}");
    }
}

const MUNLOCK_RACE: [&str; 9] = [
    "v4.14",
    "v4.15",
    "v4.16",
    REPORT,
    ARCANGELI,
    UNLOCKED,
    RIENTJES,
    HOCKO_JUNE,
    HOCKO_AUGUST,
];

#[test]
fn munlock_race_cve_2018_1000200() {
    for protocol in MUNLOCK_RACE {
        breaks(protocol, "mlocked", "NoMunlockRace");
        let (error, function, _) = error(cell(protocol, "mlocked"), "NoMunlockRace");
        assert_eq!(error.kind, ErrorKind::NullDereference, "{protocol}");
        assert_eq!(function, "munlock_pages", "{protocol}");
    }
}

#[test]
fn munlock_race_cve_2018_1000200_is_fixed_by_27ae357fa82b() {
    for protocol in REFERENCED.into_iter().chain(UNORDERED).chain(["v4.17"]) {
        holds(protocol, "mlocked", "NoMunlockRace");
    }
    // The first flag comes before munlock a day later.
    holds("2017-12-06-rientjes", "mlocked", "NoMunlockRace");
}

#[test]
fn double_unmap_as_the_report_of_2017_12_05_believed() {
    let broken = broken("NoDoubleUnmap");
    assert_eq!(broken.keys().collect::<Vec<_>>(), [&REPORT]);
    for scenario in &broken[REPORT] {
        let (error, function, _) = error(cell(REPORT, scenario), "NoDoubleUnmap");
        assert_eq!(error.kind, ErrorKind::Assertion, "{scenario}");
        assert_eq!(function, "page_remove_rmap", "{scenario}");
    }
}

/// Which safety properties break, where: these cells and no others.
#[test]
fn the_safety_matrix() {
    let mut freed = cells(["v4.14", REPORT, HOCKO_AUGUST], &["foreign-mmput", "sharer"]);
    freed.extend(cells(["v5.15-rc1"], &["mrelease", "mrelease-oom"]));
    freed.extend(cells(["v5.17-rc1"], &["mrelease"]));
    assert_eq!(broken("NoUseAfterFree"), freed);
    assert_eq!(broken("NoMunlockRace"), cells(MUNLOCK_RACE, &["mlocked"]));
    assert_eq!(
        broken("NoZeroPage"),
        cells(["v4.6", "v4.7", "v4.8", "v4.9"], &["writer-fault"])
    );
    let whole = [
        "NoNullDereference",
        "NoOverflow",
        "LocksBalanced",
        "NoBug",
        "NoDeadlock",
        "NoLeak",
        "TypeOK",
    ];
    for property in whole {
        assert_eq!(broken(property), BTreeMap::new(), "{property}");
    }
    let covered = [
        "NoZeroPage",
        "NoUseAfterFree",
        "NoMunlockRace",
        "NoDoubleUnmap",
        "SkipMeansGone",
        "SkipMeansFree",
        "NoPanic",
        "QueuedOnce",
        "FutexWakeSurvives",
        "NoStaleTranslation",
    ];
    for finding in ALL.iter().flat_map(|checked| &checked.findings) {
        let name = finding.property.name.as_str();
        if matches!(finding.property.kind, PropertyKind::Safety | PropertyKind::Deadlock) {
            assert!(whole.contains(&name) || covered.contains(&name), "{name} is in no test");
        }
    }
}

#[test]
fn every_cell_is_what_its_listing_says() {
    for checked in ALL.iter() {
        assert_eq!(checked.incomplete, None);
        for finding in &checked.findings {
            let instance = &checked.instance;
            let cell = format!("{} in {}: {:?}", instance.protocol, instance.scenario, finding.verdict);
            assert!(finding.expected(), "{}: {cell}", finding.property.name);
        }
    }
}

#[test]
fn needless_kill_26db62f179d1() {
    // The reaper finds no user, stops trying, and MMF_OOM_SKIP is set while the exit is at work.
    for scenario in ["quick-exit", "two-threads", "aio-never"] {
        breaks("v4.13", scenario, "NoNeedlessKill");
        for protocol in FIXED {
            holds(protocol, scenario, "NoNeedlessKill");
        }
    }
}

#[test]
fn skip_flag_before_the_memory_is_gone_26db62f179d1() {
    for scenario in ["quick-exit", "aio-never"] {
        breaks("v4.13", scenario, "SkipMeansGone");
        for protocol in FIXED {
            holds(protocol, scenario, "SkipMeansGone");
        }
    }
}

#[test]
fn memory_never_reaped_26db62f179d1() {
    let found = breaks("v4.13", "aio-never", "MemoryReaped");
    assert!(found.counterexample.as_ref().is_some_and(|c| c.loop_start.is_some()));
    for protocol in FIXED {
        holds(protocol, "aio-never", "MemoryReaped");
    }
}

#[test]
fn refinement_of_26db62f179d1_fails_at_kill() {
    let found = breaks("v4.13", "aio-never", "Refines");
    let explanation = found.explanation.as_ref().expect("an explanation");
    let kill = explanation
        .blames
        .iter()
        .find(|blame| blame.action.starts_with("Kill("));
    let kill = kill.expect("something is false in Kill");
    let conjunct = kill.conjunct.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(conjunct.contains(r"owes[v] = {} \/ v \in givenUp"), "{conjunct}");
    assert_eq!(kill.module, "OomResolution");
    let size = |values: &[(String, Value)]| {
        let victims = values.iter().find(|(name, _)| name == "victims");
        victims.map(|(_, value)| value.to_string().matches('"').count() / 2)
    };
    assert_eq!(
        (size(&explanation.before), size(&explanation.after)),
        (Some(1), Some(2))
    );
}

#[test]
fn the_fixed_generations_refine_the_abstract_specification() {
    for protocol in FIXED {
        for scenario in ["quick-exit", "two-threads", "aio-never", "lock-held"] {
            holds(protocol, scenario, "Refines");
        }
    }
}

#[test]
fn refinement_is_not_vacuous_in_lock_held() {
    // There is a victim that is given up, and the excuse is a lock.
    let checked = cell("v4.14", "lock-held");
    let graph = common::graph(&checked.instance, 1);
    let machine = &checked.instance.machine;
    let gave_up = machine
        .program
        .fields
        .iter()
        .position(|field| field.name == "gave_up")
        .expect("a ghost");
    let reached = (0..graph.distinct() as u32).filter(|&state| {
        machine.layout.fields[gave_up]
            .iter()
            .any(|slot| slot.load(&graph.state(state)) != 0)
    });
    assert!(reached.count() > 0);
}

#[test]
fn no_concurrency_of_2017_07_25_resolves_by_killing_another() {
    holds(NO_CONCURRENCY, "aio-never", "OomResolves");
    breaks(NO_CONCURRENCY, "aio-never", "MemoryReaped");
    breaks(NO_CONCURRENCY, "aio-never", "NoNeedlessKill");
}

#[test]
fn no_give_up_of_2017_07_25_never_resolves() {
    holds(NO_GIVE_UP, "aio-never", "NoNeedlessKill");
    for property in ["OomResolves", "MemoryReaped", "ReaperNeverStuck"] {
        let found = breaks(NO_GIVE_UP, "aio-never", property);
        let checked = cell(NO_GIVE_UP, "aio-never");
        let machine = &checked.instance.machine;
        let counterexample = found.counterexample.as_ref().expect("a lasso");
        let states = machine.replay(&counterexample.steps);
        assert_eq!(
            states.len(),
            counterexample.steps.len() + 1,
            "{property}: every step is one"
        );
        let start = counterexample.loop_start.expect("a loop");
        assert_eq!(Some(&states[start]), states.last(), "{property}: the loop closes");
        // Fair: whoever is fair and could always step in the loop does so.
        for (thread, code) in machine.program.threads.iter().enumerate().filter(|(_, code)| code.fair) {
            let steps = counterexample.steps[start..]
                .iter()
                .any(|label| label.thread as usize == thread);
            let always = states[start..].iter().all(|state| enabled(machine, state, thread));
            assert!(steps || !always, "{property}: {} could always step", code.name);
        }
    }
}

fn enabled(machine: &oomspec::machine::Machine, state: &[u64], thread: usize) -> bool {
    let mut can = false;
    let mut next = vec![0; machine.words()];
    let mut scratch = oomspec::machine::Scratch::new(machine);
    machine.successors(state, &mut next, &mut scratch, |who, _, _| can |= who == thread);
    can
}

#[test]
fn exits_and_allocations_progress_when_io_needs_memory() {
    for protocol in FIXED {
        holds(protocol, "aio-needs-memory", "ExitProgresses");
        holds(protocol, "aio-needs-memory", "OomResolves");
    }
}

#[test]
fn aio_never_alone_is_judged_for_every_protocol() {
    for checked in ALL
        .iter()
        .filter(|checked| checked.instance.scenario == "aio-never-alone")
    {
        for property in ["OomResolves", "MemoryReaped", "ReaperNeverStuck"] {
            let verdict = verdict(checked, property);
            let after_error = checked.instance.protocol == REPORT && verdict == Verdict::NotApplicable;
            let judged = matches!(verdict, Verdict::Holds | Verdict::Violated);
            assert!(
                judged || after_error,
                "{property}: {} {verdict:?}",
                checked.instance.protocol
            );
        }
    }
    // v4.13 panics with a victim's memory unreaped; so do the proposals that wait for the exit.
    for protocol in ["v4.13", NO_CONCURRENCY, NO_GIVE_UP] {
        breaks(protocol, "aio-never-alone", "OomResolves");
        breaks(protocol, "aio-never-alone", "MemoryReaped");
    }
    for protocol in FIXED {
        holds(protocol, "aio-never-alone", "MemoryReaped");
        holds(protocol, "aio-never-alone", "OomResolves");
    }
}

/// release_task() takes the victim off the list, while somebody else uses its address space.
#[test]
fn needless_kill_of_a_victim_that_has_left_the_process_list() {
    for protocol in REFERENCED.into_iter().chain(FIXED) {
        breaks(protocol, "released-victim", "NoNeedlessKill");
        breaks(protocol, "foreign-mmput", "NoNeedlessKill");
    }
    // Without oom_lock around what is freed, the next scan may find nobody and panic.
    for protocol in UNORDERED {
        breaks(protocol, "released-victim", "OomResolves");
    }
    for protocol in ["v4.13", "v4.14", "v4.15", "v4.17"] {
        holds(protocol, "released-victim", "OomResolves");
    }
}

#[test]
fn the_flag_comes_before_the_gather_is_finished_but_for_27ae357fa82b() {
    for protocol in ["v4.14", "v4.15", "v4.16"].into_iter().chain(UNORDERED) {
        breaks(protocol, "quick-exit", "SkipMeansFree");
        holds(protocol, "quick-exit", "SkipMeansGone");
    }
    holds("v4.17", "quick-exit", "SkipMeansFree");
    for protocol in FIXED {
        breaks(protocol, "aio-pinned", "SkipMeansFree");
        holds(protocol, "aio-pinned", "SkipMeansGone");
    }
}

#[test]
fn locked_memory_is_owed_until_a213e5cf71cb() {
    let (left, reaped) = UNORDERED.split_at(9);
    assert_eq!(reaped[0], "v5.18");
    for protocol in ["v4.13", "v4.14", "v4.15", "v4.16", "v4.17"].iter().chain(left) {
        breaks(protocol, "mlocked", "SkipMeansGone");
        breaks(protocol, "mlocked", "NoNeedlessKill");
    }
    for protocol in reaped {
        holds(protocol, "mlocked", "SkipMeansGone");
        holds(protocol, "mlocked", "NoNeedlessKill");
    }
}

/// The test for duplicates misses the tail of the queue, and whoever is being reaped.
#[test]
fn a_victim_is_queued_twice_until_9bcdeb51bd7d() {
    for protocol in [
        "v4.7", "v4.8", "v4.9", "v4.13", "v4.14", "v4.15", "v4.16", "v4.17", "v4.19",
    ] {
        breaks(protocol, "sibling-writer", "QueuedOnce");
    }
    // A group that is killed as a whole kills its first victim twice.
    breaks("v4.19", "group-kill", "QueuedOnce");
    let broken = broken("QueuedOnce");
    for protocol in UNORDERED.into_iter().filter(|&protocol| protocol != "v4.19") {
        assert!(!broken.contains_key(protocol), "{protocol}");
    }
}

#[test]
fn notifiers_are_ignored_then_shunned_then_asked_93065ac753e4() {
    for protocol in REFERENCED {
        breaks(protocol, "notifier", "NoStaleTranslation");
    }
    for protocol in ["v4.14", "v4.15", "v4.16", "v4.17"] {
        holds(protocol, "notifier", "NoStaleTranslation");
        breaks(protocol, "notifier", "MemoryReaped");
    }
    for protocol in UNORDERED {
        holds(protocol, "notifier", "NoStaleTranslation");
        holds(protocol, "notifier", "MemoryReaped");
    }
}

#[test]
fn a_robust_futex_is_lost_with_and_without_the_delay_of_e4a38402c36e() {
    for protocol in REFERENCED.into_iter().chain(FIXED) {
        breaks(protocol, "robust-futex", "FutexWakeSurvives");
    }
}

/// Until v5.10 who had waited for oom_lock did not look again whether it could charge.
#[test]
fn a_charge_looks_again_with_oom_lock_held() {
    for protocol in ["v4.13", "v4.14", "v4.15", "v4.17"] {
        breaks(protocol, "group-kill", "NoStaleKill");
    }
    for property in ["NoNeedlessKill", "QueuedOnce", "NoPanic"] {
        holds("v6.1", "group-kill", property);
    }
    assert_ne!(verdict(cell("v6.1", "group-kill"), "NoStaleKill"), Verdict::Violated);
}

#[test]
fn a_starved_killer_blocks_the_exit_of_27ae357fa82b_only() {
    breaks("v4.17", "starved-killer", "ExitProgresses");
    breaks("v4.17", "starved-killer", "OomResolves");
    for protocol in ["v4.13", "v4.14", "v4.15", "v4.16"].into_iter().chain(UNORDERED) {
        holds(protocol, "starved-killer", "ExitProgresses");
        holds(protocol, "starved-killer", "OomResolves");
    }
    // The reaper needs oom_lock until v4.19.
    for protocol in ["v4.13", "v4.14", "v4.15", "v4.17"] {
        breaks(protocol, "starved-killer", "ReaperNeverStuck");
    }
    for protocol in UNORDERED {
        holds(protocol, "starved-killer", "ReaperNeverStuck");
    }
}

#[test]
fn stale_kill_is_closed_on_both_sides_by_27ae357fa82b_only() {
    for protocol in ["v4.13", "v4.14", "v4.15", "v4.16"].into_iter().chain(UNORDERED) {
        breaks(protocol, "quick-exit", "NoStaleKill");
    }
    // There it never comes to a second kill.
    let found = verdict(cell("v4.17", "quick-exit"), "NoStaleKill");
    assert!(matches!(found, Verdict::Holds | Verdict::Vacuous), "{found:?}");
    // Locked memory is freed without oom_lock even there.
    breaks("v4.17", "mlocked", "NoStaleKill");
}

/// A panic there needs memory that the reaper frees between the look at the freelist and the scan.
#[test]
fn the_reaper_s_side_of_a_stale_look_is_open_without_its_oom_lock() {
    breaks("v4.6", "two-domains", "NoPanic");
    for protocol in ["v4.7", "v4.8", "v4.9", "v4.13", "v4.14", "v4.15", "v4.16", "v4.17"] {
        holds(protocol, "two-domains", "NoPanic");
    }
    for protocol in UNORDERED {
        breaks(protocol, "two-domains", "NoPanic");
        breaks(protocol, "lock-held", "NoStaleKill");
    }
    // Both are closed by e2fe14564d33, and opened again by af5679fbc669.
    assert_ne!(verdict(cell("v4.17", "lock-held"), "NoStaleKill"), Verdict::Violated);
}

/// Handa's worry of 2017-06: the exit's lock makes the reaper give up. All is unmapped by then.
#[test]
fn the_forms_of_hocko_never_kill_needlessly_where_v4_13_does() {
    for protocol in [HOCKO_JUNE, HOCKO_AUGUST] {
        for scenario in ["quick-exit", "two-threads", "aio-never", "second-oom"] {
            holds(protocol, scenario, "NoNeedlessKill");
            holds(protocol, scenario, "MemoryReaped");
        }
    }
}

#[test]
fn the_lock_that_only_a_victim_takes_is_too_little_2017_08_10() {
    breaks(HOCKO_AUGUST, "foreign-mmput", "NoUseAfterFree");
    holds(HOCKO_JUNE, "foreign-mmput", "NoUseAfterFree");
    holds(ARCANGELI, "foreign-mmput", "NoUseAfterFree");
}

#[test]
fn a_flag_before_the_memory_is_hidden_by_oom_lock_only() {
    for scenario in ["quick-exit", "two-threads", "aio-never"] {
        for property in ["SkipMeansGone", "NoNeedlessKill"] {
            holds(ARCANGELI, scenario, property);
            breaks(UNLOCKED, scenario, property);
        }
    }
}

#[test]
fn the_reaper_runs_exit_aio_until_ec8d7c14ea14() {
    for scenario in ["aio-never", "aio-pinned", "second-oom"] {
        breaks("v4.6", scenario, "ReaperNeverStuck");
        holds("v4.7", scenario, "ReaperNeverStuck");
    }
}

/// TIF_MEMDIE of a victim that waits in exit_aio() stays, and every scan aborts.
#[test]
fn an_exit_in_exit_aio_holds_every_scan_back_until_449d777d7ad6() {
    for scenario in ["aio-needs-memory", "aio-never", "aio-pinned"] {
        let found = breaks("v4.6", scenario, "OomResolves");
        assert!(found.counterexample.as_ref().is_some_and(|c| c.loop_start.is_some()));
        holds("v4.7", scenario, "OomResolves");
    }
}

/// It clears TIF_MEMDIE before the reaper's reference is gone; e2fe14564d33 closes that trace and leaves others.
#[test]
fn needless_kill_of_the_first_reapers() {
    for protocol in REFERENCED {
        for scenario in ["quick-exit", "two-threads", "aio-never"] {
            breaks(protocol, scenario, "NoNeedlessKill");
        }
        breaks(protocol, "aio-never", "MemoryReaped");
    }
}

#[test]
fn the_same_victim_is_given_up_for_ever_in_v4_7_only() {
    for scenario in ["lock-held", "sibling-writer"] {
        for property in ["ExitProgresses", "OomResolves"] {
            breaks("v4.7", scenario, property);
            holds("v4.8", scenario, property);
        }
        breaks("v4.7", scenario, "ReaperNeverStuck");
        holds("v4.8", scenario, "ReaperNeverStuck");
    }
}

#[test]
fn zeros_get_into_a_file_until_6b31d5955cb2() {
    for protocol in ["v4.6", "v4.7", "v4.8", "v4.9"] {
        breaks(protocol, "writer-fault", "NoZeroPage");
    }
    holds("v4.13", "writer-fault", "NoZeroPage");
}

#[test]
fn mrelease_walks_what_an_exit_frees_884a7e5964e0() {
    for scenario in ["mrelease", "mrelease-oom"] {
        breaks("v5.15-rc1", scenario, "NoUseAfterFree");
        assert_eq!(error(cell("v5.15-rc1", scenario), "NoUseAfterFree").2, "lmkd");
        for protocol in ["v5.15", "v5.15.y"] {
            holds(protocol, scenario, "NoUseAfterFree");
        }
    }
}

#[test]
fn mrelease_walks_what_an_exit_has_freed_64591e8605d6() {
    breaks("v5.17-rc1", "mrelease", "NoUseAfterFree");
    assert_eq!(error(cell("v5.17-rc1", "mrelease"), "NoUseAfterFree").2, "lmkd");
    // The exit of an OOM victim sets the flag that the call looks at.
    holds("v5.17-rc1", "mrelease-oom", "NoUseAfterFree");
    for protocol in ["v5.17", "v5.18", "v6.1", "v6.12", "v6.18", "v7.3"] {
        holds(protocol, "mrelease", "NoUseAfterFree");
    }
}

/// An aborted scan is one of the same domain.
#[test]
fn a_victim_of_another_domain_is_no_needless_kill_and_no_hindrance() {
    for protocol in REFERENCED.into_iter().chain(FIXED) {
        holds(protocol, "two-domains", "NoNeedlessKill");
        holds(protocol, "two-domains", "ReaperNeverStuck");
    }
}

/// The reaper fails on the exit's own lock; v5.17 flags a victim before it takes it, v7.3 holds it for reading.
#[test]
fn a_plain_write_lock_over_the_exit_kills_needlessly_2026_05_16() {
    for scenario in ["quick-exit", "two-threads", "second-oom"] {
        breaks("2026-05-16-torvalds", scenario, "NoNeedlessKill");
        for protocol in ["v5.17", "v5.18", "v7.3"] {
            holds(protocol, scenario, "NoNeedlessKill");
        }
    }
    holds("2026-05-16-torvalds", "mrelease", "NoUseAfterFree");
}

#[test]
fn what_distributions_ship_breaks_what_its_base_breaks() {
    let broken = |protocol: &str| {
        let of = |checked: &'static Checked| {
            let violated = checked.findings.iter().filter(|f| f.verdict == Verdict::Violated);
            violated.map(|finding| (checked.instance.scenario.as_str(), finding.property.name.as_str()))
        };
        let cells = ALL.iter().filter(|checked| checked.instance.protocol == protocol);
        cells.flat_map(of).collect::<BTreeSet<_>>()
    };
    for (tree, base) in [
        ("v5.4.y", "v5.0"),
        ("v5.10.y", "v5.0"),
        ("v5.15.y", "v5.15"),
        ("v6.12", "v6.1"),
        ("v6.18", "v6.1"),
        ("v7.3", "v6.1"),
        ("2025-08-14-zhongjinji", "v6.12"),
    ] {
        assert_eq!(broken(tree), broken(base), "{tree}");
    }
}

/// "fixed by" names a protocol in which the cell is whole, "as in" one in which it is not.
#[test]
fn the_protocols_that_a_reason_names_bear_it_out() {
    for checked in ALL.iter() {
        let instance = &checked.instance;
        for finding in checked.findings.iter().filter(|f| f.verdict == Verdict::Violated) {
            let Some(Cause::Mistake { fixed_by, as_in }) = finding.known.as_ref().map(|reason| &reason.cause) else {
                continue;
            };
            for (named, violated) in [(fixed_by, false), (as_in, true)] {
                let Some(named) = named else { continue };
                let property = &finding.property.name;
                let there = verdict(cell(&named.name, &instance.scenario), property) == Verdict::Violated;
                let cell = format!("{} in {}", instance.protocol, instance.scenario);
                assert_eq!(there, violated, "{property}: {cell} names {}", named.name);
            }
        }
    }
}

/// A bug's cell says which commit brought it, and which one mended it.
#[test]
fn a_cell_says_what_introduced_it_and_what_fixed_it() {
    let history = History::of(&Judge::builtin().spec);
    for (protocol, scenario, property, introduced, fixed) in [
        ("v4.6", "aio-never", "ReaperNeverStuck", "aac453635549", "ec8d7c14ea14"),
        ("v4.7", "lock-held", "OomResolves", "ec8d7c14ea14", "11a410d516e8"),
        ("v4.9", "writer-fault", "NoZeroPage", "aac453635549", "6b31d5955cb2"),
        (
            "v4.14",
            "foreign-mmput",
            "NoUseAfterFree",
            "212925802454",
            "4837fe37adff",
        ),
        ("v4.15", "mlocked", "NoMunlockRace", "212925802454", "27ae357fa82b"),
        (
            "v4.17",
            "starved-killer",
            "ExitProgresses",
            "27ae357fa82b",
            "af5679fbc669",
        ),
        (
            "v5.15-rc1",
            "mrelease",
            "NoUseAfterFree",
            "884a7e5964e0",
            "337546e83fc7",
        ),
        (
            "v5.17-rc1",
            "mrelease",
            "NoUseAfterFree",
            "64591e8605d6",
            "f798a1d4f94d",
        ),
    ] {
        let checked = cell(protocol, scenario);
        let text = violation(&history, &checked.instance, breaks(protocol, scenario, property), false);
        let (before, after) = text.split_once("introduced by ").expect(protocol);
        assert!(!before.contains("fixed by"), "{text}");
        assert!(after.starts_with(introduced), "{protocol}:\n{text}");
        assert!(after.contains(&format!("fixed by {fixed}")), "{protocol}:\n{text}");
    }
}
