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
          mm_struct, mmu_gather, signal_struct, task_struct,
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
(* Address spaces, and what a victim owes of them.                         *)

Marked(m) == \E s \in DOMAIN signal_struct : signal_struct[s].oom_mm = m

Vmas(m) == {v \in DOMAIN vm_area_struct : vm_area_struct[v].vm_mm = m}

\* The pages that a vma still maps.
Mapped(v) == LET table == vm_area_struct[v].pmd
             IN  IF table = "NULL" THEN {}
                 ELSE {page_table[table].pte[i] : i \in DOMAIN page_table[table].pte} \ {"NULL"}

\* What a victim owes: the private memory that it still maps, locked or not, whatever this generation's reaper would take.
Private(m) == UNION {Mapped(v) : v \in {u \in Vmas(m) : ~vm_area_struct[u].vm_shared}}

\* A victim whose memory is owed; a lock that somebody else kept for too long is an excuse.
Owed(m) == Marked(m) /\ Private(m) # {} /\ ~mm_struct[m].gave_up

\* Domains: node 0 serves everybody.
Fits(a, b) == a = 0 \/ b = 0 \/ a = b
Nodes(m)   == {vm_area_struct[v].node : v \in Vmas(m)}
SameDomain(m, n) == \E a \in Nodes(m) : \E b \in Nodes(n) : Fits(a, b)

\* A victim holds back a kill in its own domain, unless both are of one group that is killed as a whole.
HoldsBack(v, m) == SameDomain(v, m) /\ ~(mm_struct[v].oom_group /\ mm_struct[m].oom_group)

SomeOwed == \E m \in DOMAIN mm_struct : Owed(m)

\* What was unmapped and is not free: it waits in somebody's gather, or for I/O.
Gathered(m) == UNION {{mmu_gather[g].pages[i] : i \in DOMAIN mmu_gather[g].pages} \ {"NULL"} :
                        g \in {h \in DOMAIN mmu_gather : mmu_gather[h].mm = m}}
UnderIO(m)  == LET c == mm_struct[m].ioctx
               IN  IF c = "NULL" \/ kioctx[c].page = "NULL" \/ kioctx[c].inflight = 0 THEN {} ELSE {kioctx[c].page}

\* The OOM killer can see flags: whoever holds oom_lock, if anybody, is in the OOM killer or on the way to it.
Killing(t) == InFunction(t, "alloc_page") \/ InFunction(t, "out_of_memory")
FlagsAreSeen == \A t \in DOMAIN held : "oom_lock" \in held[t] => Killing(t)

Flagged(m) == "MMF_OOM_SKIP" \in mm_struct[m].flags
\* The flag of a victim that was not given up.
Reaped(m)  == Flagged(m) /\ Marked(m) /\ ~mm_struct[m].gave_up

---------------------------------------------------------------------------
(* The end of a run: every task has ended, every daemon waits for work.    *)

\* A task has ended, or waits in its own function to be killed; a daemon stands in its own loop.
Rests(t) == IF t \notin DOMAIN task_struct THEN DOMAIN stack[t] \subseteq {1}
            ELSE \/ pc[t] = "Done"
                 \/ /\ DOMAIN stack[t] \subseteq {1} /\ ~task_struct[t].killed
                    /\ \E i \in DOMAIN global.tasks : global.tasks[i] = t

RunEnded == /\ global.oom_reaper_list = "NULL" /\ global.async_put = "NULL"
            /\ ~Failed /\ ~Panicked
            /\ \A t \in DOMAIN task_struct : ~task_struct[t].timer_armed
            /\ \A t \in DOMAIN pc : Rests(t)

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

\* SG  MMF_OOM_SKIP means that the victim's memory is unmapped
\* When the OOM killer can see the flag, nothing is owed any more.
SkipMeansGone == []((\E m \in DOMAIN mm_struct : Flagged(m))
                    => (\A m \in DOMAIN mm_struct : Flagged(m) => ~Owed(m)) \/ ~FlagsAreSeen)

\* SF  MMF_OOM_SKIP means that the victim's memory can be allocated
\* When the OOM killer can see the flag, none of the victim's private memory is mapped, in a gather, or under I/O.
SkipMeansFree == []((\E m \in DOMAIN mm_struct : Reaped(m))
                    => \/ \A m \in DOMAIN mm_struct : Reaped(m) => Private(m) \cup Gathered(m) \cup UnderIO(m) = {}
                       \/ ~FlagsAreSeen)

