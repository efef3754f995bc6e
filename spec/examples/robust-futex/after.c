/**
 * In the spirit of a mailed RFC: the reaper leaves a victim alone while its
 * futexes have not been let go. Nobody waits for ever, and the memory of a
 * victim that never gets there is not taken.
 *
 * @protocol futex-tryrelease
 * @breaks  SkipMeansGone in futex: by design: what holds a futex is not
 *           reaped
 * @breaks  OomResolves in futex: by design: what holds a futex is not
 *           reaped
 * @breaks  MemoryReaped in futex: by design: what holds a futex is not
 *           reaped
 * @breaks  Refines in futex: by design: what holds a futex is not reaped
 * @breaks  SkipMeansFree in futex: by design: as in v6.1
 * @breaks  NoPanic in futex: by design: as in v6.1
 */
#include "v6.1.c"
#include "futex.h"

bool robust_list_pending(void) __atomic
{
	return word.held;
}

bool oom_reap_task_mm(struct mm_struct *mm, bool last)
{
	if (robust_list_pending())
		return false;
	if (!down_read_trylock(&mm->mmap_lock)) {
		if (last)
			mm->gave_up = true;
		return false;
	}
	if (!test_bit(MMF_OOM_SKIP, &mm->flags))
		oom_reap_vmas(mm);
	up_read(&mm->mmap_lock);
	return true;
}
