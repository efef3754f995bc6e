/**
 * "If it wasn't because of exit_aio": the reaper returns false if nobody
 * uses the mm any more and MMF_OOM_SKIP is not set yet, so that it comes back
 * while the exit is at work instead of letting the OOM killer go on at once.
 * After its last try it still gives up. An exit that blocks in exit_aio()
 * outlasts every try: the memory is never reaped and another is killed.
 *
 * This giving up is not for a lock that somebody else holds, so the ghost
 * mm->gave_up, which excuses those, is not set for it.
 *
 * @protocol 2017-07-25-no-concurrency
 * @after    v4.13
 * @source   kernel-history G3b, G4; the mail of 2017-07-25, 14:26 EST
 * @breaks   NoNeedlessKill in quick-exit, two-threads, foreign-mmput: by
 *           design: tries are few, an exit can take longer
 * @breaks   NoNeedlessKill in aio-never, aio-needs-memory: by design:
 *           exit_aio() outlasts every try
 * @breaks   SkipMeansGone in quick-exit, two-threads, foreign-mmput, aio-never,
 *           aio-never-alone, aio-needs-memory: by design: gives up after a few
 *           tries
 * @breaks   MemoryReaped in aio-never, aio-never-alone: by design: exit_aio()
 *           outlasts every try
 * @breaks   OomResolves in aio-never-alone: by design: exit_aio() outlasts
 *           every try, then there is nobody left to kill
 * @breaks   NoStaleKill in quick-exit, two-threads, foreign-mmput, mlocked,
 *           aio-never: by design: the exit frees memory without oom_lock
 * @breaks   Refines in aio-needs-memory, aio-never-alone, aio-never,
 *           foreign-mmput, quick-exit, two-threads: by design: gives up on an
 *           exit that takes longer than its tries
 */
#include "v4.13.c"

bool __oom_reap_task_mm(struct mm_struct *mm, bool last)
{
	bool done;

	if (!down_read_trylock(&mm->mmap_sem)) {
		if (last)
			mm->gave_up = true;
		return false;
	}
	if (!mmget_not_zero(mm)) {
		done = test_bit(MMF_OOM_SKIP, &mm->flags);
		up_read(&mm->mmap_sem);
		return done;			/* come back until the exit is through */
	}
	oom_reap_vmas(mm);
	up_read(&mm->mmap_sem);
	mmput_async(mm);
	return true;
}
