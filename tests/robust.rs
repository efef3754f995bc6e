//! Inputs, outputs and sizes that nobody should get far with: each ends with a message and an exit code, and soon.

mod common;

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use common::spec_folder;

const RACE: [&str; 6] = ["check", "v4.14", "-s", "foreign-mmput", "-p", "NoUseAfterFree"];

fn oomspec(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oomspec"));
    command.args(args).current_dir(spec_folder());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Its exit code and what it said on stderr.
fn said(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), text(&output.stderr))
}

#[test]
fn what_cannot_be_printed_is_an_error() {
    for args in [
        &RACE[..],
        &["check", "v4.14", "-s", "foreign-mmput", "--format", "json"],
        &["show", "v4.14"],
        &["list"],
        &["certify", "v4.14", "-s", "foreign-mmput", "-p", "NoUseAfterFree"],
        &["export", "itf", "v4.14", "-s", "foreign-mmput", "-p", "NoUseAfterFree"],
        &["completions", "bash"],
        &["explore", "v4.14", "-s", "foreign-mmput", "--port", "0"],
        &["check", "OomResolution.tla"],
        &["--help"],
        &["export", "--help"],
    ] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let (code, err) = said(&oomspec(args).stdout(full).output().unwrap());
        assert_eq!(code, Some(74), "{args:?}: {err}");
        assert!(err.contains("cannot write to stdout: No space left"), "{args:?}: {err}");
    }
}

#[test]
fn who_closes_the_pipe_has_seen_enough_and_the_exit_code_still_tells() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = oomspec(&RACE).stdout(writer).output().unwrap();
    assert_eq!(said(&output), (Some(0), String::new()));
    let folder = tempfile::tempdir().unwrap();
    let v4_15 = text(&oomspec(&["show", "v4.15"]).output().unwrap().stdout);
    let mine: Vec<&str> = v4_15
        .lines()
        .filter(|line| !line.contains("_write(&mm->mmap_sem);"))
        .collect();
    let path = folder.path().join("mine.c");
    std::fs::write(&path, mine.join("\n")).unwrap();
    let path = path.display().to_string();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = oomspec(&["check", &path, "-s", "quick-exit", "-p", "NoUseAfterFree"])
        .stdout(writer)
        .output();
    assert_eq!(said(&output.unwrap()).0, Some(12));
}

#[test]
fn a_file_is_written_whole_or_stays_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let certify = |output: &Path| {
        let output = output.display().to_string();
        let args = [
            "certify",
            "v4.14",
            "-s",
            "foreign-mmput",
            "-p",
            "NoUseAfterFree",
            "-o",
            &output,
        ];
        said(&oomspec(&args).output().unwrap())
    };
    let file = folder.path().join("race.json");
    let link = folder.path().join("link.json");
    std::os::unix::fs::symlink(&file, &link).unwrap();
    std::fs::write(&file, "before").unwrap();
    assert_eq!(certify(&link), (Some(0), String::new()));
    // The link is one still, and nothing else lies there.
    assert!(link.symlink_metadata().unwrap().is_symlink());
    assert!(std::fs::read_to_string(&file).unwrap().starts_with('{'));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    for (wrong, why) in [
        (Path::new("/dev/full"), "No space left"),
        (folder.path(), "Is a directory"),
        (&folder.path().join("none/a.json"), "No such file"),
    ] {
        let (code, err) = certify(wrong);
        assert_eq!(code, Some(74), "{err}");
        assert!(err.contains("cannot write") && err.contains(why), "{err}");
    }
    assert_eq!(certify(Path::new("/dev/null")), (Some(0), String::new()));
}

#[test]
fn an_option_that_changes_nothing_is_a_mistake() {
    for args in [
        &["check", "--steps", "-s", "quick-exit"][..],
        &["check", "v4.14", "v4.15", "--steps", "-s", "quick-exit"],
        &["check", "v4.14", "-s", "quick-exit", "--steps", "--format", "json"],
        &["check", "OomResolution.tla", "-s", "quick-exit"],
        &["check", "OomResolution.tla", "--engine", "both"],
        &[
            "export",
            "dot",
            "v4.14",
            "-s",
            "quick-exit",
            "--properties",
            "Properties.tla",
        ],
        &["--spec", ".", "completions", "bash"],
    ] {
        let (code, err) = said(&oomspec(args).output().unwrap());
        assert_eq!(code, Some(2), "{args:?}: {err}");
    }
}

