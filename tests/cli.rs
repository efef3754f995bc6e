//! The command line from outside: exit codes, what is printed where, and the forms that machines read.

mod common;

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use common::{replace, spec_folder};

/// What a run left behind.
struct Run {
    code: i32,
    out: String,
    err: String,
}

fn oomspec(folder: &Path, args: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_oomspec"))
        .args(args)
        .current_dir(folder)
        .output()
        .expect("oomspec runs");
    Run {
        code: output.status.code().expect("an exit code"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

fn run(args: &[&str]) -> Run {
    oomspec(&spec_folder(), args)
}

/// Runs in a folder with one file.
fn with(file: &str, text: &str, args: &[&str]) -> Run {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join(file), text).expect("a file");
    oomspec(folder.path(), args)
}

fn v4_15() -> String {
    std::fs::read_to_string(spec_folder().join("linux/v4.15.c")).expect("v4.15")
}

fn json(args: &[&str]) -> (i32, Vec<Value>) {
    let run = run(args);
    let lines = run
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("a JSON object"));
    (run.code, lines.collect())
}

#[test]
fn code_0_when_all_is_as_expected() {
    let run = run(&["check", "v4.14", "-s", "foreign-mmput"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(
        run.out
            .contains("\n5 violations, all expected\n\nnext:  oomspec check v4.14 -s foreign-mmput"),
        "{}",
        run.out
    );
    assert_eq!(run.err, "", "no progress where there is no terminal");
}

#[test]
fn code_2_for_wrong_use() {
    for args in [
        &["check", "--nonsense"][..],
        &["frobnicate"],
        &["check", "--threads", "0"],
        &["show"],
    ] {
        let run = run(args);
        assert_eq!(run.code, 2, "{args:?}");
        assert!(run.out.is_empty() && !run.err.is_empty(), "{args:?}");
    }
}

#[test]
fn code_11_for_a_deadlock() {
    // The second half of the handshake waits for the first.
    let text = replace(
        &v4_15(),
        "\t\tup_write(&mm->mmap_sem);",
        "\t\tdown_write(&mm->mmap_sem);",
    );
    let run = with(
        "mine.c",
        &text,
        &["check", "mine.c", "-s", "quick-exit", "-p", "NoDeadlock"],
    );
    assert_eq!(run.code, 11, "{}{}", run.out, run.err);
    assert!(run.out.contains("not finished: hog"), "{}", run.out);
}

#[test]
fn code_13_for_liveness_and_12_before_it() {
    // As v4.15, but the reaper never gives up: whoever waits for a lock waits for ever.
    let text = "/**\n * @protocol mine\n * @after v4.15\n */\n#include \"v4.15.c\"\n\
        void oom_reap_task(struct task_struct *tsk)\n{\n\tstruct mm_struct *mm = tsk->signal->oom_mm;\n\n\
        \twhile (!oom_reap_task_mm(mm, false))\n\t\tschedule_timeout();\n\tset_bit(MMF_OOM_SKIP, &mm->flags);\n}\n";
    let check = |rest: &[&str]| {
        let run = with(
            "mine.c",
            text,
            &[&["check", "mine.c", "-s", "lock-held"], rest].concat(),
        );
        (run.code, run.out + &run.err)
    };
    let (code, out) = check(&["-p", "OomResolves"]);
    assert_eq!(code, 13, "{out}");
    assert!(
        out.contains("mine in lock-held: OomResolves is violated, new against v4.15"),
        "{out}"
    );
    assert!(out.contains("-- and then for ever:"), "{out}");
    let (code, out) = check(&["-p", "OomResolves", "-p", "NoUseAfterFree"]);
    assert_eq!(code, 13, "{out}");
    let early = "\tset_bit(MMF_OOM_SKIP, &mm->flags);\n\twhile (true)\n\t\toom_reap_task_mm(mm, false);\n}\n";
    let (head, _) = text.split_once("\twhile").expect("the loop");
    let run = with(
        "mine.c",
        &(head.to_string() + early),
        &["check", "mine.c", "-s", "quick-exit"],
    );
    assert_eq!(
        run.code, 12,
        "a flag that lies, and a reaper that never ends: {}{}",
        run.out, run.err
    );
}

#[test]
fn code_20_when_the_graph_is_not_complete() {
    let run = run(&["check", "v4.14", "-s", "quick-exit", "--max-states", "100"]);
    assert_eq!(run.code, 20, "{}", run.out);
    assert!(
        run.out.contains("incomplete: more than 100 distinct states"),
        "{}",
        run.out
    );
    let (_, lines) = json(&[
        "check",
        "v4.14",
        "-s",
        "quick-exit",
        "--max-states",
        "100",
        "--format",
        "json",
    ]);
    assert!(lines.iter().all(|line| line["verdict"] == "incomplete"), "{lines:?}");
}

#[test]
fn a_graph_that_was_cut_short_is_never_fine() {
    let cut = ["check", "v4.14", "-s", "quick-exit", "--max-states", "100"];
    let nothing = run(&cut);
    assert!(
        nothing.out.contains("no violation in what was explored, "),
        "{}",
        nothing.out
    );
    assert!(nothing.out.ends_with(" not decided\n"), "{}", nothing.out);
    let both = run(&[&cut[..], &["--engine", "both"]].concat());
    assert_eq!(both.code, 20, "{}{}", both.out, both.err);
    assert!(both.err.contains("there is no second opinion"), "{}", both.err);
    // A violation that was seen is one, and the rest of the graph is missing all the same.
    let race = ["-s", "foreign-mmput", "-p", "NoUseAfterFree", "--max-states", "20000"];
    let seen = run(&[&["check", "v4.14"], &race[..]].concat());
    assert_eq!(seen.code, 20, "{}", seen.out);
    assert!(
        seen.out.contains("NoUseAfterFree is violated (35 steps"),
        "{}",
        seen.out
    );
    // A listing that is compared with none, and announces another property.
    let shown = run(&["show", "v4.14"]).out.replace("@protocol v4.14", "@protocol mine");
    let text = shown.replace("@after    v4.14", "").replace("NoUseAfterFree", "NoBug");
    let unexpected = with(
        "mine.c",
        &text,
        &[&["check", "mine.c", "--engine", "both"], &race[..]].concat(),
    );
    assert_eq!(unexpected.code, 12, "{}{}", unexpected.out, unexpected.err);
}

#[test]
fn the_codes_of_modules() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = "---- MODULE M ----\nEXTENDS Integers\nVARIABLE x\nInit == x = 0\nNext == x < 50 /\\ x' = x + 1\n\
                Spec == Init /\\ [][Next]_x\nSmall == x < 20\nFirst == x = 1\nEnds == <>(x = 50)\nFine == x \\in 0..50\n====\n";
    std::fs::write(folder.path().join("M.tla"), text).expect("a file");
    for (config, max_states, code, words) in [
        ("CHECK_DEADLOCK FALSE INVARIANT Fine", "51", 0, "Fine holds"),
        ("CHECK_DEADLOCK FALSE INVARIANT Fine", "50", 20, "Fine is not decided"),
        (
            "CHECK_DEADLOCK FALSE",
            "50",
            20,
            "incomplete: more than 50 distinct states",
        ),
        ("", "50", 20, "NoDeadlock is not decided"),
        ("", "51", 11, "NoDeadlock is violated"),
        ("PROPERTY Ends", "51", 11, "Ends is violated"),
        ("CHECK_DEADLOCK FALSE PROPERTY Ends", "51", 13, "Ends is violated"),
        ("CHECK_DEADLOCK FALSE PROPERTY Ends", "20", 13, "Ends is violated"),
        ("CHECK_DEADLOCK FALSE PROPERTY First", "20", 12, "First is violated"),
        ("INVARIANT Small", "51", 12, "Small is violated"),
        ("INVARIANT Large", "51", 150, ""),
    ] {
        std::fs::write(folder.path().join("M.cfg"), format!("SPECIFICATION Spec {config}")).expect("a file");
        let run = oomspec(folder.path(), &["check", "M.tla", "--max-states", max_states]);
        assert_eq!(run.code, code, "{config} {max_states}: {}{}", run.out, run.err);
        assert!(run.out.contains(words), "{config} {max_states}: {}", run.out);
    }
}

#[test]
fn code_21_when_a_known_bug_is_not_found() {
    let tag = " * @breaks   NoUseAfterFree in quick-exit: by mistake\n */";
    let text = replace(&v4_15(), " */", tag);
    let run = with("mine.c", &text, &["check", "mine.c", "-s", "quick-exit"]);
    assert_eq!(run.code, 21, "{}{}", run.out, run.err);
    let words = "not found, though the listing says so: NoUseAfterFree in quick-exit";
    assert!(run.out.contains(words), "{}", run.out);
}

/// `fixed by` was cut out of the reason wherever the words stood, and a protocol that does not exist was no mistake.
#[test]
fn an_announcement_names_what_there_is() {
    for (tag, place, message) in [
        (
            "NoUseAfterFree in quick-exit: by mistake, fixed by v4.199",
            "v4.199",
            "there is no protocol `v4.199`",
        ),
        (
            "NoUseAfterFree in quick-exit: by mistake, as in v4.1",
            "v4.1",
            "there is no protocol `v4.1`",
        ),
        (
            "NoUseAfterFree in aio-never, quick: by mistake",
            "quick",
            "there is no scenario `quick`",
        ),
        (
            "UseAfterFree in aio-never: by mistake",
            "UseAfterFree",
            "there is no property `UseAfterFree`",
        ),
        (
            "NoUseAfterFree in aio-never: mistaken",
            "mistaken",
            "the reason says neither",
        ),
    ] {
        let text = replace(&v4_15(), " */", &format!(" * @breaks   {tag}\n */"));
        let run = with("mine.c", &text, &["check", "mine.c", "-s", "quick-exit"]);
        assert_eq!(run.code, 150, "{}{}", run.out, run.err);
        assert!(run.err.contains(message), "{}", run.err);
        let underlined = run.err.lines().find(|line| line.contains('^')).expect("a place");
        assert_eq!(underlined.matches('^').count(), place.len(), "{}", run.err);
    }
}

#[test]
fn code_22_when_a_property_never_speaks() {
    let text = "---- MODULE MY ----\nEXTENDS Properties\n\n\\* NO  speaks of nothing\n\
        Nothing == []((Failed /\\ ~Failed) => FALSE)\n====\n";
    let args = [
        "check",
        "v4.17",
        "--properties",
        "MY.tla",
        "-p",
        "Nothing",
        "-s",
        "quick-exit",
        "-s",
        "lock-held",
    ];
    let run = with("MY.tla", text, &args);
    assert_eq!(run.code, 22, "{}{}", run.out, run.err);
}

#[test]
fn code_150_underlines_the_line_and_says_what_to_write() {
    let text = replace(
        &v4_15(),
        "\tmunlock_all(mm);",
        "\tmm->mm_users = (u8)1;\n\tmunlock_all(mm);",
    );
    let run = with("mine.c", &text, &["check", "mine.c"]);
    assert_eq!(run.code, 150, "{}", run.out);
    assert_eq!(run.out, "");
    assert!(run.err.contains("error: casts are not in the subset"), "{}", run.err);
    assert!(run.err.contains(" mine.c:") && run.err.contains("^^^^^"), "{}", run.err);
    assert!(run.err.contains("mm->mm_users = (u8)1;"), "{}", run.err);
    assert!(run.err.contains("help: declare the variable"), "{}", run.err);
}

#[test]
fn code_150_for_a_function_that_nothing_calls() {
    let text = v4_15().replace("void exit_mmap(", "void exit_mmpa(");
    let run = with("mine.c", &text, &["check", "mine.c"]);
    assert_eq!(run.code, 150, "{}", run.out);
    assert!(
        run.err.contains("exit_mmpa") && run.err.contains("did you mean `exit_mmap`?"),
        "{}",
        run.err
    );
}

#[test]
fn names_that_do_not_exist_have_a_neighbour() {
    for (args, close) in [
        (&["check", "v4.51"][..], "v4.15"),
        (&["show", "v4.51"], "v4.15"),
        (&["check", "v4.14", "-s", "quik-exit"], "quick-exit"),
        (&["check", "v4.14", "-p", "NoUseAfterFre"], "NoUseAfterFree"),
    ] {
        let run = run(args);
        assert_eq!(run.code, 150, "{args:?}");
        assert!(
            run.err.contains(&format!("did you mean `{close}`?")),
            "{args:?}: {}",
            run.err
        );
    }
}

#[test]
fn json_has_the_fields_of_schema_1() {
    let (code, lines) = json(&[
        "check",
        "v4.14",
        "-s",
        "foreign-mmput",
        "-s",
        "starved-killer",
        "--format",
        "json",
    ]);
    assert_eq!(code, 0);
    assert!(lines.len() > 20);
    let always = [
        "schema",
        "protocol",
        "scenario",
        "property",
        "kind",
        "verdict",
        "expected",
        "generated",
        "distinct",
        "depth",
        "seconds",
    ];
    let sometimes = ["reason", "error", "length", "loop_start", "trace"];
    for line in &lines {
        let fields = line.as_object().expect("an object");
        assert!(always.iter().all(|name| fields.contains_key(*name)), "{line}");
        let known = |name: &String| always.contains(&name.as_str()) || sometimes.contains(&name.as_str());
        assert!(fields.keys().all(known), "{line}");
        assert_eq!(line["schema"], 1);
        assert_eq!(line["protocol"], "v4.14");
        let verdicts = ["holds", "violated", "incomplete", "vacuous", "n/a"];
        assert!(verdicts.contains(&line["verdict"].as_str().expect("a word")), "{line}");
        let violated = line["verdict"] == "violated";
        assert_eq!(fields.contains_key("trace"), violated, "{line}");
        assert_eq!(fields.contains_key("length"), violated, "{line}");
        for step in line["trace"].as_array().into_iter().flatten() {
            let fields: Vec<&String> = step.as_object().expect("an object").keys().collect();
            assert_eq!(fields, ["file", "function", "line", "text", "thread"], "{step}");
        }
        let length = line["trace"].as_array().map_or(0, Vec::len) as u64;
        assert_eq!(line["length"].as_u64().unwrap_or(0), length, "{line}");
    }
    let of = |property: &str, scenario: &str| {
        let mut all = lines.iter();
        all.find(|line| line["property"] == property && line["scenario"] == scenario)
            .expect("a line")
    };
    let bug = of("NoUseAfterFree", "foreign-mmput");
    assert_eq!(
        (&bug["kind"], &bug["expected"]),
        (&Value::from("safety"), &Value::from(true))
    );
    assert!(
        bug["error"]
            .as_str()
            .is_some_and(|error| error.starts_with("use-after-free in ")),
        "{bug}"
    );
    assert!(
        bug["reason"]
            .as_str()
            .is_some_and(|reason| reason.contains("fixed by v4.15")),
        "{bug}"
    );
    assert!(bug.get("loop_start").is_none(), "{bug}");
    let lasso = of("ReaperNeverStuck", "starved-killer");
    assert_eq!(lasso["kind"], "liveness");
    assert!(
        lasso["loop_start"].as_u64() <= lasso["length"].as_u64() && lasso["loop_start"].is_u64(),
        "{lasso}"
    );
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let answers = |threads: &str| {
        let args = [
            "check",
            "v4.14",
            "v6.1",
            "-s",
            "foreign-mmput",
            "-s",
            "aio-never-alone",
            "-s",
            "lock-held",
        ];
        let (code, mut lines) = json(&[&args[..], &["--threads", threads, "--format", "json"]].concat());
        for line in &mut lines {
            line.as_object_mut().expect("an object").remove("seconds");
        }
        (code, lines)
    };
    assert_eq!(answers("1"), answers("3"));
}

#[test]
fn nothing_is_coloured_in_a_pipe() {
    let coloured = |run: &Run| run.out.contains('\x1b') || run.err.contains('\x1b');
    assert!(!coloured(&run(&["check", "v4.14", "-s", "foreign-mmput"])));
    assert!(!coloured(&run(&["check", "v4.51"])));
    assert!(!coloured(&run(&["--help"])));
}

#[test]
fn no_color_wins_over_a_terminal_that_is_forced() {
    let out = |no_color: bool| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_oomspec"));
        command
            .args(["check", "v4.51"])
            .env("CLICOLOR_FORCE", "1")
            .env_remove("NO_COLOR");
        if no_color {
            command.env("NO_COLOR", "1").env_remove("CLICOLOR_FORCE");
        }
        String::from_utf8(command.output().expect("oomspec runs").stderr).expect("UTF-8")
    };
    assert!(out(false).contains('\x1b'), "there is colour to take away");
    assert!(!out(true).contains('\x1b'));
}

#[test]
fn list_names_every_file_of_the_spec() {
    let run = run(&["list"]);
    assert_eq!(run.code, 0);
    for folder in ["linux", "proposals", "scenarios"] {
        for entry in std::fs::read_dir(spec_folder().join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|extension| extension == "h") {
                continue;
            }
            let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
            let listed = run
                .out
                .lines()
                .filter(|line| line.split_whitespace().next() == Some(name))
                .count();
            assert_eq!(listed, 1, "{name}");
        }
    }
}

