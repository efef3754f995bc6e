/**
 * @scenario second-oom: another allocation runs out of memory after a victim was reaped and is stuck in exit_aio()
 */
#include "hog.h"
#include "bystander.h"
#include "aio-device.h"

#define NR_PAGES 2
#define HOG_IO   1
#define NR_TASKS 2

struct page         pages[NR_PAGES] = { { .mapcount = 1 }, { .mapcount = 1 } };
struct task_struct *tasks[NR_TASKS] = { &hog, &bystander };

struct signal_struct allocator_signal;
struct task_struct   allocator = { .signal = &allocator_signal };

void allocator_runs(void) __task(allocator)
{
	alloc_page();
	alloc_page();
}
