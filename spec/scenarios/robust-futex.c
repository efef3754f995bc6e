/**
 * @scenario robust-futex: another process waits for a robust mutex that the victim holds
 */
#include "faulter.h"

#define ROBUST_FUTEX true
#define NR_PAGES 1
#define NR_TASKS 1

struct page         pages[NR_PAGES] = { { .mapcount = 1 } };
struct robust_futex futex = { .held = true };
struct task_struct *tasks[NR_TASKS] = { &hog };

struct page_table     hog_table = { .pte = { &pages[0] } };
struct vm_area_struct hog_vma   = { .vm_mm = &hog_mm, .pmd = &hog_table };
struct mm_struct      hog_mm    = { .mm_users = 1, .mm_count = 1, .mmap = &hog_vma };
struct signal_struct  hog_signal;
struct task_struct    hog       = { .signal = &hog_signal, .mm = &hog_mm, .robust_list = &futex };

void hog_runs(void) __task(hog)
{
	await(current->killed);
	do_exit();
}

struct signal_struct waiter_signal;
struct task_struct   waiter = { .signal = &waiter_signal };

void waiter_runs(void) __task(waiter)
{
	await(futex.owner_died);
}
