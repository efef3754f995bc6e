//! `oomspec completions`: for the shell.

use clap::CommandFactory;

/// Print a completion script for your shell
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell
    shell: clap_complete::Shell,
}

/// Prints the script.
pub fn run(args: &Args) -> Result<u8, super::Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::Cli::command(), "oomspec", &mut script);
    super::print(&String::from_utf8_lossy(&script))?;
    Ok(super::exit::FINE)
}
