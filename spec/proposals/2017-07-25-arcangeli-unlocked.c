/**
 * The first form of 2017-07-25 in a reaper without oom_lock, which was to
 * come in v4.19. Whoever sets MMF_OOM_SKIP first, nothing is freed yet, and
 * no lock hides it from the OOM killer any more: it kills another while the
 * reaper or the exit begins to unmap.
 *
 * Hocko saw that the flag is early, and then that oom_lock hides it. Nobody
 * mailed this combination.
 *
 * @protocol 2017-07-25-arcangeli-unlocked
 * @after    2017-07-25-arcangeli
 * @source   kernel-history G6, 12 "G6 without oom_lock"
 * @breaks   NoMunlockRace in mlocked: by mistake, as in v4.14
 * @breaks   SkipMeansGone in aio-needs-memory, aio-never-alone, aio-never,
 *           aio-pinned, alone, foreign-mmput, mrelease-oom, notifier,
 *           quick-exit, robust-futex, second-oom, sharer, starved-killer,
 *           two-threads, writer-fault: by mistake: MMF_OOM_SKIP before anything
 *           is freed, and no oom_lock that hides it
 * @breaks   SkipMeansGone in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansGone in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   SkipMeansFree in aio-needs-memory, aio-never-alone, aio-never,
 *           alone, foreign-mmput, mrelease-oom, notifier, quick-exit,
 *           robust-futex, second-oom, sharer, starved-killer, two-threads,
 *           writer-fault: by mistake: MMF_OOM_SKIP before anything is freed,
 *           and no oom_lock that hides it
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
 * @breaks   NoPanic in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list, and one that finds
 *           nobody panics
 * @breaks   QueuedOnce in sibling-writer: by mistake, as in v4.13
 * @breaks   NoNeedlessKill in aio-needs-memory, aio-never, aio-pinned,
 *           quick-exit, second-oom, two-threads: by mistake: MMF_OOM_SKIP
 *           before anything is freed, and no oom_lock that hides it
 * @breaks   NoNeedlessKill in foreign-mmput, released-victim: by mistake: no
 *           scan meets a victim that has left the process list
 * @breaks   NoNeedlessKill in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   NoNeedlessKill in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   NoStaleKill in *: by design: memory is freed without oom_lock, so a
 *           look at the freelist may be stale
 * @breaks   NoStaleKill in group-kill: by mistake, as in v4.13
 * @breaks   OomResolves in aio-never-alone, alone: by mistake: MMF_OOM_SKIP
 *           before anything is freed, and no oom_lock that hides it
 * @breaks   OomResolves in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list, and one that finds
 *           nobody panics
 * @breaks   OomResolves in init-sharer, sibling-writer, two-domains: by design:
 *           a scan after a stale look finds nobody and panics
 * @breaks   OomResolves in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   MemoryReaped in aio-never-alone, alone: by mistake: MMF_OOM_SKIP
 *           before anything is freed, and no oom_lock that hides it
 * @breaks   MemoryReaped in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list, and one that finds
 *           nobody panics
 * @breaks   MemoryReaped in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   MemoryReaped in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   MemoryReaped in two-domains: by design: a scan after a stale look
 *           finds nobody and panics
 * @breaks   Refines in aio-needs-memory, aio-never-alone, aio-never,
 *           aio-pinned, alone, quick-exit, second-oom, two-threads: by mistake:
 *           MMF_OOM_SKIP before anything is freed, and no oom_lock that hides
 *           it
 * @breaks   Refines in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list
 * @breaks   Refines in init-sharer: by design: what init lives in is not reaped
 * @breaks   Refines in mlocked: by design: locked memory is left to the exit
 *           (until v5.18)
 * @breaks   Refines in sibling-writer, two-domains: by design: a scan after a
 *           stale look finds nobody and panics
 */
#include "2017-07-25-arcangeli.c"

bool oom_reap_task_mm(struct mm_struct *mm, bool last)
{
	return __oom_reap_task_mm(mm, last);
}
