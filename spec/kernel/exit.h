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
 * On its way an exit may take the mmap lock for reading more than once: to
 * count what it used (acct_collect), and for page faults on the robust list
 * and on clear_child_tid. A scenario asks for that (EXIT_FAULTS); those that are made
 * of traces do.
 *
 * Source: kernel-history 3.1, 14.1.
 */

void leave_mm(void) __atomic		/* under task_lock() */
{
	mmgrab(current->mm);		/* the lazy TLB reference */
	current->mm = NULL;
}

/* The kernel looks into the task's own memory, or counts it: until it leaves its mm, as often as it likes. */
void touch_own_memory(struct mm_struct *mm)
{
	while (choose(2)) {
		if (choose(2) || !down_read_trylock(&mm->mmap_sem))
			down_read(&mm->mmap_sem);
		up_read(&mm->mmap_sem);
	}
}

void exit_mm(void)
{
	struct mm_struct *mm = current->mm;

	if (!mm)
		return;
	if (EXIT_FAULTS)
		touch_own_memory(mm);		/* clear_child_tid */
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
	if (EXIT_FAULTS && current->mm)
		touch_own_memory(current->mm);	/* accounting, robust futexes */
	exit_mm();
	release_task(current);
}
