---- MODULE Properties ----
\* Over every struct variable, whether or not a scenario has objects of it.
EXTENDS Naturals
VARIABLES box, lock, pc, locals, error
vars == <<box, lock, pc, locals, error>>

Failed == error # "none"
Empty(b) == box[b].count = 0

\* A marked box is empty.
\* Nobody needs to look into it again.
MarkMeansEmpty == \A b \in DOMAIN box : "marked" \in box[b].flags => Empty(b)

Waiting == pc["waiter"] # "Done"
\* The waiter is served.
Served == Waiting ~> (~Waiting \/ Failed)
\* Boxes do not fill up again.
NoRefill == [][\A b \in DOMAIN box : box'[b].count <= box[b].count]_box
AlwaysEmptied == []<>Empty("box")
Stays == <>[](\A t \in {"keeper", "waiter"} : pc[t] = "Done" \/ Failed)
====
