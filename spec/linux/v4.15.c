/**
 * exit_mmap() asks the mm, not current, whether a reaper may be at work:
 * marking a victim sets MMF_OOM_VICTIM on its mm. Nobody can become a victim
 * of an mm without users, so the answer is stable in exit_mmap().
 *
 * munlock still clears VM_LOCKED under the eyes of the reaper.
 *
 * @protocol v4.15
 * @commit   4837fe37adff ("mm, oom_reaper: fix memory corruption")
 * @source   kernel-history G9
 * @breaks   NoMunlockRace in mlocked: by mistake, fixed by v4.17
 *           (CVE-2018-1000200)
 * @breaks   NoStaleKill in quick-exit, two-threads, foreign-mmput, mlocked,
 *           aio-never: by design: the exit frees memory without oom_lock
 * @breaks   OomResolves in aio-never-alone: by design: the exit frees memory
 *           without oom_lock, and a stale look with nobody left to kill panics
 * @breaks   Refines in aio-never-alone: by design: a scan on a stale look at
 *           the freelist finds nobody and panics
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
