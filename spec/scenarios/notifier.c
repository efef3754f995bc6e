/**
 * @scenario notifier: a device maps the victim's memory, too; the last mmput() waits for I/O that may never complete
 *
 * Its driver's callback may have to wait, and need not now: but only from v4.19
 * can it say so. (A guest's never waits, which v4.16 to v4.18 know.)
 */
#include "faulter.h"
#include "aio-device.h"

#define MMU_NOTIFIERS true
#define NR_PAGES 1
#define NR_TASKS 1

struct page         pages[NR_PAGES] = { { .mapcount = 1, .spte = true } };
struct secondary_mmu guest = { .page = &pages[0] };
struct task_struct *tasks[NR_TASKS] = { &hog };

struct kioctx         hog_ctx   = { .inflight = 1 };
struct page_table     hog_table = { .pte = { &pages[0] } };
struct vm_area_struct hog_vma   = { .vm_mm = &hog_mm, .pmd = &hog_table };
struct mm_struct      hog_mm    = { .mm_users = 1, .mm_count = 1, .mmap = &hog_vma, .ioctx = &hog_ctx, .notifier = &guest };
struct signal_struct  hog_signal;
struct task_struct    hog       = { .signal = &hog_signal, .mm = &hog_mm };

void hog_runs(void) __task(hog)
{
	await(current->killed);
	do_exit();
}
