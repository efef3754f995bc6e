/**
 * @scenario starved-killer: after its kill the OOM killer sleeps, and the scheduler may never let it go on
 *
 * It holds oom_lock meanwhile (until v4.18). The allocator is one that may not
 * kill, such as a GFP_NOFS one: it waits for somebody else to free memory.
 */
#include "hog.h"
#include "faulter.h"

#define NR_PAGES 1
#define NR_TASKS 1
#define FAULTER_STARVED true

struct page         pages[NR_PAGES] = { { .mapcount = 1 } };
struct task_struct *tasks[NR_TASKS] = { &hog };

struct signal_struct allocator_signal;
struct task_struct   allocator = { .signal = &allocator_signal };

void allocator_runs(void) __task(allocator)
{
	current->allocating = true;
	while (!get_page_from_freelist())
		;
}

void scheduler_runs(void) __unfair
{
	faulter.starved = false;
}
