//! The folder tree is the architecture: ARCHITECTURE.md has a table of who may use whom, and every path in `src/` is held to it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// `["check", "liveness"]` is `src/check/liveness.rs`.
type Module = Vec<String>;

#[test]
fn every_module_uses_only_what_the_table_allows() {
    let table = table();
    for (file, text) in sources() {
        let [user, ..] = file.as_slice() else { continue };
        let row = table.iter().find(|(module, _)| module == user);
        let (_, allowed) = row.unwrap_or_else(|| panic!("ARCHITECTURE.md has no row for `{user}`"));
        for path in paths(&file, &text) {
            assert!(
                path[0] == *user || allowed.contains(&path[0]),
                "src/{} uses {}: the table in ARCHITECTURE.md does not allow `{user}` to use `{}`",
                file.join("/"),
                path.join("::"),
                path[0],
            );
        }
    }
}

#[test]
fn arrows_in_the_table_point_down_and_each_is_needed() {
    let mut needed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (file, text) in sources() {
        let used = paths(&file, &text).into_iter().map(|path| path[0].clone());
        needed.entry(file[0].clone()).or_default().extend(used);
    }
    let mut above: Vec<String> = Vec::new();
    for (module, allowed) in table() {
        for used in allowed {
            assert!(
                above.contains(&used),
                "`{module}` uses `{used}`, which does not stand above it"
            );
            let is_needed = needed.get(&module).is_some_and(|needed| needed.contains(&used));
            assert!(is_needed, "`{module}` does not need `{used}`");
        }
        above.push(module);
    }
    assert_eq!(needed.into_keys().collect::<BTreeSet<_>>(), above.into_iter().collect());
}

#[test]
fn no_two_files_need_each_other() {
    let sources = sources();
    let known: BTreeSet<&Module> = sources.keys().collect();
    let file_of = |path: &Module| {
        (0..=path.len())
            .rev()
            .map(|end| path[..end].to_vec())
            .find(|file| known.contains(file))
    };
    let mut needs: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
    for (file, text) in &sources {
        // A folder's mod.rs and the files in the folder are one thing.
        let apart = |other: &Module| !other.starts_with(file) && !file.starts_with(other);
        let others = paths(file, text)
            .into_iter()
            .filter_map(|path| file_of(&path))
            .filter(apart);
        needs.insert(file.clone(), others.collect());
    }
    // What needs nothing that is left can be read, and goes.
    loop {
        let left: BTreeSet<Module> = needs.keys().cloned().collect();
        needs.retain(|_, others| !others.is_disjoint(&left));
        if needs.len() == left.len() {
            break;
        }
    }
    let circle: Vec<String> = needs.keys().map(|file| file.join("/")).collect();
    assert!(circle.is_empty(), "these files need each other: {circle:?}");
}

#[test]
fn imports_stand_in_one_order() {
    for (file, text) in sources() {
        let mut before = None;
        for block in text.split("\n\n") {
            let groups: BTreeSet<u8> = block.lines().filter_map(|line| group(line, &text)).collect();
            let here = groups.first().copied();
            let in_order = groups.len() <= 1 && (here.is_none() || before < here);
            assert!(in_order, "src/{}: these are not in order:\n{block}", file.join("/"));
            before = here;
        }
    }
}

/// Re-exports come first, then the standard library, crates, and what is ours; a blank line parts them.
fn group(line: &str, text: &str) -> Option<u8> {
    let (visible, path) = line.split_once("use ")?;
    let first = path.split("::").next()?;
    Some(match (visible, first) {
        ("pub " | "pub(crate) " | "pub(super) ", _) => 0,
        ("", "std") => 1,
        ("", "crate" | "super" | "self") => 3,
        ("", _) if text.contains(&format!("mod {first};")) => 3,
        ("", _) => 2,
        _ => return None,
    })
}

/// The rows of the table: a module, and those that it may use.
fn table() -> Vec<(String, Vec<String>)> {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("a text");
    let names = |cell: &str| {
        cell.split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_string)
            .collect::<Vec<_>>()
    };
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    let rows = rows.map(|line| line.split('|').map(names).collect::<Vec<_>>());
    let rows: Vec<_> = rows.map(|cells| (cells[1][0].clone(), cells[3].clone())).collect();
    assert!(rows.len() > 10, "the table of ARCHITECTURE.md is not where it was");
    rows
}

/// The files of the library and of the command, without the two roots.
fn sources() -> BTreeMap<Module, String> {
    let mut sources = BTreeMap::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let module = module(path.strip_prefix(root().join("src")).expect("a file below"));
                if module != ["lib"] && module != ["main"] {
                    sources.insert(module, std::fs::read_to_string(&path).expect("a text"));
                }
            }
        }
    }
    sources
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn module(path: &Path) -> Module {
    let path = path.with_extension("");
    let names = path.iter().map(|name| name.to_string_lossy().into_owned());
    names.filter(|name| name != "mod").collect()
}

/// All that a file names by a path from the root or from a module around it; what comments and texts say does not count.
fn paths(file: &Module, text: &str) -> BTreeSet<Module> {
    let mut found = BTreeSet::new();
    let tokens: TokenStream = text.parse().expect("Rust");
    collect(file, tokens, &mut found);
    found
}

fn collect(here: &Module, tokens: TokenStream, found: &mut BTreeSet<Module>) {
    let mut tokens = tokens.into_iter().peekable();
    let mut before = [String::new(), String::new()];
    while let Some(token) = tokens.next() {
        match &token {
            // `mod tests { … }`: what is in there is one level deeper.
            TokenTree::Group(group) if before[0] == "mod" => {
                let inner = [here.as_slice(), &before[1..]].concat();
                collect(&inner, group.stream(), found);
            }
            TokenTree::Group(group) => collect(here, group.stream(), found),
            TokenTree::Ident(name) if before[1] != ":" => {
                let start = match name.to_string().as_str() {
                    "crate" | "oomspec" => Some(Module::new()),
                    "super" => Some(here[..here.len() - 1].to_vec()),
                    _ => None,
                };
                if let Some(start) = start {
                    follow(start, &mut tokens, found);
                }
            }
            _ => {}
        }
        before = [std::mem::take(&mut before[1]), token.to_string()];
    }
}

/// The rest of a path, or all those that a `use` lists.
fn follow(
    mut path: Module,
    tokens: &mut std::iter::Peekable<impl Iterator<Item = TokenTree>>,
    found: &mut BTreeSet<Module>,
) {
    while tokens.next_if(|token| token.to_string() == ":").is_some() {
        tokens.next_if(|token| token.to_string() == ":");
        match tokens.peek() {
            Some(TokenTree::Ident(name)) if name == "super" => {
                path.pop();
            }
            Some(TokenTree::Ident(name)) => path.push(name.to_string()),
            Some(TokenTree::Group(list)) if list.delimiter() == Delimiter::Brace => {
                let mut list = list.stream().into_iter().peekable();
                while let Some(token) = list.next() {
                    if let TokenTree::Ident(name) = token {
                        let start = [path.as_slice(), &[name.to_string()]].concat();
                        follow(start, &mut list, found);
                    }
                }
            }
            _ => break,
        }
        tokens.next();
    }
    if !path.is_empty() {
        found.insert(path);
    }
}
