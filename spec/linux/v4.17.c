/**
 * exit_mmap() of a victim reaps its own mm first, under oom_lock, sets
 * MMF_OOM_SKIP and waits for the reaper before anything else: what follows,
 * munlock first of all, never meets the reaper.
 *
 * MMF_OOM_SKIP now comes before locked and shared memory is freed.
 *
 * @protocol v4.17
 * @commit   27ae357fa82b ("mm, oom: fix concurrent munlock and oom reaper unmap, v3")
 * @source   kernel-history G11
 * @breaks   NoStaleKill in mlocked: by design: locked memory is freed without
 *           oom_lock
 */
#include "v4.15.c"

void exit_mmap(struct mm_struct *mm)
{
	if (test_bit(MMF_OOM_VICTIM, &mm->flags)) {
		mutex_lock(&oom_lock);
		oom_reap_vmas(mm);		/* no mmap lock */
		mutex_unlock(&oom_lock);
		set_bit(MMF_OOM_SKIP, &mm->flags);
		down_write(&mm->mmap_sem);
		up_write(&mm->mmap_sem);
	}
	munlock_all(mm);
	unmap_vmas(mm);
	free_pgtables(mm);
	remove_vmas(mm);
}
