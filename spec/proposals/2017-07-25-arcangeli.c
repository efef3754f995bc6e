/**
 * The trick of ksm_exit(), in the mail's first form: the reaper works without
 * a reference if it has to, and whoever sets MMF_OOM_SKIP first decides. If
 * the reaper was first, exit_mmap() waits for it; if exit_mmap() was, the
 * reaper leaves. The decision belongs to the mm, so it is right whoever runs
 * the last mmput(). A day later the test_and_set_bit() became a set_bit() and
 * a test of current, which is v4.14.
 *
 * MMF_OOM_SKIP is set before the memory is free: only oom_lock, which the
 * reaper holds, hides that from the OOM killer.
 *
 * The tail of the diff, where the reaper without a reference skips its
 * mmput_async(), is inferred.
 *
 * @protocol 2017-07-25-arcangeli
 * @after    v4.13
 * @source   kernel-history G6; the mail of 2017-07-25, 14:26 EST
 * @breaks   NoMunlockRace in mlocked: by mistake, as in v4.14
 * @breaks   SkipMeansGone in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansGone in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   SkipMeansFree in aio-never-alone, aio-never, alone, foreign-mmput,
 *           mrelease-oom, notifier, quick-exit, robust-futex, second-oom,
 *           sharer, starved-killer, two-threads, writer-fault: by mistake, as
 *           in v4.14 (MMF_OOM_SKIP before the gather is finished)
 * @breaks   SkipMeansFree in aio-pinned: by design: a page under I/O is
 *           unmapped, and free later
 * @breaks   SkipMeansFree in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansFree in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   FutexWakeSurvives in robust-futex: by mistake: the reaper may take
 *           the list before the exit has walked it
 * @breaks   NoStaleTranslation in notifier: by mistake, as in v4.13
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
 * @breaks   ReaperNeverStuck in starved-killer: by mistake, as in v4.13
 *           (oom_lock)
 * @breaks   Refines in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list
 * @breaks   Refines in init-sharer: by design: what init lives in is not reaped
 * @breaks   Refines in mlocked: by design: locked memory is left to the exit
 *           (until v5.18)
 */
#include "v4.13.c"

void exit_mmap(struct mm_struct *mm)
{
	release_secondary(mm);
	munlock_all(mm);
	unmap_vmas(mm);
	if (test_and_set_bit(MMF_OOM_SKIP, &mm->flags)) {
		down_write(&mm->mmap_sem);	/* the reaper was first: wait for it */
		up_write(&mm->mmap_sem);
	}
	free_pgtables(mm);
	remove_vmas(mm);
}

bool __oom_reap_task_mm(struct mm_struct *mm, bool last)
{
	bool got;

	if (!mmap_read_trylock(mm, last))
		return false;
	got = mmget_not_zero(mm);
	if (!got && test_and_set_bit(MMF_OOM_SKIP, &mm->flags)) {
		up_read(&mm->mmap_sem);
		return true;			/* exit_mmap() was first */
	}
	oom_reap_vmas(mm);
	up_read(&mm->mmap_sem);
	if (got)
		mmput_async(mm);
	return true;
}
