/*
 * spec/kernel/reap_delay.h: the reaper leaves a victim two seconds to exit by itself.
 *
 * Queueing arms a timer of the victim. When it fires the victim goes to the
 * reaper, unless MMF_OOM_SKIP is set by then. So a thread has the time to let
 * its robust futexes go, if nothing keeps it for longer.
 *
 * Since v5.18, and in the stable trees 5.4.y, 5.10.y and 5.15.y.
 *
 * Source: kernel-history G14.
 */
struct task_struct softirq = { .signal = &kernel_signal };

void __oom_kill_process(struct task_struct *victim)
{
	struct mm_struct *mm = kill_and_mark(victim);

	if (!mm)
		return;
	if (kill_sharers(mm))
		queue_oom_reaper(victim);
	else
		spare_victim(victim);
	mmdrop(mm);
}

void queue_oom_reaper(struct task_struct *tsk) __atomic
{
	if (test_and_set_bit(MMF_OOM_REAP_QUEUED, &tsk->signal->oom_mm->flags))
		put_task_struct(tsk);
	else
		tsk->timer_armed = true;
}

bool timer_pending(void) __atomic
{
	u8 i;

	for (i = 0; i < NR_TASKS; i++)
		if (tasks[i]->timer_armed)
			return true;
	return false;
}

/* Two seconds have passed for a victim, the one that was killed first. */
void timer_expires(void) __atomic
{
	struct task_struct *tsk = NULL;
	u8 i;

	await(timer_pending());
	for (i = 0; i < NR_TASKS; i++)
		if (!tsk && tasks[i]->timer_armed)
			tsk = tasks[i];
	tsk->timer_armed = false;
	if (test_bit(MMF_OOM_SKIP, &tsk->signal->oom_mm->flags))
		put_task_struct(tsk);		/* it has exited by itself */
	else
		push_victim(tsk);
}

void oom_reaper_timer(void) __daemon(softirq)
{
	for (;;)
		timer_expires();
}
