---------------------------- MODULE Properties ----------------------------
(***************************************************************************)
(* What must hold, over the concrete state: each struct of spec/kernel is  *)
(* a variable that maps the names of objects to records, each thread has a *)
(* pc and a stack of functions.                                            *)
(*                                                                         *)
(* A comment that starts with two capitals makes a definition a property   *)
(* that `oomspec check` decides; its first line is what the matrix shows.  *)
(***************************************************************************)
EXTENDS Naturals

VARIABLES page, page_table, vm_area_struct, kioctx, rw_semaphore, mutex,
          mm_struct, signal_struct, task_struct,
          global,      \* the variables that are no structs, by name
          pc, stack, locals,
          alive,       \* the names of objects that have not been freed
          held,        \* the names of the locks that a thread holds
          error        \* what ended the run; error.property is "none" before

Failed   == error.property \notin {"none", "panic"}
Panicked == error.property = "panic"

\* Thread t stands somewhere in function f, or in what f calls.
InFunction(t, f) == \E i \in DOMAIN stack[t] : stack[t][i].function = f

---------------------------------------------------------------------------
(* Address spaces, and what of them the reaper owes us.                    *)

Marked(m) == \E s \in DOMAIN signal_struct : signal_struct[s].oom_mm = m

\* The pages that a vma still maps.
Mapped(v) == LET table == vm_area_struct[v].pmd
             IN  IF table = "NULL" THEN {}
                 ELSE {page_table[table].pte[i] : i \in DOMAIN page_table[table].pte} \ {"NULL"}

\* The pages that this generation's reaper would take, and nobody has unmapped yet.
Reapable(m) == UNION {Mapped(v) : v \in {u \in DOMAIN vm_area_struct :
                  vm_area_struct[u].vm_mm = m /\ vm_area_struct[u].reapable}}

\* A victim whose memory is owed; a lock that somebody else kept for too long excuses the reaper.
Owed(m) == Marked(m) /\ Reapable(m) # {} /\ ~mm_struct[m].gave_up

SomeOwed == \E m \in DOMAIN mm_struct : Owed(m)

---------------------------------------------------------------------------
(* Safety.                                                                 *)

\* UF  nothing is used after it was freed
\* The reaper must not walk page tables and vmas that exit_mmap() has freed.
NoUseAfterFree == [](error.property # "NoUseAfterFree")

\* DU  no page unmapped twice
\* Two zaps of one PTE would drop the page's mapcount twice; a free page is mapped nowhere.
NoDoubleUnmap == [](/\ error.property # "NoDoubleUnmap"
                    /\ \A p \in DOMAIN page : page[p].on_freelist => page[p].mapcount = 0)

\* MR  munlock never meets the reaper
\* munlock looks a page table up and walks it: the reaper must not clear a huge pmd in between.
NoMunlockRace == [](error.property # "NoMunlockRace")

\* SG  MMF_OOM_SKIP means that the reapable memory is gone
\* When the OOM killer can see the flag (not while the reaper holds oom_lock), nothing is owed any more.
SkipMeansGone ==
  [](\A m \in DOMAIN mm_struct :
       ("MMF_OOM_SKIP" \in mm_struct[m].flags /\ mutex["oom_lock"].owner # "reaper_task") => ~Owed(m))

---------------------------------------------------------------------------
(* Steps.                                                                  *)

Marks == \E s \in DOMAIN signal_struct : signal_struct[s].oom_mm = "NULL" /\ signal_struct'[s].oom_mm # "NULL"

\* NK  no needless kill
\* Another victim is killed only when the reapable memory of every earlier one is gone, or was given up.
NoNeedlessKill == [][Marks => ~SomeOwed]_signal_struct

\* SK  no kill on a stale look at the freelist
\* A scan does not choose another victim when the freelist could serve the allocation by then.
NoStaleKill ==
  [][(/\ \E t \in DOMAIN task_struct : task_struct'[t].chosen /\ ~task_struct[t].chosen
      /\ \E m \in DOMAIN mm_struct : Marked(m))
     => \A p \in DOMAIN page : ~page[p].on_freelist]_task_struct

---------------------------------------------------------------------------
(* Progress. A run that ends in an error has its own column.               *)

Exiting == \E t \in DOMAIN pc \cap DOMAIN task_struct : task_struct[t].killed /\ ~task_struct[t].exited
InFlight == \E c \in DOMAIN kioctx : kioctx[c].inflight > 0

\* EP  exit progresses
\* A killed task finishes its exit, unless I/O that exit_aio() waits for never completes.
ExitProgresses == Exiting ~> (~Exiting \/ InFlight \/ Panicked \/ Failed)

Waiting == \E t \in DOMAIN task_struct : task_struct[t].allocating

\* OR  the OOM resolves though exit_aio() blocks
\* A waiting allocation gets its page; a panic is no page.
OomResolves == Waiting ~> (~Waiting \/ Failed)

\* RM  the victim's memory is freed though exit_aio() blocks
\* What the reaper owes of a victim is unmapped by somebody, or given up because of a lock.
MemoryReaped == SomeOwed ~> (~SomeOwed \/ Failed)

ReaperBusy == global.oom_reaper_list # "NULL" \/ InFunction("oom_reaper", "oom_reap_task")

\* RS  the reaper is never stuck
\* Every queued victim leaves the queue, and the reaper is done with it.
ReaperNeverStuck == ReaperBusy ~> (~ReaperBusy \/ Panicked \/ Failed)
===========================================================================
