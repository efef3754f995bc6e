---- MODULE Contract ----
\* What a store owes to one waiter: the thing is freed once, then taken once.
EXTENDS Naturals
VARIABLES thing, served
vars == <<thing, served>>

Init == /\ thing = "held"
        /\ served = FALSE
Free == /\ thing = "held"
        /\ thing' = "free"
        /\ UNCHANGED served
Take == /\ thing = "free"
        /\ thing' = "gone"
        /\ served' = TRUE
Next == Free \/ Take
Spec == /\ Init
        /\ [][Next]_vars
        /\ WF_vars(Free)
        /\ SF_vars(Take)
====