#[test]
fn special_files_are_no_input() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let pipe = path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let socket = path("socket");
    let _listens = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    // Longer than anything that is read, but sparse.
    let long = path("long");
    std::fs::File::create(&long).unwrap().set_len(1 << 40).unwrap();
    std::fs::write(path("M.tla"), "---- MODULE M ----\nEXTENDS N\nInit == TRUE\n====\n").unwrap();
    std::fs::write(path("M.cfg"), "INIT Init NEXT Init\n").unwrap();
    assert!(Command::new("mkfifo").arg(path("N.tla")).status().unwrap().success());
    std::fs::write(path("a.c"), "#include \"pipe\"\n").unwrap();
    let library = tempfile::tempdir().unwrap();
    std::fs::create_dir(library.path().join("linux")).unwrap();
    std::fs::create_dir(library.path().join("scenarios")).unwrap();
    std::fs::write(library.path().join("scenarios/s.c"), "").unwrap();
    std::fs::write(library.path().join("Refinement.tla"), EMPTY).unwrap();
    assert!(
        Command::new("mkfifo")
            .arg(library.path().join("linux/p.c"))
            .status()
            .unwrap()
            .success()
    );
    let library = library.path().display().to_string();
    let (module, listing) = (path("M.tla"), path("a.c"));
    let mut runs: Vec<Vec<&str>> = vec![
        vec!["check", &module],
        vec!["check", &listing, "-s", "quick-exit"],
        vec!["--spec", &library, "check"],
        vec!["--spec", &library, "show", "p"],
    ];
    let zero = "/dev/zero".to_string();
    for special in [&pipe, &socket, &long, &zero] {
        runs.extend([
            vec!["check", special, "-s", "quick-exit"],
            vec!["check", "v4.15", "-s", special],
            vec!["check", "v4.15", "-s", "quick-exit", "--properties", special],
            vec!["show", special],
            vec!["verify", special],
            vec!["explore", "v4.15", "-s", special],
            vec!["export", "tla", special, "-s", "quick-exit", "-o", &library],
            vec![
                "certify",
                "v4.15",
                "-s",
                "quick-exit",
                "-p",
                "NoBug",
                "--properties",
                special,
            ],
        ]);
    }
    for args in runs {
        let (code, err) = said(&oomspec(&args).output().unwrap());
        assert_eq!(code, Some(150), "{args:?}: {err}");
        let told = err.contains("is not a regular file") || err.contains("is longer than");
        assert!(told, "{args:?}: {err}");
    }
}

/// A spec that asks nothing.
const EMPTY: &str = "---- MODULE Refinement ----\n====\n";

/// Four threads that count: more states, of 4 KB each, than any machine has room for.
const EXPLOSION: &str = "/** @scenario boom: too many */
struct node { unsigned n; };\nstruct big { u32 a[1000]; };\nstruct task { unsigned z; };
struct node x; struct task t; struct big b;\nunsigned c0, c1, c2, c3;
void t0(void) __unfair { unsigned i = 0; while (true) { c0 = (i + 1) % 50; i = c0; b.a[i] = i; } }
void t1(void) __unfair { unsigned i = 0; while (true) { c1 = (i + 1) % 50; i = c1; b.a[i + 100] = i; } }
void t2(void) __unfair { unsigned i = 0; while (true) { c2 = (i + 1) % 50; i = c2; b.a[i + 200] = i; } }
void t3(void) __unfair { unsigned i = 0; while (true) { c3 = (i + 1) % 50; i = c3; b.a[i + 300] = i; } }
";

/// A spec in which it is the only scenario.
fn explosion() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    put("linux/p.c", "/** @protocol p */\n");
    put("scenarios/boom.c", EXPLOSION);
    put("Refinement.tla", EMPTY);
    folder
}

/// The most memory that a child had resident, in bytes, and what it said.
fn most_memory(mut command: Command) -> (u64, Output) {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(&status).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|peak| peak.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        most = most.max(peak.unwrap_or(0) * 1024);
        std::thread::sleep(Duration::from_millis(2));
    }
    (most, child.wait_with_output().unwrap())
}

#[test]
fn what_outgrows_the_memory_is_not_decided() {
    let spec = explosion();
    let spec = spec.path().display().to_string();
    let check = ["--spec", &spec, "check", "p", "-s", "boom", "--max-memory", "200M"];
    let certify = [
        "--spec",
        &spec,
        "certify",
        "p",
        "-s",
        "boom",
        "-p",
        "NoBug",
        "--max-memory",
        "200M",
    ];
    let dot = [
        "--spec",
        &spec,
        "export",
        "dot",
        "p",
        "-s",
        "boom",
        "--max-states",
        "9999999",
        "--max-memory",
        "200M",
    ];
    let second = [&check[..], &["--engine", "both"]].concat();
    for args in [&check[..], &certify, &dot, &second] {
        let (most, output) = most_memory(oomspec(args));
        let (code, err) = said(&output);
        assert_eq!(code, Some(20), "{args:?}: {err}");
        let told = text(&output.stdout) + &err;
        assert!(told.contains("more than 200.0 MB of memory"), "{args:?}: {told}");
        assert!(most < 240_000_000, "{args:?}: {most} bytes");
    }
}

#[test]
fn a_module_that_outgrows_the_memory_is_not_decided() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Big.tla");
    let module = "---- MODULE Big ----\nEXTENDS Integers\nVARIABLES f\nInit == f = [i \\in 1..200 |-> 0]
Next == \\E i \\in 1..200 : f' = [f EXCEPT ![i] = (f[i] + 1) % 50]\nSmall == f[1] < 50\n====\n";
    std::fs::write(&path, module).unwrap();
    std::fs::write(folder.path().join("Big.cfg"), "INIT Init\nNEXT Next\nINVARIANT Small\n").unwrap();
    let (most, output) = most_memory(oomspec(&["check", &path.display().to_string(), "--max-memory", "200M"]));
    let (code, err) = said(&output);
    assert_eq!(code, Some(20), "{err}");
    assert!(most < 240_000_000, "{most} bytes");
}

#[test]
fn an_interrupted_check_says_what_it_knows_and_decides_nothing() {
    let spec = explosion();
    let spec = spec.path().display().to_string();
    let args = ["--spec", &spec, "check", "p", "-s", "boom", "-p", "NoBug"];
    let child = oomspec(&args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The handler is there before the search starts to take memory.
    let status = format!("/proc/{}/status", child.id());
    let grown = || {
        let status = std::fs::read_to_string(&status).unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        resident.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() > 60_000
    };
    while !grown() {
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(
        Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()
            .unwrap()
            .success()
    );
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.signal(), None);
    assert_eq!(said(&output).0, Some(20));
    let out = text(&output.stdout);
    assert!(
        out.contains("distinct, depth") && out.contains("incomplete: interrupted"),
        "{out}"
    );
}
