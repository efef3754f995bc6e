//! What leaves the program: text on the terminal, and files, each of them written whole or not at all.

use std::fmt::Display;
use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

use oomspec::source::{Diagnostic, Diagnostics};

use super::exit;

/// Why a command ends without an answer.
pub enum Failure {
    /// What the user gave cannot be used.
    Input(Diagnostics),
    /// A search came to no end, and what was asked for needs one.
    Undecided(Diagnostics),
    /// Something could not be written.
    Output(Diagnostics),
}

impl From<Diagnostics> for Failure {
    fn from(errors: Diagnostics) -> Self {
        Failure::Input(errors)
    }
}

impl From<Diagnostic> for Failure {
    fn from(error: Diagnostic) -> Self {
        Failure::Input(error.into())
    }
}

impl Failure {
    /// Nothing is decided, for this reason.
    pub fn undecided(why: String) -> Self {
        Failure::Undecided(Diagnostics::from(
            Diagnostic::general(why).help("raise --max-states or --max-memory, or take a smaller scenario"),
        ))
    }

    /// Says what is wrong, and ends with its exit code.
    pub fn report(&self) -> u8 {
        let (errors, code) = match self {
            Failure::Input(errors) => (errors, exit::INPUT),
            Failure::Undecided(errors) => (errors, exit::INCOMPLETE),
            Failure::Output(errors) => (errors, exit::OUTPUT),
        };
        complain(errors);
        code
    }
}

/// Writes to stdout. Who closes a pipe has seen enough; the exit code still tells the rest.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = anstream::stdout();
    heard(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
}

/// Prints clap's own text: a help, or what is wrong with the command line.
pub fn usage(message: &clap::Error) -> ExitCode {
    let printed = heard(message.print().and_then(|()| io::stdout().flush()));
    ExitCode::from(match printed {
        _ if message.use_stderr() => exit::USAGE,
        Ok(()) => exit::FINE,
        Err(failure) => failure.report(),
    })
}

/// A wrong use of the command line, in clap's own form: exit code 2.
pub fn misuse(message: &str) -> ! {
    use clap::CommandFactory;
    super::Cli::command()
        .error(clap::error::ErrorKind::ArgumentConflict, message)
        .exit()
}

fn heard(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(unwritten("to stdout", &error)),
        _ => Ok(()),
    }
}

/// Prints what is wrong with the user's text.
pub fn complain(errors: &Diagnostics) {
    // Nobody is left to tell if stderr is closed.
    let _ = writeln!(anstream::stderr(), "{}", errors.render(true));
}

/// Tells something that changes nothing.
pub fn note(message: &str) {
    // Nobody is left to tell if stderr is closed.
    let _ = writeln!(anstream::stderr(), "note: {message}");
}

/// Writes a file where the user wants it: whole, or what was there stays as it was.
pub fn save(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write(path, bytes).map_err(|error| unwritten(path.display(), &error))
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A link stays one: what it leads to is written.
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let permissions = match OpenOptions::new().write(true).open(path) {
        Ok(mut there) => {
            let metadata = there.metadata()?;
            if !metadata.is_file() {
                // A terminal, a pipe or a device is written to and not replaced.
                return there.write_all(bytes);
            }
            metadata.permissions()
        }
        Err(error) if error.kind() == ErrorKind::NotFound => new_file(),
        Err(error) => return Err(error),
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut beside = tempfile::Builder::new()
        .prefix(".oomspec-")
        .permissions(permissions)
        .tempfile_in(folder)?;
    beside.write_all(bytes)?;
    File::sync_all(beside.as_file())?;
    beside.persist(path)?;
    Ok(())
}

/// What a new file may be used for, before the user's mask.
fn new_file() -> Permissions {
    use std::os::unix::fs::PermissionsExt;
    Permissions::from_mode(0o666)
}

/// Makes a folder for files, if it is not there.
pub fn folder(path: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(path).map_err(|error| unwritten(path.display(), &error))
}

/// Removes a file that this program wrote.
pub fn remove(path: &Path) -> Result<(), Failure> {
    std::fs::remove_file(path).map_err(|error| unwritten(path.display(), &error))
}

fn unwritten(what: impl Display, error: &io::Error) -> Failure {
    Failure::Output(Diagnostics::from(Diagnostic::general(format!(
        "cannot write {what}: {error}"
    ))))
}
