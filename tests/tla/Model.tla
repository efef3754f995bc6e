---- MODULE Model ----
(* A protocol in one scenario, in the shape in which listings are exported. *)
EXTENDS Refinement

Init ==
  /\ box = [box |-> [count |-> 2, flags |-> {}]]
  /\ lock = [big_lock |-> [owner |-> "null"]]
  /\ pc = [keeper |-> "empty:1", waiter |-> "wait:1"]
  /\ locals = [keeper |-> [x |-> 0], waiter |-> [ok |-> FALSE]]
  /\ error = "none"

At(t, l) == error = "none" /\ pc[t] = l
Goto(t, l) == pc' = [pc EXCEPT ![t] = l]
Shrink(b) ==
  IF box[b].count > 0
  THEN box' = [box EXCEPT ![b].count = @ - 1]
  ELSE UNCHANGED box

\* empty:1
empty_1(t) ==
  /\ At(t, "empty:1")
  /\ lock["big_lock"].owner = "null"
  /\ lock' = [lock EXCEPT !["big_lock"].owner = t]
  /\ Goto(t, "empty:2")
  /\ UNCHANGED <<box, locals, error>>
empty_2(t) ==
  /\ At(t, "empty:2")
  /\ Shrink("box")
  /\ \/ Goto(t, "empty:3")
     \/ Goto(t, "empty:2") /\ ~Empty("box")
  /\ UNCHANGED <<lock, locals, error>>
empty_3(t) ==
  /\ At(t, "empty:3")
  /\ LET n == box["box"].count IN
       \/ n = 0 /\ box' = [box EXCEPT !["box"].flags = @ \cup {"marked"}] /\ Goto(t, "Done")
       \/ n > 0 /\ Goto(t, "empty:2") /\ UNCHANGED box
  /\ lock' = IF box["box"].count = 0 THEN [lock EXCEPT !["big_lock"].owner = "null"] ELSE lock
  /\ UNCHANGED <<locals, error>>

wait_1(t) ==
  /\ At(t, "wait:1")
  /\ \E ok \in BOOLEAN :
       /\ ok = ("marked" \in box["box"].flags)
       /\ locals' = [locals EXCEPT ![t].ok = ok]
  /\ Goto(t, "wait:2")
  /\ UNCHANGED <<box, lock, error>>
wait_2(t) ==
  /\ At(t, "wait:2")
  /\ CASE locals[t].ok -> Goto(t, "Done")
       [] OTHER -> Goto(t, "wait:1")
  /\ locals' = [locals EXCEPT ![t].ok = FALSE]
  /\ UNCHANGED <<box, lock, error>>

Keeper == empty_1("keeper") \/ empty_2("keeper") \/ empty_3("keeper")
Waiter == wait_1("waiter") \/ wait_2("waiter")
Terminating == (\A t \in DOMAIN pc : pc[t] = "Done") /\ UNCHANGED vars
Next == Keeper \/ Waiter \/ Terminating
Spec == Init /\ [][Next]_vars /\ \A t \in {"keeper"} : WF_vars(empty_1(t) \/ empty_2(t) \/ empty_3(t)) /\ SF_vars(Waiter)
Refines == Abs!Spec
====
