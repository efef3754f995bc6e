/**
 * The reaper pins the struct first and becomes a user only under the mmap
 * lock, if somebody still is one: it has to hand a last mmput() over only
 * where it has reaped something. What it gives up twice is hidden as if it
 * were reaped.
 *
 * The OOM killer waits for a marked process also when no thread of it has an
 * mm any more: but the reaper takes the mark then.
 *
 * @protocol v4.8
 * @versions v4.8
 * @commit   11a410d516e8 ("mm, oom_reaper: do not attempt to reap a task more than twice")
 * @commit   e5e3f4c4f0e9 ("mm, oom_reaper: make sure that mmput_async is called only when memory was reaped")
 * @source   kernel-history G3a, 3.8
 * @breaks   SkipMeansGone in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansGone in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   SkipMeansGone in writer-fault: by mistake: a fault maps the memory
 *           again (until v4.13)
 * @breaks   SkipMeansFree in aio-pinned: by design: a page under I/O is
 *           unmapped, and free later
 * @breaks   SkipMeansFree in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansFree in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   SkipMeansFree in writer-fault: by mistake: a fault maps the memory
 *           again (until v4.13)
 * @breaks   NoZeroPage in writer-fault: by mistake, fixed by v4.13
 * @breaks   FutexWakeSurvives in robust-futex: by mistake: the reaper may take
 *           the list before the exit has walked it
 * @breaks   NoStaleTranslation in notifier: by mistake, fixed by v4.14
 * @breaks   NoPanic in aio-never-alone, alone, second-oom: by mistake:
 *           TIF_MEMDIE goes though nothing was freed
 * @breaks   QueuedOnce in sibling-writer: by mistake, fixed by v5.0 (one that
 *           was the tail, or was being reaped, passed for not queued)
 * @breaks   NoNeedlessKill in aio-needs-memory, aio-never, aio-pinned,
 *           quick-exit, second-oom, two-threads: by mistake, fixed by v4.14
 *           (TIF_MEMDIE goes before the memory does)
 * @breaks   NoNeedlessKill in foreign-mmput, released-victim: by mistake:
 *           TIF_MEMDIE goes with the victim, whoever keeps its memory
 * @breaks   NoNeedlessKill in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   NoNeedlessKill in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   NoStaleKill in *: by design: memory is freed without oom_lock, so a
 *           look at the freelist may be stale
 * @breaks   NoStaleKill in group-kill: by mistake, fixed by v5.10.y (v5.9: who
 *           has waited for oom_lock looks again)
 * @breaks   OomResolves in aio-never-alone, alone, second-oom: by mistake,
 *           fixed by v4.14 (TIF_MEMDIE goes before the memory does)
 * @breaks   MemoryReaped in aio-never-alone, aio-never, aio-pinned, alone,
 *           second-oom: by mistake, fixed by v4.14 (TIF_MEMDIE goes before the
 *           memory does)
 * @breaks   MemoryReaped in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   MemoryReaped in notifier: by mistake, fixed by v4.19 (TIF_MEMDIE
 *           goes before the memory does)
 * @breaks   MemoryReaped in released-victim: by mistake, fixed by v4.9 (the
 *           reaper finds the mm only through a thread that still has it)
 * @breaks   ReaperNeverStuck in starved-killer: by mistake, fixed by v4.19 (who
 *           sleeps with oom_lock held may never go on)
 * @breaks   Refines in aio-needs-memory, aio-never-alone, aio-never,
 *           aio-pinned, alone, quick-exit, second-oom, two-threads: by mistake,
 *           fixed by v4.14 (TIF_MEMDIE goes before the memory does)
 * @breaks   Refines in foreign-mmput, released-victim: by mistake: TIF_MEMDIE
 *           goes with the victim, whoever keeps its memory
 * @breaks   Refines in init-sharer: by design: what init lives in is not reaped
 * @breaks   Refines in mlocked: by design: locked memory is left to the exit
 *           (until v5.18)
 * @breaks   Refines in notifier: by mistake, fixed by v4.19 (TIF_MEMDIE goes
 *           before the memory does)
 * @breaks   Refines in writer-fault: by mistake: a fault maps the memory again
 *           (until v4.13)
 */
