/**
 * v5.17: the reaper starts at once, and may take the page with the list of
 * robust futexes before the exit has walked it: nobody wakes who waits for
 * them.
 *
 * @protocol futex-nodelay
 * @breaks  NoDeadlock in futex: by mistake: the page of the list is reaped
 * @breaks  SkipMeansFree in futex: by design: as in v5.17
 * @breaks  NoPanic in futex: by design: as in v5.17
 */
#include "v5.17.c"
#include "futex.h"
