/**
 * @scenario two-threads: the victim has two threads, and whichever leaves last tears the address space down
 *
 * SIGKILL goes to both; they share the mark of an OOM victim.
 */
#include "hog.h"
#include "bystander.h"
#include "allocator.h"

#define NR_PAGES 2
#define NR_TASKS 3
#define HOG_USERS 2

struct page         pages[NR_PAGES] = { { .mapcount = 1 }, { .mapcount = 1 } };
struct task_struct *tasks[NR_TASKS] = { &hog, &hog_thread, &bystander };

struct task_struct hog_thread = { .signal = &hog_signal, .mm = &hog_mm };

void hog_thread_runs(void) __task(hog_thread)
{
	await(current->killed);
	do_exit();
}
