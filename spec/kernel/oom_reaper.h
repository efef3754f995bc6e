/*
 * spec/kernel/oom_reaper.h: the reaper kthread.
 *
 * One thread for the whole machine. It pops the newest victim, tries a few
 * times to reap its mm, and then sets MMF_OOM_SKIP, whether it reaped
 * anything or not: a try that returns true means "stop trying".
 *
 * MAX_OOM_REAP_RETRIES is 10 in the kernel. Two tries have the same
 * behaviours, shorter; a scenario can raise it.
 *
 * How to reap an mm, oom_reap_task_mm(), and which vmas, reapable_vma(), is
 * the listings' business. `last` is there for the ghost mm->gave_up only.
 *
 * Source: kernel-history 3.4, 3.5, 3.9 step 8.
 */
#define MAX_OOM_REAP_RETRIES 2

struct task_struct  reaper_task = { .signal = &kernel_signal };
struct task_struct *oom_reaper_list;		/* last in, first out */

void wake_oom_reaper(struct task_struct *tsk) __atomic
{
	if (tsk == oom_reaper_list || tsk->oom_reaper_list)
		return;				/* queued already */
	tsk->oom_reaper_list = oom_reaper_list;
	oom_reaper_list = tsk;
}

struct task_struct *next_to_reap(void) __atomic
{
	struct task_struct *tsk;

	await(oom_reaper_list);
	tsk = oom_reaper_list;
	oom_reaper_list = tsk->oom_reaper_list;
	tsk->oom_reaper_list = NULL;
	return tsk;
}

void oom_reap_vmas(struct mm_struct *mm)	/* the body of a reap */
{
	struct vm_area_struct *vma;

	for (vma = mm->mmap; vma; vma = vma->vm_next)
		if (reapable_vma(vma))
			unmap_page_range(vma);
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
	set_bit(MMF_OOM_SKIP, &mm->flags);
}

void oom_reaper(void) __daemon(reaper_task)
{
	for (;;)
		oom_reap_task(next_to_reap());
}