\* ZP  no page of zeros gets into a file
\* A fault after the reaper must not put zeros where the memory was, for others to see.
NoZeroPage == [](error.property # "NoZeroPage")

\* FW  a victim's robust futexes are let go
\* Nobody takes the list of robust futexes away before the exit has walked it.
FutexWakeSurvives == [](error.property # "FutexWakeSurvives")

\* ST  no stale secondary translation
\* No page is freed that a secondary MMU still maps.
NoStaleTranslation == [](error.property # "NoStaleTranslation")

\* PA  no panic
\* A scan never finds nobody: not while a victim's memory is mapped, and not on a stale look while a page is free.
NoPanic == []~Panicked

\* LK  no leak
\* At the end of a run, an address space without users is freed, unless it was pinned from the start by somebody else;
\* and nobody pins a task that has left the list.
NoLeak ==
  [](RunEnded => /\ \A s \in DOMAIN signal_struct : signal_struct[s].first_mm \in alive =>
                      \/ \E t \in DOMAIN task_struct : task_struct[t].mm = signal_struct[s].first_mm
                      \/ mm_struct[signal_struct[s].first_mm].mm_count < signal_struct[s].first_count
                 /\ \A t \in DOMAIN task_struct : task_struct[t].released => task_struct[t].usage = 0)

\* QO  a victim is queued once
\* No victim is queued that is in the queue already, or that the reaper is at work on; and none is lost from it.
QueuedOnce == /\ [](\A t \in DOMAIN task_struct : task_struct[t].queued <= 1)
              /\ []((\E t \in DOMAIN task_struct : task_struct[t].queued > 0) => ~RunEnded)

\* TY  the state makes sense
\* What is free is neither mapped nor pinned, what is mapped is alive, counters count what there is.
TypeOK ==
  [](/\ \A p \in DOMAIN page : page[p].on_freelist => page[p].refcount = 0
     /\ \A g \in DOMAIN mmu_gather : \A i \in DOMAIN mmu_gather[g].pages :
          mmu_gather[g].pages[i] # "NULL" => page[mmu_gather[g].pages[i]].refcount > 0
     /\ \A m \in DOMAIN mm_struct : m \in alive \/ Private(m) = {}
     /\ \A s \in DOMAIN signal_struct : signal_struct[s].oom_mm \in DOMAIN mm_struct \cup {"NULL"})

---------------------------------------------------------------------------
(* Steps.                                                                  *)

\* A process that dies anyway is not killed.
Dying(s) == \A t \in DOMAIN task_struct : task_struct[t].signal = s => task_struct[t].killed

\* NK  no needless kill
\* Another victim is killed only when the memory of every earlier one of its domain is unmapped, or was given up.
NoNeedlessKill ==
  [][\A s \in DOMAIN signal_struct :
       (signal_struct[s].oom_mm = "NULL" /\ signal_struct'[s].oom_mm # "NULL" /\ ~Dying(s))
       => ~\E m \in DOMAIN mm_struct : Owed(m) /\ HoldsBack(m, signal_struct'[s].oom_mm)]_signal_struct

\* SK  no kill on a stale look at the freelist
\* A scan does not choose another victim when the freelist could serve the allocation by then.
NoStaleKill ==
  [][\A t \in DOMAIN task_struct :
       (task_struct'[t].chosen /\ ~task_struct[t].chosen /\ \E m \in DOMAIN mm_struct : Marked(m))
       => \A p \in DOMAIN page : page[p].on_freelist => ~Fits(task_struct[t].node, page[p].node)]_task_struct

---------------------------------------------------------------------------
(* Progress. A run that ends in an error has its own column.               *)

Exiting == \E t \in DOMAIN pc \cap DOMAIN task_struct : task_struct[t].killed /\ ~task_struct[t].exited
InFlight == \E c \in DOMAIN kioctx : kioctx[c].inflight > 0

\* EP  exit progresses
\* A killed task finishes its exit, unless I/O that exit_aio() waits for never completes.
ExitProgresses == Exiting ~> (~Exiting \/ InFlight \/ Panicked \/ Failed)

Waiting == \E t \in DOMAIN task_struct : task_struct[t].allocating

\* The run ended in an error, or in a panic with nothing left to unmap.
Over == Failed \/ (Panicked /\ \A m \in DOMAIN mm_struct : Marked(m) => Private(m) = {})

\* OR  the OOM resolves though exit_aio() blocks
\* A waiting allocation gets its page, or there is none left to get: a panic while a victim's memory is mapped is no answer.
OomResolves == Waiting ~> (~Waiting \/ Over)

\* RM  the victim's memory is freed though exit_aio() blocks
\* What a victim owes is unmapped by somebody, or given up because of somebody's lock.
MemoryReaped == SomeOwed ~> (~SomeOwed \/ Failed)

ReaperBusy == global.oom_reaper_list # "NULL" \/ InFunction("oom_reaper", "oom_reap_task")

\* RS  the reaper is never stuck
\* Every queued victim leaves the queue, and the reaper is done with it.
ReaperNeverStuck == ReaperBusy ~> (~ReaperBusy \/ Panicked \/ Failed)
===========================================================================
