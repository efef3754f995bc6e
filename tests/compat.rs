//! `compat.h`: the kernel's words do here what they do there, and what is left out is said.

mod common;

use common::{Judge, listing};
use oomspec::c::library::Listing;
use oomspec::check::{Verdict, check};
use oomspec::explore::Limits;
use oomspec::machine::ErrorKind;
use oomspec::model::property::PropertyKind;
use oomspec::spec::Spec;

const WORLD: &str = "/** @protocol words */
#include \"compat.h\"
enum flag { A };
struct task_struct { struct node *at; unsigned long n; };
struct node { atomic_t count; refcount_t refs; bool on; struct node *next; struct spinlock lock; int number; };
struct task_struct t, u;
struct node x = { .count = 1, .next = &y }, y;
struct node *slot;
";

/// The properties that a program without any of its own breaks.
fn broken(spec: &Spec, text: &str) -> Vec<String> {
    let mine = listing(&format!("{WORLD}{text}"));
    let scenario = listing("/** @scenario nobody: nobody else */\nbool unused;\n");
    let scenario = Listing {
        name: "nobody.c".into(),
        ..scenario
    };
    let instance = spec.instance(&mine, &scenario);
    let instance = instance.unwrap_or_else(|errors| panic!("{text}\n{}", errors.render(false)));
    let checked = check(instance, &[], Limits::default(), &[], &|_, _| {});
    let checked = checked.unwrap_or_else(|errors| panic!("{}", errors.render(false)));
    let violated = checked.findings.iter().filter(|one| one.verdict == Verdict::Violated);
    violated.map(|one| one.property.name.clone()).collect()
}

fn body(text: &str) -> String {
    format!("void t_runs(void) __task(t)\n{{\n{text}\n}}\n")
}

#[test]
fn the_words_of_the_kernel_mean_what_they_mean_there() {
    let spec = Spec::builtin();
    for text in [
        "atomic_inc(&x.count); BUG_ON(atomic_read(&x.count) != 2);",
        "BUG_ON(!atomic_dec_and_test(&x.count)); atomic_set(&x.count, 7); BUG_ON(atomic_inc_return(&x.count) != 8);",
        "refcount_set(&x.refs, 1); refcount_inc(&x.refs); BUG_ON(refcount_dec_and_test(&x.refs));",
        "BUG_ON(refcount_inc_not_zero(&y.refs)); BUG_ON(refcount_read(&y.refs));",
        "if (unlikely(x.next)) x.on = true; BUG_ON(!likely(x.on));",
        "WRITE_ONCE(x.on, true); smp_mb(); BUG_ON(!READ_ONCE(x.on));",
        "smp_store_release(&x.next, NULL); BUG_ON(smp_load_acquire(&x.next));",
        "rcu_read_lock(); rcu_assign_pointer(slot, &x); BUG_ON(rcu_dereference(slot) != &x); rcu_read_unlock();",
        "BUG_ON(cmpxchg(&slot, NULL, &x)); BUG_ON(cmpxchg(&slot, NULL, &y) != &x); BUG_ON(slot != &x);",
        "if (WARN_ON_ONCE(!x.on)) { pr_warn(\"no %s\\n\", \"luck\"); return; } BUG_ON(true);",
        "unsigned long flags; spin_lock_irqsave(&x.lock, flags); x.on = true; spin_unlock_irqrestore(&x.lock, flags);",
        "int i; for (i = 0; i < 2; i++) cond_resched(); BUG_ON(i != 2);",
        "do { if (x.on) break; x.on = true; } while (0); BUG_ON(!x.on);",
        "switch (x.number) { case 0: fallthrough; case 1: break; default: BUG_ON(true); }",
    ] {
        assert_eq!(broken(&spec, &body(text)), [""; 0], "{text}");
    }
    for (text, property) in [
        ("VM_BUG_ON(atomic_read(&x.count));", "NoBug"),
        ("atomic_dec(&y.count);", "NoOverflow"),
        ("spin_unlock(&x.lock);", "LocksBalanced"),
        ("x.number--;", "NoOverflow"),
        ("kfree(&x); pr_info(\"%d\\n\", slot->on);", "NoNullDereference"),
        (
            "struct node *p = &x; kfree(p); pr_info(\"%d\\n\", p->number);",
            "NoUseAfterFree",
        ),
    ] {
        assert_eq!(broken(&spec, &body(text)), [property], "{text}");
    }
}

