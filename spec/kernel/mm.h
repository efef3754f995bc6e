/*
 * spec/kernel/mm.h: the two counters of an address space.
 *
 * mm_users counts its users; whoever drops the last runs __mmput(), once,
 * and nobody gets a new one after that. mm_count pins the struct alone; all
 * of mm_users together own one mm_count.
 *
 * __mmput() itself is the listings' business: generations differ in it.
 *
 * mmput_async() never runs __mmput() in its caller: a worker does.
 *
 * Source: kernel-history 3.2, 6 "mm_users / mm_count".
 */
extern struct task_struct *tasks[NR_TASKS];	/* every killable task, the worst first */

struct mm_struct    *async_put;		/* the worker's list */
struct signal_struct kernel_signal;	/* of all kernel threads */
struct task_struct   kworker = { .signal = &kernel_signal };

void mmgrab(struct mm_struct *mm) __atomic __counts(atomic)
{
	atomic_inc(&mm->mm_count);
}

void mmdrop(struct mm_struct *mm) __atomic __counts(atomic)
{
	if (atomic_dec_and_test(&mm->mm_count))
		kfree(mm);
}

bool mmget_not_zero(struct mm_struct *mm) __atomic __counts(atomic)
{
	return atomic_inc_not_zero(&mm->mm_users);
}

bool mm_users_dec_and_test(struct mm_struct *mm) __atomic __counts(atomic)
{
	if (!atomic_dec_and_test(&mm->mm_users))
		return false;
	mm->torn_by = current;
	return true;
}

void mmput(struct mm_struct *mm)
{
	if (mm_users_dec_and_test(mm))
		__mmput(mm);
}

void queue_mmput(struct mm_struct *mm) __atomic
{
	mm->async_put_next = async_put;
	async_put = mm;
}

void mmput_async(struct mm_struct *mm)
{
	if (atomic_dec_and_test(&mm->mm_users))
		queue_mmput(mm);
}

struct mm_struct *next_async_put(void) __atomic
{
	struct mm_struct *mm;

	await(async_put);
	mm = async_put;
	async_put = mm->async_put_next;
	mm->async_put_next = NULL;
	mm->torn_by = current;
	return mm;
}

/* What a scenario pins for the whole run is no leak. */
void remember_counts(void)
{
	u8 i;

	for (i = 0; i < NR_TASKS; i++) {
		tasks[i]->signal->first_mm = tasks[i]->mm;
		tasks[i]->signal->first_count = tasks[i]->mm ? tasks[i]->mm->mm_count : 0;
	}
}

void mmput_async_fn(void) __daemon(kworker)
{
	remember_counts();
	for (;;)
		__mmput(next_async_put());
}
