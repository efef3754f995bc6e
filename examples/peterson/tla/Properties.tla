---- MODULE Properties ----
VARIABLES side, global, pc, stack, locals, alive, held, error

\* ME  never are both inside
MutualExclusion == [](~(side["left"].inside /\ side["right"].inside))

\* NS  who wants to go in gets in
NobodyStarves == \A name \in {"left", "right"} : (side[name].wants ~> side[name].inside)
====
