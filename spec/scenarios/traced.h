/*
 * What a task does in a trace of a real kernel, around what the listing says:
 * the scenarios that are made of traces are written in these words.
 */

void run_out_of_memory(void)
{
	mutex_lock(&oom_lock);
	out_of_memory();
	mutex_unlock(&oom_lock);
}

void wait_and_exit(void)
{
	await(current->killed);
	do_exit();
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
