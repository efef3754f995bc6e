/**
 * @scenario mrelease: user space kills a process and calls process_mrelease() on it; no OOM
 *
 * The process is no OOM victim, and may be anywhere in its exit.
 */
#include "hog.h"

#define NR_PAGES 1
#define NR_TASKS 1

struct page         pages[NR_PAGES] = { { .mapcount = 1 } };
struct task_struct *tasks[NR_TASKS] = { &hog };

struct signal_struct lmkd_signal;
struct task_struct   lmkd = { .signal = &lmkd_signal };

void lmkd_runs(void) __task(lmkd)
{
	hog.killed = true;
	process_mrelease(&hog);
}