#[test]
fn a_lock_excludes_and_an_access_does_not() {
    let spec = Spec::builtin();
    let two = |text: &str| {
        let other = body(text).replace("t_runs", "u_runs").replace("__task(t)", "__task(u)");
        broken(&spec, &format!("{}{other}", body(text)))
    };
    let counted = "x.number = READ_ONCE(x.number) + 1;";
    let checked = "WARN_ON(y.on); y.on = true; BUG_ON(x.number > 2);";
    assert_eq!(
        two(&format!(
            "spin_lock(&x.lock); {counted} spin_unlock(&x.lock); {checked}"
        )),
        [""; 0]
    );
    let lost = "slot = slot ? &y : &x; u.n = u.n + 1; await(u.n == 2);";
    assert_eq!(two(lost), ["NoDeadlock"], "a lost update");
    let once = "if (!cmpxchg(&slot, NULL, &x)) { BUG_ON(x.on); x.on = true; }";
    assert_eq!(two(once), [""; 0]);
    let twice = "if (!READ_ONCE(slot)) { WRITE_ONCE(slot, &x); BUG_ON(x.on); x.on = true; }";
    assert_eq!(two(twice), ["NoBug"]);
}

#[test]
fn a_kernel_with_its_own_words_is_the_kernel_that_it_was() {
    let judge = Judge::builtin();
    let text = "/** @protocol words */
#include \"v6.1.c\"
#include \"compat.h\"
/**
 * mmput - drops a user of an address space
 * @mm: which
 */
void mmput(struct mm_struct *mm)
{
	might_sleep();
	if (unlikely(mm_users_dec_and_test(mm)))
		__mmput(mm);
}
EXPORT_SYMBOL_GPL(mmput);

static __always_inline void exit_mmap(struct mm_struct *mm)
{
	release_secondary(mm);
	mmap_read_lock(mm);
	if (!mm->mmap)
		goto unlock;
	lru_add_drain();
	unmap_vmas(mm);
	mmap_read_unlock(mm);
	set_bit(MMF_OOM_SKIP, &mm->flags);
	mmap_write_lock(mm);
	free_pgtables(mm);
	remove_vmas(mm);
	mm->mmap = NULL;
	trace_exit_mmap(mm);
	mmap_write_unlock(mm);
	return;
unlock:
	mmap_read_unlock(mm);
}
";
    let mine = listing(text);
    for scenario in ["quick-exit", "lock-held"] {
        let before = judge.check("v6.1", scenario);
        let after = judge.decide(judge.instance_of(&mine, scenario), &[]);
        let verdicts = |checked: &oomspec::check::Checked| -> Vec<(String, Verdict)> {
            let all = checked.findings.iter();
            all.filter(|one| one.property.kind != PropertyKind::Deadlock || one.verdict == Verdict::Holds)
                .map(|one| (one.property.name.clone(), one.verdict))
                .collect()
        };
        assert_eq!(verdicts(&before), verdicts(&after), "{scenario}");
    }
    let left_out = judge.spec.left_out(&mine).expect("a listing");
    let calls: Vec<&str> = left_out.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(calls, ["might_sleep()", "lru_add_drain()", "trace_exit_mmap(mm)"]);
    assert_eq!(left_out[0].0, "mine.c:10");
}

#[test]
fn a_word_that_nobody_knows_says_what_to_do() {
    let spec = Spec::builtin();
    let refused = |text: &str| {
        let scenario = listing("/** @scenario nobody: nobody else */\nbool unused;\n");
        let scenario = Listing {
            name: "nobody.c".into(),
            ..scenario
        };
        let errors = spec.instance(&listing(&format!("{WORLD}{}", body(text))), &scenario);
        errors.expect_err("an error").render(false)
    };
    let said = refused("frobnicate_pages(x.next);");
    assert!(said.contains("there is no function `frobnicate_pages`"), "{said}");
    assert!(
        said.contains("if it matters here, write what it does; if not, say so"),
        "{said}"
    );
    assert!(said.contains("void frobnicate_pages() __meaningless;"), "{said}");
    assert!(refused("rwsem_queue(x.next);").contains("rwsem.h has it: write `#include \"rwsem.h\"`"));
    assert!(refused("rwsem_queu(x.next);").contains("rwsem.h has `rwsem_queue`"));
    assert!(refused("list_for_each_entry(slot, x, next) { }").contains("no header defines `list_for_each_entry`"));
    assert_eq!(ErrorKind::Overflow.property(), "NoOverflow");
}

