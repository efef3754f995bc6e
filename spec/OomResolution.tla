--------------------------- MODULE OomResolution ---------------------------
(***************************************************************************)
(* What resolving an OOM means, without a flag, a lock or a thread.        *)
(*                                                                         *)
(* A victim owes the private pages that it maps. Each is unmapped once, by *)
(* its exit or by somebody for it, and is free some time later: unmapped   *)
(* pages wait in a batch, or for I/O. Another is killed only when the      *)
(* earlier victims owe nothing, or were given up because somebody else     *)
(* sits on their address space. Then a waiting allocation gets a page.     *)
(***************************************************************************)
EXTENDS Naturals

VARIABLES maps,      \* address space -> the pages it maps
          owes,      \* address space -> those of them that it owes as a victim
          victims,   \* the address spaces whose processes were killed
          givenUp,   \* the victims that nobody waits for any more
          torn,      \* the address spaces that are gone
          killable,  \* the address spaces of processes that may be killed
          busy,      \* the address spaces that somebody sits on who does not tear them down
          limbo,     \* the pages that are unmapped and not free
          free,      \* the free pages
          waiting,   \* those who wait for a page
          near,      \* address space -> those that hold back a kill there as victims: the same domain
          fits       \* who may wait -> the pages that serve them

vars == <<maps, owes, victims, givenUp, torn, killable, busy, limbo, free, waiting, near, fits>>

Pages == UNION {maps[m] : m \in DOMAIN maps}

\* What each variable is, in any state.
TypeOK == /\ DOMAIN owes = DOMAIN maps
          /\ \A m \in DOMAIN maps : owes[m] \subseteq maps[m]
          /\ victims \subseteq DOMAIN maps /\ givenUp \subseteq victims
          /\ torn \subseteq DOMAIN maps /\ busy \subseteq DOMAIN maps
          /\ killable \subseteq DOMAIN maps
          /\ limbo \cap free = {}
          /\ waiting \subseteq DOMAIN fits

\* A page may be free at the start, and some may wait already.
Init == /\ owes = [m \in DOMAIN maps |-> {}]
        /\ victims = {} /\ givenUp = {} /\ torn = {} /\ busy = {} /\ limbo = {}
        /\ free \cap Pages = {}

\* Locks are taken and dropped as the world likes, also in the middle of something else. Processes come to their end.
World == busy' \subseteq DOMAIN maps /\ killable' \subseteq killable /\ UNCHANGED <<near, fits>>

\* An allocation begins to wait.
Ask == /\ waiting \subseteq waiting' /\ waiting # waiting'
       /\ UNCHANGED <<maps, owes, victims, givenUp, torn, limbo, free>>
       /\ World

\* Nobody is killed while an earlier victim of the same domain still owes pages; who dies anyway may become a victim at
\* any time. What the new one owes is settled now. A page may be free by then: whoever kills looked some time ago.
Kill(m) == /\ m \notin victims
           /\ m \in killable => \A v \in victims \cap near[m] : owes[v] = {} \/ v \in givenUp
           /\ owes' \in {[owes EXCEPT ![m] = pages] : pages \in SUBSET maps[m]}
           /\ victims' = victims \cup {m}
           /\ UNCHANGED <<maps, givenUp, torn, limbo, free, waiting>>
           /\ World

\* Pages are unmapped, once, and not after the address space was torn down.
Unmap(m) == /\ m \notin torn
            /\ \E pages \in (SUBSET maps[m]) \ {{}} :
                 /\ pages \cap (limbo \cup free) = {}
                 /\ maps' = [maps EXCEPT ![m] = @ \ pages]
                 /\ owes' = [owes EXCEPT ![m] = @ \ pages]
                 /\ limbo' = limbo \cup {p \in pages : \A n \in DOMAIN maps \ {m} : p \notin maps[n]}
            /\ UNCHANGED <<victims, givenUp, torn, free, waiting>>
            /\ World

\* Unmapped pages become free.
Free == /\ \E pages \in (SUBSET limbo) \ {{}} : limbo' = limbo \ pages /\ free' = free \cup pages
        /\ UNCHANGED <<maps, owes, victims, givenUp, torn, waiting>>
        /\ World

\* An address space goes when it maps nothing any more.
TearDown(m) == /\ m \notin torn
               /\ maps[m] = {}
               /\ torn' = torn \cup {m}
               /\ UNCHANGED <<maps, owes, victims, givenUp, limbo, free, waiting>>
               /\ World

