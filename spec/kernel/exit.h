/*
 * spec/kernel/exit.h: a task exits.
 *
 * A killed task takes the mmap lock for reading, plain and blocking, leaves
 * its mm and drops its reference: the last to do so runs __mmput(). Then it
 * leaves the process list, sooner or later: its parent is not modelled.
 *
 * task_lock() spans one step here and in the OOM killer, so it is not
 * modelled as a lock. Files are left out.
 *
 * Source: kernel-history 3.1, 14.1.
 */

void leave_mm(void) __atomic __counts(atomic)		/* under task_lock() */
{
	mmgrab(current->mm);		/* the lazy TLB reference */
	current->mm = NULL;
}

void exit_mm(void)
{
	struct mm_struct *mm = current->mm;

	if (!mm)
		return;
	if (COREDUMP)
		wait_for_dump();
	if (ROBUST_FUTEX)
		walk_robust_list();
	down_read(&mm->mmap_sem);
	leave_mm();
	up_read(&mm->mmap_sem);
	mmput(mm);
	mmdrop(mm);			/* the lazy TLB reference */
}

void do_exit(void)
{
	exit_mm();
	release_task(current);
}
