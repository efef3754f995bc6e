/**
 * exit_mmap() holds the mmap lock for writing from its begin to its end, so
 * that who walks the vmas needs neither mm_users nor two locks: the struct
 * and the lock held for reading will do.
 *
 * An idea, without code: MMF_OOM_SKIP is set here where v7.3 sets it, and the
 * mm has no vmas when the lock is dropped, or else it would be v5.17-rc1.
 *
 * The reaper cannot work beside the exit any more, and counts the exit's own
 * lock as a failed try: an exit that takes longer than its ten tries lets it
 * set MMF_OOM_SKIP though the memory is still there, and another is killed.
 * Under the lock held for reading it helped instead. The thread talks of
 * latency only.
 *
 * @protocol 2026-05-16-torvalds
 * @after    v7.3
 * @source   kernel-history 15.1; the mails of 2026-05-16 and 2026-05-22
 * @breaks   SkipMeansGone in aio-never-alone, aio-never, aio-pinned, alone,
 *           foreign-mmput, mlocked, mrelease-oom, notifier, quick-exit,
 *           robust-futex, second-oom, sharer, starved-killer, two-threads,
 *           writer-fault: by mistake: the reaper fails on the exit's own lock,
 *           and gives up
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
 * @breaks   NoNeedlessKill in aio-never, aio-pinned, mlocked, quick-exit,
 *           second-oom, two-threads: by mistake: the reaper fails on the exit's
 *           own lock, and gives up
 * @breaks   NoNeedlessKill in foreign-mmput, released-victim: by mistake: no
 *           scan meets a victim that has left the process list
 * @breaks   NoNeedlessKill in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   NoStaleKill in *: by design: memory is freed without oom_lock, so a
 *           look at the freelist may be stale
 * @breaks   OomResolves in aio-never-alone, aio-never, aio-pinned, alone,
 *           mlocked, quick-exit, second-oom, two-threads: by mistake: the
 *           reaper fails on the exit's own lock, and gives up
 * @breaks   OomResolves in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list, and one that finds
 *           nobody panics
 * @breaks   OomResolves in init-sharer, sibling-writer, two-domains: by design:
 *           a scan after a stale look finds nobody and panics
 * @breaks   MemoryReaped in aio-never-alone, aio-never, aio-pinned, alone,
 *           mlocked, quick-exit, second-oom, two-threads: by mistake: the
 *           reaper fails on the exit's own lock, and gives up
 * @breaks   MemoryReaped in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list, and one that finds
 *           nobody panics
 * @breaks   MemoryReaped in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   MemoryReaped in two-domains: by design: a scan after a stale look
 *           finds nobody and panics
 * @breaks   Refines in aio-never-alone, aio-never, aio-pinned, alone, mlocked,
 *           quick-exit, second-oom, two-threads: by mistake: the reaper fails
 *           on the exit's own lock, and gives up
 * @breaks   Refines in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list
 * @breaks   Refines in init-sharer: by design: what init lives in is not reaped
 * @breaks   Refines in sibling-writer, two-domains: by design: a scan after a
 *           stale look finds nobody and panics
 */
#include "v7.3.c"

void exit_mmap(struct mm_struct *mm)
{
	release_secondary(mm);
	down_write(&mm->mmap_lock);
	if (!mm->mmap) {
		up_write(&mm->mmap_lock);
		return;				/* without MMF_OOM_SKIP */
	}
	unmap_vmas(mm);
	set_bit(MMF_OOM_SKIP, &mm->flags);
	free_pgtables(mm);
	remove_vmas(mm);
	mm->mmap = NULL;
	up_write(&mm->mmap_lock);
}
