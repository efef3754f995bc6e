-------------------------- MODULE peterson_in_two ---------------------------
(*
 * peterson in two, as `oomspec export tla` reads it: each action is one step
 * of the listing, named after function and line. A thread is the disjunction
 * of its actions.
 *)
EXTENDS Refinement, Integers, TLC

vars == <<global, side, pc, stack, locals, alive, held, error>>

Threads == {"left", "right"}
Tasks   == {"left", "right"}

\* Where a thread stands at each position: functions, outermost first, each with the line it has come to.
Stacks ==
  [left |-> ("Done" :> <<>> @@
             "visit:16.1" :> <<[function |-> "left_runs", line |-> 8], [function |-> "visit", line |-> 16]>> @@
             "visit:17.1" :> <<[function |-> "left_runs", line |-> 8], [function |-> "visit", line |-> 17]>> @@
             "visit:18.1" :> <<[function |-> "left_runs", line |-> 8], [function |-> "visit", line |-> 18]>> @@
             "visit:20.1" :> <<[function |-> "left_runs", line |-> 8], [function |-> "visit", line |-> 20]>> @@
             "visit:21.1" :> <<[function |-> "left_runs", line |-> 8], [function |-> "visit", line |-> 21]>> @@
             "visit:22.1" :> <<[function |-> "left_runs", line |-> 8], [function |-> "visit", line |-> 22]>>),
   right |-> ("Done" :> <<>> @@
              "visit:16.1" :> <<[function |-> "right_runs", line |-> 14], [function |-> "visit", line |-> 16]>> @@
              "visit:17.1" :> <<[function |-> "right_runs", line |-> 14], [function |-> "visit", line |-> 17]>> @@
              "visit:18.1" :> <<[function |-> "right_runs", line |-> 14], [function |-> "visit", line |-> 18]>> @@
              "visit:20.1" :> <<[function |-> "right_runs", line |-> 14], [function |-> "visit", line |-> 20]>> @@
              "visit:21.1" :> <<[function |-> "right_runs", line |-> 14], [function |-> "visit", line |-> 21]>> @@
              "visit:22.1" :> <<[function |-> "right_runs", line |-> 14], [function |-> "visit", line |-> 22]>>)]

Init ==
  /\ global = [turn |-> "NULL"]
  /\ side = [left |-> [inside |-> FALSE, wants |-> FALSE],
             right |-> [inside |-> FALSE, wants |-> FALSE]]
  /\ pc = [left |-> "visit:16.1", right |-> "visit:16.1"]
  /\ stack = [left |-> <<[function |-> "left_runs", line |-> 8], [function |-> "visit", line |-> 16]>>,
              right |-> <<[function |-> "right_runs", line |-> 14], [function |-> "visit", line |-> 16]>>]
  /\ locals = [left |-> <<>>, right |-> <<>>]
  /\ alive = {"left", "right"}
  /\ held = [left |-> {}, right |-> {}]
  /\ error = [function |-> "", kind |-> "", line |-> 0, property |-> "none", thread |-> ""]

At(t, position) == error.property = "none" /\ pc[t] = position

Goto(t, position) ==
  /\ pc' = [pc EXCEPT ![t] = position]
  /\ stack' = [stack EXCEPT ![t] = Stacks[t][position]]

Ended(property, kind, thread, function, line) ==
  [property |-> property, kind |-> kind, thread |-> thread, function |-> function, line |-> line]

\* A step that goes wrong does nothing else.
Fail(property, kind, thread, function, line) ==
  /\ error' = Ended(property, kind, thread, function, line)
  /\ UNCHANGED <<global, side, pc, stack, locals, alive, held>>

-----------------------------------------------------------------------------
(* The thread left. *)

\* linux/peterson.c:16  current->wants = true
visit_16 ==
  /\ At("left", "visit:16.1")
  /\ side' = [side EXCEPT !["left"].wants = TRUE]
  /\ Goto("left", "visit:17.1")
  /\ UNCHANGED <<global, locals, alive, held, error>>

\* linux/peterson.c:17  turn = other
visit_17 ==
  /\ At("left", "visit:17.1")
  /\ global' = [global EXCEPT !.turn = "right"]
  /\ Goto("left", "visit:18.1")
  /\ UNCHANGED <<side, locals, alive, held, error>>

\* linux/peterson.c:18  await(!other->wants || turn == current)
visit_18 ==
  /\ At("left", "visit:18.1")
  /\ LET rest(value) ==
           /\ value
           /\ Goto("left", "visit:20.1")
           /\ UNCHANGED <<global, side, locals, alive, held, error>>
     IN
     IF ~side["right"].wants THEN rest(TRUE) ELSE
     IF global.turn = "left" THEN rest(TRUE) ELSE
     rest(FALSE)