\* Only somebody else's lock is an excuse.
GiveUp(m) == /\ m \in victims
             /\ m \in busy
             /\ givenUp' = givenUp \cup {m}
             /\ UNCHANGED <<maps, owes, victims, torn, limbo, free, waiting>>
             /\ World

\* One who waits gets a page.
Serve(a) == /\ a \in waiting
            /\ waiting' = waiting \ {a}
            /\ \E p \in free \cap fits[a] : free' = free \ {p}
            /\ UNCHANGED <<maps, owes, victims, givenUp, torn, limbo>>
            /\ World

\* Somebody else gets one.
Take == /\ \E p \in free : free' = free \ {p}
        /\ UNCHANGED <<maps, owes, victims, givenUp, torn, limbo, waiting>>
        /\ World

Idle == /\ UNCHANGED <<maps, owes, victims, givenUp, torn, limbo, free, waiting>>
        /\ World

Next == \/ Ask
        \/ \E m \in DOMAIN maps : Kill(m)
        \/ \E m \in DOMAIN maps : Unmap(m)
        \/ Free
        \/ \E m \in DOMAIN maps : TearDown(m)
        \/ \E m \in DOMAIN maps : GiveUp(m)
        \/ \E a \in waiting : Serve(a)
        \/ Take
        \/ Idle

---------------------------------------------------------------------------
(* Fairness, with the enabling conditions spelled out: TLC cannot compute  *)
(* ENABLED through a refinement mapping.                                   *)

Debtors  == {m \in victims \ givenUp : owes[m] # {}}
Pay      == \E m \in Debtors : (owes'[m] # owes[m] /\ Unmap(m)) \/ GiveUp(m)
KillOne  == \E m \in DOMAIN maps : Kill(m)
ServeOne == \E a \in waiting : Serve(a)

CanServe == \E a \in waiting : free \cap fits[a] # {}
CanPay   == \E m \in Debtors : m \notin torn
CanKill  == /\ limbo = {}
            /\ \E a \in waiting : free \cap fits[a] = {} /\ \E m \in killable \ victims :
                 maps[m] \cap fits[a] # {} /\ Debtors \cap near[m] = {}

Fair == /\ []<>~CanServe \/ []<><<ServeOne>>_vars
        /\ []<>~CanPay   \/ []<><<Pay>>_vars
        /\ []<>~CanKill  \/ []<><<KillOne>>_vars

SafeSpec == Init /\ [][Next]_vars
Spec     == SafeSpec /\ Fair

---------------------------------------------------------------------------
(* Theorems.                                                               *)

\* A page is free, unmapped or mapped, and only one of them.
FreedOnce == [](/\ limbo \cap free = {}
                /\ \A m \in DOMAIN maps : maps[m] \cap (limbo \cup free) = {})

\* Nothing is owed by an address space that is gone.
NothingLeft == [](\A m \in torn : maps[m] = {} /\ owes[m] = {})

\* No memory is left that could still come: a debt that was given up is one, and so is what waits for I/O.
Exhausted == /\ free = {}
             /\ \A m \in victims : owes[m] = {}
             /\ \A m \in killable \ victims : maps[m] = {}

THEOREM Spec => FreedOnce /\ NothingLeft /\ []TypeOK

---------------------------------------------------------------------------
(* A small world in which `oomspec check` and TLC explore this by itself.  *)

SmallInit == /\ maps = [a |-> {1, 2}, b |-> {3}]
             /\ near = [m \in DOMAIN maps |-> DOMAIN maps] /\ fits = [x |-> {1, 2, 3}]
             /\ killable = {"a", "b"} /\ free = {} /\ waiting \in SUBSET {"x"}
             /\ Init
SmallNext == /\ waiting' \in SUBSET {"x"} /\ busy' \in SUBSET DOMAIN maps /\ UNCHANGED <<killable, near, fits>>
             /\ Next
Small     == SmallInit /\ [][SmallNext]_vars /\ Fair /\ WF_vars(SmallNext /\ Free)

\* Somebody else sits on all that could still come.
Obstructed == Debtors = {} /\ \A m \in killable \ victims : maps[m] = {}

\* The OOM resolves, unless all that there was went to others, or somebody sits on the rest.
Resolves == waiting # {} ~> (waiting = {} \/ Exhausted \/ (Obstructed /\ \E m \in givenUp : owes[m] # {}))
===========================================================================
