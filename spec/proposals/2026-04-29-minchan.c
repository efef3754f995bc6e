/**
 * A process_mrelease() that kills and pins the struct alone, as v5.17 does, so
 * that its caller never runs somebody's exit. Whoever shares the mm with
 * another process is refused.
 *
 * @protocol 2026-04-29-minchan
 * @after    2026-04-21-minchan
 * @source   kernel-history 15.2; the mail of 2026-04-29
 * @breaks   SkipMeansGone in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansFree in aio-never-alone, aio-never, alone, foreign-mmput,
 *           mlocked, mrelease-oom, notifier, quick-exit, robust-futex,
 *           second-oom, sharer, starved-killer, two-threads, writer-fault: by
 *           mistake, as in v6.1 (MMF_OOM_SKIP before the gather is finished)
 * @breaks   SkipMeansFree in aio-pinned: by design: a page under I/O is
 *           unmapped, and free later
 * @breaks   SkipMeansFree in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   FutexWakeSurvives in *: by design: two seconds are not always
 *           enough
 * @breaks   NoPanic in *: by design: a scan after a stale look finds nobody and
 *           panics
 * @breaks   NoPanic in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list, and one that finds
 *           nobody panics
 * @breaks   NoNeedlessKill in foreign-mmput, released-victim: by mistake: no
 *           scan meets a victim that has left the process list
 * @breaks   NoNeedlessKill in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   NoStaleKill in *: by design: memory is freed without oom_lock, so a
 *           look at the freelist may be stale
 * @breaks   OomResolves in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list, and one that finds
 *           nobody panics
 * @breaks   OomResolves in init-sharer, sibling-writer, two-domains: by design:
 *           a scan after a stale look finds nobody and panics
 * @breaks   MemoryReaped in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list, and one that finds
 *           nobody panics
 * @breaks   MemoryReaped in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   MemoryReaped in two-domains: by design: a scan after a stale look
 *           finds nobody and panics
 * @breaks   Refines in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list
 * @breaks   Refines in init-sharer: by design: what init lives in is not reaped
 * @breaks   Refines in sibling-writer, two-domains: by design: a scan after a
 *           stale look finds nobody and panics
 */
#include "2026-04-21-minchan.c"

bool mm_is_shared(struct task_struct *tsk) __atomic		/* MMF_MULTIPROCESS */
{
	u8 i;

	for (i = 0; i < NR_TASKS; i++)
		if (tasks[i]->mm == tsk->mm && tasks[i]->signal != tsk->signal)
			return true;
	return false;
}

struct mm_struct *pin_mm_to_kill(struct task_struct *tsk) __atomic
{
	if (!tsk->mm || mm_is_shared(tsk))
		return NULL;				/* -ESRCH, -EINVAL */
	mmgrab(tsk->mm);
	return tsk->mm;
}

void process_mrelease(struct task_struct *tsk)
{
	struct mm_struct *mm = pin_mm_to_kill(tsk);

	if (!mm)
		return;
	kill_process(tsk);
	down_read(&mm->mmap_lock);
	if (!test_bit(MMF_OOM_SKIP, &mm->flags))
		reap_nonblock(mm);
	up_read(&mm->mmap_lock);
	mmdrop(mm);
}
