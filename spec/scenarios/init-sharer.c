/**
 * @scenario init-sharer: init shares the victim's address space, and may not be killed
 */
#include "hog.h"
#include "bystander.h"
#include "allocator.h"

#define NR_PAGES 2
#define NR_TASKS 3
#define HOG_USERS 2

struct page         pages[NR_PAGES] = { { .mapcount = 1 }, { .mapcount = 1 } };
struct task_struct *tasks[NR_TASKS] = { &hog, &init_task, &bystander };

struct signal_struct init_signal;
struct task_struct   init_task = { .signal = &init_signal, .mm = &hog_mm, .is_global_init = true };
