/**
 * All threads are thawed, and oom_mm exempts them from the freezer (v6.18).
 *
 * @protocol thaw-process
 * @breaks  SkipMeansFree in frozen: by design: as in v6.1
 * @breaks  NoPanic in frozen: by design: as in v6.1
 * @breaks  NoStaleKill in frozen: by design: as in v6.1
 */
#include "v6.1.c"
#include "freezer.h"

bool exempt(struct freezer *f) __atomic
{
	return tsk_is_oom_victim(current);
}

void thaw_victim(struct task_struct *tsk)
{
	u8 i;

	for (i = 0; i < NR_TASKS; i++)
		if (tasks[i]->signal == tsk->signal)
			thaw_task(tasks[i]);
}
