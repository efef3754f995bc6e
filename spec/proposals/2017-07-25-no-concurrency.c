/**
 * "If it wasn't because of exit_aio": the reaper returns false if nobody
 * uses the mm any more and MMF_OOM_SKIP is not set yet, so that it comes back
 * while the exit is at work instead of letting the OOM killer go on at once.
 * After its last try it still gives up. An exit that blocks in exit_aio()
 * outlasts every try: the memory is never reaped and another is killed.
 *
 * This giving up is not for a lock that somebody else holds, so the ghost
 * mm->gave_up, which excuses those, is not set for it.
 *
 * @protocol 2017-07-25-no-concurrency
 * @after    v4.13
 * @source   kernel-history G3b, G4; the mail of 2017-07-25, 14:26 EST
 * @breaks   SkipMeansGone in aio-needs-memory, aio-never-alone, aio-never,
 *           aio-pinned, alone, foreign-mmput, mrelease-oom, notifier,
 *           quick-exit, robust-futex, second-oom, sharer, starved-killer,
 *           two-threads, writer-fault: by design: gives up after a few tries,
 *           an exit can take longer
 * @breaks   SkipMeansGone in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansGone in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   SkipMeansFree in aio-needs-memory, aio-never-alone, aio-never,
 *           aio-pinned, alone, foreign-mmput, mrelease-oom, notifier,
 *           quick-exit, robust-futex, second-oom, sharer, starved-killer,
 *           two-threads, writer-fault: by design: gives up after a few tries,
 *           an exit can take longer
 * @breaks   SkipMeansFree in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansFree in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   FutexWakeSurvives in robust-futex: by mistake: the reaper may take
 *           the list before the exit has walked it
 * @breaks   NoStaleTranslation in notifier: by mistake, as in v4.13
 * @breaks   NoPanic in aio-never-alone, alone, second-oom: by design: gives up
 *           after a few tries, an exit can take longer
 * @breaks   QueuedOnce in sibling-writer: by mistake, as in v4.13
 * @breaks   NoNeedlessKill in aio-needs-memory, aio-never, aio-pinned,
 *           foreign-mmput, quick-exit, second-oom, two-threads: by design:
 *           gives up after a few tries, an exit can take longer
 * @breaks   NoNeedlessKill in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   NoNeedlessKill in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   NoNeedlessKill in released-victim: by mistake: no scan meets a
 *           victim that has left the process list
 * @breaks   NoStaleKill in *: by design: memory is freed without oom_lock, so a
 *           look at the freelist may be stale
 * @breaks   NoStaleKill in group-kill: by mistake, as in v4.13
 * @breaks   OomResolves in aio-never-alone, alone, second-oom: by design: gives
 *           up after a few tries, an exit can take longer
 * @breaks   MemoryReaped in aio-never-alone, aio-never, aio-pinned, alone,
 *           notifier, second-oom: by design: gives up after a few tries, an
 *           exit can take longer
 * @breaks   MemoryReaped in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   ReaperNeverStuck in starved-killer: by mistake, as in v4.13
 *           (oom_lock)
 * @breaks   Refines in aio-needs-memory, aio-never-alone, aio-never,
 *           aio-pinned, alone, foreign-mmput, notifier, quick-exit, second-oom,
 *           two-threads: by design: gives up after a few tries, an exit can
 *           take longer
 * @breaks   Refines in init-sharer: by design: what init lives in is not reaped
 * @breaks   Refines in mlocked: by design: locked memory is left to the exit
 *           (until v5.18)
 * @breaks   Refines in released-victim: by mistake: no scan meets a victim that
 *           has left the process list
 */
#include "v4.13.c"

bool __oom_reap_task_mm(struct mm_struct *mm, bool last)
{
	bool done;

	if (!mmap_read_trylock(mm, last))
		return false;
	if (!mmget_not_zero(mm)) {
		done = test_bit(MMF_OOM_SKIP, &mm->flags);
		up_read(&mm->mmap_sem);
		return done;			/* come back until the exit is through */
	}
	oom_reap_vmas(mm);
	up_read(&mm->mmap_sem);
	mmput_async(mm);
	return true;
}
