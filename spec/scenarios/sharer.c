/**
 * @scenario sharer: another process shares the victim's address space (CLONE_VM) and sleeps, killable, with its mmap lock held
 *
 * It is killed with the victim, but not marked. Either may run the last
 * mmput().
 */
#include "hog.h"
#include "faulter.h"

#define NR_PAGES 1
#define NR_TASKS 2
#define HOG_USERS 2

struct page         pages[NR_PAGES] = { { .mapcount = 1 } };
struct task_struct *tasks[NR_TASKS] = { &hog, &sharer };

struct signal_struct sharer_signal;
struct task_struct   sharer = { .signal = &sharer_signal, .mm = &hog_mm };

void sharer_runs(void) __task(sharer)
{
	down_write(&hog_mm.mmap_sem);
	await(current->killed);
	up_write(&hog_mm.mmap_sem);
	do_exit();
}
