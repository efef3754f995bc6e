//! Waits for files of the user to change.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use oomspec::explore::Budget;

/// How often somebody looks, and for how long nothing must change before it is read: an editor may write in two steps.
const LOOKS: Duration = Duration::from_millis(100);
/// How many folders deep a spec lies.
const DEEP: usize = 4;

/// The folders with the files of the user: what lies beside one may be included by it.
pub struct Watched {
    folders: Vec<PathBuf>,
    seen: Seen,
}

/// Every text there is, with when it was written, and its size.
type Seen = BTreeMap<PathBuf, (SystemTime, u64)>;

impl Watched {
    /// Remembers what is there now: beside some files, and in the folder of a spec.
    pub fn new(files: &[&Path], spec: Option<&Path>) -> Self {
        let mut folders: Vec<PathBuf> = files.iter().map(|file| beside(file)).collect();
        if let Some(spec) = spec {
            inside(spec, DEEP, &mut folders);
        }
        let seen = look(&folders);
        Watched { folders, seen }
    }

    /// Waits until something has changed, and says what; nothing once the user has pressed Ctrl-C.
    pub fn wait(&mut self, budget: Budget) -> Option<String> {
        loop {
            if budget.interrupted.is_some_and(|flag| flag.load(Ordering::Relaxed)) {
                return None;
            }
            std::thread::sleep(LOOKS);
            let mut now = look(&self.folders);
            if now == self.seen {
                continue;
            }
            loop {
                std::thread::sleep(LOOKS);
                let later = look(&self.folders);
                if later == now {
                    break;
                }
                now = later;
            }
            let all = self.seen.keys().chain(now.keys());
            let mut changed: Vec<&PathBuf> = all.filter(|&path| self.seen.get(path) != now.get(path)).collect();
            changed.sort();
            changed.dedup();
            let words = |path: &&PathBuf| {
                let name = path.strip_prefix("./").unwrap_or(path).display();
                match (self.seen.get(*path), now.get(*path)) {
                    (_, None) => format!("{name} is gone"),
                    (None, _) => format!("{name} is new"),
                    _ => format!("{name} has changed"),
                }
            };
            let said: Vec<String> = changed.iter().map(words).collect();
            let said = said.join(", ");
            self.seen = now;
            return Some(said);
        }
    }
}

fn beside(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

fn inside(folder: &Path, deep: usize, folders: &mut Vec<PathBuf>) {
    folders.push(folder.to_path_buf());
    if deep == 0 {
        return;
    }
    for entry in folder.read_dir().into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            inside(&entry.path(), deep - 1, folders);
        }
    }
}

fn look(folders: &[PathBuf]) -> Seen {
    let entries = folders
        .iter()
        .flat_map(|folder| folder.read_dir().into_iter().flatten().flatten());
    let texts = entries.filter(|entry| {
        let path = entry.path();
        let kind = path.extension().and_then(|kind| kind.to_str());
        kind.is_some_and(|kind| ["c", "h", "tla", "cfg"].contains(&kind))
    });
    let stamps = texts.filter_map(|entry| {
        // What a link leads to counts.
        let metadata = std::fs::metadata(entry.path()).ok()?;
        Some((entry.path(), (metadata.modified().ok()?, metadata.len())))
    });
    stamps.collect()
}
