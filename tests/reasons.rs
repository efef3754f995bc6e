//! Why something is violated, in words: both sides with their locks, the branch that decided, who waits for whom, and the parts of a
//! formula.

mod common;

use common::{Judge, finding};
use oomspec::Spec;
use oomspec::counterexample::history::History;
use oomspec::report::lanes;
use oomspec::report::violation::violation;
use oomspec::tla::Value;

fn told(protocol: &str, scenario: &str, property: &str) -> String {
    let checked = Judge::builtin().check(protocol, scenario);
    let history = History::of(&Spec::builtin());
    violation(&history, &checked.instance, finding(&checked, property), false)
}

/// All of these stand in the text, in this order.
fn in_order(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        let Some(at) = rest.find(part) else {
            panic!("`{part}` is not where it should be in\n{text}");
        };
        rest = &rest[at + part.len()..];
    }
}

#[test]
fn the_race_of_v4_14_names_both_sides_and_the_lock_that_was_not_taken() {
    let text = told("v4.14", "sharer", "NoUseAfterFree");
    in_order(
        &text,
        &[
            "oom_reaper uses `hog_vma` at step 41 [oom_reaper.h:81]",
            "in reapable_vma < oom_reap_vmas < __oom_reap_task_mm",
            "holds hog_mm.mmap_sem, by mmap_read_trylock() at step 23",
            "and oom_lock, by mutex_lock()",
            "sharer frees `hog_vma` at step 40 [v4.14.c:81]",
            "in remove_vmas < exit_mmap < __mmput < mmput",
            "holds no lock",
            "sharer did not take down_write(mmap_sem),",
            "because tsk_is_oom_victim(current) = 0 at step 38 [v4.14.c:76]",
            "it would wait there for !sem->owner && !sem->readers",
        ],
    );
}

/// No lock was left out there: the reaper looked at what munlock had just cleared.
#[test]
fn without_a_lock_the_branch_that_led_there_is_named() {
    let text = told("v4.14", "mlocked", "NoMunlockRace");
    in_order(
        &text,
        &[
            "hog follows hog_vma.pmd = NULL at step 30",
            "oom_reaper: zap_pmd() = NULL, hog_vma.pmd = NULL at step 29",
            "oom_reaper came to zap_pmd()",
            "because reapable_vma() = 1 at step 28",
        ],
    );
    assert!(!text.contains("did not take"), "{text}");
}

#[test]
fn a_lasso_names_who_holds_what_is_waited_for() {
    let text = told("v4.14", "starved-killer", "ReaperNeverStuck");
    in_order(
        &text,
        &[
            "oom_reaper waits in mutex_lock(oom_lock) for !lock->owner, held by",
            "in mutex_lock < oom_reap_task_mm < oom_reap_task < oom_reaper",
            "faulter holds oom_lock, by mutex_trylock() at step 1 [page_alloc.h:74]",
            "-- and then for ever:",
        ],
    );
}

#[test]
fn an_invariant_is_taken_apart() {
    let checked = Judge::builtin().check("v4.14", "alone");
    let found = finding(&checked, "SkipMeansFree");
    let last = |text: &str| found.why.iter().rfind(|part| part.text.starts_with(text)).cloned();
    let reaped = last("Reaped(m)").expect("what it is about");
    assert_eq!(
        (reaped.before, reaped.now),
        (Some(Value::Bool(false)), Value::Bool(true))
    );
    let pages = last("Private(m)").expect("the set");
    assert_eq!(pages.now.to_string(), "{\"pages[0]\"}");
    let failing: Vec<&str> = found
        .why
        .iter()
        .filter(|part| part.fails && !part.wraps)
        .map(|part| part.text.as_str())
        .collect();
    let empty = "Private(m) \\cup Gathered(m) \\cup UnderIO(m) = {}";
    assert_eq!(failing, [empty, "FlagsAreSeen"]);
    let history = History::of(&Spec::builtin());
    let text = violation(&history, &checked.instance, found, false);
    in_order(
        &text,
        &[
            "why, in Properties.tla:",
            "\\E m \\in DOMAIN mm_struct : Reaped(m) is TRUE, was FALSE",
            "for \"hog_mm\":",
            &format!("  X   {empty} is FALSE"),
            "hog: set_bit(MMF_OOM_SKIP)",
        ],
    );
}

/// Whatever is said to have been left out would have been waited for: in each kernel's and proposal's use after free, the thread that
/// did not wait is one of the two sides, and the other holds a lock.
#[test]
fn a_lock_that_was_not_taken_is_held_by_the_other_side() {
    let spec = Spec::builtin();
    let mut left_out = 0;
    let (judge, history) = (Judge::builtin(), History::of(&spec));
    for protocol in spec.protocols() {
        for scenario in ["foreign-mmput", "sharer", "mlocked"] {
            let errors = ["NoUseAfterFree", "NoMunlockRace"];
            let checked = judge.decide(judge.instance(&protocol, scenario), &errors);
            let broken = checked.findings.iter().filter(|found| found.counterexample.is_some());
            for found in broken {
                let text = violation(&history, &checked.instance, found, false);
                let Some((before, after)) = text.split_once(" did not take ") else {
                    continue;
                };
                left_out += 1;
                let thread = before.rsplit("\n  ").next().unwrap_or_default();
                let holder = after.split_once("held by").map(|(_, holder)| holder.trim_start());
                let holder = holder
                    .and_then(|holder| holder.split_whitespace().next())
                    .unwrap_or_default();
                assert_ne!(thread, holder, "{text}");
                for side in [thread, holder] {
                    let begins = |verb: &str| text.contains(&format!("\n  {side}{verb}"));
                    assert!(
                        [" uses", " frees", " follows", ":"].iter().any(|verb| begins(verb)),
                        "{text}"
                    );
                }
                assert!(text.contains("    holds hog_mm.mmap_sem"), "{text}");
            }
        }
    }
    assert!(left_out >= 3, "{left_out}");
}

