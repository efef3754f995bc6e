/**
 * The same without giving up: the reaper tries until it has reaped the mm or
 * the exit has set MMF_OOM_SKIP. Nobody is killed needlessly, and an exit
 * that blocks in exit_aio(), or a lock that is held until memory is free,
 * blocks the reaper and every allocation for ever.
 *
 * @protocol 2017-07-25-no-give-up
 * @after    2017-07-25-no-concurrency
 * @source   kernel-history G3b, G4; the mail of 2017-07-25, 14:26 EST
 * @breaks   SkipMeansGone in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansGone in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
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
 * @breaks   NoNeedlessKill in foreign-mmput, released-victim: by mistake: no
 *           scan meets a victim that has left the process list
 * @breaks   NoNeedlessKill in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   NoNeedlessKill in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   NoStaleKill in *: by design: memory is freed without oom_lock, so a
 *           look at the freelist may be stale
 * @breaks   NoStaleKill in group-kill: by mistake, as in v4.13
 * @breaks   ExitProgresses in lock-held, sibling-writer: by design: waits for
 *           the lock, whose holder waits for memory
 * @breaks   OomResolves in aio-needs-memory: by design: waits for exit_aio(),
 *           which waits for memory
 * @breaks   OomResolves in aio-never-alone, aio-never, aio-pinned, second-oom:
 *           by design: waits for exit_aio() for ever
 * @breaks   OomResolves in lock-held, sibling-writer: by design: waits for the
 *           lock, whose holder waits for memory
 * @breaks   MemoryReaped in aio-needs-memory: by design: waits for exit_aio(),
 *           which waits for memory
 * @breaks   MemoryReaped in aio-never-alone, aio-never, aio-pinned, notifier,
 *           second-oom: by design: waits for exit_aio() for ever
 * @breaks   MemoryReaped in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   MemoryReaped in lock-held, sibling-writer: by design: waits for the
 *           lock, whose holder waits for memory
 * @breaks   ReaperNeverStuck in aio-needs-memory: by design: waits for
 *           exit_aio(), which waits for memory
 * @breaks   ReaperNeverStuck in aio-never-alone, aio-never, aio-pinned,
 *           notifier, second-oom: by design: waits for exit_aio() for ever
 * @breaks   ReaperNeverStuck in lock-held, sibling-writer: by design: waits for
 *           the lock, whose holder waits for memory
 * @breaks   ReaperNeverStuck in starved-killer: by mistake, as in v4.13
 *           (oom_lock)
 * @breaks   Refines in aio-needs-memory: by design: waits for exit_aio(), which
 *           waits for memory
 * @breaks   Refines in aio-never-alone, aio-never, aio-pinned, notifier,
 *           second-oom: by design: waits for exit_aio() for ever
 * @breaks   Refines in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list
 * @breaks   Refines in init-sharer: by design: what init lives in is not reaped
 * @breaks   Refines in lock-held, sibling-writer: by design: waits for the
 *           lock, whose holder waits for memory
 * @breaks   Refines in mlocked: by design: locked memory is left to the exit
 *           (until v5.18)
 */
#include "2017-07-25-no-concurrency.c"

void oom_reap_task(struct task_struct *tsk)
{
	struct mm_struct *mm = tsk->signal->oom_mm;

	while (!oom_reap_task_mm(mm, false))
		schedule_timeout();
	unlink_victim(tsk);
	set_bit(MMF_OOM_SKIP, &mm->flags);
	put_task_struct(tsk);
}
