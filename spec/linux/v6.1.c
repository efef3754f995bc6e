/**
 * exit_mmap() has no OOM code left: it unmaps under the mmap lock held for
 * reading, beside the reaper perhaps, sets MMF_OOM_SKIP on every mm, victim
 * or not, and frees page tables and vmas under the lock held for writing.
 * The reaper leaves a victim two seconds to exit by itself, and holds no
 * oom_lock.
 *
 * From v4.17 to here: no oom_lock in the reaper (v4.19), MMF_OOM_REAP_QUEUED
 * (v5.0), VM_LOCKED vmas are reaped and munlock has left exit_mmap(), the
 * reaper's timer (v5.18), MMF_OOM_VICTIM is gone (v6.1).
 *
 * @protocol v6.1
 * @commit   bf3980c85212 ("mm: drop oom code from exit_mmap")
 * @commit   b3541d912a84 ("mm: delete unused MMF_OOM_VICTIM flag")
 * @source   kernel-history G12 to G15, 3.9
 * @breaks   NoStaleKill in quick-exit, two-threads, foreign-mmput, mlocked,
 *           aio-never, aio-needs-memory, lock-held: by design: the reaper and
 *           the exit free memory without oom_lock
 * @breaks   OomResolves in aio-never-alone: by design: the reaper and the exit
 *           free memory without oom_lock, and a stale look with nobody left to
 *           kill panics
 * @breaks   Refines in aio-never-alone: by design: a scan on a stale look at
 *           the freelist finds nobody and panics
 */
#include "v4.17.c"

#define mmap_lock mmap_sem			/* its name since v5.8 */

struct task_struct softirq = { .signal = &kernel_signal };

void exit_mmap(struct mm_struct *mm)
{
	down_read(&mm->mmap_lock);
	if (!mm->mmap) {
		up_read(&mm->mmap_lock);
		return;				/* without MMF_OOM_SKIP */
	}
	unmap_vmas(mm);
	up_read(&mm->mmap_lock);
	set_bit(MMF_OOM_SKIP, &mm->flags);
	down_write(&mm->mmap_lock);
	free_pgtables(mm);
	remove_vmas(mm);
	mm->mmap = NULL;
	up_write(&mm->mmap_lock);
}

void mark_oom_victim(struct task_struct *tsk)
{
	if (tsk->signal->oom_mm)
		return;
	mmgrab(tsk->mm);
	tsk->signal->oom_mm = tsk->mm;
}

bool reapable_vma(struct vm_area_struct *vma) __atomic
{
	return !vma->vm_shared;
}

bool oom_reap_task_mm(struct mm_struct *mm, bool last)
{
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

void oom_kill_process(struct task_struct *victim)
{
	struct mm_struct *mm = kill_and_mark(victim);

	if (!mm)
		return;
	kill_sharers(mm);
	queue_oom_reaper(victim);
	mmdrop(mm);
}

void arm_timer(struct task_struct *tsk) __atomic
{
	tsk->timer_armed = true;
}

void queue_oom_reaper(struct task_struct *tsk)
{
	if (test_and_set_bit(MMF_OOM_REAP_QUEUED, &tsk->signal->oom_mm->flags))
		return;
	arm_timer(tsk);
}

bool timer_pending(void) __atomic
{
	u8 i;

	for (i = 0; i < NR_TASKS; i++)
		if (tasks[i]->timer_armed)
			return true;
	return false;
}

/* Two seconds have passed for a victim, the one that was killed first. */
struct task_struct *timer_expires(void) __atomic
{
	u8 i;

	await(timer_pending());
	for (i = 0; i < NR_TASKS; i++)
		if (tasks[i]->timer_armed) {
			tasks[i]->timer_armed = false;
			return tasks[i];
		}
	return NULL;
}

void oom_reaper_timer(void) __daemon(softirq)
{
	struct task_struct *tsk;

	for (;;) {
		tsk = timer_expires();
		if (!test_bit(MMF_OOM_SKIP, &tsk->signal->oom_mm->flags))
			wake_oom_reaper(tsk);
	}
}
