//! `oomspec new`: four files to start from.

use std::path::PathBuf;

use oomspec::source::Diagnostic;

use super::{Failure, exit};

/// Write a listing, a scenario, a property and a note to start from
///
/// They are a small protocol that holds, about a reference counter. Nothing is overwritten.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What it is called: small letters, digits and dashes
    name: String,

    /// The folder in which the files are written
    #[arg(long, value_name = "FOLDER")]
    directory: Option<PathBuf>,
}

/// Writes the files.
pub fn run(args: &Args) -> Result<u8, Failure> {
    let name = &args.name;
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(fine) || name.len() > 40 {
        super::output::misuse("a name has small letters, digits and dashes, begins with a letter, and is not long");
    }
    let folder = args.directory.clone().unwrap_or_default();
    let module = module(name);
    let files = [
        (format!("{name}.c"), include_str!("../../spec/new/listing.c")),
        (format!("{name}-users.c"), include_str!("../../spec/new/scenario.c")),
        (format!("{module}.tla"), include_str!("../../spec/new/property.tla")),
        (format!("{name}.md"), include_str!("../../spec/new/note.md")),
    ];
    if let Some((there, _)) = files.iter().find(|(file, _)| folder.join(file).exists()) {
        let message = format!("{} is there already", folder.join(there).display());
        let error = Diagnostic::general(message).help("choose another name, or another folder");
        return Err(error.into());
    }
    for (file, text) in &files {
        let text = text.replace("MODULE_NAME", &module).replace("NAME", name);
        let path = folder.join(file);
        super::save(&path, text.as_bytes())?;
        super::print(&format!("{}\n", path.display()))?;
    }
    Ok(exit::FINE)
}

/// `lost-wakeup` is `LostWakeup`, as modules are called.
fn module(name: &str) -> String {
    let words = name.split('-').filter(|word| !word.is_empty());
    let capital = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
    words.map(capital).collect()
}
