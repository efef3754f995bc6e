//! `--checkpoint` and `--resume`: where long searches keep what they have found.

use std::path::PathBuf;
use std::time::Duration;

use oomspec::check::needs_steps;
use oomspec::explore::{CheckpointError, Checkpoints};
use oomspec::model::Instance;
use oomspec::model::properties::PropertyModule;
use oomspec::source::{Diagnostic, Diagnostics};

use super::output::misuse;

/// Seconds between two checkpoints.
const EVERY: u64 = 60;

// A comment for rustdoc would be the help of the commands that have these.
#[allow(missing_docs)]
#[derive(Debug, clap::Args)]
pub struct Keeping {
    /// Keep in this folder what long searches have found so far, to go on from there
    #[arg(long, value_name = "DIR", conflicts_with = "resume")]
    checkpoint: Option<PathBuf>,

    /// Go on from what --checkpoint kept in this folder, with the same verdicts and counts
    #[arg(long, value_name = "DIR")]
    resume: Option<PathBuf>,

    /// Seconds between two checkpoints of a search; more if writing takes long
    #[arg(long, value_name = "SECONDS", default_value_t = EVERY)]
    checkpoint_every: u64,
}

impl Keeping {
    /// The first flag that is given.
    pub fn given(&self) -> Option<&'static str> {
        match (&self.checkpoint, &self.resume) {
            (Some(_), _) => Some("--checkpoint"),
            (None, Some(_)) => Some("--resume"),
            (None, None) => None,
        }
    }

    /// Refuses how often, where nothing is kept.
    pub fn refuse_alone(&self) {
        if self.checkpoint_every != EVERY && self.given().is_none() {
            misuse("--checkpoint-every is for --checkpoint and --resume");
        }
    }

    /// Where the searches of this run keep what they have found. What cannot be gone on from is said before anything is explored.
    pub fn start(
        &self,
        instances: &[Instance],
        modules: &[PropertyModule],
        properties: &[String],
    ) -> Result<Option<&'static Checkpoints>, Diagnostics> {
        let every = Duration::from_secs(self.checkpoint_every);
        let (folder, resume) = match (&self.checkpoint, &self.resume) {
            (Some(folder), _) => (folder, false),
            (None, Some(folder)) => (folder, true),
            (None, None) => return Ok(None),
        };
        // They are there for as long as the process is.
        let checkpoints: &'static Checkpoints = Box::leak(Box::new(Checkpoints::new(folder.clone(), every, resume)));
        let mut found = false;
        for instance in instances {
            found |= checkpoints
                .look(&instance.machine, needs_steps(modules, properties))
                .map_err(|error| {
                    let help = match error {
                        CheckpointError::There(_) => "go on from it with --resume, or remove it",
                        CheckpointError::Damaged(_) | CheckpointError::Unread(..) => {
                            "remove it, and begin again with --checkpoint"
                        }
                    };
                    Diagnostic::general(error.to_string()).help(help)
                })?;
        }
        if resume && !found {
            let message = format!("there is no checkpoint of this in {}", folder.display());
            let help = "what was kept there is of another listing, scenario, size or property, or of another version of oomspec";
            return Err(Diagnostic::general(message).help(help).into());
        }
        Ok(Some(checkpoints))
    }
}
