//! `oomspec check mine.c --watch`: what is said when a file is saved, and that nothing ends it but Ctrl-C.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(120);

const RACE: &str = "/**\n * Mine.\n *\n * @protocol mine\n * @after v4.14\n */\n#include \"v4.14.c\"\n";
const FIX: &str = "
void exit_mmap(struct mm_struct *mm)
{
	release_secondary(mm);
	munlock_all(mm);
	unmap_vmas(mm);
	set_bit(MMF_OOM_SKIP, &mm->flags);
	down_write(&mm->mmap_sem);
	up_write(&mm->mmap_sem);
	free_pgtables(mm);
	remove_vmas(mm);
}
";

struct Watching {
    child: Child,
    /// The lines of stdout and stderr, as they come.
    lines: Receiver<String>,
}

impl Drop for Watching {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Watching {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_oomspec"))
            .args([
                "check",
                "mine.c",
                "-s",
                "foreign-mmput",
                "-p",
                "NoUseAfterFree",
                "--watch",
            ])
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("oomspec");
        let (sender, lines) = channel();
        let pipes: [Box<dyn Read + Send>; 2] = [
            Box::new(child.stdout.take().expect("a pipe")),
            Box::new(child.stderr.take().expect("a pipe")),
        ];
        for pipe in pipes {
            let sender = sender.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                    if sender.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        Watching { child, lines }
    }

    /// What is said until it waits again.
    fn said(&mut self) -> String {
        let mut text = String::new();
        loop {
            let line = self.lines.recv_timeout(PATIENCE).expect("it says something");
            if line.starts_with("note: waiting for a file to be saved") {
                // The other pipe may be behind.
                while let Ok(line) = self.lines.recv_timeout(Duration::from_millis(300)) {
                    text += &(line + "\n");
                }
                return text;
            }
            text += &(line + "\n");
        }
    }
}

#[test]
fn a_save_that_fixes_a_race_shows_the_fix_at_work() {
    let folder = tempfile::tempdir().expect("a folder");
    let mine = folder.path().join("mine.c");
    std::fs::write(&mine, RACE).expect("a file");
    let mut watching = Watching::start(folder.path());
    let first = watching.said();
    assert!(
        first.contains("mine in foreign-mmput: NoUseAfterFree is violated"),
        "{first}"
    );

    std::fs::write(&mine, format!("{RACE}{FIX}")).expect("a file");
    let fixed = watching.said();
    for part in [
        "-- mine.c has changed",
        "-\tif (tsk_is_oom_victim(current)) {",
        "+\tdown_write(&mm->mmap_sem);",
        "NoUseAfterFree in foreign-mmput: violated before, true now.",
        "The old run in mine comes as far as step 31 of 35.",
        "reader waits in down_write(mmap_sem)",
        "no violation",
    ] {
        assert!(fixed.contains(part), "{part}: {fixed}");
    }

    // What cannot be read is told, and what was found out before stays to be compared with.
    std::fs::write(&mine, format!("{RACE}{FIX}junk(")).expect("a file");
    let wrong = watching.said();
    assert!(wrong.contains("`(` is never closed"), "{wrong}");
    std::fs::remove_file(&mine).expect("it is there");
    let gone = watching.said();
    assert!(gone.contains("there is no file `mine.c`"), "{gone}");
    std::fs::write(&mine, RACE).expect("a file");
    let back = watching.said();
    assert!(
        back.contains("NoUseAfterFree in foreign-mmput: true before, violated now."),
        "{back}"
    );

    let pid = watching.child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .expect("kill")
            .success()
    );
    let ended = watching.child.wait().expect("it ends");
    assert_eq!(ended.code(), Some(0));
}

#[test]
fn there_must_be_something_to_watch() {
    for args in [
        ["check", "v4.14", "--watch"].as_slice(),
        &["check", "mine.c", "--watch", "--format", "json"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_oomspec"))
            .args(args)
            .output()
            .expect("oomspec");
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("--watch"), "{args:?}");
    }
}
