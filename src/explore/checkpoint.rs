//! A search that can be stopped: what it has found so far, in a file that is whole at any moment, and the search that goes on from it.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::keys::Keys;
use super::packing::Packing;
use super::parents::Parents;
use super::{Edges, StateId};
use crate::machine::Machine;

/// What a file begins with. The number grows with its form.
const HEAD: &[u8] = b"oomspec checkpoint 1\n";
/// A search writes for at most this share of its time.
const SHARE: u32 = 10;

/// Where searches keep what they have found.
#[derive(Debug)]
pub struct Checkpoints {
    folder: PathBuf,
    every: Duration,
    resume: bool,
    trouble: Mutex<Option<String>>,
}

/// Why there is nothing to go on from.
#[derive(Debug)]
pub enum CheckpointError {
    /// There is one already, and nothing is overwritten.
    There(PathBuf),
    /// It cannot be read.
    Unread(PathBuf, io::Error),
    /// It is not what was written.
    Damaged(PathBuf),
}

impl fmt::Display for CheckpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CheckpointError::There(path) => write!(f, "there is a checkpoint of this already: {}", path.display()),
            CheckpointError::Unread(path, error) => write!(f, "cannot read {}: {error}", path.display()),
            CheckpointError::Damaged(path) => write!(f, "{} is damaged", path.display()),
        }
    }
}

impl std::error::Error for CheckpointError {}

impl Checkpoints {
    /// Of searches that begin, or go on from what is in the folder; written at most so often, and rarely if that takes long.
    pub fn new(folder: PathBuf, every: Duration, resume: bool) -> Self {
        Checkpoints {
            folder,
            every,
            resume,
            trouble: Mutex::new(None),
        }
    }

    /// Whether a search of this program, which keeps its steps or not, goes on from a checkpoint. Without one, it begins.
    ///
    /// # Errors
    ///
    /// The checkpoint is damaged; or there is one, and the search is to begin.
    pub fn look(&self, machine: &Machine, steps: bool) -> Result<bool, CheckpointError> {
        let digest = digest(machine, steps);
        let path = self.path(&digest);
        match (self.resume, path.exists()) {
            (_, false) => Ok(false),
            (false, true) => Err(CheckpointError::There(path)),
            (true, true) => read(&path, &digest, machine).map(|_| true),
        }
    }

    /// Why the last file could not be written, if one could not; the one before is still there.
    pub fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn path(&self, digest: &[u8; 32]) -> PathBuf {
        let name: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(format!("{name}.checkpoint"))
    }
}

/// What a search has found so far, between two parts of a frontier.
#[derive(Debug, Serialize)]
pub(super) struct Kept<'s> {
    pub packing: &'s Packing,
    pub keys: &'s Keys,
    pub edges: &'s Option<Edges>,
    pub parents: &'s Parents,
    pub ends: &'s [StateId],
    pub expanded: usize,
    pub transitions: usize,
    pub levels: &'s [StateId],
}

/// The same, read.
#[derive(Debug, Deserialize)]
pub(super) struct Found {
    pub packing: Packing,
    pub keys: Keys,
    pub edges: Option<Edges>,
    pub parents: Parents,
    pub ends: Vec<StateId>,
    pub expanded: usize,
    pub transitions: usize,
    pub levels: Vec<StateId>,
}

impl Found {
    /// Whether it can be what a search of this program has found, as far as one can see: nothing in it leads out of it.
    fn is_sound(&self, machine: &Machine) -> bool {
        let states = self.keys.len();
        let levels = self.levels.first() == Some(&0)
            && self.levels.windows(2).all(|pair| pair[0] < pair[1])
            && self.levels.last().is_some_and(|&end| end as usize <= states);
        let edges = self.edges.as_ref().is_none_or(|edges| {
            edges.offsets.len() == self.expanded + 1
                && edges.offsets.first() == Some(&0)
                && edges.offsets.windows(2).all(|pair| pair[0] <= pair[1])
                && edges.offsets.last() == Some(&(edges.targets.len() as u32))
                && edges.labels.len() == edges.targets.len()
                && edges.targets.iter().all(|&target| (target as usize) < states)
        });
        let numbers = states > 0 && self.expanded <= states && self.parents.states() == states;
        levels
            && edges
            && numbers
            && self.levels.len() >= 2
            && self.parents.is_sound()
            && self.ends.iter().all(|&end| (end as usize) < self.expanded)
            && self.packing.is_sound(machine.words(), &self.keys)
    }
}

