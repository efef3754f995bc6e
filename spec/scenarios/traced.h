/*
 * What a task does in a trace of a real kernel, around what the listing says:
 * the scenarios that are made of traces are written in these words.
 *
 * On its way an exit may take the mmap lock for reading before the listing's
 * exit_mm() does: to count what it used, and for page faults on the robust list
 * and on clear_child_tid.
 *
 * Source: kernel-history 3.1.
 */

void run_out_of_memory(void)
{
	mutex_lock(&oom_lock);
	out_of_memory();
	mutex_unlock(&oom_lock);
}

/* The kernel looks into the task's own memory, or counts it: as often as it likes. */
void touch_own_memory(struct mm_struct *mm)
{
	while (choose(2)) {
		if (choose(2) || !down_read_trylock(&mm->mmap_sem))
			down_read(&mm->mmap_sem);
		up_read(&mm->mmap_sem);
	}
}

void begin_exit(void)		/* do_exit() up to exit_mm(): acct_collect() counts the vmas */
{
	touch_own_memory(current->mm);
}

void exit_mm_release(void)	/* the robust list, clear_child_tid: page faults */
{
	touch_own_memory(current->mm);
}

void exit_with_faults(void)
{
	begin_exit();
	exit_mm_release();
	do_exit();
}

void wait_and_exit(void)
{
	await(current->killed);
	exit_with_faults();
}

void send_sigkill(struct task_struct *tsk) __atomic	/* by kill(2) */
{
	u8 i;

	for (i = 0; i < NR_TASKS; i++)
		if (tasks[i]->signal == tsk->signal)
			tasks[i]->killed = true;
}

void take_mm_user(struct mm_struct *mm) __atomic
{
	await(mm->mm_users);
	mm->mm_users++;
}

void lock_for_fault(struct rw_semaphore *sem)
{
	if (!down_read_trylock(sem))
		down_read(sem);
}
