/**
 * @scenario faults: two threads exit, four fault on three pages
 */
#define NR_PAGES 3
struct mm_struct mm = { .mm_users = 2 };
struct task_struct exiting_0, exiting_1, faulting_0, faulting_1, faulting_2, faulting_3;
void exit_0(void) __task(exiting_0) { exit_mm(); }
void exit_1(void) __task(exiting_1) { exit_mm(); }
void fault_0(void) __task(faulting_0) { page_fault(); }
void fault_1(void) __task(faulting_1) { page_fault(); }
void fault_2(void) __task(faulting_2) { page_fault(); }
void fault_3(void) __task(faulting_3) { page_fault(); }
