/**
 * @scenario two-ooms: two nodes run out of memory, each with a candidate of its own; both sleep and will not exit
 */
#include "two-domains.c"
