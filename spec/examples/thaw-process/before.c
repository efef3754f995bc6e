/**
 * One thread of an OOM victim is marked, and that one is thawed: the others
 * stay in the freezer, and the address space is never left.
 *
 * @protocol thaw-task
 * @breaks  NoStaleKill in frozen: by design: as in v6.1
 * @breaks  ExitProgresses in frozen: by mistake: fixed in v6.18
 * @breaks  NoDeadlock in frozen: by mistake: fixed in v6.18
 */
#include "v6.1.c"
#include "freezer.h"

bool exempt(struct freezer *f) __atomic
{
	return f->memdie;
}

void thaw_victim(struct task_struct *tsk)
{
	thaw_task(tsk);
}
