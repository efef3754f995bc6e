/**
 * signal->oom_mm keeps the mm of a victim, also when every thread has left
 * it, and a flag of the mm, MMF_OOM_SKIP, says that the OOM killer need not
 * wait for it any more.
 *
 * The reaper still pins the address space by mm_users. Once the last user is
 * gone it finds nothing to pin, stops trying and lets MMF_OOM_SKIP be set,
 * though nothing was freed: exit_mmap() may be at work, or exit_aio() may
 * never let it begin. The OOM killer moves on and kills another.
 *
 * Reaped memory refaults as zeros; only a kernel thread is kept from it.
 *
 * @protocol v4.9
 * @versions v4.9 to v4.12
 * @after    v4.8
 * @commit   26db62f179d1 ("oom: keep mm of the killed task available")
 * @commit   862e3073b3ee ("mm, oom: get rid of signal_struct::oom_victims")
 * @source   kernel-history G3b, 3.2, 3.3, 3.5
 * @breaks   SkipMeansGone in aio-needs-memory, aio-never-alone, aio-never,
 *           aio-pinned, alone, foreign-mmput, mrelease-oom, quick-exit,
 *           robust-futex, second-oom, sharer, starved-killer, two-threads,
 *           writer-fault: by mistake, fixed by v4.14
 * @breaks   SkipMeansGone in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansGone in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   SkipMeansGone in notifier: by mistake, fixed by v4.19
 * @breaks   SkipMeansFree in aio-needs-memory, aio-never-alone, aio-never,
 *           aio-pinned, alone, foreign-mmput, mrelease-oom, notifier,
 *           quick-exit, robust-futex, second-oom, sharer, starved-killer,
 *           two-threads, writer-fault: by mistake: MMF_OOM_SKIP though nothing
 *           was freed
 * @breaks   SkipMeansFree in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansFree in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   NoZeroPage in writer-fault: by mistake, fixed by v4.13
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
 * @breaks   MemoryReaped in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   MemoryReaped in notifier: by mistake, fixed by v4.19
 * @breaks   ReaperNeverStuck in starved-killer: by mistake, fixed by v4.19 (who
 *           sleeps with oom_lock held may never go on)
 * @breaks   Refines in aio-needs-memory, aio-never-alone, aio-never,
 *           aio-pinned, alone, quick-exit, second-oom, two-threads: by mistake,
 *           fixed by v4.14
 * @breaks   Refines in foreign-mmput: by mistake: MMF_OOM_SKIP though nothing
 *           was freed, or the victim has left the process list
 * @breaks   Refines in init-sharer: by design: what init lives in is not reaped
 * @breaks   Refines in mlocked: by design: locked memory is left to the exit
 *           (until v5.18)
 * @breaks   Refines in notifier: by mistake, fixed by v4.19
 * @breaks   Refines in released-victim: by mistake: no scan meets a victim that
 *           has left the process list
 * @breaks   Refines in writer-fault: by mistake: a fault maps the memory again
 *           (until v4.13)
 */
#include "skeleton.h"

void __mmput(struct mm_struct *mm)
{
	exit_aio(mm);
	exit_mmap(mm);
	set_bit(MMF_OOM_SKIP, &mm->flags);	/* victim or not */
	mmdrop(mm);
}

/* Under the page-table lock. The faulter is no kernel thread: nobody asks whether the memory is stable. */
bool map_zeroed_page(struct vm_area_struct *vma) __atomic
{
	if (vma->pmd->pte[0])
		return true;
	vma->pmd->pte[0] = vma->zeroed;
	vma->zeroed->mapcount = 1;
	return true;
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
