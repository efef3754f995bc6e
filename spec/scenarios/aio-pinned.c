/**
 * @scenario aio-pinned: the I/O that the victim's last mmput() waits for reads into the victim's page, and may never complete
 *
 * The reaper unmaps the page. It is free when the device lets it go.
 */
#include "bystander.h"
#include "allocator.h"
#include "aio-device.h"

#define NR_PAGES 2
#define NR_TASKS 2

struct page         pages[NR_PAGES] = { { .mapcount = 1, .refcount = 1 }, { .mapcount = 1 } };
struct task_struct *tasks[NR_TASKS] = { &hog, &bystander };

struct kioctx         hog_ctx   = { .inflight = 1, .page = &pages[0] };
struct page_table     hog_table = { .pte = { &pages[0] } };
struct vm_area_struct hog_vma   = { .vm_mm = &hog_mm, .pmd = &hog_table };
struct mm_struct      hog_mm    = { .mm_users = 1, .mm_count = 1, .mmap = &hog_vma, .ioctx = &hog_ctx };
struct signal_struct  hog_signal;
struct task_struct    hog       = { .signal = &hog_signal, .mm = &hog_mm };

void hog_runs(void) __task(hog)
{
	await(current->killed);
	do_exit();
}
