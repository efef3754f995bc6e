/**
 * The reaper pins the address space by mm_users. Once the last user is gone
 * it finds nothing to pin, stops trying and lets MMF_OOM_SKIP be set, though
 * nothing was freed: exit_mmap() may be at work, or exit_aio() may never let
 * it begin. The OOM killer moves on and kills another.
 *
 * As v4.9 to v4.12, which differ in page faults and tracepoints only.
 *
 * @protocol v4.13
 * @commit   26db62f179d1 ("oom: keep mm of the killed task available")
 * @source   kernel-history G3b, G4, 3.2, 3.3, 3.5
 * @breaks   SkipMeansGone in aio-needs-memory, aio-never-alone, aio-never,
 *           aio-pinned, alone, foreign-mmput, mrelease-oom, notifier,
 *           quick-exit, robust-futex, second-oom, sharer, starved-killer,
 *           two-threads, writer-fault: by mistake, fixed by v4.14
 * @breaks   SkipMeansGone in init-sharer: by design: what init lives in is
 *           not reaped
 * @breaks   SkipMeansGone in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   SkipMeansFree in aio-needs-memory, aio-never-alone, aio-never,
 *           aio-pinned, alone, foreign-mmput, mrelease-oom, notifier,
 *           quick-exit, robust-futex, second-oom, sharer, starved-killer,
 *           two-threads, writer-fault: by mistake: MMF_OOM_SKIP though
 *           nothing was freed
 * @breaks   SkipMeansFree in init-sharer: by design: what init lives in is
 *           not reaped
 * @breaks   SkipMeansFree in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   FutexWakeSurvives in robust-futex: by mistake: the reaper may
 *           take the list before the exit has walked it
 * @breaks   NoStaleTranslation in notifier: by mistake, fixed by v4.14
 * @breaks   NoPanic in aio-never-alone, alone, second-oom: by mistake:
 *           MMF_OOM_SKIP though nothing was freed
 * @breaks   QueuedOnce in sibling-writer: by mistake, fixed by v6.1 (v5.0:
 *           one that was the tail, or was being reaped, passed for not
 *           queued)
 * @breaks   NoNeedlessKill in aio-needs-memory, aio-never, aio-pinned,
 *           quick-exit, second-oom, two-threads: by mistake, fixed by v4.14
 * @breaks   NoNeedlessKill in foreign-mmput: by mistake: MMF_OOM_SKIP though
 *           nothing was freed, or the victim has left the process list
 * @breaks   NoNeedlessKill in init-sharer: by design: what init lives in is
 *           not reaped
 * @breaks   NoNeedlessKill in mlocked: by design: locked memory is left to
 *           the exit (until v5.18)
 * @breaks   NoNeedlessKill in released-victim: by mistake: no scan meets a
 *           victim that has left the process list
 * @breaks   NoStaleKill in aio-never, aio-pinned, foreign-mmput, mlocked,
 *           quick-exit, second-oom, two-threads: by design: memory is freed
 *           without oom_lock, so a look at the freelist may be stale
 * @breaks   NoStaleKill in group-kill: by mistake, fixed by v6.1 (until
 *           v5.10: who got oom_lock did not look again)
 * @breaks   OomResolves in aio-never-alone, alone, second-oom: by mistake,
 *           fixed by v4.14
 * @breaks   MemoryReaped in aio-never-alone, aio-never, aio-pinned, alone,
 *           notifier, second-oom: by mistake, fixed by v4.14
 * @breaks   MemoryReaped in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   ReaperNeverStuck in starved-killer: by mistake, fixed by v6.1
 *           (v4.19: who sleeps with oom_lock held may never go on)
 * @breaks   Refines in aio-needs-memory, aio-never-alone, aio-never,
 *           aio-pinned, alone, notifier, quick-exit, second-oom, two-threads:
 *           by mistake, fixed by v4.14
 * @breaks   Refines in foreign-mmput: by mistake: MMF_OOM_SKIP though nothing
 *           was freed, or the victim has left the process list
 * @breaks   Refines in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   Refines in mlocked: by design: locked memory is left to the exit
 *           (until v5.18)
 * @breaks   Refines in released-victim: by mistake: no scan meets a victim
 *           that has left the process list
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

void __mmput(struct mm_struct *mm)
{
	exit_aio(mm);
	exit_mmap(mm);
	set_bit(MMF_OOM_SKIP, &mm->flags);	/* victim or not */
	mmdrop(mm);
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

bool __oom_reap_task_mm(struct mm_struct *mm, bool last)
{
	if (!mmap_read_trylock(mm, last))
		return false;
	if (!mmget_not_zero(mm)) {
		up_read(&mm->mmap_sem);
		return true;			/* stop trying; nothing was reaped */
	}
	oom_reap_vmas(mm);
	up_read(&mm->mmap_sem);
	mmput_async(mm);			/* the last one must not run exit_aio() here */
	return true;
}

bool oom_reap_task_mm(struct mm_struct *mm, bool last)
{
	bool done;

	mutex_lock(&oom_lock);
	done = __oom_reap_task_mm(mm, last);
	mutex_unlock(&oom_lock);
	return done;
}
