/**
 * Two flags instead of one. The first says that exit_mmap() enters its
 * unmap: exit_mmap() sets it, waits for the reaper, and only then unmaps. The
 * reaper works only while it is clear. The second, MMF_OOM_SKIP, still tells
 * the OOM killer that all is unmapped.
 *
 * The mail leaves two things open. Here exit_mmap() waits for the reaper
 * whoever runs it, and a reaper that finds the first flag set stops trying
 * and leaves MMF_OOM_SKIP to the exit.
 *
 * The flag is set just before the unmap, as mailed, and so after munlock.
 *
 * @protocol 2017-12-05-rientjes
 * @after    v4.14
 * @source   kernel-history G8; the mail of 2017-12-05
 * @breaks   NoMunlockRace in mlocked: by mistake, as in v4.14 (the next day the
 *           flag moved before munlock)
 * @breaks   NoStaleKill in quick-exit, two-threads, foreign-mmput, mlocked,
 *           aio-never: by design: the exit frees memory without oom_lock
 * @breaks   OomResolves in aio-never-alone: by design: the exit frees memory
 *           without oom_lock, and a stale look with nobody left to kill panics
 * @breaks   Refines in aio-never-alone: by design: a scan on a stale look at
 *           the freelist finds nobody and panics
 */
#include "v4.14.c"

enum mm_flag {
	MMF_UNMAPPING,		/* exit_mmap() enters unmap_vmas(); the mail gives it no name */
};

void exit_mmap(struct mm_struct *mm)
{
	munlock_all(mm);
	set_bit(MMF_UNMAPPING, &mm->flags);
	down_write(&mm->mmap_sem);
	up_write(&mm->mmap_sem);
	unmap_vmas(mm);				/* the reaper keeps out */
	set_bit(MMF_OOM_SKIP, &mm->flags);
	free_pgtables(mm);
	remove_vmas(mm);
}

bool __oom_reap_task_mm(struct mm_struct *mm, bool last)
{
	if (!down_read_trylock(&mm->mmap_sem)) {
		if (last)
			mm->gave_up = true;
		return false;
	}
	if (!test_bit(MMF_UNMAPPING, &mm->flags))
		oom_reap_vmas(mm);
	up_read(&mm->mmap_sem);
	return true;
}

void oom_reap_task(struct task_struct *tsk)
{
	struct mm_struct *mm = tsk->signal->oom_mm;
	u8 i;

	for (i = 0; i < MAX_OOM_REAP_RETRIES; i++) {
		if (oom_reap_task_mm(mm, i == MAX_OOM_REAP_RETRIES - 1))
			break;
		schedule_timeout();
	}
	if (!test_bit(MMF_UNMAPPING, &mm->flags))
		set_bit(MMF_OOM_SKIP, &mm->flags);	/* else the exit will */
}
