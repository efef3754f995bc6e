/* The citizen: a process with one page that exits because it is done, and that no OOM killer chooses. */
struct page_table     citizen_table = { .pte = { &pages[0] } };
struct vm_area_struct citizen_vma   = { .vm_mm = &citizen_mm, .pmd = &citizen_table };
struct mm_struct      citizen_mm    = { .mm_users = 1, .mm_count = 1, .mmap = &citizen_vma };
struct signal_struct  citizen_signal;
struct task_struct    citizen       = { .signal = &citizen_signal, .mm = &citizen_mm };

void citizen_runs(void) __task(citizen)
{
	do_exit();
}
