/**
 * @scenario alone: there is one candidate, and nobody else to kill
 */
#include "hog.h"
#include "allocator.h"

#define NR_PAGES 1
#define NR_TASKS 1

struct page         pages[NR_PAGES] = { { .mapcount = 1 } };
struct task_struct *tasks[NR_TASKS] = { &hog };
