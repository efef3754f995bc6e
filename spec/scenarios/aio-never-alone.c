/**
 * @scenario aio-never-alone: the only candidate's last mmput() waits for I/O that may never complete
 *
 * An OOM killer that moves on finds nobody and panics.
 */
#define NR_PAGES 1
#define NR_TASKS 1

struct page pages[NR_PAGES] = { { .mapcount = 1 } };

struct page_table     hog_table  = { .pte = { &pages[0] } };
struct vm_area_struct hog_vma    = { .vm_mm = &hog_mm, .pmd = &hog_table };
struct kioctx         hog_ctx    = { .inflight = 1 };
struct mm_struct      hog_mm     = { .mm_users = 1, .mm_count = 1, .mmap = &hog_vma, .ioctx = &hog_ctx };
struct signal_struct  hog_signal;
struct task_struct    hog        = { .signal = &hog_signal, .mm = &hog_mm };

struct task_struct *tasks[NR_TASKS] = { &hog };

struct signal_struct allocator_signal;
struct task_struct   allocator = { .signal = &allocator_signal };

void hog_runs(void) __task(hog)
{
	await(current->killed);
	do_exit();
}

void device_runs(void) __unfair
{
	complete_io(&hog_ctx);
}

void allocator_runs(void) __task(allocator)
{
	alloc_page();
}
