/**
 * @scenario aio-ends: the victim's last mmput() waits for I/O that completes in the end; a second candidate stands by
 */
#include "hog.h"
#include "bystander.h"
#include "allocator.h"

#define NR_PAGES 2
#define HOG_IO   1
#define NR_TASKS 2

struct page         pages[NR_PAGES] = { { .mapcount = 1 }, { .mapcount = 1 } };
struct task_struct *tasks[NR_TASKS] = { &hog, &bystander };

struct task_struct device_task = { .signal = &kernel_signal };

void device_runs(void) __daemon(device_task)
{
	complete_io(&hog_ctx);
}
