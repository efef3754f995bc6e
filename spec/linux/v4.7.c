/**
 * A worker runs the reaper's last mmput(). The reaper holds oom_lock, so that
 * nobody looks at its victim half way, and clears TIF_MEMDIE of every victim
 * that it is done with, reaped or given up. A flag of the mm hides what was
 * reaped.
 *
 * What was given up is not hidden: the next scan may choose it again, and
 * again. And a victim whose threads have all left their mm has nothing to
 * reap: TIF_MEMDIE goes while its exit is at work.
 *
 * MMF_OOM_REAPED stands under the name of its successor, MMF_OOM_SKIP, which
 * the properties know.
 *
 * @protocol v4.7
 * @versions v4.7
 * @commit   ec8d7c14ea14 ("mm, oom_reaper: do not mmput synchronously from the oom reaper context")
 * @commit   449d777d7ad6 ("mm, oom_reaper: clear TIF_MEMDIE for all tasks queued for oom_reaper")
 * @commit   e2fe14564d33 ("oom_reaper: close race with exiting task")
 * @source   kernel-history G2
 * @breaks   SkipMeansGone in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   SkipMeansGone in writer-fault: by mistake: a fault maps the memory
 *           again (until v4.13)
 * @breaks   SkipMeansFree in aio-pinned: by design: a page under I/O is
 *           unmapped, and free later
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
 * @breaks   QueuedOnce in coredump, sibling-writer: by mistake, fixed by v5.0
 *           (one that was the tail, or was being reaped, passed for not queued)
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
 * @breaks   ExitProgresses in lock-held, sibling-writer: by mistake, fixed by
 *           v4.8 (what was given up is chosen again and again)
 * @breaks   OomResolves in aio-never-alone, alone, second-oom: by mistake,
 *           fixed by v4.14 (TIF_MEMDIE goes before the memory does)
 * @breaks   OomResolves in lock-held, sibling-writer: by mistake, fixed by v4.8
 *           (what was given up is chosen again and again)
 * @breaks   MemoryReaped in aio-never-alone, aio-never, aio-pinned, alone,
 *           second-oom: by mistake, fixed by v4.14 (TIF_MEMDIE goes before the
 *           memory does)
 * @breaks   MemoryReaped in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   MemoryReaped in notifier: by mistake, fixed by v4.19 (TIF_MEMDIE
 *           goes before the memory does)
 * @breaks   MemoryReaped in released-victim: by mistake, fixed by v4.9 (the
 *           reaper finds the mm only through a thread that still has it)
 * @breaks   ReaperNeverStuck in lock-held, sibling-writer: by mistake, fixed by
 *           v4.8 (what was given up is chosen again and again)
 * @breaks   ReaperNeverStuck in starved-killer: by mistake, fixed by v4.19 (who
 *           sleeps with oom_lock held may never go on)
 * @breaks   Refines in aio-needs-memory, aio-never-alone, aio-never,
 *           aio-pinned, alone, quick-exit, second-oom, two-threads: by mistake,
 *           fixed by v4.14 (TIF_MEMDIE goes before the memory does)
 * @breaks   Refines in foreign-mmput, released-victim: by mistake: TIF_MEMDIE
 *           goes with the victim, whoever keeps its memory
 * @breaks   Refines in init-sharer: by design: what init lives in is not reaped
 * @breaks   Refines in lock-held, sibling-writer: by mistake, fixed by v4.8
 *           (what was given up is chosen again and again)
 * @breaks   Refines in mlocked: by design: locked memory is left to the exit
 *           (until v5.18)
 * @breaks   Refines in notifier: by mistake, fixed by v4.19 (TIF_MEMDIE goes
 *           before the memory does)
 * @breaks   Refines in writer-fault: by mistake: a fault maps the memory again
 *           (until v4.13)
 */
#include "v4.6.c"

#define MMF_OOM_REAPED MMF_OOM_SKIP

bool has_victims(struct signal_struct *signal) __atomic		/* signal->oom_victims */
{
	u8 i;

	for (i = 0; i < NR_TASKS; i++)
		if (tasks[i]->signal == signal && memdie[i])
			return true;
	return false;
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
		if (has_victims(p->signal))
			return &scan_aborted;
		if (!chosen && p->mm && !test_bit(MMF_OOM_REAPED, &p->mm->flags))
			chosen = p;
	}
	if (chosen)
		chosen->chosen = true;
	return chosen;
}

bool all_users_die(struct mm_struct *mm) __atomic
{
	u8 i;

	for (i = 0; i < NR_TASKS; i++)
		if (tasks[i]->mm == mm && !tasks[i]->killed)
			return false;
	return true;
}

/* Marked; the reaper may come, if everybody who uses the mm is dying. */
bool mark_self(void) __atomic
{
	if (!current->mm || !current->killed)
		return false;
	mark_oom_victim(current);
	return true;
}

bool oom_kill_self(void)
{
	if (!mark_self())
		return false;
	if (all_users_die(current->mm)) {
		get_task_struct(current);
		wake_oom_reaper(current);
	}
	return true;
}

void unlink_victim(struct task_struct *tsk) __atomic
{
	tsk->oom_reaper_list = NULL;
	tsk->queued--;
}

bool __oom_reap_task(struct task_struct *tsk, bool last)
{
	struct mm_struct *mm;
	bool reaped = false;

	mutex_lock(&oom_lock);
	mm = get_victim_mm(tsk);
	if (!mm) {
		mutex_unlock(&oom_lock);
		return true;			/* stop trying; nothing was reaped */
	}
	if (mmap_read_trylock(mm, last)) {
		oom_reap_vmas(mm);
		up_read(&mm->mmap_sem);
		set_bit(MMF_OOM_REAPED, &mm->flags);
		reaped = true;
	}
	mutex_unlock(&oom_lock);
	mmput_async(mm);
	return reaped;
}

void oom_reap_task(struct task_struct *tsk)
{
	u8 i;

	for (i = 0; i < MAX_OOM_REAP_RETRIES; i++) {
		if (__oom_reap_task(tsk, i == MAX_OOM_REAP_RETRIES - 1))
			break;
		schedule_timeout();
	}
	unlink_victim(tsk);
	set_memdie(tsk, false);		/* exit_oom_victim(): reaped or not */
	put_task_struct(tsk);
}
