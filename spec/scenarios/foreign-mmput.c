/**
 * @scenario foreign-mmput: the last mmput() is by a task that is not the victim, such as a reader of /proc/PID/maps
 *
 * The reader has got the address space before the victim is killed.
 */
#include "hog.h"
#include "bystander.h"
#include "allocator.h"

#define NR_PAGES 2
#define NR_TASKS 2
#define HOG_USERS 2		/* one is the reader's */

struct page         pages[NR_PAGES] = { { .mapcount = 1 }, { .mapcount = 1 } };
struct task_struct *tasks[NR_TASKS] = { &hog, &bystander };

struct signal_struct reader_signal;
struct task_struct   reader = { .signal = &reader_signal };

void reader_runs(void) __task(reader)
{
	mmput(&hog_mm);
}
