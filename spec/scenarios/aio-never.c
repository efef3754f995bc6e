/**
 * @scenario aio-never: the victim's last mmput() waits for I/O that may never complete; a second candidate stands by
 */
#include "hog.h"
#include "bystander.h"
#include "allocator.h"
#include "aio-device.h"

#define NR_PAGES 2
#define HOG_IO   1
#define NR_TASKS 2

struct page         pages[NR_PAGES] = { { .mapcount = 1 }, { .mapcount = 1 } };
struct task_struct *tasks[NR_TASKS] = { &hog, &bystander };
