---------------------------- MODULE Refinement ----------------------------
VARIABLES mm_struct

\* UF  nothing is used after it was freed
NoUseAfterFree == [](~mm_struct["mm"].used_after_free)
===========================================================================
