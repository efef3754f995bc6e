/*
 * spec/kernel/oom_kill.h: the OOM killer, from the scan to the queue.
 *
 * A task that is dying already needs no scan: it is its own victim, marked
 * and queued for the reaper, perhaps a second time.
 *
 * The scan is one step: it walks the process list under RCU, and each task
 * it meets is judged by its oom_mm and by MMF_OOM_SKIP, which never go back.
 * A victim without MMF_OOM_SKIP aborts it: somebody is still at work. A
 * victim that has left the list is not met. A caller that is bound to a
 * domain (a NUMA node) looks only at tasks that have memory there.
 *
 * The kill is several steps, in the order of the source: under task_lock()
 * pin the mm, send SIGKILL to the process and mark it; then SIGKILL, but do
 * not mark, every other process that shares the mm, unless it is init; then
 * queue the victim for the reaper. By then it may be anywhere in its exit.
 * The OOM killer's own reference to the task goes on to the queue.
 *
 * A global scan that finds nobody panics, also when a page has become free
 * since the caller looked: out_of_memory() is the listings' business.
 *
 * Left out: scores (the first candidate on the list is the worst).
 *
 * Source: kernel-history 3.7 to 3.9, 14.4, 14.5.
 */
struct mutex       oom_lock;
struct task_struct scan_aborted;	/* what an aborted scan returns: not a task */

bool tsk_is_oom_victim(struct task_struct *tsk)
{
	return tsk->signal->oom_mm != NULL;
}

bool oom_eligible(struct task_struct *tsk) __atomic
{
	return !current->node || !tsk->node || current->node == tsk->node;
}

/* A dying task frees its memory soon, if everybody who shares it dies too. */
bool task_will_free_mem(struct task_struct *tsk) __atomic
{
	u8 i;

	if (!tsk->mm || !tsk->killed || tsk->signal->coredump || test_bit(MMF_OOM_SKIP, &tsk->mm->flags))
		return false;
	for (i = 0; i < NR_TASKS; i++)
		if (tasks[i]->mm == tsk->mm && !tasks[i]->killed)
			return false;
	return true;
}

struct task_struct *select_bad_process(void) __atomic
{
	struct task_struct *chosen = NULL;
	struct task_struct *p;
	u8 i;

	if (task_will_free_mem(current))
		return current;
	for (i = 0; i < NR_TASKS; i++) {
		p = tasks[i];
		if (p->released || p->is_global_init || !oom_eligible(p))
			continue;
		if (tsk_is_oom_victim(p)) {
			if (test_bit(MMF_OOM_SKIP, &p->signal->oom_mm->flags))
				continue;
			return &scan_aborted;
		}
		if (!chosen && p->mm && !test_bit(MMF_OOM_SKIP, &p->mm->flags))
			chosen = p;
	}
	if (chosen)
		chosen->chosen = true;
	return chosen;
}

void mark_oom_victim(struct task_struct *tsk)
{
	if (tsk->signal->oom_mm)
		return;
	mmgrab(tsk->mm);			/* for as long as the process is known */
	tsk->signal->oom_mm = tsk->mm;
}

struct mm_struct *kill_and_mark(struct task_struct *victim) __atomic __counts(kill)	/* under task_lock() */
{
	struct mm_struct *mm = victim->mm;
	u8 i;

	if (!mm)
		return NULL;
	mmgrab(mm);
	get_task_struct(victim);
	for (i = 0; i < NR_TASKS; i++)
		if (tasks[i]->signal == victim->signal)
			tasks[i]->killed = true;
	mark_oom_victim(victim);
	return mm;
}

bool kill_sharers(struct mm_struct *mm) __atomic	/* true: the reaper may come */
{
	bool reapable = true;
	u8 i;

	for (i = 0; i < NR_TASKS; i++)
		if (tasks[i]->mm == mm) {
			if (tasks[i]->is_global_init)
				reapable = false;
			else
				tasks[i]->killed = true;	/* but not marked */
		}
	return reapable;
}

void spare_victim(struct task_struct *victim)	/* init lives in that address space */
{
	set_bit(MMF_OOM_SKIP, &victim->signal->oom_mm->flags);
	put_task_struct(victim);
}

void oom_kill_process(struct task_struct *victim)
{
	struct mm_struct *mm = kill_and_mark(victim);

	if (!mm)
		return;
	if (kill_sharers(mm))
		wake_oom_reaper(victim);
	else
		spare_victim(victim);
	mmdrop(mm);
}
