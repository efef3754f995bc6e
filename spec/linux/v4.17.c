/**
 * exit_mmap() of a victim reaps its own mm first, under oom_lock, sets
 * MMF_OOM_SKIP and waits for the reaper before anything else: what follows,
 * munlock first of all, never meets the reaper.
 *
 * MMF_OOM_SKIP now comes before locked and shared memory is freed.
 *
 * @protocol v4.17
 * @versions v4.17 to v4.18, 4.14.40 on
 * @commit   27ae357fa82b ("mm, oom: fix concurrent munlock and oom reaper unmap, v3")
 * @source   kernel-history G11
 * @breaks   SkipMeansGone in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansGone in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   SkipMeansGone in notifier: by design: what has mmu notifiers is not
 *           reaped (until v4.19)
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
 * @breaks   ExitProgresses in starved-killer: by mistake, fixed by v4.19 (who
 *           sleeps with oom_lock held may never go on)
 * @breaks   OomResolves in starved-killer: by mistake, fixed by v4.19 (who
 *           sleeps with oom_lock held may never go on)
 * @breaks   MemoryReaped in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   MemoryReaped in notifier: by design: what has mmu notifiers is not
 *           reaped (until v4.19)
 * @breaks   MemoryReaped in starved-killer: by mistake, fixed by v4.19 (who
 *           sleeps with oom_lock held may never go on)
 * @breaks   ReaperNeverStuck in starved-killer: by mistake, fixed by v4.19 (who
 *           sleeps with oom_lock held may never go on)
 * @breaks   Refines in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list
 * @breaks   Refines in init-sharer: by design: what init lives in is not reaped
 * @breaks   Refines in mlocked: by design: locked memory is left to the exit
 *           (until v5.18)
 * @breaks   Refines in notifier: by design: what has mmu notifiers is not
 *           reaped (until v4.19)
 * @breaks   Refines in starved-killer: by mistake, fixed by v4.19 (who sleeps
 *           with oom_lock held may never go on)
 */
#include "v4.16.c"

void exit_mmap(struct mm_struct *mm)
{
	release_secondary(mm);
	if (test_bit(MMF_OOM_VICTIM, &mm->flags)) {
		mutex_lock(&oom_lock);
		oom_reap_vmas(mm);		/* no mmap lock */
		mutex_unlock(&oom_lock);
		set_bit(MMF_OOM_SKIP, &mm->flags);
		down_write(&mm->mmap_sem);
		up_write(&mm->mmap_sem);
	}
	munlock_all(mm);
	unmap_vmas(mm);
	free_pgtables(mm);
	remove_vmas(mm);
}
