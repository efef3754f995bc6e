--------------------------- MODULE OomResolution ---------------------------
(***************************************************************************)
(* What resolving an OOM means, without a flag, a lock or a thread.        *)
(*                                                                         *)
(* A victim owes pages that it maps. Each is freed once, by its exit or by *)
(* somebody for it. Another is killed only when the earlier victims owe    *)
(* nothing, or were given up because somebody else sits on their address   *)
(* space. Then the waiting allocation gets a page.                         *)
(***************************************************************************)
EXTENDS Naturals

VARIABLES maps,      \* address space -> the pages it maps
          owes,      \* address space -> those of them that it owes as a victim
          victims,   \* the address spaces whose processes were killed
          givenUp,   \* the victims that nobody waits for any more
          torn,      \* the address spaces that are gone
          busy,      \* the address spaces that somebody holds, or queues for, a lock of
          free,      \* the free pages
          waiting    \* an allocation waits for a page

vars == <<maps, owes, victims, givenUp, torn, busy, free, waiting>>

Init == /\ owes = [m \in DOMAIN maps |-> {}]
        /\ victims = {} /\ givenUp = {} /\ torn = {} /\ busy = {} /\ free = {}
        /\ waiting = FALSE

\* An allocation begins to wait.
Ask == /\ ~waiting
       /\ waiting'
       /\ UNCHANGED <<maps, owes, victims, givenUp, torn, free>>

\* Nobody is killed while an earlier victim still owes pages. What the new one owes is settled now.
Kill(m) == /\ waiting
           /\ m \notin victims
           /\ \A v \in victims : owes[v] = {} \/ v \in givenUp
           /\ owes' \in {[owes EXCEPT ![m] = pages] : pages \in SUBSET maps[m]}
           /\ victims' = victims \cup {m}
           /\ UNCHANGED <<maps, givenUp, torn, free, waiting>>

\* Pages go to the freelist, once, and not after the address space was torn down.
Free(m) == /\ m \notin torn
           /\ \E pages \in SUBSET maps[m] \ {{}} :
                /\ pages \cap free = {}
                /\ maps' = [maps EXCEPT ![m] = @ \ pages]
                /\ owes' = [owes EXCEPT ![m] = @ \ pages]
                /\ free' = free \cup pages
           /\ UNCHANGED <<victims, givenUp, torn, waiting>>

\* An address space goes when it maps nothing any more.
TearDown(m) == /\ m \notin torn
               /\ maps[m] = {}
               /\ torn' = torn \cup {m}
               /\ UNCHANGED <<maps, owes, victims, givenUp, free, waiting>>

\* Only somebody else's lock is an excuse.
GiveUp(m) == /\ m \in victims
             /\ m \in busy
             /\ givenUp' = givenUp \cup {m}
             /\ UNCHANGED <<maps, owes, victims, torn, free, waiting>>

\* The waiting allocation gets a page.
Serve == /\ waiting
         /\ ~waiting'
         /\ \E p \in free : free' = free \ {p}
         /\ UNCHANGED <<maps, owes, victims, givenUp, torn>>

\* Somebody else gets one.
Take == /\ \E p \in free : free' = free \ {p}
        /\ UNCHANGED <<maps, owes, victims, givenUp, torn, waiting>>

\* Locks are taken and dropped as the world likes, at any time.
Lock == UNCHANGED <<maps, owes, victims, givenUp, torn, free, waiting>>

Next == \/ Ask
        \/ \E m \in DOMAIN maps : Kill(m)
        \/ \E m \in DOMAIN maps : Free(m)
        \/ \E m \in DOMAIN maps : TearDown(m)
        \/ \E m \in DOMAIN maps : GiveUp(m)
        \/ Serve
        \/ Take
        \/ Lock

---------------------------------------------------------------------------
(* Fairness, with the enabling conditions spelled out: TLC cannot compute  *)
(* ENABLED through a refinement mapping.                                   *)

Debtors == {m \in victims \ givenUp : owes[m] # {}}
Pay     == \E m \in Debtors : (owes'[m] # owes[m] /\ Free(m)) \/ GiveUp(m)
KillOne == \E m \in DOMAIN maps : Kill(m)

CanServe == waiting /\ free # {}
CanPay   == \E m \in Debtors : m \notin torn
CanKill  == /\ waiting /\ free = {} /\ Debtors = {}
            /\ \E m \in DOMAIN maps : m \notin victims /\ maps[m] # {}

Fair == /\ []<>~CanServe \/ []<><<Serve>>_vars
        /\ []<>~CanPay   \/ []<><<Pay>>_vars
        /\ []<>~CanKill  \/ []<><<KillOne>>_vars

SafeSpec == Init /\ [][Next]_vars
Spec     == SafeSpec /\ Fair

---------------------------------------------------------------------------
(* Theorems.                                                               *)

\* A page is free or mapped, never both.
FreedOnce == [](\A m \in DOMAIN maps : maps[m] \cap free = {})

\* Nothing is owed by an address space that is gone.
NothingLeft == [](\A m \in torn : maps[m] = {} /\ owes[m] = {})

\* No memory is left that anybody could be killed for.
Exhausted == free = {} /\ Debtors = {} /\ \A m \in DOMAIN maps \ victims : maps[m] = {}

\* The OOM resolves, unless all that there was went to others.
Resolves == waiting ~> (~waiting \/ Exhausted)

THEOREM Spec => FreedOnce /\ NothingLeft /\ Resolves

---------------------------------------------------------------------------
(* A small world in which `oomspec check` and TLC explore this by itself.  *)

SmallInit == maps = [a |-> {1, 2}, b |-> {3}] /\ Init
SmallNext == Next /\ busy' \in SUBSET DOMAIN maps
Small     == SmallInit /\ [][SmallNext]_vars /\ Fair
===========================================================================
