/**
 * @scenario two-domains: two nodes run out of memory, each with a candidate of its own
 *
 * A victim on one node does not hold the other node back. Both victims sleep
 * in the kernel and will not exit: the reaper takes the newest first.
 */
#include "bystander.h"

#define NR_PAGES 2
#define NR_TASKS 2
#define BYSTANDER_NODE 2

struct page         pages[NR_PAGES] = { { .mapcount = 1, .node = 1 }, { .mapcount = 1, .node = 2 } };
struct task_struct *tasks[NR_TASKS] = { &sleeper, &bystander };

struct page_table     sleeper_table = { .pte = { &pages[0] } };
struct vm_area_struct sleeper_vma   = { .vm_mm = &sleeper_mm, .pmd = &sleeper_table, .node = 1 };
struct mm_struct      sleeper_mm    = { .mm_users = 1, .mm_count = 1, .mmap = &sleeper_vma };
struct signal_struct  sleeper_signal;
struct task_struct    sleeper       = { .signal = &sleeper_signal, .mm = &sleeper_mm, .node = 1 };

struct signal_struct first_signal;
struct signal_struct second_signal;
struct task_struct   first  = { .signal = &first_signal, .node = 1 };
struct task_struct   second = { .signal = &second_signal, .node = 2 };

void first_runs(void) __task(first)
{
	alloc_page();
}

void second_runs(void) __task(second)
{
	alloc_page();
}
