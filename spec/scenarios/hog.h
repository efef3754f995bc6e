/*
 * The hog: one process with one page, which the OOM killer chooses first.
 *
 * A scenario says what is different about it: who else uses its address
 * space (HOG_USERS), who pins it (HOG_COUNT), what its memory is.
 */
#define HOG_USERS  1
#define HOG_COUNT  1
#define HOG_LOCKED false
#define HOG_HUGE   false
#define HOG_NODE   0
#define HOG_IO     0		/* requests in flight */

struct kioctx         hog_ctx   = { .inflight = HOG_IO };
struct page_table     hog_table = { .pte = { &pages[0] } };
struct vm_area_struct hog_vma   = { .vm_mm = &hog_mm, .pmd = &hog_table, .node = HOG_NODE, .vm_locked = HOG_LOCKED, .huge = HOG_HUGE };
struct mm_struct      hog_mm    = { .mm_users = HOG_USERS, .mm_count = HOG_COUNT, .mmap = &hog_vma, .ioctx = &hog_ctx };
struct signal_struct  hog_signal;
struct task_struct    hog       = { .signal = &hog_signal, .mm = &hog_mm, .node = HOG_NODE };

void hog_runs(void) __task(hog)
{
	await(current->killed);
	do_exit();
}
