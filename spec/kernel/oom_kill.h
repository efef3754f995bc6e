/*
 * spec/kernel/oom_kill.h: the OOM killer, from the scan to the queue.
 *
 * The scan is one step: it walks the list under RCU, and each task it meets
 * is judged by its oom_mm and by MMF_OOM_SKIP, which never go back. A victim
 * without MMF_OOM_SKIP aborts it: somebody is still at work.
 *
 * The kill is several steps, in the order of the source: under task_lock()
 * pin the mm, send SIGKILL to the process and mark it; then SIGKILL, but do
 * not mark, every other process that shares the mm; then queue the victim
 * for the reaper. By then it may be anywhere in its exit.
 *
 * Left out: memory cgroups, nodemasks, scores (the first candidate on the
 * list is the worst), notifiers, a caller that is itself dying, the sleep
 * with oom_lock held (until v4.18).
 *
 * Source: kernel-history 3.7 to 3.9.
 */
struct mutex               oom_lock;
struct task_struct         scan_aborted;	/* what an aborted scan returns: not a task */
extern struct task_struct *tasks[NR_TASKS];	/* every killable task, the worst first */

bool tsk_is_oom_victim(struct task_struct *tsk)
{
	return tsk->signal->oom_mm != NULL;
}

struct task_struct *select_bad_process(void) __atomic
{
	struct task_struct *chosen = NULL;
	struct task_struct *p;
	u8 i;

	for (i = 0; i < NR_TASKS; i++) {
		p = tasks[i];
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

/* For the properties: what this generation's reaper owes us of this mm. */
void note_reapable(struct mm_struct *mm) __atomic
{
	struct vm_area_struct *vma = mm->mmap;
	u8 i;

	for (i = 0; i < NR_VMAS; i++) {
		if (!vma)
			break;
		vma->reapable = reapable_vma(vma);
		vma = vma->vm_next;
	}
}

struct mm_struct *kill_and_mark(struct task_struct *victim) __atomic	/* under task_lock() */
{
	struct mm_struct *mm = victim->mm;
	u8 i;

	if (!mm)
		return NULL;
	mmgrab(mm);
	for (i = 0; i < NR_TASKS; i++)
		if (tasks[i]->signal == victim->signal)
			tasks[i]->killed = true;
	mark_oom_victim(victim);
	note_reapable(mm);
	return mm;
}

void kill_sharers(struct mm_struct *mm) __atomic
{
	u8 i;

	for (i = 0; i < NR_TASKS; i++)
		if (tasks[i]->mm == mm)
			tasks[i]->killed = true;	/* but not marked */
}

void oom_kill_process(struct task_struct *victim)
{
	struct mm_struct *mm = kill_and_mark(victim);

	if (!mm)
		return;
	kill_sharers(mm);
	wake_oom_reaper(victim);
	mmdrop(mm);
}

void out_of_memory(void)
{
	struct task_struct *chosen = select_bad_process();

	if (chosen == &scan_aborted)
		return;
	if (!chosen)
		panic();
	oom_kill_process(chosen);
}
