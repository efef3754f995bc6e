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
struct mm_struct    *async_put;		/* the worker's list */
struct signal_struct kernel_signal;	/* of all kernel threads */
struct task_struct   kworker = { .signal = &kernel_signal };

void mmgrab(struct mm_struct *mm)
{
	atomic_inc(&mm->mm_count);
}

void mmdrop(struct mm_struct *mm)
{
	if (atomic_dec_and_test(&mm->mm_count))
		kfree(mm);
}

bool mmget_not_zero(struct mm_struct *mm)
{
	return atomic_inc_not_zero(&mm->mm_users);
}

void mmput(struct mm_struct *mm)
{
	if (atomic_dec_and_test(&mm->mm_users))
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
	return mm;
}

void mmput_async_fn(void) __daemon(kworker)
{
	for (;;)
		__mmput(next_async_put());
}
