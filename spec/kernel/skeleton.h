/*
 * spec/kernel/skeleton.h: all headers, and what the first generations have in common.
 *
 * exit_mmap() knows nothing of a reaper. Who has killed sleeps with oom_lock
 * held. Whether a victim is queued already is looked up without the queue's
 * lock.
 *
 * Source: kernel-history 3.
 */
#include "mm_types.h"
#include "bitops.h"
#include "atomic.h"
#include "rwsem.h"
#include "mutex.h"
#include "aio.h"
#include "memory.h"
#include "mlock.h"
#include "mm.h"
#include "task.h"
#include "futex.h"
#include "coredump.h"
#include "exit.h"
#include "fault.h"
#include "notifier.h"
#include "page_alloc.h"
#include "oom_kill.h"
#include "oom_reaper.h"
#include "memcg.h"
#include "mrelease.h"

void exit_mmap(struct mm_struct *mm)		/* no lock: the last user is alone */
{
	release_secondary(mm);
	munlock_all(mm);
	unmap_vmas(mm);
	free_pgtables(mm);
	remove_vmas(mm);
}

bool reapable_vma(struct vm_area_struct *vma) __atomic
{
	return !vma->vm_locked && !vma->vm_shared;
}

/* Until v4.18: a kill is followed by a sleep, with oom_lock held. */
void out_of_memory(void)
{
	struct task_struct *chosen;

	chosen = select_bad_process();
	if (chosen == &scan_aborted)
		return;
	if (!chosen) {
		if (current->memcg)
			return;
		panic();
	}
	oom_kill_process(chosen);
	schedule_timeout_killable();
}

bool queued_already(struct task_struct *tsk) __atomic
{
	return tsk == oom_reaper_list || tsk->oom_reaper_list;
}

/* Until v5.0: looked up without the queue's lock, and the tail of the queue has no link. */
void wake_oom_reaper(struct task_struct *tsk)
{
	if (queued_already(tsk)) {
		put_task_struct(tsk);
		return;
	}
	push_victim(tsk);
}
