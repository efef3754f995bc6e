/**
 * v5.18 and later: the reaper starts after two seconds. That makes it rare,
 * and no more.
 *
 * @protocol futex-delay
 * @breaks  NoDeadlock in futex: by mistake: the page of the list is
 *           reaped, later
 * @breaks  SkipMeansFree in futex: by design: as in v6.1
 * @breaks  NoPanic in futex: by design: as in v6.1
 */
#include "v6.1.c"
#include "futex.h"
