/**
 * @scenario mrelease-oom: user space calls process_mrelease() on a process that the OOM killer has killed
 */
#include "hog.h"
#include "faulter.h"

#define NR_PAGES 1
#define NR_TASKS 1

struct page         pages[NR_PAGES] = { { .mapcount = 1 } };
struct task_struct *tasks[NR_TASKS] = { &hog };

struct signal_struct lmkd_signal;
struct task_struct   lmkd = { .signal = &lmkd_signal };

void lmkd_runs(void) __task(lmkd)
{
	await(hog.killed);
	process_mrelease(&hog);
}
