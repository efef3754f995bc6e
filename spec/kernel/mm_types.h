/*
 * spec/kernel/mm_types.h: the structures that every generation and every
 * scenario shares.
 *
 * They hold the union of what any generation needs. A field that nothing
 * writes costs nothing, and 0 is always the ordinary case. Some fields only
 * remember for the properties who does what: mm->torn_by, tsk->queued_on,
 * tsk->queued, and the ghosts.
 */
#define NR_PTES 1		/* entries of a page table; a scenario can raise it */
#define NR_VMAS 4		/* an address space has at most so many vmas */
#define NR_GATHER 2		/* pages that a gather holds before it has to free some */

/*
 * The widths of counters. They bound the model, not the kernel: a run that
 * exceeds one is no bug of the listing's, and says what to raise.
 */
#define MAPCOUNT_BITS 2
#define PAGE_REFS_BITS 2
#define MM_USERS_BITS 3
#define MM_COUNT_BITS 3
#define INFLIGHT_BITS 2
#define USAGE_BITS 2
#define QUEUED_BITS 2
#define NODE_BITS 2

/* What a scenario has to ask for, so that the others do not pay for it. */
#define PAGE_FAULTS   false	/* fault.h */
#define ROBUST_FUTEX  false	/* futex.h */
#define MMU_NOTIFIERS false	/* notifier.h */
#define OOM_GROUP     false	/* memcg.h */
#define COREDUMP      false	/* coredump.h */

enum mm_flag {
	MMF_OOM_SKIP,		/* v4.9: the OOM killer need not wait for this mm */
	MMF_OOM_VICTIM,		/* v4.15 to v6.0: a task of this mm was marked */
	MMF_OOM_REAP_QUEUED,	/* v5.0: on its way to the reaper */
};

struct page {
	unsigned mapcount : MAPCOUNT_BITS;
	unsigned refcount : PAGE_REFS_BITS;	/* beside its mappings: a gather's, I/O in flight */
	bool     spte;		/* a secondary MMU maps it, too */
	bool     on_freelist;	/* else used by somebody */
	unsigned node     : NODE_BITS;	/* of a NUMA machine; 0 serves everybody */
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
	unsigned               node : NODE_BITS;	/* where its memory is; 0: anywhere */
	bool                   vm_shared;	/* VM_SHARED and not anonymous: nobody owes it */
	struct page           *zeroed;		/* what a fault gets */
};

struct kioctx {
	unsigned     inflight : INFLIGHT_BITS;	/* requests that have not completed */
	struct page *page;		/* what they read into; pinned meanwhile */
};

struct mm_struct {
	unsigned               mm_users : MM_USERS_BITS;
	unsigned               mm_count : MM_COUNT_BITS;
	bitset(enum mm_flag)   flags;
	struct rw_semaphore    mmap_sem;
	struct vm_area_struct *mmap;
	struct kioctx         *ioctx;
	struct secondary_mmu  *notifier;
	bool                   unstable;	/* MMF_UNSTABLE (v4.9): the reaper may have been at work */
	bool                   oom_group;	/* of a memory cgroup that is killed as a whole */
	struct mm_struct      *async_put_next;	/* mmput_async()'s list */
	struct task_struct    *torn_by;		/* who dropped the last of mm_users */
	bool                   gave_up __ghost;	/* the reaper's last try found somebody else's lock */
};

struct secondary_mmu {		/* of a secondary MMU, such as a guest's */
	struct page *page;	/* what it maps */
	bool         busy;	/* its callback would have to wait */
};

struct robust_futex {		/* in memory that is shared with other processes */
	bool held;
	bool owner_died;
};

struct mmu_gather {		/* pages that are unmapped and not free yet */
	struct page      *pages[NR_GATHER];
	struct mm_struct *mm __ghost;
};

struct signal_struct {		/* one per process */
	struct mm_struct *oom_mm;	/* v4.9: the mm of an OOM victim; holds an mm_count */
	bool              coredump;	/* one of its threads dumps core */
	struct mm_struct *first_mm __ghost;	/* what it began with, and who pinned that then */
	unsigned          first_count : MM_COUNT_BITS __ghost;
};

struct task_struct {
	struct signal_struct *signal;		/* shared by the threads of a process */
	struct mm_struct     *mm;
	unsigned              usage : USAGE_BITS;	/* references beside that of the process list */
	bool                  released;		/* not on the process list any more */
	struct task_struct   *oom_reaper_list;	/* the reaper's queue */
	bool                  timer_armed;	/* v5.18: the reaper's delay */
	bool                  killed;		/* SIGKILL is pending */
	bool                  is_global_init;	/* may not be killed */
	unsigned              node : NODE_BITS;		/* bound to a NUMA node, or in a memory cgroup; 0: to none */
	bool                  memcg;		/* that is a memory cgroup */
	struct robust_futex  *robust_list;	/* what it holds; the list lies on the first page of its mm */
	bool                  starved;		/* the scheduler does not let it go on */
	struct mmu_gather     tlb;		/* of whatever it unmaps */
	struct rw_semaphore  *queued_on;	/* waits for it as a writer */
	unsigned              queued : QUEUED_BITS;	/* how often, for the reaper */
	bool                  chosen __ghost;	/* by a scan of the OOM killer */
	bool                  exited __ghost;	/* do_exit() is done with its mm */
	bool                  allocating __ghost; /* waits in alloc_page() */
};
