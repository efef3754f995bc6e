/**
 * exit_mmap() asks the mm, not current, whether a reaper may be at work:
 * marking a victim sets MMF_OOM_VICTIM on its mm. Nobody can become a victim
 * of an mm without users, so the answer is stable in exit_mmap().
 *
 * munlock still clears VM_LOCKED under the eyes of the reaper.
 *
 * @protocol v4.15
 * @versions v4.15, 4.14.8 to 4.14.39
 * @commit   4837fe37adff ("mm, oom_reaper: fix memory corruption")
 * @source   kernel-history G9
 * @breaks   NoMunlockRace in mlocked: by mistake, fixed by v4.17
 *           (CVE-2018-1000200)
 * @breaks   SkipMeansGone in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansGone in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   SkipMeansGone in notifier: by design: what has mmu notifiers is not
 *           reaped (until v4.19)
 * @breaks   SkipMeansFree in aio-never-alone, aio-never, alone, foreign-mmput,
 *           mrelease-oom, quick-exit, robust-futex, second-oom, sharer,
 *           starved-killer, two-threads, writer-fault: by mistake, fixed by
 *           v4.17 (MMF_OOM_SKIP before the gather is finished)
 * @breaks   SkipMeansFree in aio-pinned: by design: a page under I/O is
 *           unmapped, and free later
 * @breaks   SkipMeansFree in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansFree in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   SkipMeansFree in notifier: by design: what has mmu notifiers is not
 *           reaped (until v4.19)
 * @breaks   FutexWakeSurvives in robust-futex: by mistake: the reaper may take
 *           the list before the exit has walked it
 * @breaks   NoPanic in *: by design: a scan after a stale look finds nobody and
 *           panics
 * @breaks   QueuedOnce in sibling-writer: by mistake, fixed by v5.0 (one that
 *           was the tail, or was being reaped, passed for not queued)
 * @breaks   NoNeedlessKill in foreign-mmput, released-victim: by mistake: no
 *           scan meets a victim that has left the process list
 * @breaks   NoNeedlessKill in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   NoNeedlessKill in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   NoStaleKill in *: by design: memory is freed without oom_lock, so a
 *           look at the freelist may be stale
 * @breaks   NoStaleKill in group-kill: by mistake, fixed by v5.10.y (v5.9: who
 *           has waited for oom_lock looks again)
 * @breaks   MemoryReaped in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   MemoryReaped in notifier: by design: what has mmu notifiers is not
 *           reaped (until v4.19)
 * @breaks   ReaperNeverStuck in starved-killer: by mistake, fixed by v4.19 (who
 *           sleeps with oom_lock held may never go on)
 * @breaks   Refines in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list
 * @breaks   Refines in init-sharer: by design: what init lives in is not reaped
 * @breaks   Refines in mlocked: by design: locked memory is left to the exit
 *           (until v5.18)
 * @breaks   Refines in notifier: by design: what has mmu notifiers is not
 *           reaped (until v4.19)
 */
#include "v4.14.c"

void mark_oom_victim(struct task_struct *tsk)
{
	if (tsk->signal->oom_mm)
		return;
	mmgrab(tsk->mm);
	tsk->signal->oom_mm = tsk->mm;
	set_bit(MMF_OOM_VICTIM, &tsk->mm->flags);
}

void exit_mmap(struct mm_struct *mm)
{
	release_secondary(mm);
	munlock_all(mm);
	unmap_vmas(mm);
	if (test_bit(MMF_OOM_VICTIM, &mm->flags)) {
		set_bit(MMF_OOM_SKIP, &mm->flags);
		down_write(&mm->mmap_sem);
		up_write(&mm->mmap_sem);
	}
	free_pgtables(mm);
	remove_vmas(mm);
}

void oom_reap_vmas(struct mm_struct *mm)	/* 687cb0884a71: a gather for each vma */
{
	struct vm_area_struct *vma;

	set_mm_unstable(mm);
	for (vma = mm->mmap; vma; vma = vma->vm_next)
		if (reapable_vma(vma)) {
			unmap_page_range(vma);
			tlb_finish_mmu();
		}
}