#[test]
fn a_flattened_listing_checks_identically() {
    for protocol in ["v4.14", "v6.1", "2017-12-05-rientjes"] {
        let flat = run(&["show", protocol]);
        assert_eq!(flat.code, 0);
        assert!(!flat.out.contains("#include"), "it is self-contained");
        let args = [
            "-s",
            "foreign-mmput",
            "-s",
            "mlocked",
            "-s",
            "aio-never-alone",
            "--format",
            "json",
        ];
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("flat.c"), flat.out).expect("a file");
        let of = |name: &str| {
            let run = oomspec(folder.path(), &[&["check", name], &args[..]].concat());
            let lines = run
                .out
                .lines()
                .map(|line| serde_json::from_str::<Value>(line).expect("a JSON object"));
            let facts = [
                "scenario",
                "property",
                "verdict",
                "expected",
                "generated",
                "distinct",
                "depth",
                "length",
            ];
            let facts = lines.map(|line| facts.map(|name| line[name].clone()));
            (run.code, facts.collect::<Vec<_>>())
        };
        assert_eq!(of("flat.c"), of(protocol), "{protocol}");
    }
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish"] {
        let run = run(&["completions", shell]);
        assert_eq!(run.code, 0);
        for command in ["check", "explore", "show", "list"] {
            assert!(run.out.contains(command), "{shell} does not know {command}");
        }
    }
    assert_eq!(run(&["completions", "cmd.com"]).code, 2);
}

