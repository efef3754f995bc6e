/**
 * The trick of ksm_exit(), in the mail's first form: the reaper works without
 * a reference if it has to, and whoever sets MMF_OOM_SKIP first decides. If
 * the reaper was first, exit_mmap() waits for it; if exit_mmap() was, the
 * reaper leaves. The decision belongs to the mm, so it is right whoever runs
 * the last mmput(). A day later the test_and_set_bit() became a set_bit() and
 * a test of current, which is v4.14.
 *
 * MMF_OOM_SKIP is set before the memory is free: only oom_lock, which the
 * reaper holds, hides that from the OOM killer.
 *
 * The tail of the diff, where the reaper without a reference skips its
 * mmput_async(), is inferred.
 *
 * @protocol 2017-07-25-arcangeli
 * @after    v4.13
 * @source   kernel-history G6; the mail of 2017-07-25, 14:26 EST
 * @breaks   NoMunlockRace in mlocked: by mistake, as in v4.14
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
	unmap_vmas(mm);
	if (test_and_set_bit(MMF_OOM_SKIP, &mm->flags)) {
		down_write(&mm->mmap_sem);	/* the reaper was first: wait for it */
		up_write(&mm->mmap_sem);
	}
	free_pgtables(mm);
	remove_vmas(mm);
}

bool __oom_reap_task_mm(struct mm_struct *mm, bool last)
{
	bool got;

	if (!down_read_trylock(&mm->mmap_sem)) {
		if (last)
			mm->gave_up = true;
		return false;
	}
	got = mmget_not_zero(mm);
	if (!got && test_and_set_bit(MMF_OOM_SKIP, &mm->flags)) {
		up_read(&mm->mmap_sem);
		return true;			/* exit_mmap() was first */
	}
	oom_reap_vmas(mm);
	up_read(&mm->mmap_sem);
	if (got)
		mmput_async(mm);
	return true;
}
