/*
 * spec/kernel/oom_reaper.h: the reaper kthread.
 *
 * One thread for the whole machine. It pops the newest victim, tries a few
 * times to reap its mm, and then sets MMF_OOM_SKIP, whether it reaped
 * anything or not: a try that returns true means "stop trying".
 *
 * A queued task is pinned until the reaper is done with it. Its link in the
 * queue is cleared then, and not when it is popped.
 *
 * MAX_OOM_REAP_RETRIES is 10 in the kernel. Two tries have the same
 * behaviours, shorter; a scenario can raise it.
 *
 * How to reap an mm, oom_reap_task_mm(), which vmas, reapable_vma(), and
 * when a task is queued already, wake_oom_reaper(), is the listings'
 * business. `last` is there for the ghost mm->gave_up only.
 *
 * Source: kernel-history 3.4, 3.5, 3.9 step 8, 14.3.
 */
#define MAX_OOM_REAP_RETRIES 2

struct task_struct  reaper_task = { .signal = &kernel_signal };
struct task_struct *oom_reaper_list;		/* last in, first out */

void push_victim(struct task_struct *tsk) __atomic	/* under oom_reaper_lock */
{
	tsk->oom_reaper_list = oom_reaper_list;
	oom_reaper_list = tsk;
	tsk->queued++;
}

struct task_struct *next_to_reap(void) __atomic
{
	struct task_struct *tsk;

	await(oom_reaper_list);
	tsk = oom_reaper_list;
	oom_reaper_list = tsk->oom_reaper_list;
	return tsk;
}

void unlink_victim(struct task_struct *tsk) __atomic	/* the reaper is done with it */
{
	tsk->oom_reaper_list = NULL;
	tsk->queued--;
}

/*
 * Does a lock excuse the reaper? Not one that the task that tears the address
 * space down holds, or waits for: its memory would come back by itself.
 */
bool locked_by_another(struct mm_struct *mm) __atomic
{
	if (!mm->torn_by)
		return true;
	return mm->mmap_sem.owner != mm->torn_by && mm->torn_by->queued_on != &mm->mmap_sem;
}

/* A try. If it is the last, and fails for such a lock, that is remembered. */
bool mmap_read_trylock(struct mm_struct *mm, bool last) __atomic __counts(atomic, try)
{
	if (down_read_trylock(&mm->mmap_sem))
		return true;
	if (last && locked_by_another(mm))
		mm->gave_up = true;
	return false;
}

void set_mm_unstable(struct mm_struct *mm)
{
	if (PAGE_FAULTS)
		mm->unstable = true;
}

void oom_reap_vmas(struct mm_struct *mm)	/* the body of a reap, one gather for all */
{
	struct vm_area_struct *vma;

	set_mm_unstable(mm);
	for (vma = mm->mmap; vma; vma = vma->vm_next)
		if (reapable_vma(vma))
			unmap_page_range(vma);
	tlb_finish_mmu();
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
	unlink_victim(tsk);
	set_bit(MMF_OOM_SKIP, &mm->flags);
	put_task_struct(tsk);
}

void oom_reaper(void) __daemon(reaper_task)
{
	for (;;)
		oom_reap_task(next_to_reap());
}