/// A module of the user's, as a text.
const BYSTANDER: &str = "---- MODULE MY ----\nEXTENDS Properties\n\n\\* BS  the bystander survives\n\\* Nobody else is killed.\n\
    BystanderSurvives == [](signal_struct[\"bystander_signal\"].oom_mm = \"NULL\")\n====\n";

#[test]
fn a_property_of_the_user_is_decided() {
    let of = |protocol: &str| {
        let args = ["-s", "quick-exit", "--properties", "MY.tla", "-p", "BystanderSurvives"];
        with("MY.tla", BYSTANDER, &[&["check", protocol], &args[..]].concat())
    };
    let broken = of("v4.13");
    assert_eq!(broken.code, 12, "{}{}", broken.out, broken.err);
    assert!(broken.out.contains("BystanderSurvives is violated"), "{}", broken.out);
    assert!(broken.out.contains("not so: the bystander survives"), "{}", broken.out);
    let kept = of("v4.17");
    assert_eq!(kept.code, 0, "{}{}", kept.out, kept.err);
}

#[test]
fn a_false_assumption_of_the_users_module_is_an_error() {
    let with_assumption = |assumption: &str| {
        let text = BYSTANDER.replace("\n====\n", &format!("\nASSUME {assumption}\n====\n"));
        with(
            "MY.tla",
            &text,
            &[
                "check",
                "v4.17",
                "-s",
                "quick-exit",
                "--properties",
                "MY.tla",
                "-p",
                "BystanderSurvives",
            ],
        )
    };
    assert_eq!(with_assumption("1 < 2").code, 0);
    let wrong = with_assumption("1 > 2");
    assert_eq!(wrong.code, 150, "{}{}", wrong.out, wrong.err);
    assert!(wrong.err.contains("this assumption is false"), "{}", wrong.err);
}

