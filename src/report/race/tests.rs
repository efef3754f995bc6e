use super::*;
use crate::c::library::Listing;
use crate::check::{Checked, Verdict, check};
use crate::counterexample::history::History;
use crate::explore::{Budget, Limits};
use crate::model::property::{Property, PropertyKind, built_in};
use crate::spec::Spec;

const LIMITS: Limits = Limits {
    threads: 1,
    max_states: 1_000_000,
    budget: Budget {
        memory: None,
        interrupted: None,
    },
    checkpoints: None,
};

fn violated(checked: &Checked) -> impl Iterator<Item = &Finding> {
    let findings = checked.findings.iter();
    findings.filter(|finding| finding.verdict == Verdict::Violated)
}

fn builtin(protocol: &str, scenario: &str) -> Checked {
    let spec = Spec::builtin();
    let instance = spec.instance(&spec.protocol(protocol).unwrap(), &spec.scenario(scenario).unwrap());
    check(instance.unwrap(), &[], LIMITS, &[], &|_, _| ()).unwrap()
}

fn written(protocol: &str, scenario: &str) -> Checked {
    let listing = |name: &str, text: &str| Listing {
        name: name.to_string(),
        text: text.to_string(),
        folder: None,
        bounds: Vec::new(),
    };
    let instance = Spec::builtin().instance(&listing("mine.c", protocol), &listing("who.c", scenario));
    match instance {
        Ok(instance) => check(instance, &[], LIMITS, &[], &|_, _| ()).unwrap(),
        Err(errors) => panic!("{}", errors.render(false)),
    }
}

fn is_fit_for_a_changelog(text: &str) {
    for line in text.lines() {
        assert!(line.len() <= WIDTH, "{line}");
        assert!(line.is_ascii() && line == line.trim_end(), "{line:?}");
    }
    assert!(text.lines().count() <= 40, "{text}");
}

/// The history as `oomspec check` knows it.
fn with_history(checked: &Checked, finding: &Finding) -> String {
    let history = History::of(&Spec::builtin());
    let options = Options {
        introduced_by: history.introduced_by(&checked.instance, finding),
        fixed_by: history.fixed_by(finding),
        ..Options::default()
    };
    race(&checked.instance, finding, options)
}

