/**
 * exit_mmap() holds the mmap lock for writing from before munlock to its end,
 * whosever the mm is. So process_mrelease() needs no mm_users any more: it
 * pins by mm_count and looks at MMF_OOM_SKIP once it has the lock.
 *
 * But only the exit of an OOM victim sets that flag. After the exit of any
 * other process mm->mmap still points to the vmas, which are gone: who gets
 * the lock then walks them.
 *
 * As v5.17-rc1 to -rc5; no release has it.
 *
 * @protocol v5.17-rc1
 * @versions v5.17-rc1 to v5.17-rc5
 * @after    v5.15
 * @commit   64591e8605d6 ("mm: protect free_pgtables with mmap_lock write lock in exit_mmap")
 * @commit   ba535c1caf3e ("mm/oom_kill: allow process_mrelease to run under mmap_lock protection")
 * @source   kernel-history G13c
 * @breaks   NoUseAfterFree in mrelease: by mistake, fixed by v5.17
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
#include "v5.15.c"

void exit_mmap(struct mm_struct *mm)
{
	release_secondary(mm);
	if (test_bit(MMF_OOM_VICTIM, &mm->flags)) {
		oom_reap_vmas(mm);		/* no mmap lock */
		set_bit(MMF_OOM_SKIP, &mm->flags);
	}
	down_write(&mm->mmap_lock);
	munlock_all(mm);
	unmap_vmas(mm);
	free_pgtables(mm);
	remove_vmas(mm);			/* mm->mmap stays */
	up_write(&mm->mmap_lock);
}

void process_mrelease(struct task_struct *tsk)
{
	struct mm_struct *mm = pin_dying_mm(tsk);

	if (!mm)
		return;
	down_read(&mm->mmap_lock);
	if (!test_bit(MMF_OOM_SKIP, &mm->flags))	/* else exit_mmap() has reaped it */
		reap_nonblock(mm);			/* or -EAGAIN */
	up_read(&mm->mmap_lock);
	mmdrop(mm);
}