#[test]
fn a_property_of_the_user_can_be_exported() {
    let of = |format: &str, more: &[&str]| {
        let args = ["export", format, "v4.13", "-s", "quick-exit", "--properties", "MY.tla"];
        with("MY.tla", BYSTANDER, &[&args[..], more].concat())
    };
    let trace = of("itf", &["-p", "BystanderSurvives"]);
    assert_eq!(trace.code, 0, "{}", trace.err);
    assert!(trace.out.contains("BystanderSurvives"), "{}", trace.out);
    assert_eq!(
        of("dot", &["--max-states", "10000"]).code,
        2,
        "a module without a property to look for"
    );
    let marked = of("dot", &["--max-states", "10000", "-p", "BystanderSurvives"]);
    assert_eq!(marked.code, 0, "{}", marked.err);
    assert_eq!(of("tla", &["-o", "out"]).code, 0);
}

#[test]
fn every_command_refuses_an_override_that_nothing_calls() {
    let misspelt = v4_15() + "\nvoid exit_mmapp(struct mm_struct *mm) { }\n";
    let commands: [&[&str]; 5] = [
        &["check", "mine.c", "-s", "quick-exit"],
        &["certify", "mine.c", "-s", "quick-exit", "-p", "NoDeadlock"],
        &["export", "tla", "mine.c", "-s", "quick-exit", "-o", "out"],
        &["export", "dot", "mine.c", "-s", "quick-exit"],
        &["explore", "mine.c", "-s", "quick-exit", "--port", "0"],
    ];
    for command in commands {
        let run = with("mine.c", &misspelt, command);
        assert_eq!(run.code, 150, "{command:?}");
        assert!(run.err.contains("nothing calls `exit_mmapp`"), "{}", run.err);
    }
}

#[test]
fn a_mistake_in_a_users_module_is_underlined() {
    let text = "---- MODULE MY ----\nEXTENDS Properties\nMine == [](pages = {})\n====\n";
    let run = with(
        "MY.tla",
        text,
        &["check", "v4.17", "-s", "quick-exit", "--properties", "MY.tla"],
    );
    assert_eq!(run.code, 150, "{}", run.out);
    assert!(run.err.contains("MY.tla:3") && run.err.contains("^^^^^"), "{}", run.err);
}

#[test]
fn one_property_of_a_users_listing() {
    let run = with(
        "mine.c",
        &v4_15(),
        &["check", "mine.c", "-s", "aio-never", "-p", "OomResolves"],
    );
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(
        run.out.contains("distinct, depth") && run.out.ends_with("no violation\n"),
        "{}",
        run.out
    );
}

#[test]
fn a_spec_in_a_folder_of_the_user() {
    let folder = common::copy(&[("scenarios/quick-exit.c", "@scenario quick-exit", "@scenario renamed")]);
    let root = folder.path().to_str().expect("a path");
    let spec = run(&["check", "v4.17", "-s", "quick-exit", "--spec", root]);
    assert_eq!(spec.code, 0, "{}{}", spec.out, spec.err);
    assert!(spec.out.lines().any(|line| line.starts_with("renamed")), "{}", spec.out);
    let empty = tempfile::tempdir().expect("a temporary folder");
    let nothing = run(&["list", "--spec", empty.path().to_str().expect("a path")]);
    assert_eq!(nothing.code, 150, "{}", nothing.out);
}

