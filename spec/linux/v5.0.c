/**
 * A victim is queued once: a flag of its mm remembers it. Before, one that
 * was the tail of the queue, or had been popped, passed for not queued.
 *
 * Interpolated: read in v4.19 and 5.4.286. As v5.0 to v5.8.
 *
 * @protocol v5.0
 * @versions v5.0 to v5.8
 * @commit   9bcdeb51bd7d ("oom, oom_reaper: do not enqueue same task twice")
 * @source   kernel-history G12, 3.9
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
#include "v4.19.c"

void wake_oom_reaper(struct task_struct *tsk) __atomic
{
	if (test_and_set_bit(MMF_OOM_REAP_QUEUED, &tsk->signal->oom_mm->flags))
		put_task_struct(tsk);
	else
		push_victim(tsk);
}