\* linux/peterson.c:20  current->inside = true
visit_20 ==
  /\ At("left", "visit:20.1")
  /\ side' = [side EXCEPT !["left"].inside = TRUE]
  /\ Goto("left", "visit:21.1")
  /\ UNCHANGED <<global, locals, alive, held, error>>

\* linux/peterson.c:21  current->inside = false
visit_21 ==
  /\ At("left", "visit:21.1")
  /\ side' = [side EXCEPT !["left"].inside = FALSE]
  /\ Goto("left", "visit:22.1")
  /\ UNCHANGED <<global, locals, alive, held, error>>

\* linux/peterson.c:22  current->wants = false
visit_22 ==
  /\ At("left", "visit:22.1")
  /\ side' = [side EXCEPT !["left"].wants = FALSE]
  /\ Goto("left", "visit:16.1")
  /\ UNCHANGED <<global, locals, alive, held, error>>

left ==
  \/ /\ pc["left"] \in {"visit:16.1", "visit:17.1", "visit:18.1", "visit:20.1", "visit:21.1", "visit:22.1"}
     /\ \/ visit_16
        \/ visit_17
        \/ visit_18
        \/ visit_20
        \/ visit_21
        \/ visit_22

-----------------------------------------------------------------------------
(* The thread right. *)

\* linux/peterson.c:16  current->wants = true
visit_16_2 ==
  /\ At("right", "visit:16.1")
  /\ side' = [side EXCEPT !["right"].wants = TRUE]
  /\ Goto("right", "visit:17.1")
  /\ UNCHANGED <<global, locals, alive, held, error>>

\* linux/peterson.c:17  turn = other
visit_17_2 ==
  /\ At("right", "visit:17.1")
  /\ global' = [global EXCEPT !.turn = "left"]
  /\ Goto("right", "visit:18.1")
  /\ UNCHANGED <<side, locals, alive, held, error>>

\* linux/peterson.c:18  await(!other->wants || turn == current)
visit_18_2 ==
  /\ At("right", "visit:18.1")
  /\ LET rest(value) ==
           /\ value
           /\ Goto("right", "visit:20.1")
           /\ UNCHANGED <<global, side, locals, alive, held, error>>
     IN
     IF ~side["left"].wants THEN rest(TRUE) ELSE
     IF global.turn = "right" THEN rest(TRUE) ELSE
     rest(FALSE)

\* linux/peterson.c:20  current->inside = true
visit_20_2 ==
  /\ At("right", "visit:20.1")
  /\ side' = [side EXCEPT !["right"].inside = TRUE]
  /\ Goto("right", "visit:21.1")
  /\ UNCHANGED <<global, locals, alive, held, error>>

\* linux/peterson.c:21  current->inside = false
visit_21_2 ==
  /\ At("right", "visit:21.1")
  /\ side' = [side EXCEPT !["right"].inside = FALSE]
  /\ Goto("right", "visit:22.1")
  /\ UNCHANGED <<global, locals, alive, held, error>>

\* linux/peterson.c:22  current->wants = false
visit_22_2 ==
  /\ At("right", "visit:22.1")
  /\ side' = [side EXCEPT !["right"].wants = FALSE]
  /\ Goto("right", "visit:16.1")
  /\ UNCHANGED <<global, locals, alive, held, error>>

right ==
  \/ /\ pc["right"] \in {"visit:16.1", "visit:17.1", "visit:18.1", "visit:20.1", "visit:21.1", "visit:22.1"}
     /\ \/ visit_16_2
        \/ visit_17_2
        \/ visit_18_2
        \/ visit_20_2
        \/ visit_21_2
        \/ visit_22_2

-----------------------------------------------------------------------------
(* A run ends with an error, with panic(), or when all tasks have finished: that is no deadlock. *)
Terminating ==
  /\ error.property # "none" \/ \A t \in Tasks : pc[t] = "Done"
  /\ UNCHANGED vars

Next ==
  \/ left
  \/ right
  \/ Terminating

\* A thread that can step does, some day; one that waits for a lock gets it if it is free again and again.
Fairness ==
  /\ WF_vars(left)
  /\ WF_vars(right)

Spec == Init /\ [][Next]_vars /\ Fairness

-----------------------------------------------------------------------------
\* UF  nothing is used after it was freed
NoUseAfterFree == [](error.property # "NoUseAfterFree")

\* ND  no NULL pointer is followed
NoNullDereference == [](error.property # "NoNullDereference")

\* OF  no counter and no index leaves its range
NoOverflow == [](error.property # "NoOverflow")

\* LB  locks are released by their holder, and only once
LocksBalanced == [](error.property # "LocksBalanced")

\* NB  no BUG_ON() fires
NoBug == [](error.property # "NoBug")

=============================================================================
