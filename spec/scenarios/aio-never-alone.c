/**
 * @scenario aio-never-alone: the only candidate's last mmput() waits for I/O that may never complete
 *
 * An OOM killer that moves on finds nobody and panics.
 */
#include "hog.h"
#include "allocator.h"
#include "aio-device.h"

#define NR_PAGES 1
#define HOG_IO   1
#define NR_TASKS 1

struct page         pages[NR_PAGES] = { { .mapcount = 1 } };
struct task_struct *tasks[NR_TASKS] = { &hog };
