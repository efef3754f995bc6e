/**
 * @scenario coredump: one thread of the victim dumps core and waits for memory, the other waits for the dump
 */
#include "hog.h"

#define COREDUMP true
#define NR_PAGES 1
#define NR_TASKS 2
#define HOG_USERS 2

struct page         pages[NR_PAGES] = { { .mapcount = 1 } };
struct task_struct *tasks[NR_TASKS] = { &dumper, &hog };

struct task_struct dumper = { .signal = &hog_signal, .mm = &hog_mm };

void dumper_runs(void) __task(dumper)
{
	dump_core();
	do_exit();
}