#[test]
fn the_abstract_specification_by_itself() {
    let run = run(&["check", "OomResolution.tla"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains(" 17040 distinct, depth 13\n"), "{}", run.out);
    for theorem in ["FreedOnce", "NothingLeft", "Resolves"] {
        assert!(run.out.contains(&format!("  {theorem} holds\n")), "{}", run.out);
    }
}

#[test]
fn the_abstract_specification_without_its_fairness_does_not_resolve() {
    let folder = common::copy(&[("OomResolution.tla", "[][SmallNext]_vars /\\ Fair", "[][SmallNext]_vars")]);
    let run = oomspec(folder.path(), &["check", "OomResolution.tla"]);
    assert_eq!(run.code, 13, "{}{}", run.out, run.err);
    assert!(run.out.contains("  Resolves is violated\n"), "{}", run.out);
    assert!(run.out.contains("  FreedOnce holds\n"), "{}", run.out);
}

#[test]
fn what_is_announced_for_any_scenario_is_expected_where_it_happens_and_not_missed_elsewhere() {
    let listing =
        "/** @protocol mine\n * @breaks NoStaleKill in *: by design: it looks once\n */\n#include \"v4.15.c\"\n";
    let arguments = [
        "check",
        "mine.c",
        "-p",
        "NoStaleKill",
        "-s",
        "quick-exit",
        "-s",
        "mrelease",
    ];
    let run = with("mine.c", listing, &arguments);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains("1 violation, expected\n"), "{}", run.out);
    assert!(run.out.contains("by design: it looks once"), "{}", run.out);
}

#[test]
fn a_kernel_is_found_by_a_release_that_its_listing_stands_for() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in [
        (
            "linux/old.c",
            "/** Old.\n * @protocol old\n * @versions v1.2 to v1.4, 1.4.7 on\n */\n",
        ),
        ("linux/new.c", "/** New.\n * @protocol new\n * @versions v1.6\n */\n"),
        (
            "scenarios/all.c",
            "/** @scenario all: one thread */\nbool done;\nvoid run(void) __thread(a) { done = true; }\n",
        ),
    ] {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    let show = |name: &str| oomspec(folder.path(), &["show", "--spec", ".", name]);
    for (release, listing) in [
        ("1.3", "Old"),
        ("v1.4", "Old"),
        ("1.4.9", "Old"),
        ("1.6", "New"),
        ("1.6.0", "New"),
    ] {
        let run = show(release);
        assert_eq!(run.code, 0, "{release}: {}", run.err);
        assert!(run.out.contains(listing), "{release}: {}", run.out);
    }
    for (release, nearest) in [
        ("1.4.3", "the nearest are old (v1.2 to v1.4) and old (1.4.7 on)"),
        ("1.5", "the nearest are old (1.4.7 on) and new (v1.6)"),
        ("2.0", "the nearest are new (v1.6)"),
        ("1.1", "the nearest are old (v1.2 to v1.4)"),
    ] {
        let run = show(release);
        assert_eq!(run.code, 150, "{release}: {}", run.out);
        assert!(run.err.contains("no listing stands for"), "{}", run.err);
        assert!(run.err.contains(nearest), "{release}: {}", run.err);
    }
    let run = show("1.4-amd64");
    assert!(run.err.contains("there is no protocol `1.4-amd64`"), "{}", run.err);
}

#[test]
fn what_a_listing_announces_as_vacuous_has_to_be() {
    let check = |tag: &str| {
        let listing = format!("/** Mine.\n * @protocol mine\n{tag} */\n#include \"v4.13.c\"\n");
        let asked = [
            "check",
            "mine.c",
            "-s",
            "sharer",
            "-s",
            "alone",
            "-p",
            "NoStaleKill",
            "-p",
            "ExitProgresses",
        ];
        with("mine.c", &listing, &asked)
    };
    assert_eq!(check("").code, 22);
    let run = check(" * @vacuous NoStaleKill: nobody frees memory here\n");
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    let run = check(" * @vacuous NoStaleKill, ExitProgresses: nobody exits\n");
    assert_eq!(run.code, 21, "{}{}", run.out, run.err);
    let said = "not vacuous, though the listing says so: ExitProgresses in alone (mine)\n";
    assert!(run.out.contains(said), "{}", run.out);
    assert_eq!(check(" * @vacuous NoStaleKil: nobody\n").code, 150);
}

/// A listing with one mistake, and one announcement that is not true.
const MISTAKEN: &str = "/** Mine.\n * @protocol mine\n * @after v4.15\n * @breaks NoLeak in quick-exit: by design: so it is said\n */\n\
    #include \"v4.15.c\"\n\nvoid exit_mmap(struct mm_struct *mm)\n{\n\tunmap_vmas(mm);\n\tfree_pgtables(mm);\n\
    \tremove_vmas(mm);\n}\n";

fn mistaken(format: &str) -> String {
    let run = with(
        "mine.c",
        MISTAKEN,
        &["check", "mine.c", "-s", "quick-exit", "--format", format],
    );
    assert_eq!(run.code, 12, "{format}: {}", run.err);
    run.out
}

