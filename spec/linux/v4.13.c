/**
 * Every fault on memory that the reaper may have taken gets SIGBUS, not only
 * a kernel thread's: it looks at the flag right before it installs the page.
 *
 * The reaper's protocol is still that of v4.9.
 *
 * @protocol v4.13
 * @versions v4.13
 * @commit   6b31d5955cb2 ("mm, oom: fix potential data corruption when oom_reaper races with writer")
 * @source   kernel-history G4
 * @breaks   SkipMeansGone in aio-needs-memory, aio-never-alone, aio-never,
 *           aio-pinned, alone, foreign-mmput, mrelease-oom, quick-exit,
 *           robust-futex, second-oom, sharer, starved-killer, two-threads,
 *           writer-fault: by mistake, fixed by v4.14
 * @breaks   SkipMeansGone in notifier: by mistake, fixed by v4.19
 * @breaks   SkipMeansGone in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansGone in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   SkipMeansFree in aio-needs-memory, aio-never-alone, aio-never,
 *           aio-pinned, alone, foreign-mmput, mrelease-oom, notifier,
 *           quick-exit, robust-futex, second-oom, sharer, starved-killer,
 *           two-threads, writer-fault: by mistake: MMF_OOM_SKIP though nothing
 *           was freed
 * @breaks   SkipMeansFree in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansFree in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   FutexWakeSurvives in robust-futex: by mistake: the reaper may take
 *           the list before the exit has walked it
 * @breaks   NoStaleTranslation in notifier: by mistake, fixed by v4.14
 * @breaks   NoPanic in aio-never-alone, alone, second-oom: by mistake:
 *           MMF_OOM_SKIP though nothing was freed
 * @breaks   QueuedOnce in sibling-writer: by mistake, fixed by v5.0 (one that
 *           was the tail, or was being reaped, passed for not queued)
 * @breaks   NoNeedlessKill in aio-needs-memory, aio-never, aio-pinned,
 *           quick-exit, second-oom, two-threads: by mistake, fixed by v4.14
 * @breaks   NoNeedlessKill in foreign-mmput: by mistake: MMF_OOM_SKIP though
 *           nothing was freed, or the victim has left the process list
 * @breaks   NoNeedlessKill in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   NoNeedlessKill in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   NoNeedlessKill in released-victim: by mistake: no scan meets a
 *           victim that has left the process list
 * @breaks   NoStaleKill in *: by design: memory is freed without oom_lock, so a
 *           look at the freelist may be stale
 * @breaks   NoStaleKill in group-kill: by mistake, fixed by v5.10.y (v5.9: who
 *           has waited for oom_lock looks again)
 * @breaks   OomResolves in aio-never-alone, alone, second-oom: by mistake,
 *           fixed by v4.14
 * @breaks   MemoryReaped in aio-never-alone, aio-never, aio-pinned, alone,
 *           second-oom: by mistake, fixed by v4.14
 * @breaks   MemoryReaped in notifier: by mistake, fixed by v4.19
 * @breaks   MemoryReaped in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   ReaperNeverStuck in starved-killer: by mistake, fixed by v4.19 (who
 *           sleeps with oom_lock held may never go on)
 * @breaks   Refines in aio-needs-memory, aio-never-alone, aio-never,
 *           aio-pinned, alone, quick-exit, second-oom, two-threads: by mistake,
 *           fixed by v4.14
 * @breaks   Refines in notifier: by mistake, fixed by v4.19
 * @breaks   Refines in foreign-mmput: by mistake: MMF_OOM_SKIP though nothing
 *           was freed, or the victim has left the process list
 * @breaks   Refines in init-sharer: by design: what init lives in is not reaped
 * @breaks   Refines in mlocked: by design: locked memory is left to the exit
 *           (until v5.18)
 * @breaks   Refines in released-victim: by mistake: no scan meets a victim that
 *           has left the process list
 */
#include "v4.9.c"

bool map_zeroed_page(struct vm_area_struct *vma) __atomic
{
	if (vma->pmd->pte[0])
		return true;
	if (vma->vm_mm->unstable)
		return false;
	vma->pmd->pte[0] = vma->zeroed;
	vma->zeroed->mapcount = 1;
	return true;
}
