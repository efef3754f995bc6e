/**
 * The same without giving up: the reaper tries until it has reaped the mm or
 * the exit has set MMF_OOM_SKIP. Nobody is killed needlessly, and an exit
 * that blocks in exit_aio(), or a lock that is held until memory is free,
 * blocks the reaper and every allocation for ever.
 *
 * @protocol 2017-07-25-no-give-up
 * @after    2017-07-25-no-concurrency
 * @source   kernel-history G3b, G4; the mail of 2017-07-25, 14:26 EST
 * @breaks   OomResolves in aio-never, aio-never-alone: by design: waits for
 *           exit_aio() for ever
 * @breaks   OomResolves in aio-needs-memory: by design: waits for exit_aio(),
 *           which waits for memory
 * @breaks   OomResolves in lock-held: by design: waits for the lock, whose
 *           holder waits for memory
 * @breaks   MemoryReaped in aio-never, aio-never-alone: by design: waits for
 *           exit_aio() for ever
 * @breaks   MemoryReaped in aio-needs-memory: by design: waits for exit_aio(),
 *           which waits for memory
 * @breaks   MemoryReaped in lock-held: by design: waits for the lock, whose
 *           holder waits for memory
 * @breaks   ReaperNeverStuck in aio-never, aio-never-alone: by design: waits
 *           for exit_aio() for ever
 * @breaks   ReaperNeverStuck in aio-needs-memory: by design: waits for
 *           exit_aio(), which waits for memory
 * @breaks   ReaperNeverStuck in lock-held: by design: waits for the lock, whose
 *           holder waits for memory
 * @breaks   ExitProgresses in lock-held: by design: waits for the lock, whose
 *           holder waits for memory
 * @breaks   NoStaleKill in quick-exit, two-threads, foreign-mmput, mlocked,
 *           aio-never: by design: the exit frees memory without oom_lock
 * @breaks   Refines in aio-needs-memory, aio-never-alone, aio-never, lock-held:
 *           by design: waits for exit_aio(), or for the lock, for ever
 */
#include "2017-07-25-no-concurrency.c"

void oom_reap_task(struct task_struct *tsk)
{
	struct mm_struct *mm = tsk->signal->oom_mm;

	while (!oom_reap_task_mm(mm, false))
		schedule_timeout();
	set_bit(MMF_OOM_SKIP, &mm->flags);
}
