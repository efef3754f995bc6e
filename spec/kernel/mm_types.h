/*
 * spec/kernel/mm_types.h: the structures that every generation and every
 * scenario shares.
 *
 * They hold the union of what any generation needs. A field that nothing
 * writes costs nothing.
 *
 * Page faults are not modelled, so MMF_UNSTABLE would have no reader and is
 * left out.
 */
#define NR_PTES 1		/* entries of a page table; a scenario can raise it */
#define NR_VMAS 4		/* an address space has at most so many vmas */

enum mm_flag {
	MMF_OOM_SKIP,		/* v4.9: the OOM killer need not wait for this mm */
	MMF_OOM_VICTIM,		/* v4.15 to v6.0: a task of this mm was marked */
	MMF_OOM_REAP_QUEUED,	/* v5.0: on its way to the reaper */
};

struct page {
	unsigned mapcount : 2;
	bool     on_freelist;	/* else mapped, or allocated again */
};

struct page_table {		/* one page of PTEs */
	struct page *pte[NR_PTES];
};

struct vm_area_struct {
	struct mm_struct      *vm_mm;		/* its address space */
	struct vm_area_struct *vm_next;
	struct page_table     *pmd;
	bool                   huge;		/* the pmd maps a huge page: cleared in one go */
	bool                   vm_locked;	/* VM_LOCKED */
	bool                   vm_shared;	/* VM_SHARED and not anonymous */
	bool                   reapable __ghost; /* when its owner was marked, this generation would reap it */
};

struct kioctx {
	unsigned inflight : 2;	/* requests that have not completed */
};

struct mm_struct {
	unsigned               mm_users : 3;
	unsigned               mm_count : 3;
	bitset(enum mm_flag)   flags;
	struct rw_semaphore    mmap_sem;
	struct vm_area_struct *mmap;
	struct kioctx         *ioctx;
	struct mm_struct      *async_put_next;	/* mmput_async()'s list */
	bool                   gave_up __ghost;	/* the reaper's last try found the lock taken */
};

struct signal_struct {		/* one per process */
	struct mm_struct *oom_mm;	/* v4.9: the mm of an OOM victim; holds an mm_count */
};

struct task_struct {
	struct signal_struct *signal;		/* shared by the threads of a process */
	struct mm_struct     *mm;
	struct task_struct   *oom_reaper_list;	/* the reaper's queue */
	bool                  timer_armed;	/* v5.18: the reaper's delay */
	bool                  killed;		/* SIGKILL is pending */
	bool                  chosen __ghost;	/* by a scan of the OOM killer */
	bool                  exited __ghost;	/* do_exit() is done with its mm */
	bool                  allocating __ghost; /* waits in alloc_page() */
};
