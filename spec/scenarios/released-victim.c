/**
 * @scenario released-victim: somebody else keeps the victim's address space for ever, after the victim has left the process list
 *
 * A vhost worker, say, uses it for as long as its device is open. No scan
 * meets a victim that has left, whatever its memory: only the reaper knows.
 */
#include "hog.h"
#include "bystander.h"
#include "allocator.h"

#define NR_PAGES 2
#define NR_TASKS 2
#define HOG_USERS 2		/* one is the worker's */

struct page         pages[NR_PAGES] = { { .mapcount = 1 }, { .mapcount = 1 } };
struct task_struct *tasks[NR_TASKS] = { &hog, &bystander };

struct task_struct vhost_worker = { .signal = &kernel_signal, .mm = &hog_mm };