/// Writes what one search has found, now and then.
pub(super) struct Keeper {
    checkpoints: &'static Checkpoints,
    path: PathBuf,
    digest: [u8; 32],
    last: Instant,
    took: Duration,
    /// There is a file of this search.
    written: bool,
}

impl Keeper {
    pub(super) fn new(checkpoints: &'static Checkpoints, machine: &Machine, steps: bool) -> Self {
        let digest = digest(machine, steps);
        Keeper {
            path: checkpoints.path(&digest),
            checkpoints,
            digest,
            last: Instant::now(),
            took: Duration::ZERO,
            written: false,
        }
    }

    /// What to go on from, if the search is to go on.
    pub(super) fn found(&self, machine: &Machine) -> Result<Option<Found>, CheckpointError> {
        match self.checkpoints.resume && self.path.exists() {
            true => read(&self.path, &self.digest, machine).map(Some),
            false => Ok(None),
        }
    }

    /// Whether it is time to write.
    pub(super) fn is_due(&self) -> bool {
        self.last.elapsed() >= self.checkpoints.every.max(self.took * SHARE)
    }

    /// Whether what there is of this search is behind what was found.
    pub(super) fn is_behind(&self) -> bool {
        self.written || self.checkpoints.resume && self.path.exists()
    }

    /// Writes a new file and puts it in the place of the old one. A full disk ends no search: the old one stays.
    pub(super) fn write(&mut self, kept: &Kept) {
        let start = Instant::now();
        let trouble = write(&self.path, &self.digest, kept).err();
        let trouble = trouble.map(|error| format!("cannot write {}: {error}", self.path.display()));
        *self.checkpoints.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
        self.written = true;
        self.took = start.elapsed();
        self.last = Instant::now();
    }
}

/// Which program, explored how, and by which version of this one.
fn digest(machine: &Machine, steps: bool) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(env!("CARGO_PKG_VERSION"));
    hash.update(env!("OOMSPEC_SOURCE"));
    hash.update([u8::from(steps)]);
    hash.update(format!("{:?}", machine.program));
    hash.finalize().into()
}

fn write(path: &Path, digest: &[u8; 32], kept: &Kept) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let beside = tempfile::Builder::new().prefix(".oomspec-").tempfile_in(folder)?;
    write_to(beside.as_file(), digest, kept)?;
    beside.as_file().sync_all()?;
    beside.persist(path)?;
    Ok(())
}

fn write_to(file: &File, digest: &[u8; 32], kept: &Kept) -> io::Result<()> {
    let mut hashed = Hashed {
        inner: BufWriter::with_capacity(1 << 20, file),
        hash: Sha256::new(),
    };
    hashed.write_all(HEAD)?;
    hashed.write_all(digest)?;
    postcard::to_io(kept, &mut hashed).map_err(io::Error::other)?;
    let Hashed { mut inner, hash } = hashed;
    inner.write_all(&hash.finalize())?;
    inner.flush()
}

fn read(path: &Path, digest: &[u8; 32], machine: &Machine) -> Result<Found, CheckpointError> {
    let unread = |error| CheckpointError::Unread(path.to_path_buf(), error);
    let damaged = || CheckpointError::Damaged(path.to_path_buf());
    let mut hashed = Hashed {
        inner: BufReader::with_capacity(1 << 20, File::open(path).map_err(unread)?),
        hash: Sha256::new(),
    };
    let (mut head, mut named) = ([0; HEAD.len()], [0; 32]);
    hashed.read_exact(&mut head).map_err(|_| damaged())?;
    hashed.read_exact(&mut named).map_err(|_| damaged())?;
    if head != HEAD || named != *digest {
        return Err(damaged());
    }
    let (found, (hashed, _)) = postcard::from_io::<Found, _>((hashed, &mut [0; 64])).map_err(|_| damaged())?;
    let Hashed { mut inner, hash } = hashed;
    let mut rest = Vec::new();
    inner.by_ref().take(64).read_to_end(&mut rest).map_err(unread)?;
    match rest == hash.finalize()[..] && found.is_sound(machine) {
        true => Ok(found),
        false => Err(damaged()),
    }
}

/// Hashes what goes by.
struct Hashed<T> {
    inner: T,
    hash: Sha256,
}

impl<T: Write> Write for Hashed<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<T: Read> Read for Hashed<T> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(bytes)?;
        self.hash.update(&bytes[..read]);
        Ok(read)
    }
}
