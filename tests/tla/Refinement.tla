---- MODULE Refinement ----
EXTENDS Properties
absServed == pc["waiter"] = "Done"
absThing == IF ~Empty("box") THEN "held" ELSE IF absServed THEN "gone" ELSE "free"
Abs == INSTANCE Contract WITH thing <- absThing, served <- absServed
\* A mapping that is wrong on purpose: it serves before it frees.
Wrong == INSTANCE Contract WITH thing <- absThing, served <- pc["keeper"] = "Done"
====
