/**
 * @scenario lock-held: somebody sits on the victim's mmap lock until it gets memory, so every trylock fails
 *
 * The allocator works on the victim's address space, as uprobes do: it pins
 * it, takes the mmap lock for writing, and allocates. The victim's exit blocks
 * on the lock as well.
 *
 * Two more candidates sleep in the kernel and will not exit: their memory
 * comes back if the reaper takes it, and only then. One is killed because the
 * reaper gives up; the last is there because the OOM killer's last look at
 * the freelist may be stale (from v4.19), which must not end in a panic.
 */
#define NR_PAGES 3
#define NR_TASKS 3

struct page pages[NR_PAGES] = { { .mapcount = 1 }, { .mapcount = 1 }, { .mapcount = 1 } };

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

struct page_table     last_table  = { .pte = { &pages[2] } };
struct vm_area_struct last_vma    = { .vm_mm = &last_mm, .pmd = &last_table };
struct mm_struct      last_mm     = { .mm_users = 1, .mm_count = 1, .mmap = &last_vma };
struct signal_struct  last_signal;
struct task_struct    last        = { .signal = &last_signal, .mm = &last_mm };

struct task_struct *tasks[NR_TASKS] = { &hog, &bystander, &last };

struct signal_struct allocator_signal;
struct task_struct   allocator = { .signal = &allocator_signal };

void hog_runs(void) __task(hog)
{
	await(current->killed);
	do_exit();
}

void allocator_runs(void) __task(allocator)
{
	if (!mmget_not_zero(&hog_mm))
		return;
	down_write(&hog_mm.mmap_sem);
	alloc_page();
	up_write(&hog_mm.mmap_sem);
	mmput(&hog_mm);
}