#[test]
fn a_bound_of_the_model_that_is_exceeded_says_what_to_raise() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    };
    let run = |scenario: &str| {
        let listing = file("mine.c", "/** @protocol mine */\n#include \"v6.1.c\"\n");
        let scenario = file("mine-scenario.c", scenario);
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_oomspec"));
        command
            .args(["check", "-p", "NoOverflow", "--spec"])
            .arg(common::spec_folder());
        let output = command
            .arg(listing)
            .arg("-s")
            .arg(scenario)
            .output()
            .expect("oomspec runs");
        String::from_utf8(output.stdout).expect("text")
    };
    let many = "/** @scenario many: eight users of an address space */
#define NR_PAGES 1
#define NR_TASKS 1
struct page           pages[NR_PAGES] = { { .mapcount = 1 } };
struct mm_struct      mm = { .mm_users = 7, .mm_count = 1 };
struct signal_struct  own_signal;
struct task_struct    own = { .signal = &own_signal, .mm = &mm };
struct task_struct   *tasks[NR_TASKS] = { &own };
void own_runs(void) __task(own) { atomic_inc(&mm.mm_users); }
";
    let said = run(many);
    let bound = "the model's bound is exceeded (raise MM_USERS_BITS) in atomic_inc()";
    assert!(said.contains(bound), "{said}");
    let raised = run(&many.replace("#define NR_TASKS 1", "#define NR_TASKS 1\n#define MM_USERS_BITS 4"));
    assert!(raised.contains("no violation"), "{raised}");
    let below = run(&many
        .replace("mm_users = 7", "mm_users = 0")
        .replace("atomic_inc(&mm", "atomic_dec_and_test(&mm"));
    assert!(below.contains("overflow in atomic_dec_and_test()"), "{below}");
}

#[test]
fn drift_tells_which_functions_of_a_tree_have_changed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    std::fs::create_dir(folder.path().join("mm")).expect("a folder");
    write("mm/a.c", "int f(int a)\n{\n\treturn a;\n}\nint g(void) { return 0; }\n");
    let drift = |tags: &str| {
        write("mine.c", &format!("/**\n * @protocol mine\n{tags} */\nbool x;\n"));
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_oomspec"));
        let output = command
            .arg("drift")
            .arg(folder.path())
            .arg(folder.path().join("mine.c"))
            .output();
        let output = output.expect("oomspec runs");
        (output.status.code(), String::from_utf8(output.stdout).expect("text"))
    };
    let (code, said) = drift(" * @body f in mm/a.c\n");
    assert_eq!(code, Some(25), "{said}");
    let noted = said.strip_prefix("f: not noted yet: ").expect("a digest").trim();
    assert!(noted.starts_with("@body f in mm/a.c: "), "{said}");
    let tags = format!(" * {noted}\n * @body h in mm/a.c: 0123\n * @body f in mm/b.c: 0123\n");
    let gone = "h: not in mm/a.c\nf: not in mm/b.c\n";
    assert_eq!(drift(&tags), (Some(25), format!("f: the same\n{gone}")));
    let same = format!(" * {noted}\n");
    assert_eq!(drift(&same), (Some(0), "f: the same\n".to_string()));
    write("mm/a.c", "/* new */\nint f(int a) {\n\treturn a; }\n");
    assert_eq!(drift(&same).0, Some(0), "layout is not the body");
    write("mm/a.c", "int f(int a)\n{\n\treturn a + 1;\n}\n");
    let (code, said) = drift(&same);
    assert!(
        code == Some(25) && said.starts_with("f: changed: @body f in mm/a.c: "),
        "{said}"
    );
    assert_eq!(drift("").0, Some(150), "nothing to compare");
    assert_eq!(drift(" * @body f in ../a.c\n").0, Some(150), "outside the tree");
}
