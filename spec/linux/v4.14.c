/**
 * The reaper takes no reference any more: it may work while exit_mmap()
 * does, or while exit_aio() blocks. What must not run under it is the end of
 * exit_mmap(), which frees page tables and vmas. So exit_mmap() sets
 * MMF_OOM_SKIP when all is unmapped, then waits for the reaper by taking the
 * mmap lock for writing, once; the reaper tests the flag under the lock.
 *
 * exit_mmap() waits only if current is a victim. But the last mmput() may be
 * anybody's.
 *
 * Mmu notifiers, for whose sake the reaper left an mm alone, are not modelled.
 *
 * @protocol v4.14
 * @commit   212925802454 ("mm: oom: let oom_reap_task and exit_mmap run concurrently")
 * @source   kernel-history G7
 * @breaks   NoUseAfterFree in foreign-mmput: by mistake, fixed by v4.15
 * @breaks   NoMunlockRace in mlocked: by mistake, fixed by v4.17
 *           (CVE-2018-1000200)
 * @breaks   NoStaleKill in quick-exit, two-threads, foreign-mmput, mlocked,
 *           aio-never: by design: the exit frees memory without oom_lock
 * @breaks   OomResolves in aio-never-alone: by design: the exit frees memory
 *           without oom_lock, and a stale look with nobody left to kill panics
 * @breaks   Refines in aio-never-alone: by design: a scan on a stale look at
 *           the freelist finds nobody and panics
 */
#include "v4.13.c"

void exit_mmap(struct mm_struct *mm)
{
	munlock_all(mm);
	unmap_vmas(mm);				/* perhaps while the reaper does the same */
	set_bit(MMF_OOM_SKIP, &mm->flags);
	if (tsk_is_oom_victim(current)) {	/* current, not mm: the bug */
		down_write(&mm->mmap_sem);
		up_write(&mm->mmap_sem);
	}
	free_pgtables(mm);
	remove_vmas(mm);
}

void __mmput(struct mm_struct *mm)		/* MMF_OOM_SKIP has moved to exit_mmap() */
{
	exit_aio(mm);
	exit_mmap(mm);
	mmdrop(mm);
}

bool __oom_reap_task_mm(struct mm_struct *mm, bool last)
{
	if (!down_read_trylock(&mm->mmap_sem)) {
		if (last)
			mm->gave_up = true;
		return false;
	}
	if (test_bit(MMF_OOM_SKIP, &mm->flags)) {
		up_read(&mm->mmap_sem);
		return true;			/* exit_mmap() has unmapped it all */
	}
	oom_reap_vmas(mm);
	up_read(&mm->mmap_sem);
	return true;
}
