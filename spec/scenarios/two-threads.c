/**
 * @scenario two-threads: the victim has two threads, and whichever leaves last tears the address space down
 *
 * SIGKILL goes to all; they share the mark of an OOM victim.
 *
 * @size NR_THREADS 2 to 6: threads of the victim
 */
#include "hog.h"
#include "bystander.h"
#include "allocator.h"

#define NR_THREADS 2
#define NR_OTHERS (NR_THREADS - 1)
#define NR_PAGES 2
#define NR_TASKS (NR_THREADS + 1)
#define HOG_USERS NR_THREADS
#define RWSEM_BITS 3		/* readers: every thread, and the reaper */
#define MM_COUNT_BITS 4		/* a lazy reference of each */

struct page         pages[NR_PAGES] = { { .mapcount = 1 }, { .mapcount = 1 } };
struct task_struct *tasks[NR_TASKS];
struct task_struct  hog_threads[NR_OTHERS];

void spawn(void) __initially
{
	unsigned i;

	tasks[0] = &hog;
	for (i = 0; i < NR_OTHERS; i++) {
		hog_threads[i].signal = &hog_signal;
		hog_threads[i].mm = &hog_mm;
		tasks[i + 1] = &hog_threads[i];
	}
	tasks[NR_THREADS] = &bystander;
}

void hog_thread_runs(void) __task(hog_threads)
{
	await(current->killed);
	do_exit();
}
