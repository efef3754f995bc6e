/**
 * @scenario lock-held: somebody sits on the victim's mmap lock until it gets memory, so every trylock fails
 *
 * The allocator works on the victim's address space, as uprobes do: it pins
 * it, takes the mmap lock for writing, and allocates. The victim's exit blocks
 * on the lock as well.
 *
 * Two more candidates sleep in the kernel and will not exit. One is killed
 * because the reaper gives up; the last is there because the OOM killer's last
 * look at the freelist may be stale (from v4.19), which must not end in a panic.
 */
#include "hog.h"
#include "bystander.h"

#define NR_PAGES 3
#define NR_TASKS 3
#define HOG_COUNT 2		/* one is the allocator's */

struct page         pages[NR_PAGES] = { { .mapcount = 1 }, { .mapcount = 1 }, { .mapcount = 1 } };
struct task_struct *tasks[NR_TASKS] = { &hog, &bystander, &last };

struct page_table     last_table  = { .pte = { &pages[2] } };
struct vm_area_struct last_vma    = { .vm_mm = &last_mm, .pmd = &last_table };
struct mm_struct      last_mm     = { .mm_users = 1, .mm_count = 1, .mmap = &last_vma };
struct signal_struct  last_signal;
struct task_struct    last        = { .signal = &last_signal, .mm = &last_mm };

struct signal_struct allocator_signal;
struct task_struct   allocator = { .signal = &allocator_signal };

void allocator_runs(void) __task(allocator)
{
	if (mmget_not_zero(&hog_mm)) {
		down_write(&hog_mm.mmap_sem);
		alloc_page();
		up_write(&hog_mm.mmap_sem);
		mmput(&hog_mm);
	}
	mmdrop(&hog_mm);
}
