/**
 * @scenario two-nodes: the first victim's memory is on the wrong node; the second candidate's is on the right one
 *
 * Whoever kills does not see on which node a process has its memory.
 */
#include "hog.h"
#include "bystander.h"

#define NR_PAGES 2
#define NR_TASKS 2

struct page         pages[NR_PAGES] = { { .mapcount = 1, .node = 2 }, { .mapcount = 1, .node = 1 } };
struct task_struct *tasks[NR_TASKS] = { &hog, &bystander };

struct signal_struct allocator_signal;
struct task_struct   allocator = { .signal = &allocator_signal, .node = 1 };

void allocator_runs(void) __task(allocator)
{
	alloc_page();
}
