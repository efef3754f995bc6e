/*
 * spec/kernel/task.h: how long a task is there.
 *
 * release_task() takes an exited task off the process list: no scan meets it
 * any more, whatever its mm is still doing. The struct stays for whoever has
 * a reference: the OOM killer while it kills, the reaper's queue. With the
 * last task of a process its signal_struct goes, and drops the mm_count that
 * oom_mm held.
 *
 * A reference is counted beside that of the process list, so that a scenario
 * need not give any. Task structs are not freed here: nobody in the listings
 * uses one without a reference of some kind.
 *
 * Source: kernel-history 3.1, 14.1, 14.3.
 */
void get_task_struct(struct task_struct *tsk) __atomic __counts(atomic)
{
	tsk->usage++;
}

/* A process whose last task is gone drops the mm_count of its oom_mm. */
void put_signal_struct(struct signal_struct *signal) __atomic
{
	u8 i;

	for (i = 0; i < NR_TASKS; i++)
		if (tasks[i]->signal == signal)
			if (!tasks[i]->released || tasks[i]->usage)
				return;
	if (signal->oom_mm)
		mmdrop(signal->oom_mm);
}

void put_task_struct(struct task_struct *tsk) __atomic __counts(atomic)
{
	tsk->usage--;
	put_signal_struct(tsk->signal);
}

void release_task(struct task_struct *tsk) __atomic	/* its parent has waited for it */
{
	tsk->released = true;
	tsk->exited = true;
	put_signal_struct(tsk->signal);
}
