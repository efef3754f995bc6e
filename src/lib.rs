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
//! use oomspec::check::{Verdict, check};
//! use oomspec::explore::Limits;
//! use oomspec::report::race::{Options, race};
//! use oomspec::spec::Spec;
//! # use oomspec::{source::Diagnostics, spec::without_text};
//!
//! # fn main() {
//! #     if let Err(errors) = tutorial() {
//! #         panic!("{}", errors.render(false));
//! #     }
//! # }
//! # fn tutorial() -> Result<(), Diagnostics> {
//! let spec = Spec::builtin();
//! let protocol = spec.protocol("v4.14").map_err(without_text)?;
//! let scenario = spec.scenario("foreign-mmput").map_err(without_text)?;
//!
//! let v4_14 = spec.instance(&protocol, &scenario)?;
//! let checked = check(v4_14, &[spec.theory()?], Limits::default(), &["NoUseAfterFree".into()], &|_, _| {})?;
//! let finding = &checked.findings[0];
//! assert_eq!(finding.verdict, Verdict::Violated);
//! assert!(finding.expected()); // the listing says so itself, with `@breaks`
//!
//! let diagram = race(&checked.instance, finding, Options::default());
//! assert!(diagram.contains("use-after-free of struct vm_area_struct `hog_vma`"));
//!
//! // v4.15 asks the address space instead of the task.
//! let fixed = spec.instance(&spec.protocol("v4.15").map_err(without_text)?, &scenario)?;
//! let checked = check(fixed, &[spec.theory()?], Limits::default(), &["NoUseAfterFree".into()], &|_, _| {})?;
//! assert_eq!(checked.findings[0].verdict, Verdict::Holds);
//! # Ok(())
//! # }
//! ```
//!
//! `diagram` is the race, in a form that can go into a changelog; `oomspec check v4.14 -s foreign-mmput` prints it.
//!
//! # The pieces
//!
//! [`spec::Spec`] has the listings, scenarios and modules: those built in, or a folder's. [`c`] reads a listing and a scenario and
//! compiles them to the steps of a [`machine::Machine`]. [`explore::explore`] finds all its states; [`actors`] wraps the same
//! machine in stateright actors. [`tla`] reads what must hold, and [`check`](mod@check) decides it on the graph. [`report`] writes
//! down what was found, and a [`certificate`] lets others check it again without trusting the search. Nothing here prints or ends the program, and mistakes in the user's text are values:
//! [`source::Diagnostics`].

pub mod actors;
pub mod c;
pub mod certificate;
pub mod check;
pub mod counterexample;
pub mod cycles;
pub mod explore;
pub mod export;
pub mod machine;
pub mod model;
pub mod proofs;
pub mod report;
pub mod source;
pub mod spec;
pub mod tla;
pub mod tlc;
pub mod web;
pub(crate) mod xml;
