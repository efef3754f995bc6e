/**
 * @scenario mlocked: the victim's memory is one locked huge page
 *
 * exit_mmap() clears VM_LOCKED before it walks the pages (until v5.17).
 */
#include "hog.h"
#include "bystander.h"
#include "allocator.h"

#define NR_PAGES 2
#define NR_TASKS 2
#define HOG_LOCKED true
#define HOG_HUGE true

struct page         pages[NR_PAGES] = { { .mapcount = 1 }, { .mapcount = 1 } };
struct task_struct *tasks[NR_TASKS] = { &hog, &bystander };
