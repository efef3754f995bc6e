/**
 * The two flags, a day later: exit_mmap() sets the first one, and waits for
 * the reaper, before anything else. So munlock does not meet it either.
 *
 * @protocol 2017-12-06-rientjes
 * @after    2017-12-05-rientjes
 * @source   kernel-history G8; the mail of 2017-12-06
 * @breaks   SkipMeansGone in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansGone in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   SkipMeansGone in notifier: by design: what has mmu notifiers is not
 *           reaped (until v4.19)
 * @breaks   SkipMeansFree in aio-never-alone, aio-never, alone, foreign-mmput,
 *           mrelease-oom, quick-exit, robust-futex, second-oom, sharer,
 *           starved-killer, two-threads, writer-fault: by mistake, as in v4.14
 *           (MMF_OOM_SKIP before the gather is finished)
 * @breaks   SkipMeansFree in aio-pinned: by design: a page under I/O is
 *           unmapped, and free later
 * @breaks   SkipMeansFree in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansFree in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   SkipMeansFree in notifier: by design: what has mmu notifiers is not
 *           reaped (until v4.19)
 * @breaks   FutexWakeSurvives in robust-futex: by mistake: the reaper may take
 *           the list before the exit has walked it
 * @breaks   NoPanic in *: by design: a scan after a stale look finds nobody and
 *           panics
 * @breaks   QueuedOnce in sibling-writer: by mistake, as in v4.13
 * @breaks   NoNeedlessKill in foreign-mmput, released-victim: by mistake: no
 *           scan meets a victim that has left the process list
 * @breaks   NoNeedlessKill in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   NoNeedlessKill in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   NoStaleKill in *: by design: memory is freed without oom_lock, so a
 *           look at the freelist may be stale
 * @breaks   NoStaleKill in group-kill: by mistake, as in v4.13
 * @breaks   MemoryReaped in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   MemoryReaped in notifier: by design: what has mmu notifiers is not
 *           reaped (until v4.19)
 * @breaks   ReaperNeverStuck in starved-killer: by mistake, as in v4.13
 *           (oom_lock)
 * @breaks   Refines in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list
 * @breaks   Refines in init-sharer: by design: what init lives in is not reaped
 * @breaks   Refines in mlocked: by design: locked memory is left to the exit
 *           (until v5.18)
 * @breaks   Refines in notifier: by design: what has mmu notifiers is not
 *           reaped (until v4.19)
 */
#include "2017-12-05-rientjes.c"

void exit_mmap(struct mm_struct *mm)
{
	release_secondary(mm);
	set_bit(MMF_UNMAPPING, &mm->flags);
	down_write(&mm->mmap_sem);
	up_write(&mm->mmap_sem);
	munlock_all(mm);
	unmap_vmas(mm);
	set_bit(MMF_OOM_SKIP, &mm->flags);
	free_pgtables(mm);
	remove_vmas(mm);
}
