------------------------------- MODULE Cost -------------------------------
(***************************************************************************)
(* What `oomspec cost` measures, and until when. Each step counts as what  *)
(* the headers say of the function that it calls (`__counts`).             *)
(***************************************************************************)
EXTENDS Refinement, FiniteSets

LOCAL Allocators == {"allocator", "first", "second"} \cap DOMAIN pc

\* Somebody needs memory here; and has got it.
Asked  == Allocators # {}
Served == \A t \in Allocators : pc[t] = "Done"

LOCAL Victim(t) == LET s == task_struct[t].signal IN s # "NULL" /\ signal_struct[s].oom_mm # "NULL"

\* Whose steps are counted: processes that exit and never were victims. The scenarios call the one that is meant `citizen`.
Measured == {t \in {"citizen"} \cap DOMAIN pc : ~Victim(t)}
Exited   == \A t \in {"citizen"} \cap DOMAIN pc : pc[t] = "Done"

\* What is counted of them alone, and not on the way to a page.
OfExits == {"atomic"}

\* Another victim is taken, after the first.
NextVictim == /\ \E m \in Mms : Marked(m)
              /\ \E m \in Mms : ~Marked(m) /\ Marked(m)'

\* What is looked at just before that.
Free == Cardinality({p \in DOMAIN page : page[p].on_freelist})
Debt == Cardinality(UNION {Private(m) : m \in {n \in Mms : Marked(n)}})
===========================================================================
