/**
 * @scenario writer-fault: the victim writes its memory to a file while it is killed and reaped
 *
 * A page that is taken under it faults again.
 */
#include "faulter.h"

#define PAGE_FAULTS true
#define NR_PAGES 2
#define NR_TASKS 1

struct page         pages[NR_PAGES] = { { .mapcount = 1 } };	/* the other is in the reserves */
struct task_struct *tasks[NR_TASKS] = { &hog };

struct page_table     hog_table = { .pte = { &pages[0] } };
struct vm_area_struct hog_vma   = { .vm_mm = &hog_mm, .pmd = &hog_table, .zeroed = &pages[1] };
struct mm_struct      hog_mm    = { .mm_users = 1, .mm_count = 1, .mmap = &hog_vma };
struct signal_struct  hog_signal;
struct task_struct    hog       = { .signal = &hog_signal, .mm = &hog_mm };

void hog_runs(void) __task(hog)
{
	write_to_file(&hog_mm);
	await(current->killed);
	do_exit();
}
