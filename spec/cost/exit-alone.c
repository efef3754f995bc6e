/**
 * @scenario exit-alone: a process exits, and nobody needs memory
 */
#include "citizen.h"

#define NR_PAGES 1
#define NR_TASKS 1

struct page         pages[NR_PAGES] = { { .mapcount = 1 } };
struct task_struct *tasks[NR_TASKS] = { &citizen };
