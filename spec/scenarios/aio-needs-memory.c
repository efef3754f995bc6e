/**
 * @scenario aio-needs-memory: the I/O that the victim's last mmput() waits for needs memory itself
 *
 * The device takes a page as soon as there is one, then completes the I/O. The
 * victim has a page for it and one for the allocator.
 *
 * The second candidate sleeps in the kernel and will not exit: its memory
 * comes back if the reaper takes it, and only then.
 */
#include "allocator.h"

#define NR_PAGES 4
#define NR_PTES  2
#define NR_TASKS 2

struct page         pages[NR_PAGES] = { { .mapcount = 1 }, { .mapcount = 1 }, { .mapcount = 1 }, { .mapcount = 1 } };

struct page_table     hog_table  = { .pte = { &pages[0], &pages[1] } };
struct vm_area_struct hog_vma    = { .vm_mm = &hog_mm, .pmd = &hog_table };
struct kioctx         hog_ctx    = { .inflight = 1 };
struct mm_struct      hog_mm     = { .mm_users = 1, .mm_count = 1, .mmap = &hog_vma, .ioctx = &hog_ctx };
struct signal_struct  hog_signal;
struct task_struct    hog        = { .signal = &hog_signal, .mm = &hog_mm };

struct page_table     bystander_table  = { .pte = { &pages[2], &pages[3] } };
struct vm_area_struct bystander_vma    = { .vm_mm = &bystander_mm, .pmd = &bystander_table };
struct mm_struct      bystander_mm     = { .mm_users = 1, .mm_count = 1, .mmap = &bystander_vma };
struct signal_struct  bystander_signal;
struct task_struct    bystander        = { .signal = &bystander_signal, .mm = &bystander_mm };

struct task_struct *tasks[NR_TASKS] = { &hog, &bystander };

struct signal_struct device_signal;
struct task_struct   device = { .signal = &device_signal };

void hog_runs(void) __task(hog)
{
	await(current->killed);
	do_exit();
}

void io_allocates(void) __atomic
{
	await(!freelist_empty());
	get_page_from_freelist();
}

void device_runs(void) __task(device)
{
	io_allocates();
	complete_io(&hog_ctx);
}