/// What is printed, what is drawn, and the page that shows all steps, tell the same events in the same order.
#[test]
fn the_events_of_diagram_and_picture_are_one_list() {
    let history = History::of(&Spec::builtin());
    let mut compared = 0;
    for (protocol, scenario) in [
        ("v4.14", "foreign-mmput"),
        ("v4.9", "second-oom"),
        ("v5.15-rc1", "mrelease-oom"),
        ("v4.14", "starved-killer"),
    ] {
        let checked = Judge::builtin().check(protocol, scenario);
        let violated = checked.findings.iter().filter(|found| found.counterexample.is_some());
        for found in violated {
            let text = violation(&history, &checked.instance, found, false);
            // The lanes begin below the line of dashes, and end with an empty line.
            let mut lines = text.lines().skip_while(|line| !line.trim_start().starts_with("---"));
            lines.next();
            let is_event = |line: &&str| {
                !line.starts_with("  -- ")
                    && !line.starts_with("  (nothing moves)")
                    && !line.contains(" goes round in ")
            };
            let printed = lines.take_while(|line| !line.is_empty()).filter(is_event);
            let printed: Vec<String> = printed
                .map(|line| line.split("   <-- ").next().unwrap_or(line).trim().to_string())
                .collect();
            let svg = oomspec::report::lanes::race(&checked.instance, found);
            let picture = roxmltree::Document::parse(&svg).expect("a picture");
            let rows = picture
                .descendants()
                .filter(|node| node.attribute("class") == Some("lanes-row"));
            let drawn: Vec<String> = rows
                .filter_map(|row| {
                    let mut texts = row.children().filter(|node| node.has_tag_name("text"));
                    texts.next()?.text().map(str::to_string)
                })
                .collect();
            assert_eq!(printed.len(), drawn.len(), "{text}\n{drawn:#?}");
            for (printed, drawn) in printed.iter().zip(&drawn) {
                // Each is cut where its own room ends, and before what came of the step.
                let parts = [printed, drawn].map(|text| text.split_once("...").unwrap_or((text, "")));
                let length = parts[0].0.len().min(parts[1].0.len());
                let begins = parts.map(|(begin, _)| begin[..length].trim());
                assert_eq!(begins[0], begins[1], "{text}");
                assert!(drawn.ends_with(parts[0].1) && printed.ends_with(parts[1].1), "{text}");
            }
            compared += printed.len();
        }
    }
    assert!(compared > 100, "{compared}");
}

/// A promise that is not kept names who it was about.
#[test]
fn a_lasso_says_which_address_space_is_owed_and_what() {
    let text = told("v4.6", "aio-never", "MemoryReaped");
    in_order(
        &text,
        &[
            "what never comes, in Properties.tla:",
            "X for \"hog_mm\": Owed(m) is TRUE",
            "Private(m) is {\"pages[0]\"}",
            "X Failed is FALSE",
            "hog waits in exit_aio()",
        ],
    );
}

#[test]
fn a_first_state_that_is_none_of_the_abstract_specification_names_the_part_of_init() {
    let with_a_free_page = "{ { .mapcount = 1, .on_freelist = true }, { .mapcount = 1 } }";
    let judge = Judge::edited(&[(
        "scenarios/quick-exit.c",
        "{ { .mapcount = 1 }, { .mapcount = 1 } }",
        with_a_free_page,
    )]);
    let checked = judge.check("v6.1", "quick-exit");
    let history = History::of(&Spec::builtin());
    let text = violation(&history, &checked.instance, finding(&checked, "Refines"), false);
    in_order(
        &text,
        &[
            "in the terms of the abstract specification, at the start:",
            "that is no first state of it, in OomResolution.tla:",
            "owes = [m \\in DOMAIN maps |-> {}] is TRUE",
            "X free \\cap Pages = {} is FALSE",
            "free \\cap Pages is {\"pages[0]\"}",
        ],
    );
}

/// Who reads and who writes is to be seen, and an arrow leads from where memory is freed to where it is used.
#[test]
fn a_picture_shows_what_is_held_to_read_and_what_led_to_what() {
    let checked = Judge::builtin().check("v4.14", "sharer");
    let picture = lanes::race(&checked.instance, finding(&checked, "NoUseAfterFree"));
    for part in [
        "holds hog_mm.mmap_sem, shared<",
        "holds oom_lock<",
        "lanes-arrow lanes-use",
        ">free, use</text>",
        ">held shared (to read)</text>",
    ] {
        assert!(picture.contains(part), "{part}:\n{picture}");
    }
}
