/*
 * The bystander: a second candidate with one page. It sleeps in the kernel
 * and will not exit: its memory comes back if the reaper takes it, and only
 * then.
 */
#define BYSTANDER_NODE 0

struct page_table     bystander_table = { .pte = { &pages[1] } };
struct vm_area_struct bystander_vma   = { .vm_mm = &bystander_mm, .pmd = &bystander_table, .node = BYSTANDER_NODE };
struct mm_struct      bystander_mm    = { .mm_users = 1, .mm_count = 1, .mmap = &bystander_vma };
struct signal_struct  bystander_signal;
struct task_struct    bystander       = { .signal = &bystander_signal, .mm = &bystander_mm, .node = BYSTANDER_NODE };
