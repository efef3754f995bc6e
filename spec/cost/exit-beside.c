/**
 * @scenario exit-beside: a process exits while the OOM killer and the reaper are at work on another
 *
 * The victim sleeps in the kernel and will not exit.
 */
#include "citizen.h"
#include "bystander.h"
#include "allocator.h"

#define NR_PAGES 2
#define NR_TASKS 1

struct page         pages[NR_PAGES] = { { .mapcount = 1 }, { .mapcount = 1 } };
struct task_struct *tasks[NR_TASKS] = { &bystander };
