/**
 * @scenario group-kill: two tasks of a memory cgroup that is killed as a whole (memory.oom.group) reach its limit
 *
 * The cgroup has two more processes, which sleep in the kernel and will not
 * exit. Before v4.19 they are killed one by one.
 */
#define OOM_GROUP true
#define NR_PAGES 2
#define NR_TASKS 2

struct page         pages[NR_PAGES] = { { .mapcount = 1, .node = 1 }, { .mapcount = 1, .node = 1 } };
struct task_struct *tasks[NR_TASKS] = { &one, &two };

struct page_table     one_table = { .pte = { &pages[0] } };
struct vm_area_struct one_vma   = { .vm_mm = &one_mm, .pmd = &one_table, .node = 1 };
struct mm_struct      one_mm    = { .mm_users = 1, .mm_count = 1, .mmap = &one_vma, .oom_group = true };
struct signal_struct  one_signal;
struct task_struct    one       = { .signal = &one_signal, .mm = &one_mm, .node = 1, .memcg = true };

struct page_table     two_table = { .pte = { &pages[1] } };
struct vm_area_struct two_vma   = { .vm_mm = &two_mm, .pmd = &two_table, .node = 1 };
struct mm_struct      two_mm    = { .mm_users = 1, .mm_count = 1, .mmap = &two_vma, .oom_group = true };
struct signal_struct  two_signal;
struct task_struct    two       = { .signal = &two_signal, .mm = &two_mm, .node = 1, .memcg = true };

struct signal_struct first_signal;
struct signal_struct second_signal;
struct task_struct   first  = { .signal = &first_signal, .node = 1, .memcg = true };
struct task_struct   second = { .signal = &second_signal, .node = 1, .memcg = true };

void first_runs(void) __task(first)
{
	charge_page();
}

void second_runs(void) __task(second)
{
	charge_page();
}
