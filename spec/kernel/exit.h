/*
 * spec/kernel/exit.h: a task exits.
 *
 * A killed task takes the mmap lock for reading, plain and blocking, leaves
 * its mm and drops its reference: the last to do so runs __mmput().
 *
 * task_lock() spans one step here and in the OOM killer, so it is not
 * modelled as a lock. Coredumps, futexes and files are left out. An exited
 * task stays on the process list.
 *
 * Source: kernel-history 3.1.
 */

void leave_mm(void) __atomic		/* under task_lock() */
{
	mmgrab(current->mm);		/* the lazy TLB reference */
	current->mm = NULL;
}

void exit_mm(void)
{
	struct mm_struct *mm = current->mm;

	if (!mm)
		return;
	down_read(&mm->mmap_sem);
	leave_mm();
	up_read(&mm->mmap_sem);
	mmput(mm);
	mmdrop(mm);			/* the lazy TLB reference */
}

void do_exit(void)
{
	exit_mm();
	current->exited = true;
}
