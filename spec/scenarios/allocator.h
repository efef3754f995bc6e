/* The allocator: a kernel thread that needs a page, once. */
struct signal_struct allocator_signal;
struct task_struct   allocator = { .signal = &allocator_signal };

void allocator_runs(void) __task(allocator)
{
	alloc_page();
}
