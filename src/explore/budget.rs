//! What a search may use up: the memory of the machine, and the patience of whoever waits.

use std::sync::atomic::{AtomicBool, Ordering};

use bytesize::ByteSize;

/// Limits that hold for the process as a whole, whatever grows in it. There are none by default.
#[derive(Debug, Clone, Copy, Default)]
pub struct Budget {
    /// Bytes of memory that the process may have resident.
    pub memory: Option<u64>,
    /// True once nobody waits for the end any more.
    pub interrupted: Option<&'static AtomicBool>,
}

impl Budget {
    /// Why a search has to stop now, if it has to. It may take three quarters of the memory, so that something is left in which
    /// to decide what was found.
    ///
    /// Costs a look at `/proc`, some microseconds. How far a search comes depends on the machine; what is decided does not, since a
    /// graph that was cut decides nothing but violations.
    pub(crate) fn ends_search(&self) -> Option<String> {
        if self.interrupted.is_some_and(|flag| flag.load(Ordering::Relaxed)) {
            return Some("interrupted".to_string());
        }
        let memory = self.memory?;
        (resident()? > memory / 4 * 3).then(|| more_than(memory))
    }

    /// Why nothing at all can go on, if that is so.
    pub fn ends_all(&self) -> Option<String> {
        let memory = self.memory?;
        (resident()? > memory).then(|| more_than(memory))
    }
}

fn more_than(memory: u64) -> String {
    format!("more than {} of memory", ByteSize::b(memory).display().si())
}

/// The memory that this process has now, in bytes; nothing where the system does not say.
fn resident() -> Option<u64> {
    memory_stats::memory_stats().map(|stats| stats.physical_mem as u64)
}
