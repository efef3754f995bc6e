/**
 * Mmu notifiers whose callbacks never wait, as a guest's (KVM), are called
 * around each unmap of the reaper. What has one that may wait, as many a
 * driver's, is left alone as before, also when there is nothing to wait for.
 *
 * Interpolated: read in 4.16.13, where the fix of v4.17 is in as well, and in
 * what that fix changed.
 *
 * @protocol v4.16
 * @versions v4.16
 * @commit   5ff7091f5a2c ("mm, mmu_notifier: annotate mmu notifiers with blockable invalidate callbacks")
 * @source   kernel-history G9, G10
 * @breaks   NoMunlockRace in mlocked: by mistake, fixed by v4.17
 *           (CVE-2018-1000200)
 * @breaks   SkipMeansGone in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansGone in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   SkipMeansGone in notifier: by design: what has mmu notifiers is not
 *           reaped (until v4.19)
 * @breaks   SkipMeansFree in aio-never-alone, aio-never, alone, foreign-mmput,
 *           mrelease-oom, quick-exit, robust-futex, second-oom, sharer,
 *           starved-killer, two-threads, writer-fault: by mistake, fixed by
 *           v4.17 (MMF_OOM_SKIP before the gather is finished)
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
 * @breaks   QueuedOnce in sibling-writer: by mistake, fixed by v5.0 (one that
 *           was the tail, or was being reaped, passed for not queued)
 * @breaks   NoNeedlessKill in foreign-mmput, released-victim: by mistake: no
 *           scan meets a victim that has left the process list
 * @breaks   NoNeedlessKill in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   NoNeedlessKill in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   NoStaleKill in *: by design: memory is freed without oom_lock, so a
 *           look at the freelist may be stale
 * @breaks   NoStaleKill in group-kill: by mistake, fixed by v5.10.y (v5.9: who
 *           has waited for oom_lock looks again)
 * @breaks   MemoryReaped in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   MemoryReaped in notifier: by design: what has mmu notifiers is not
 *           reaped (until v4.19)
 * @breaks   ReaperNeverStuck in starved-killer: by mistake, fixed by v4.19 (who
 *           sleeps with oom_lock held may never go on)
 * @breaks   Refines in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list
 * @breaks   Refines in init-sharer: by design: what init lives in is not reaped
 * @breaks   Refines in mlocked: by design: locked memory is left to the exit
 *           (until v5.18)
 * @breaks   Refines in notifier: by design: what has mmu notifiers is not
 *           reaped (until v4.19)
 */
#include "v4.15.c"

#define NOTIFIERS_MAY_WAIT true			/* false: what has a notifier says that it never does */

bool mm_has_blockable_notifiers(struct mm_struct *mm)
{
	return NOTIFIERS_MAY_WAIT && mm_has_secondary(mm);
}

bool __oom_reap_task_mm(struct mm_struct *mm, bool last)
{
	if (!mmap_read_trylock(mm, last))
		return false;
	if (mm_has_blockable_notifiers(mm)) {
		up_read(&mm->mmap_sem);
		schedule_timeout();
		return true;
	}
	if (test_bit(MMF_OOM_SKIP, &mm->flags)) {
		up_read(&mm->mmap_sem);
		return true;
	}
	release_secondary(mm);			/* before each unmap; it does not wait */
	oom_reap_vmas(mm);
	up_read(&mm->mmap_sem);
	return true;
}
