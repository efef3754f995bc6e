------------------------------ MODULE Visible ------------------------------
(***************************************************************************)
(* What can be seen of a protocol from outside: `oomspec diff` compares    *)
(* two of them by this. No lock, no queue, no position in a function.      *)
(*                                                                         *)
(* Each definition of a state function here is a variable that is seen; a  *)
(* definition of an action would be a step that is seen though none of     *)
(* them changes.                                                           *)
(***************************************************************************)
EXTENDS Refinement

\* By address space: the pages that it maps.
Maps == [m \in Mms |-> AllMapped(m)]

\* The pages that can be allocated, and who waits for one.
Free   == {p \in DOMAIN page : page[p].on_freelist}
Asking == {t \in DOMAIN task_struct : task_struct[t].allocating}

\* Who was sent a SIGKILL, and who has left the list of processes.
Killed   == {t \in DOMAIN task_struct : task_struct[t].killed}
Released == {t \in DOMAIN task_struct : task_struct[t].released}

\* The address spaces of victims, and those that the OOM killer passes over.
Victims == {m \in Mms : Marked(m)}
Skipped == {m \in Mms : Flagged(m)}

\* The address spaces whose vmas and page tables are gone.
TornDown == {m \in Mms : Vmas(m) # {} /\ Vmas(m) \cap alive = {}}

\* Which property an error has broken, if a run ends in one.
Error == error.property
===========================================================================
