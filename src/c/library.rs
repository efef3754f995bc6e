//! Where listings come from: the spec built into the binary, a folder with the same layout, or a file of the user.

use std::path::{Path, PathBuf};

use include_dir::{Dir, DirEntry, include_dir};

use crate::input::{self, MAX_LISTING, MAX_MODULE};
use crate::source::Diagnostic;

/// A tree of listings: `kernel/`, `linux/`, `proposals/`, `scenarios/`.
pub trait Library: Sync {
    /// The text of a file, or why it has none; nothing if there is no such file. The path is relative to the root and uses `/`.
    fn read(&self, path: &str) -> Option<Result<String, Diagnostic>>;
    /// The paths of all files in those folders, sorted.
    fn list(&self) -> Vec<String>;
}

/// The folders of a library.
const GROUPS: [&str; 5] = ["kernel", "linux", "proposals", "scenarios", "cost"];

static SPEC: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/spec");

/// The spec that is built into the binary.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Builtin;

impl Library for Builtin {
    fn read(&self, path: &str) -> Option<Result<String, Diagnostic>> {
        let file = SPEC.get_file(path)?;
        Some(input::utf8(path, file.contents().to_vec()))
    }

    fn list(&self) -> Vec<String> {
        let mut paths = Vec::new();
        let mut folders = vec![&SPEC];
        while let Some(folder) = folders.pop() {
            for entry in folder.entries() {
                match entry {
                    DirEntry::Dir(inner) => folders.push(inner),
                    DirEntry::File(file) => paths.push(slashes(file.path())),
                }
            }
        }
        paths.retain(|path| GROUPS.iter().any(|group| path.starts_with(&format!("{group}/"))));
        paths.sort();
        paths
    }
}

/// A folder laid out like the built-in spec.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The library in this folder.
    pub(crate) fn new(root: impl Into<PathBuf>) -> Self {
        Folder { root: root.into() }
    }
}

impl Library for Folder {
    fn read(&self, path: &str) -> Option<Result<String, Diagnostic>> {
        let file = self.root.join(path);
        let most = if path.ends_with(".tla") {
            MAX_MODULE
        } else {
            MAX_LISTING
        };
        file.exists().then(|| input::text(&file, most))
    }

    fn list(&self) -> Vec<String> {
        let mut paths = Vec::new();
        for group in GROUPS {
            let Ok(entries) = std::fs::read_dir(self.root.join(group)) else {
                continue;
            };
            // What is no file to read from is refused when somebody names it.
            let files = entries
                .flatten()
                .map(|entry| entry.path())
                .filter(|path| !path.is_dir());
            paths.extend(files.filter_map(|path| path.strip_prefix(&self.root).ok().map(slashes)));
        }
        paths.sort();
        paths
    }
}

/// A text that is about to be read, and where it looks for what it includes.
#[derive(Debug, Clone)]
pub struct Listing {
    /// The name shown in messages: a path in the library (`linux/v4.14.c`) or what the user typed.
    pub name: String,
    /// The text.
    pub text: String,
    /// The folder of a user's file; none for files of the library.
    pub folder: Option<PathBuf>,
    /// Bounds that are other than in the text: the name of a `#define`, and its value here.
    pub bounds: Vec<(String, String)>,
}

impl Listing {
    /// A file of the library.
    pub(crate) fn from_library(library: &dyn Library, path: &str) -> Result<Self, Diagnostic> {
        let text = library
            .read(path)
            .ok_or_else(|| Diagnostic::general(format!("there is no {path} in the spec")))?;
        Ok(Listing {
            name: path.to_string(),
            text: text?,
            folder: None,
            bounds: Vec::new(),
        })
    }

    /// A file of the user.
    pub fn from_file(path: &Path) -> Result<Self, Diagnostic> {
        let text = input::text(path, MAX_LISTING)?;
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        Ok(Listing {
            name: path.display().to_string(),
            text,
            folder: Some(folder),
            bounds: Vec::new(),
        })
    }
}

fn slashes(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_lists_and_reads_like_the_built_in_spec() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("kernel")).unwrap();
        std::fs::write(root.path().join("kernel/a.h"), "bool a;").unwrap();
        std::fs::write(root.path().join("notes.txt"), "no listing").unwrap();
        let folder = Folder::new(root.path());
        assert_eq!(folder.list(), ["kernel/a.h"]);
        assert_eq!(folder.read("kernel/a.h").unwrap().unwrap(), "bool a;");
        assert_eq!(folder.read("kernel/b.h"), None);
        assert!(folder.read("kernel").unwrap().is_err());
        for path in Builtin.list() {
            assert!(Builtin.read(&path).unwrap().is_ok(), "{path}");
        }
    }

    #[test]
    fn a_file_of_the_user_knows_its_folder() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("mine.c");
        std::fs::write(&path, "bool a;").unwrap();
        let listing = Listing::from_file(&path).unwrap();
        assert_eq!(listing.folder.as_deref(), Some(root.path()));
        assert!(Listing::from_file(&root.path().join("none.c")).is_err());
    }
}
