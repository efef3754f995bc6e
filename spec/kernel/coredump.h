/*
 * spec/kernel/coredump.h: a process that dumps core.
 *
 * A scenario asks for it (COREDUMP). The thread that dumps kills the others;
 * they wait in their exit, without the mmap lock and before they leave the mm,
 * until it is through. Meanwhile none of them counts as one that will free its
 * memory.
 *
 * Source: kernel-history 3.1 step 3, 3.9, 8.
 */
void kill_for_dump(void) __atomic
{
	u8 i;

	current->signal->coredump = true;
	for (i = 0; i < NR_TASKS; i++)
		if (tasks[i]->signal == current->signal && tasks[i] != current)
			tasks[i]->killed = true;
}

void dump_core(void)
{
	kill_for_dump();
	alloc_page();			/* to write the core file */
	current->signal->coredump = false;
}

void wait_for_dump(void) __atomic
{
	await(!current->signal->coredump);
}
