---------------------------- MODULE Refinement ----------------------------
(***************************************************************************)
(* What the concrete state means in the terms of OomResolution.            *)
(***************************************************************************)
EXTENDS Properties

Mms == DOMAIN mm_struct

AllMapped(m) == UNION {Mapped(v) : v \in Vmas(m)}

\* Somebody holds the mmap lock, or waits for it, who is not the one that tears the address space down.
Locked(m) == LET lock == mm_struct[m].mmap_sem
                 sem  == rw_semaphore[lock]
                 torn == mm_struct[m].torn_by
             IN  /\ sem.owner # "NULL" \/ sem.queued > 0
                 /\ torn = "NULL" \/ (sem.owner # torn /\ task_struct[torn].queued_on # lock)

\* Address spaces of processes that are not dying, and that the OOM killer may still choose.
Killable(m) == \E i \in DOMAIN global.tasks :
                  LET t == task_struct[global.tasks[i]]
                  IN  t.mm = m /\ ~t.killed /\ ~t.released /\ ~t.is_global_init /\ "MMF_OOM_SKIP" \notin mm_struct[m].flags

Unmapped == {p \in DOMAIN page : page[p].mapcount = 0 /\ page[p].refcount > 0}

Abs == INSTANCE OomResolution WITH
         maps     <- [m \in Mms |-> AllMapped(m)],
         owes     <- [m \in Mms |-> IF Marked(m) THEN Private(m) ELSE {}],
         victims  <- {m \in Mms : Marked(m)},
         givenUp  <- {m \in Mms : Marked(m) /\ mm_struct[m].gave_up},
         torn     <- {m \in Mms : Vmas(m) # {} /\ Vmas(m) \cap alive = {}},
         killable <- {m \in Mms : Killable(m)},
         busy     <- {m \in Mms : Locked(m)},
         limbo    <- Unmapped,
         free     <- {p \in DOMAIN page : page[p].on_freelist},
         waiting  <- {t \in DOMAIN task_struct : task_struct[t].allocating},
         near     <- [m \in Mms |-> {v \in Mms : HoldsBack(v, m)}],
         fits     <- [t \in DOMAIN task_struct |-> {p \in DOMAIN page : Fits(task_struct[t].node, page[p].node)}]

\* RF  refines the abstract specification
\* Every step is one that OomResolution allows, or changes nothing in its terms; and its fairness holds, unless the run ends in an error, or in a panic with nothing left to unmap.
Refines == Abs!SafeSpec /\ (Abs!Fair \/ <>Over)
===========================================================================
