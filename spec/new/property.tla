---- MODULE MODULE_NAME ----
EXTENDS Naturals
VARIABLES object, alive, error

Failed == error.property # "none"

\* FR  the object is freed in the end
\* No reference is forgotten.
Freed == <>("obj" \notin alive \/ Failed)

====
