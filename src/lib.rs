//! oomspec: a formal specification of Linux's OOM reaper protocols, and the checker that decides it.
//!
//! # A race
//!
//! When memory runs out, Linux kills a process and does not wait for its exit, which may block for ever: a kernel thread, the
//! OOM reaper, unmaps the victim's memory from outside. Since v4.14 it may do so while the victim's `exit_mmap()` does the same.
//! What must not run under the reaper is the end of `exit_mmap()`, which frees page tables. So there is a handshake:
//!
//! ```c
//! void exit_mmap(struct mm_struct *mm)
//! {
//!         munlock_all(mm);
//!         unmap_vmas(mm);
//!         set_bit(MMF_OOM_SKIP, &mm->flags);        /* from now on the reaper leaves this mm alone */
//!         if (tsk_is_oom_victim(current)) {
//!                 down_write(&mm->mmap_sem);        /* and if it is in there, wait for it */
//!                 up_write(&mm->mmap_sem);
//!         }
//!         free_pgtables(mm);
//!         remove_vmas(mm);
//! }
//! ```
//!
//! It is wrong: `current` need not be the victim. Whoever drops the last reference to an address space tears it down, and that
//! may be a reader of `/proc/PID/maps` who came at the wrong time. No test is likely to meet the moment: the reader must hold the
//! last reference while the reaper is between its look at the flag and the page tables. So the checker tries every interleaving.
//!
//! ```
//! use oomspec::{Check, Verdict, report};
//!
//! let v4_14 = Check::new("v4.14", "foreign-mmput").only("NoUseAfterFree").run()?;
//! let race = &v4_14.findings[0];
//! assert_eq!(race.verdict, Verdict::Violated);
//! println!("{}", report::race::race(&v4_14.instance, race, Default::default()));
//! # assert!(race.expected());
//!
//! // v4.15 asks the address space instead of the task.
//! let v4_15 = Check::new("v4.15", "foreign-mmput").only("NoUseAfterFree").run()?;
//! assert_eq!(v4_15.findings[0].verdict, Verdict::Holds);
//! # Ok::<(), oomspec::Diagnostics>(())
//! ```
//!
//! It prints the race in a form that can go into a changelog, as `oomspec check v4.14 -s foreign-mmput` does.
//!
//! # A model of your own
//!
//! Nothing in here knows the kernel: a spec is a folder with listings, scenarios and properties. `examples/peterson` is one of
//! two threads that keep out of each other's way, and checks it in a few lines.
//!
//! # The pieces
//!
//! In the order in which data flows through them; `ARCHITECTURE.md` says who uses whom.
//!
//! - [`spec`] has the listings, scenarios and modules: those built in, or a folder's. [`c`] reads a listing and a scenario and
//!   compiles them to the steps of a [`machine::Machine`]; [`tla`] reads what must hold. A [`model::Instance`] is what is checked.
//! - [`explore`] finds all states, and [`check`](mod@check) decides the properties on that graph, with [`cycles`] for those that
//!   say that something happens at last.
//! - [`counterexample`] says what happened, and [`report`] draws it. [`actors`] wraps the same machine in stateright actors, for
//!   a second opinion. A [`certificate`] lets others check a verdict again without trusting the search.
//! - [`mod@cost`] measures what a protocol costs.
//! - [`behaviours`] compares what is seen of two graphs, and [`mod@difference`] two protocols.
//! - [`trace`] reads what was recorded of a real kernel, and [`validate`] says whether a listing can follow it.
//! - [`export`], [`tlc`], [`proofs`] and [`web`] are for other tools, for TLC, for GitHub and for the browser.
//!
//! Nothing here prints or ends the program, and mistakes in the user's text are values: [`Diagnostics`] is the one error.

#![deny(unreachable_pub, unnameable_types)]

pub mod actors;
pub mod behaviours;
pub mod c;
pub mod certificate;
pub mod check;
pub mod cost;
pub mod counterexample;
pub mod cycles;
pub mod difference;
pub mod explore;
pub mod export;
pub mod input;
pub mod machine;
pub mod model;
pub mod proofs;
pub mod report;
pub mod source;
pub mod spec;
pub mod tla;
pub mod tlc;
pub mod trace;
pub mod validate;
pub mod web;
mod xml;

pub use check::{Check, Checked, Finding, Verdict};
pub use source::Diagnostics;
pub use spec::Spec;
