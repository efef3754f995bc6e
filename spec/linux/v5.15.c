/**
 * process_mrelease() pins the mm by mm_users: exit_mmap() cannot begin while
 * it walks. But its own mmput() may be the last one, and then it runs the
 * whole exit of the other process, exit_aio() and all.
 *
 * @protocol v5.15
 * @versions v5.15 to v5.16
 * @commit   337546e83fc7 ("mm/oom_kill.c: prevent a race between process_mrelease and exit_mmap")
 * @source   kernel-history G13b
 * @breaks   SkipMeansGone in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansGone in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   SkipMeansFree in aio-never-alone, aio-never, alone, foreign-mmput,
 *           mrelease-oom, notifier, quick-exit, robust-futex, second-oom,
 *           sharer, starved-killer, two-threads, writer-fault: by mistake, as
 *           in v4.19 (MMF_OOM_SKIP while pages wait in the other's gather)
 * @breaks   SkipMeansFree in aio-pinned: by design: a page under I/O is
 *           unmapped, and free later
 * @breaks   SkipMeansFree in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansFree in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   FutexWakeSurvives in robust-futex: by mistake: the reaper may take
 *           the list before the exit has walked it
 * @breaks   NoPanic in *: by design: a scan after a stale look finds nobody and
 *           panics
 * @breaks   NoPanic in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list, and one that finds
 *           nobody panics
 * @breaks   NoNeedlessKill in foreign-mmput, released-victim: by mistake: no
 *           scan meets a victim that has left the process list
 * @breaks   NoNeedlessKill in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   NoNeedlessKill in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   NoStaleKill in *: by design: memory is freed without oom_lock, so a
 *           look at the freelist may be stale
 * @breaks   OomResolves in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list, and one that finds
 *           nobody panics
 * @breaks   OomResolves in init-sharer, sibling-writer, two-domains: by design:
 *           a scan after a stale look finds nobody and panics
 * @breaks   OomResolves in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   MemoryReaped in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list, and one that finds
 *           nobody panics
 * @breaks   MemoryReaped in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   MemoryReaped in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   MemoryReaped in two-domains: by design: a scan after a stale look
 *           finds nobody and panics
 * @breaks   Refines in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list
 * @breaks   Refines in init-sharer: by design: what init lives in is not reaped
 * @breaks   Refines in mlocked: by design: locked memory is left to the exit
 *           (until v5.18)
 * @breaks   Refines in sibling-writer, two-domains: by design: a scan after a
 *           stale look finds nobody and panics
 */
#include "v5.15-rc1.c"

struct mm_struct *get_dying_mm(struct task_struct *tsk) __atomic	/* under task_lock() */
{
	if (!tsk->mm || !mmget_not_zero(tsk->mm))
		return NULL;			/* -ESRCH, or nothing to do */
	return tsk->mm;
}

bool mm_will_be_freed(struct mm_struct *mm, struct task_struct *tsk) __atomic
{
	u8 i;

	if (!tsk->killed || tsk->signal->coredump || test_bit(MMF_OOM_SKIP, &mm->flags))
		return false;
	for (i = 0; i < NR_TASKS; i++)
		if (tasks[i]->mm == mm && !tasks[i]->killed)
			return false;
	return true;
}

void process_mrelease(struct task_struct *tsk)
{
	struct mm_struct *mm = get_dying_mm(tsk);

	if (!mm)
		return;
	if (mm_will_be_freed(mm, tsk)) {
		down_read(&mm->mmap_lock);
		reap_nonblock(mm);		/* or -EAGAIN */
		up_read(&mm->mmap_lock);
	}
	mmput(mm);
}