#include "v4.7.c"

enum mm_flag {
	MMF_OOM_NOT_REAPABLE,	/* was given up once */
};

/* Is there a marked process that the OOM killer waits for? */
bool waits_for(struct signal_struct *signal) __atomic
{
	u8 i;

	for (i = 0; i < NR_TASKS; i++)
		if (tasks[i]->signal == signal && tasks[i]->mm)
			return !test_bit(MMF_OOM_REAPED, &tasks[i]->mm->flags);
	return true;
}

struct task_struct *select_bad_process(void) __atomic
{
	struct task_struct *chosen = NULL;
	struct task_struct *p;
	u8 i;

	for (i = 0; i < NR_TASKS; i++) {
		p = tasks[i];
		if (p->released || p->is_global_init || !oom_eligible(p))
			continue;
		if (has_victims(p->signal)) {
			if (!waits_for(p->signal))
				continue;
			return &scan_aborted;
		}
		if (!chosen && p->mm && !test_bit(MMF_OOM_REAPED, &p->mm->flags))
			chosen = p;
	}
	if (chosen)
		chosen->chosen = true;
	return chosen;
}

bool mark_self(void) __atomic
{
	if (!task_will_free_mem(current))
		return false;
	mark_oom_victim(current);
	return true;
}

bool oom_kill_self(void)
{
	if (!mark_self())
		return false;
	get_task_struct(current);
	wake_oom_reaper(current);
	return true;
}

void spare_victim(struct task_struct *victim)	/* init lives in that address space */
{
	set_bit(MMF_OOM_REAPED, &victim->signal->oom_mm->flags);
	put_task_struct(victim);
}

struct mm_struct *grab_victim_mm(struct task_struct *tsk) __atomic	/* under task_lock() */
{
	struct task_struct *p = find_lock_task_mm(tsk);

	if (!p)
		return NULL;
	mmgrab(p->mm);
	return p->mm;
}

bool reap_victim_mm(struct mm_struct *mm, bool last)
{
	if (!mmap_read_trylock(mm, last))
		return false;
	if (!mmget_not_zero(mm)) {
		up_read(&mm->mmap_sem);
		return true;			/* stop trying; nothing was reaped */
	}
	oom_reap_vmas(mm);
	up_read(&mm->mmap_sem);
	set_bit(MMF_OOM_REAPED, &mm->flags);
	mmput_async(mm);
	return true;
}

bool __oom_reap_task(struct task_struct *tsk, bool last)
{
	struct mm_struct *mm;
	bool done = true;

	mutex_lock(&oom_lock);
	mm = grab_victim_mm(tsk);
	if (mm) {
		done = reap_victim_mm(mm, last);
		mmdrop(mm);
	}
	mutex_unlock(&oom_lock);
	return done;
}

void give_up(struct task_struct *tsk) __atomic		/* under task_lock() */
{
	struct task_struct *p = find_lock_task_mm(tsk);

	if (p && test_and_set_bit(MMF_OOM_NOT_REAPABLE, &p->mm->flags))
		set_bit(MMF_OOM_REAPED, &p->mm->flags);
}

void oom_reap_task(struct task_struct *tsk)
{
	bool done = false;
	u8 i;

	for (i = 0; i < MAX_OOM_REAP_RETRIES; i++) {
		done = __oom_reap_task(tsk, i == MAX_OOM_REAP_RETRIES - 1);
		if (done)
			break;
		schedule_timeout();
	}
	if (!done)
		give_up(tsk);
	unlink_victim(tsk);
	set_memdie(tsk, false);
	put_task_struct(tsk);
}
