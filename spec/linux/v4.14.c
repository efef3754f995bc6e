/**
 * The reaper takes no reference any more: it may work while exit_mmap()
 * does, or while exit_aio() blocks. What must not run under it is the end of
 * exit_mmap(), which frees page tables and vmas. So exit_mmap() sets
 * MMF_OOM_SKIP when all is unmapped, then waits for the reaper by taking the
 * mmap lock for writing, once; the reaper tests the flag under the lock.
 *
 * exit_mmap() waits only if current is a victim. But the last mmput() may be
 * anybody's.
 *
 * The reaper leaves an mm with mmu notifiers alone, and gives it up.
 *
 * @protocol v4.14
 * @versions v4.14, 4.14.1 to 4.14.7
 * @commit   212925802454 ("mm: oom: let oom_reap_task and exit_mmap run concurrently")
 * @source   kernel-history G7
 * @breaks   NoUseAfterFree in foreign-mmput, sharer: by mistake, fixed by v4.15
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
#include "v4.13.c"

void exit_mmap(struct mm_struct *mm)
{
	release_secondary(mm);
	munlock_all(mm);
	unmap_vmas(mm);				/* perhaps while the reaper does the same */
	set_bit(MMF_OOM_SKIP, &mm->flags);
	if (tsk_is_oom_victim(current)) {	/* current, not mm: the bug */
		down_write(&mm->mmap_sem);
		up_write(&mm->mmap_sem);
	}
	free_pgtables(mm);
	remove_vmas(mm);
}

void __mmput(struct mm_struct *mm)		/* MMF_OOM_SKIP has moved to exit_mmap() */
{
	exit_aio(mm);
	exit_mmap(mm);
	mmdrop(mm);
}

bool __oom_reap_task_mm(struct mm_struct *mm, bool last)
{
	if (!mmap_read_trylock(mm, last))
		return false;
	if (mm_has_secondary(mm)) {		/* which might have to wait: not reaped */
		up_read(&mm->mmap_sem);
		schedule_timeout();
		return true;
	}
	if (test_bit(MMF_OOM_SKIP, &mm->flags)) {
		up_read(&mm->mmap_sem);
		return true;			/* exit_mmap() has unmapped it all */
	}
	oom_reap_vmas(mm);
	up_read(&mm->mmap_sem);
	return true;
}