#[test]
fn in_ktap_what_is_announced_is_an_expected_failure() {
    let text = mistaken("ktap");
    assert!(text.starts_with("KTAP version 1\n1..1\n  KTAP version 1\n  # Subtest: mine in quick-exit\n  1..24\n"));
    let result = |name: &str| {
        let mut lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        let line = lines.find(|line| line.contains(name)).expect("a result");
        line.trim_start().to_string()
    };
    assert!(result("NoUseAfterFree").starts_with("not ok 1 NoUseAfterFree # use-after-free of"));
    assert_eq!(result("NoDoubleUnmap"), "ok 2 NoDoubleUnmap");
    assert!(result("SkipMeansFree").ends_with(" # XFAIL as in v4.15"));
    assert!(result("NoLeak").starts_with("not ok ") && result("NoLeak").ends_with("though the listing says so"));
    assert!(result("Refines").contains(" # SKIP every run"));
    assert!(
        text.contains("\n  #                                       reapable_vma()   <-- BUG\n"),
        "{text}"
    );
    assert!(text.ends_with("\nnot ok 1 mine in quick-exit\n"));
    let fine = run(&["check", "v4.14", "-s", "foreign-mmput", "--format", "ktap"]);
    assert!(fine.code == 0 && fine.out.ends_with("\nok 1 v4.14 in foreign-mmput\n"));
}

#[test]
fn in_junit_what_is_announced_is_no_failure() {
    let text = mistaken("junit");
    let document = roxmltree::Document::parse(&text).expect("XML");
    let suite = document
        .descendants()
        .find(|node| node.has_tag_name("testsuite"))
        .expect("a suite");
    assert_eq!(
        (suite.attribute("tests"), suite.attribute("failures")),
        (Some("24"), Some("2"))
    );
    let failed: Vec<&str> = suite
        .children()
        .filter(|case| case.children().any(|inside| inside.has_tag_name("failure")))
        .filter_map(|case| case.attribute("name"))
        .collect();
    assert_eq!(failed, ["NoUseAfterFree", "NoLeak"]);
}

#[test]
fn in_sarif_what_is_announced_is_suppressed() {
    let log: Value = serde_json::from_str(&mistaken("sarif")).expect("JSON");
    let results = log["runs"][0]["results"].as_array().expect("results");
    let told: Vec<(&str, bool)> = results
        .iter()
        .map(|result| {
            (
                result["ruleId"].as_str().expect("a rule"),
                result["suppressions"].is_array(),
            )
        })
        .collect();
    let all = [
        ("NoUseAfterFree", false),
        ("SkipMeansFree", true),
        ("NoLeak", false),
        ("NoStaleKill", true),
    ];
    assert_eq!(told, all);
    let place = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "linux/v4.15.c");
}

#[test]
fn on_github_only_what_is_not_announced_is_annotated() {
    let text = mistaken("github");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(lines[0].starts_with("::error file=linux/v4.15.c,line="), "{text}");
    assert_eq!(
        lines[1],
        "::error title=NoLeak in quick-exit (mine)::not violated, though the listing says so"
    );
    assert_eq!(
        run(&["check", "v4.14", "-s", "foreign-mmput", "--format", "github"]).out,
        ""
    );
}

#[test]
fn for_another_program_what_is_not_decided_has_not_passed() {
    for (format, said) in [
        ("ktap", "not ok 1 NoUseAfterFree # ERROR not decided: "),
        ("junit", "<error message=\"not decided: "),
        ("sarif", "\"executionSuccessful\": false"),
        ("github", "::warning title=NoUseAfterFree in "),
    ] {
        let run = run(&[
            "check",
            "v4.15",
            "-s",
            "quick-exit",
            "--max-states",
            "100",
            "--format",
            format,
        ]);
        assert_eq!(run.code, 20, "{format}");
        assert!(run.out.contains(said), "{format}: {}", run.out);
    }
}

#[test]
fn diff_says_what_changed_and_code_26() {
    let run = run(&["diff", "v4.14", "v4.15", "-s", "foreign-mmput"]);
    assert_eq!(run.code, 26, "{}", run.err);
    assert!(
        run.out.contains("+\tif (test_bit(MMF_OOM_VICTIM, &mm->flags)) {"),
        "{}",
        run.out
    );
    assert!(run.out.contains("  Only v4.14 in foreign-mmput, after"), "{}", run.out);
    let said = run.out.lines().skip_while(|line| !line.starts_with("Verdicts"));
    let said: Vec<&str> = said.collect();
    assert!(
        said.len() > 10 && said.iter().all(|line| line.chars().count() <= 80),
        "{}",
        run.out
    );
}

#[test]
fn diff_of_the_same_is_code_0_whoever_wrote_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mine = v4_15().replace("@protocol v4.15", "@protocol mine");
    std::fs::write(folder.path().join("mine.c"), mine).expect("a file");
    let run = oomspec(folder.path(), &["diff", "v4.15", "mine.c", "-s", "quick-exit"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains("The listings say the same."), "{}", run.out);
    assert!(run.out.contains("the same behaviours:"), "{}", run.out);
}

#[test]
fn diff_of_a_graph_that_was_cut_is_not_decided() {
    let run = run(&["diff", "v4.15", "v4.15", "-s", "quick-exit", "--max-states", "100"]);
    assert_eq!(run.code, 20, "{}{}", run.out, run.err);
    assert!(run.out.contains("is not complete"), "{}", run.out);
    assert!(!run.out.contains("the same behaviours"), "{}", run.out);
}

#[test]
fn diff_for_programs_is_an_object_a_scenario() {
    let (code, lines) = json(&["diff", "v4.14", "v4.15", "-s", "foreign-mmput", "--format", "json"]);
    assert_eq!((code, lines.len()), (26, 1));
    let only = &lines[0]["behaviours"]["only_first"];
    assert_eq!(only["answer"], "run");
    assert!(
        only["run"]["steps"].as_array().is_some_and(|steps| steps.len() == 37),
        "{only}"
    );
    assert_eq!(lines[0]["behaviours"]["only_second"]["answer"], "none");
}

#[test]
fn diff_names_what_it_cannot_compare() {
    for (args, code, words) in [
        (vec!["diff", "v4.14", "v4.51"], 150, "did you mean `v4.15`?"),
        (vec!["diff", "v4.14"], 2, "<PROTOCOL|FILE.c>"),
        (vec!["diff", "v4.14", "v4.15", "-s", "quickexit"], 150, "quick-exit"),
        (
            vec!["diff", "v4.14", "v4.15", "--steps", "--format", "json"],
            2,
            "--steps",
        ),
    ] {
        let run = run(&args);
        assert_eq!(run.code, code, "{args:?}: {}", run.err);
        assert!(run.err.contains(words), "{args:?}: {}", run.err);
    }
}

