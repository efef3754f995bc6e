/**
 * v5.17: the reaper starts at once, and may take the page with the list of
 * robust futexes before the exit has walked it: nobody wakes who waits for
 * them.
 *
 * @protocol futex-nodelay
 * @breaks  NoDeadlock in futex: by mistake: the page of the list is reaped
 * @breaks  SkipMeansFree in futex: by design: as in v6.1
 * @breaks  NoPanic in futex: by design: as in v6.1
 */
#include "v6.1.c"
#include "futex.h"

void queue_oom_reaper(struct task_struct *tsk)
{
	if (test_and_set_bit(MMF_OOM_REAP_QUEUED, &tsk->signal->oom_mm->flags))
		return;
	wake_oom_reaper(tsk);
}
