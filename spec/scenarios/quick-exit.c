/**
 * @scenario quick-exit: the victim exits while the reaper comes for it; a second candidate stands by
 *
 * The second candidate sleeps in the kernel and will not exit: its memory
 * comes back if the reaper takes it, and only then.
 */
#define NR_PAGES 2
#define NR_TASKS 2

struct page pages[NR_PAGES] = { { .mapcount = 1 }, { .mapcount = 1 } };

struct page_table     hog_table  = { .pte = { &pages[0] } };
struct vm_area_struct hog_vma    = { .vm_mm = &hog_mm, .pmd = &hog_table };
struct mm_struct      hog_mm     = { .mm_users = 1, .mm_count = 1, .mmap = &hog_vma };
struct signal_struct  hog_signal;
struct task_struct    hog        = { .signal = &hog_signal, .mm = &hog_mm };

struct page_table     bystander_table  = { .pte = { &pages[1] } };
struct vm_area_struct bystander_vma    = { .vm_mm = &bystander_mm, .pmd = &bystander_table };
struct mm_struct      bystander_mm     = { .mm_users = 1, .mm_count = 1, .mmap = &bystander_vma };
struct signal_struct  bystander_signal;
struct task_struct    bystander        = { .signal = &bystander_signal, .mm = &bystander_mm };

struct task_struct *tasks[NR_TASKS] = { &hog, &bystander };

struct signal_struct allocator_signal;
struct task_struct   allocator = { .signal = &allocator_signal };

void hog_runs(void) __task(hog)
{
	await(current->killed);
	do_exit();
}

void allocator_runs(void) __task(allocator)
{
	alloc_page();
}