#[test]
fn history_cites_who_brought_and_who_mended_each_mistake() {
    let run = run(&["history"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.lines().all(|line| line.chars().count() <= 80), "{}", run.out);
    let race = "  NoUseAfterFree\n    Fixes: 212925802454 (\"mm: oom: let oom_reap_task and exit_mmap run\n      concurrently\")\n    fixed in v4.15: 4837fe37adff (\"mm, oom_reaper: fix memory corruption\")\n";
    assert!(run.out.contains(race), "{}", run.out);
}

#[test]
fn history_of_one_property_tells_the_fix_and_why_it_holds() {
    let run = run(&["history", "NoMunlockRace"]);
    assert_eq!(run.code, 0, "{}", run.err);
    for said in [
        "v4.16 in mlocked: NoMunlockRace is violated",
        "v4.16 -> v4.17",
        "The old run in v4.17",
        "NoMunlockRace holds in v4.17",
    ] {
        assert!(run.out.contains(said), "{said}: {}", run.out);
    }
}

#[test]
fn cost_fits_in_a_mail_and_shows_what_the_clean_up_of_2022_costs() {
    let run = run(&["cost", "v5.18", "v6.1", "2017-07-25-arcangeli-unlocked"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.lines().all(|line| line.chars().count() <= 80), "{}", run.out);
    let alone = run
        .out
        .split("\n\n")
        .find(|table| table.starts_with("exit-alone"))
        .expect("a table");
    let words = |name: &str| -> Vec<String> {
        let row = alone
            .lines()
            .find(|line| line.trim_start().starts_with(name))
            .expect("a row");
        row.split_whitespace().skip(1).map(str::to_string).collect()
    };
    assert_eq!(words("v5.18"), ["9", "2"]);
    assert_eq!(words("v6.1"), ["12", "3"]);
}

#[test]
fn cost_of_a_graph_that_was_cut_is_not_decided() {
    let run = run(&["cost", "v6.1", "-s", "one-node", "--max-states", "100"]);
    assert_eq!(run.code, 20, "{}", run.err);
    assert!(run.out.contains("not decided"), "{}", run.out);
    let unknown = self::run(&["cost", "v6.1", "-s", "one-nod"]);
    assert_eq!(unknown.code, 150, "{}", unknown.err);
}

#[test]
fn history_names_what_it_does_not_know() {
    for (args, code, words) in [
        (vec!["history", "NoUseAfterFre"], 150, "NoUseAfterFree"),
        (vec!["history", "--of", "v9"], 150, "there is no kernel `v9`"),
    ] {
        let run = run(&args);
        assert_eq!(run.code, code, "{args:?}: {}", run.err);
        assert!(run.err.contains(words), "{args:?}: {}", run.err);
    }
}

#[test]
fn eval_shows_where_along_a_counterexample_a_value_changes() {
    let run = run(&[
        "eval",
        "mm_struct.hog_mm.flags",
        "v4.14",
        "-s",
        "foreign-mmput",
        "-p",
        "NoUseAfterFree",
    ]);
    assert_eq!(run.code, 0, "{}", run.err);
    let lines: Vec<&str> = run.out.lines().collect();
    assert_eq!(lines[2..4], ["    0 at the start", "        {}"], "{}", run.out);
    assert!(lines[4].contains("set_bit(MMF_OOM_SKIP, &mm->flags)"), "{}", run.out);
    assert_eq!(lines[5..], ["        {\"MMF_OOM_SKIP\"}"], "{}", run.out);
}

/// The counts are those of the states, and each value is one of the expression's: a property says so.
#[test]
fn eval_counts_the_states_that_have_each_value() {
    let (code, values) = json(&[
        "eval",
        "mm_struct.hog_mm.mm_users",
        "v4.15",
        "-s",
        "quick-exit",
        "--format",
        "json",
    ]);
    assert_eq!(code, 0);
    let (_, checked) = json(&["check", "v4.15", "-s", "quick-exit", "-p", "NoBug", "--format", "json"]);
    let states: u64 = values.iter().map(|value| value["states"].as_u64().unwrap()).sum();
    assert_eq!(Some(states), checked[0]["distinct"].as_u64(), "{}", checked[0]);
    let (_, one) = json(&[
        "eval",
        "mm_struct.hog_mm.mm_users = 1",
        "v4.15",
        "-s",
        "quick-exit",
        "--format",
        "json",
    ]);
    let with = |values: &[Value], wanted: &str| {
        values
            .iter()
            .find(|value| value["value"] == wanted)
            .map(|value| value["states"].clone())
    };
    assert_eq!(with(&values, "1"), with(&one, "TRUE"));
}

#[test]
fn eval_refuses_what_is_no_expression_over_a_state() {
    for (expression, words) in [
        ("mm_struct.hog_m", "there is no field `hog_m`"),
        ("Nowhere", "Nowhere"),
        ("pc' = pc", "one state"),
        ("[]TRUE", "one state"),
        ("1 \\/", "no TLA+ expression"),
        ("", "no TLA+ expression"),
        ("1\n====", "more than an expression"),
        ("1\nMore == 2", "more than an expression"),
    ] {
        let run = run(&["eval", expression, "v4.15", "-s", "quick-exit"]);
        assert_eq!(run.code, 150, "{expression}: {}{}", run.out, run.err);
        assert!(run.err.contains(words), "{expression}: {}", run.err);
    }
    let cut = run(&["eval", "pc", "v4.15", "-s", "quick-exit", "--max-states", "50"]);
    assert_eq!(cut.code, 20, "{}", cut.err);
}

#[test]
fn a_file_that_is_not_there_is_answered_with_those_that_are() {
    let run = with("mine.c", &v4_15(), &["check", "nope.c"]);
    assert_eq!(run.code, 150);
    assert!(run.err.contains("there is no file `nope.c`"), "{}", run.err);
    assert!(run.err.contains("mine.c"), "{}", run.err);
}

/// What -D changes is what an edit of the text would change.
#[test]
fn a_size_that_is_given_is_as_if_it_stood_in_the_scenario() {
    let states = |(_, lines): &(i32, Vec<Value>)| lines[0]["distinct"].as_u64().expect("states");
    let check = |scenario: &str, more: &[&str]| {
        let args = [
            &[
                "check",
                "v4.14",
                "-s",
                scenario,
                "-p",
                "NoUseAfterFree",
                "--format",
                "json",
            ],
            more,
        ]
        .concat();
        json(&args)
    };
    let scenario = std::fs::read_to_string(spec_folder().join("scenarios/lock-held.c")).expect("a scenario");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let longer = folder.path().join("longer.c");
    let defined = "#define MAX_OOM_REAP_RETRIES 3\n#define NR_PAGES";
    assert!(scenario.contains("#define NR_PAGES"));
    std::fs::write(&longer, scenario.replacen("#define NR_PAGES", defined, 1)).expect("a file");
    let plain = check("lock-held", &[]);
    let given = check("lock-held", &["-D", "MAX_OOM_REAP_RETRIES=3"]);
    let edited = check(longer.to_str().expect("UTF-8"), &[]);
    assert_eq!(given.0, 0);
    assert_eq!(states(&given), states(&edited));
    assert!(states(&given) > states(&plain));
    assert_eq!(given.1[0]["scenario"], "lock-held with MAX_OOM_REAP_RETRIES=3");
}

/// v4.14 announces this one for locked memory: without it there is none, and that is no surprise.
#[test]
fn what_is_announced_is_announced_for_the_sizes_of_the_text() {
    let unlocked = run(&[
        "check",
        "v4.14",
        "-s",
        "mlocked",
        "-p",
        "NoMunlockRace",
        "-D",
        "HOG_LOCKED=false",
    ]);
    assert_eq!(unlocked.code, 0, "{}{}", unlocked.out, unlocked.err);
    let locked = run(&[
        "check",
        "v4.14",
        "-s",
        "mlocked",
        "-p",
        "NoMunlockRace",
        "-D",
        "HOG_HUGE=true",
    ]);
    assert_eq!(locked.code, 0, "{}{}", locked.out, locked.err);
    assert!(locked.out.contains("1 violation, expected"), "{}", locked.out);
}

#[test]
fn a_size_that_there_is_not_is_an_error() {
    for (size, code, words) in [
        ("MAX_OOM_REAP_RETRIE=3", 150, "did you mean `MAX_OOM_REAP_RETRIES`?"),
        ("MAX_OOM_REAP_RETRIES", 2, "write NAME=VALUE"),
        ("MAX_OOM_REAP_RETRIES=many", 2, "no number"),
        ("MAX_OOM_REAP_RETRIES=-1", 2, "no number"),
        ("MAX_OOM_REAP_RETRIES=99999999999", 2, "no number"),
        ("9=3", 2, "no name"),
        ("NR_PAGES=0", 150, "pages"),
        ("NR_PAGES=4000000000", 150, "pages"),
        ("NULL=1", 150, "NULL"),
    ] {
        let run = run(&["check", "v4.14", "-s", "quick-exit", "-D", size]);
        assert_eq!(run.code, code, "{size}: {}{}", run.out, run.err);
        assert!(run.err.contains(words), "{size}: {}", run.err);
    }
    let twice = run(&[
        "check",
        "v4.14",
        "-s",
        "quick-exit",
        "-D",
        "NR_PAGES=2",
        "-D",
        "NR_PAGES=2",
    ]);
    assert_eq!(twice.code, 150, "{}", twice.err);
    let module = run(&["check", "OomResolution.tla", "-D", "NR_PAGES=2"]);
    assert_eq!(module.code, 2, "{}", module.err);
}

/// A spec need not say what can be seen, or what things cost.
#[test]
fn a_small_spec_is_compared_as_far_as_it_goes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let diff = oomspec(root, &["--spec", "examples/peterson", "diff", "hasty", "peterson"]);
    assert_eq!(diff.code, 26, "{}", diff.err);
    assert!(diff.out.contains("MutualExclusion: violated -> holds"), "{}", diff.out);
    assert!(
        diff.out.contains("no Visible.tla says what can be seen"),
        "{}",
        diff.out
    );
    let same = oomspec(root, &["--spec", "examples/peterson", "diff", "peterson", "peterson"]);
    assert_eq!(same.code, 20, "nothing was compared: {}", same.out);
    let cost = oomspec(root, &["--spec", "examples/peterson", "cost"]);
    assert_eq!(cost.code, 150);
    assert!(cost.err.contains("Cost.tla"), "{}", cost.err);
}

/// Nothing was named, and there is one protocol: what to look at next has its name, and does not panic.
#[test]
fn a_spec_of_one_protocol_needs_no_name() {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in [
        ("one/linux/v1.c", "/** @protocol v1 */\nstruct task { bool done; };\n"),
        (
            "one/scenarios/s.c",
            "/** @scenario s: x */\nstruct task t;\nbool go;\nvoid run(void) __task(t) { go = true; BUG_ON(go); }\n",
        ),
        (
            "one/Properties.tla",
            "---- MODULE Properties ----\nVARIABLE global\n====\n",
        ),
        (
            "one/Refinement.tla",
            "---- MODULE Refinement ----\nVARIABLE node\n====\n",
        ),
    ] {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    let run = oomspec(folder.path(), &["check", "--spec", "one"]);
    assert_eq!(run.code, 12, "{}{}", run.out, run.err);
    assert!(run.out.contains("NoBug is violated"), "{}", run.out);
    assert!(
        run.out
            .contains("\nnext:  oomspec check --spec one v1 -s s -p NoBug --steps\n"),
        "{}",
        run.out
    );
}
