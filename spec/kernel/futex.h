/*
 * spec/kernel/futex.h: the robust futexes of an exiting task.
 *
 * A scenario asks for it (ROBUST_FUTEX). The first thing that an exit does is
 * to walk the list of the futexes that the task holds, to wake those who wait
 * for them in other processes. The list lies in the task's own memory: if the
 * reaper has taken it, nobody is woken.
 *
 * Source: kernel-history G14, 3.1 step 1.
 */
void walk_robust_list(void) __atomic
{
	BUG_ON(!current->mm->mmap->pmd->pte[0], FutexWakeSurvives);
	current->robust_list->held = false;
	current->robust_list->owner_died = true;
}
