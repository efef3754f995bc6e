/**
 * Two flags instead of one. The first says that exit_mmap() enters its
 * unmap: exit_mmap() sets it, waits for the reaper, and only then unmaps. The
 * reaper works only while it is clear. The second, MMF_OOM_SKIP, still tells
 * the OOM killer that all is unmapped.
 *
 * The mail leaves two things open. Here exit_mmap() waits for the reaper
 * whoever runs it, and a reaper that finds the first flag set stops trying
 * and leaves MMF_OOM_SKIP to the exit.
 *
 * The flag is set just before the unmap, as mailed, and so after munlock.
 *
 * @protocol 2017-12-05-rientjes
 * @after    v4.14
 * @source   kernel-history G8; the mail of 2017-12-05
 * @breaks   NoMunlockRace in mlocked: by mistake, as in v4.14 (the next day the
 *           flag moved before munlock)
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
#include "v4.14.c"

enum mm_flag {
	MMF_UNMAPPING,		/* exit_mmap() enters unmap_vmas(); the mail gives it no name */
};

void exit_mmap(struct mm_struct *mm)
{
	release_secondary(mm);
	munlock_all(mm);
	set_bit(MMF_UNMAPPING, &mm->flags);
	down_write(&mm->mmap_sem);
	up_write(&mm->mmap_sem);
	unmap_vmas(mm);				/* the reaper keeps out */
	set_bit(MMF_OOM_SKIP, &mm->flags);
	free_pgtables(mm);
	remove_vmas(mm);
}

bool __oom_reap_task_mm(struct mm_struct *mm, bool last)
{
	if (!mmap_read_trylock(mm, last))
		return false;
	if (!mm_has_secondary(mm) && !test_bit(MMF_UNMAPPING, &mm->flags))
		oom_reap_vmas(mm);
	up_read(&mm->mmap_sem);
	return true;
}

void oom_reap_task(struct task_struct *tsk)
{
	struct mm_struct *mm = tsk->signal->oom_mm;
	u8 i;

	for (i = 0; i < MAX_OOM_REAP_RETRIES; i++) {
		if (oom_reap_task_mm(mm, i == MAX_OOM_REAP_RETRIES - 1))
			break;
		schedule_timeout();
	}
	unlink_victim(tsk);
	if (!test_bit(MMF_UNMAPPING, &mm->flags))
		set_bit(MMF_OOM_SKIP, &mm->flags);	/* else the exit will */
	put_task_struct(tsk);
}
