/**
 * @scenario sibling-writer: a thread of the victim waits for memory with the mmap lock held for writing
 *
 * As mmap() and brk() do. A dying task gets no reserves here: it waits like
 * anybody else.
 */
#include "hog.h"
#include "bystander.h"

#define NR_PAGES 2
#define NR_TASKS 3
#define HOG_USERS 2

struct page         pages[NR_PAGES] = { { .mapcount = 1 }, { .mapcount = 1 } };
struct task_struct *tasks[NR_TASKS] = { &hog, &sibling, &bystander };

struct task_struct sibling = { .signal = &hog_signal, .mm = &hog_mm };

void sibling_runs(void) __task(sibling)
{
	down_write(&hog_mm.mmap_sem);
	alloc_page();
	up_write(&hog_mm.mmap_sem);
	await(current->killed);
	do_exit();
}