#[test]
fn race_of_212925802454() {
    let checked = builtin("v4.14", "foreign-mmput");
    let finding = violated(&checked).next().unwrap();
    let text = with_history(&checked, finding);
    is_fit_for_a_changelog(&text);
    assert_eq!(
        text,
        "\
v4.14 in foreign-mmput: NoUseAfterFree is violated (35 steps, 12 shown)
  use-after-free of struct vm_area_struct `hog_vma` in reapable_vma()

  oom_reaper uses `hog_vma` at step 35 [oom_reaper.h:81]
    in reapable_vma < oom_reap_vmas < __oom_reap_task_mm < oom_reap_task_mm
      < oom_reap_task < oom_reaper
    holds hog_mm.mmap_sem, by mmap_read_trylock() at step 21 [v4.14.c:93]
      and oom_lock, by mutex_lock() at step 20 [v4.9.c:120]
  reader frees `hog_vma` at step 34 [v4.14.c:81]
    in remove_vmas < exit_mmap < __mmput < mmput < reader_runs
    holds no lock
  reader did not take down_write(mmap_sem),
    because tsk_is_oom_victim(current) = 0 at step 32 [v4.14.c:76];
    it would wait there for !sem->owner && !sem->readers, held by
      oom_reaper

  oom_reaper                          reader
  ----------                          ------
  [hog] mm_users_dec_and_test(): mm_users 2 -> 1
  [allocator] push_victim(): oom_reaper_list = &hog
  next_to_reap() = &hog
  mmap_read_trylock() = 1
  test_bit(MMF_OOM_SKIP) = 0
                                      mm_users_dec_and_test() = 1
                                      unmap_vmas()
                                      set_bit(MMF_OOM_SKIP)
                                      tsk_is_oom_victim(current) = 0
                                      free_pgtables(): frees hog_table
                                      remove_vmas(): frees hog_vma
  reapable_vma()   <-- BUG

  reordered, equivalent
  introduced by 212925802454
      (\"mm: oom: let oom_reap_task and exit_mmap run concurrently\")
  fixed by 4837fe37adff (\"mm, oom_reaper: fix memory corruption\")
"
    );
}

#[test]
fn every_violation_of_the_spec_has_a_diagram() {
    let spec = Spec::builtin();
    for protocol in spec.protocols() {
        for scenario in ["foreign-mmput", "mlocked", "two-threads", "aio-needs-memory"] {
            let checked = builtin(&protocol, scenario);
            for finding in violated(&checked) {
                let text = with_history(&checked, finding);
                is_fit_for_a_changelog(&text);
                assert_eq!(text.matches("<-- BUG").count(), 1, "{text}");
                let error = format!(
                    "is violated ({} steps",
                    finding.counterexample.as_ref().unwrap().steps.len()
                );
                assert!(text.replace("\n  ", " ").contains(&error), "{text}");
                let all = Options {
                    all_steps: true,
                    new_against: Some("v4.13"),
                    ..Options::default()
                };
                is_wide_enough(&race(&checked.instance, finding, all), finding);
            }
        }
    }
}

/// With all steps, each has its line.
fn is_wide_enough(text: &str, finding: &Finding) {
    assert!(
        text.replace("\n  ", " ").contains("is violated, new against v4.13"),
        "{text}"
    );
    let steps = finding.counterexample.as_ref().unwrap().steps.len();
    let places = text.lines().filter(|line| line.ends_with(']')).count();
    assert_eq!(places, steps, "{text}");
    for line in text.lines() {
        assert!(line.len() <= WIDTH && line == line.trim_end(), "{line:?}");
    }
}

#[test]
fn the_munlock_race_of_v4_15_came_with_v4_14() {
    let checked = builtin("v4.15", "mlocked");
    let text = with_history(&checked, violated(&checked).next().unwrap());
    assert!(text.contains("introduced by 212925802454"), "{text}");
    assert!(text.contains("fixed by 27ae357fa82b"), "{text}");
}

const LOCKS: &str = "
/** @protocol crossed */
struct task { bool done; };
struct lock { bool taken; };
void take(struct lock *lock) __atomic __acquires(lock) { await(!lock->taken); lock->taken = true; }
void give(struct lock *lock) __atomic __releases(lock) { lock->taken = false; }
";
const CROSSED: &str = "
/** @scenario two: two tasks take two locks */
struct task left, right;
struct lock first, second;
void left_runs(void) __task(left) { take(&first); take(&second); give(&second); give(&first); }
void right_runs(void) __task(right) { take(&second); take(&first); give(&first); give(&second); }
";

#[test]
fn a_deadlock_says_who_waits_for_whom() {
    let checked = written(LOCKS, CROSSED);
    let finding = violated(&checked).next().unwrap();
    assert_eq!(
        race(&checked.instance, finding, Options::default()),
        "\
crossed in two: NoDeadlock is violated (2 steps, 2 shown)
  nothing moves any more; not finished: left, right

  left waits in take(second) for !lock->taken, held by right
    in take < left_runs
    right holds second, by take() at step 2 [who.c:6]
  right waits in take(first) for !lock->taken, held by left
    in take < right_runs
    left holds first, by take() at step 1 [who.c:5]

  left                                right
  ----                                -----
  take(first)
                                      take(second)
"
    );
}

/// Calls and conditions were cut out of the text: a parenthesis in a comment cut them elsewhere.
#[test]
fn comments_and_line_breaks_change_no_diagram() {
    let locks = LOCKS.replace("await(!lock->taken)", "await(/* ) for ( */ (!lock->taken) /* [0] */)");
    let crossed = CROSSED
        .replace("{ take(&first);", "{ /* take(&second) */ take(/* ( */ (&first));")
        .replace(
            "take(&second); give(&second);",
            "take(\n\t&second /* ], */); give(&second);",
        );
    let diagram = |locks: &str, crossed: &str| {
        let checked = written(locks, crossed);
        let text = race(
            &checked.instance,
            violated(&checked).next().unwrap(),
            Options::default(),
        );
        // Lines move, and only they.
        let lines = text.lines().map(|line| line.split(" [").next().unwrap_or(line));
        lines.map(str::to_string).collect::<Vec<_>>()
    };
    assert_eq!(diagram(&locks, &crossed), diagram(LOCKS, CROSSED));
}

#[test]
fn what_a_listing_renames_is_shown_as_it_spells_it() {
    let crossed = CROSSED.replace("{ take(&first); take(&second);", "{ take(&own); take(&other);");
    let crossed = crossed.replace(
        "struct task left",
        "#define own first\n#define other second\nstruct task left",
    );
    let checked = written(LOCKS, &crossed);
    let text = race(
        &checked.instance,
        violated(&checked).next().unwrap(),
        Options::default(),
    );
    assert!(text.contains("\n  take(own)\n"), "{text}");
}

/// The caller's arguments were those of the first call of that function on the line.
#[test]
fn two_calls_on_one_line_are_told_apart() {
    let locks = format!("{LOCKS}void both(struct lock *it) {{ take(it); }}\n");
    let crossed = CROSSED.replace("{ take(&first); take(&second);", "{ both(&first); both(&second);");
    let checked = written(&locks, &crossed);
    let text = race(
        &checked.instance,
        violated(&checked).next().unwrap(),
        Options::default(),
    );
    assert!(
        text.contains("left waits in both(second) for !lock->taken, held by right"),
        "{text}"
    );
}

#[test]
fn an_assertion_is_told_by_its_condition() {
    let listing = "/** @protocol p */\nstruct task { bool done; };\nbool a, b;\n";
    let scenario = "/** @scenario s: one */\nstruct task t;\n\
                        void runs(void) __task(t) { BUG_ON(/* a, ( */ a == b /* , My) */, My); a = true; b = true; }\n";
    let checked = written(listing, scenario);
    let finding = violated(&checked)
        .find(|finding| finding.property.name == "My")
        .unwrap();
    let text = race(&checked.instance, finding, Options::default());
    assert!(text.contains("  BUG_ON(a == b) fired in runs()\n"), "{text}");
}

#[test]
fn a_lasso_shows_stem_and_loop() {
    let checked = written(LOCKS, CROSSED);
    let mut finding = violated(&checked).next().unwrap().clone();
    finding.property = Property {
        name: "Finishes".to_string(),
        kind: PropertyKind::Liveness,
        ..built_in()[0].clone()
    };
    if let Some(counterexample) = &mut finding.counterexample {
        counterexample.loop_start = Some(counterexample.steps.len());
    }
    let text = race(&checked.instance, &finding, Options::default());
    assert!(
        text.ends_with("\n  -- and then for ever:\n  (nothing moves)\n"),
        "{text}"
    );
    assert!(
        text.contains("\n  left waits in take(second) for !lock->taken, held by right\n"),
        "{text}"
    );
}

/// The mistakes one could make in v4.15, each with the lines that tell it.
#[test]
fn a_patch_that_breaks_the_handshake_is_told_as_a_race() {
    let own_reaper = "
bool __oom_reap_task_mm(struct mm_struct *mm, bool last)
{
	if (test_bit(MMF_OOM_SKIP, &mm->flags))
		return true;
	if (!down_read_trylock(&mm->mmap_sem))
		return false;
	oom_reap_vmas(mm);
	up_read(&mm->mmap_sem);
	return true;
}
";
    let up_write = "\t\tup_write(&mm->mmap_sem);\n";
    let set_bit = "\t\tset_bit(MMF_OOM_SKIP, &mm->flags);\n";
    let free = "\tfree_pgtables(mm);\n";
    let asks = "\tif (test_bit(MMF_OOM_VICTIM, &mm->flags)) {\n";
    let listing = Spec::builtin().protocol("v4.15").unwrap().text;
    let without = |part: &str| {
        assert!(listing.contains(part));
        listing.replace(part, "")
    };
    let patches = [
        (
            without(up_write),
            "LocksBalanced",
            vec!["down_write(mmap_sem)", "return from reader_runs()   <-- BUG"],
        ),
        (
            without(set_bit).replace(up_write, &format!("{up_write}{set_bit}")),
            "NoUseAfterFree",
            vec![
                "up_write(mmap_sem)",
                "test_bit(MMF_OOM_SKIP) = 0",
                "set_bit(MMF_OOM_SKIP)",
                "remove_vmas(): frees hog_vma",
                "reapable_vma()   <-- BUG",
            ],
        ),
        (
            format!("{listing}{own_reaper}"),
            "NoUseAfterFree",
            vec![
                "test_bit(MMF_OOM_SKIP) = 0",
                "set_bit(MMF_OOM_SKIP)",
                "up_write(mmap_sem)",
                "remove_vmas(): frees hog_vma",
                "down_read_trylock(mmap_sem) = 1",
                "reapable_vma()   <-- BUG",
            ],
        ),
        (
            listing.replace(asks, "\tif (tsk_is_oom_victim(current)) {\n"),
            "NoUseAfterFree",
            vec![
                "[hog] mm_users_dec_and_test(): mm_users 2 -> 1",
                "tsk_is_oom_victim(current) = 0",
                "remove_vmas(): frees hog_vma",
                "reapable_vma()   <-- BUG",
            ],
        ),
        (
            without(free).replace(asks, &format!("{free}{asks}")),
            "NoUseAfterFree",
            vec![
                "test_bit(MMF_OOM_SKIP) = 0",
                "zap_pmd() = &hog_table",
                "free_pgtables(): frees hog_table",
                "zap_pte()   <-- BUG",
            ],
        ),
    ];
    let spec = Spec::builtin();
    let scenario = spec.scenario("foreign-mmput").unwrap();
    for (text, property, told) in patches {
        let mine = Listing {
            name: "mine.c".to_string(),
            text,
            folder: None,
            bounds: Vec::new(),
        };
        let instance = spec.instance(&mine, &scenario).unwrap();
        let checked = check(instance, &[], LIMITS, &[], &|_, _| ()).unwrap();
        let found = violated(&checked).find(|finding| finding.property.name == property);
        let text = race(&checked.instance, found.unwrap(), Options::default());
        is_fit_for_a_changelog(&text);
        let mut rest = text.as_str();
        for line in told {
            let at = rest
                .find(line)
                .unwrap_or_else(|| panic!("{line} is not told in its place:\n{text}"));
            rest = &rest[at + line.len()..];
        }
    }
}

const CLOCK: &str = "
struct task clock;
struct lock tick;
void flip(struct lock *lock) __atomic { lock->taken = !lock->taken; }
void clock_runs(void) __daemon(clock) { for (;;) flip(&tick); }
";

#[test]
fn a_loop_beside_a_standstill_is_named() {
    let checked = written(LOCKS, &format!("{CROSSED}{CLOCK}"));
    let label = |thread| crate::machine::Label { thread, outcome: 0 };
    let mut finding = checked.findings[0].clone();
    finding.property.kind = PropertyKind::Liveness;
    finding.counterexample = Some(Counterexample {
        steps: [0, 1, 2, 2].map(label).to_vec(),
        loop_start: Some(2),
    });
    let text = race(&checked.instance, &finding, Options::default());
    let expected = "
  take(first)
                                      take(second)
  -- and then for ever:
  [clock_runs] goes round in clock_runs()
";
    assert!(text.ends_with(expected), "{text}");
}
