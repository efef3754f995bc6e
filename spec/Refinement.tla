---------------------------- MODULE Refinement ----------------------------
(***************************************************************************)
(* What the concrete state means in the terms of OomResolution.            *)
(***************************************************************************)
EXTENDS Properties

Mms == DOMAIN mm_struct

Vmas(m) == {v \in DOMAIN vm_area_struct : vm_area_struct[v].vm_mm = m}

AllMapped(m) == UNION {Mapped(v) : v \in Vmas(m)}

\* Somebody holds, or queues for, the mmap lock.
Locked(m) == LET sem == rw_semaphore[mm_struct[m].mmap_sem]
             IN  sem.writer \/ sem.readers > 0 \/ sem.queued > 0

Abs == INSTANCE OomResolution WITH
         maps    <- [m \in Mms |-> AllMapped(m)],
         owes    <- [m \in Mms |-> IF Marked(m) THEN Reapable(m) ELSE {}],
         victims <- {m \in Mms : Marked(m)},
         givenUp <- {m \in Mms : Marked(m) /\ mm_struct[m].gave_up},
         torn    <- {m \in Mms : Vmas(m) # {} /\ Vmas(m) \cap alive = {}},
         busy    <- {m \in Mms : Locked(m)},
         free    <- {p \in DOMAIN page : page[p].on_freelist},
         waiting <- Waiting

\* RF  refines the abstract specification
\* Every step is one that OomResolution allows, or changes nothing in its terms; and its fairness holds, unless the run ends in an error.
Refines == Abs!SafeSpec /\ (Abs!Fair \/ <>Failed)
===========================================================================
