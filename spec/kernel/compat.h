/*
 * spec/kernel/compat.h: the kernel's own words, for bodies as they stand in a
 * tree or in a patch.
 *
 * What has a meaning here is a macro or a function below; it has the meaning
 * of its generic version in the kernel. What has none is `__meaningless`: it
 * is left out wherever it is called, and `oomspec show --ignored` lists that.
 * A word that is not here is an error that says what to do: write what it
 * does, or declare that it does nothing that matters.
 *
 * A listing includes this before its kernel. It needs nothing else: what
 * speaks of an mm_struct or of the process list is there for those who have
 * them.
 */
#include "atomic.h"

/* Words for compilers and checkers. */
#define __always_inline
#define noinline
#define __init
#define __exit
#define __meminit
#define __weak
#define __latent_entropy
#define __sched
#define __cold
#define __must_check
#define __maybe_unused
#define __user
#define __rcu
#define __force
#define __read_mostly
#define asmlinkage
#define notrace
#define fallthrough

#define likely(x) (!!(x))
#define unlikely(x) (!!(x))

/*
 * One access each, as every access is. Memory is sequentially consistent
 * here: a bug that needs two CPUs to see two writes in different orders is
 * not found, with or without a barrier.
 */
#define READ_ONCE(x) (x)
#define WRITE_ONCE(x, value) ((x) = (value))
#define smp_load_acquire(p) (*(p))
#define smp_store_release(p, value) (*(p) = (value))
#define rcu_dereference(p) (p)
#define rcu_assign_pointer(p, value) ((p) = (value))
#define cmpxchg(p, old, new) compare_and_swap(p, old, new)

void smp_mb() __meaningless;
void smp_rmb() __meaningless;
void smp_wmb() __meaningless;
void smp_mb__before_atomic() __meaningless;
void smp_mb__after_atomic() __meaningless;
void barrier() __meaningless;

/*
 * Counters. Below zero and past 32 bits the run is an error, where the kernel
 * would saturate a refcount_t and warn.
 */
#define atomic_t u32
#define refcount_t u32
#define atomic_read(counter) (*(counter))
#define atomic_set(counter, value) (*(counter) = (value))
#define refcount_read(counter) (*(counter))
#define refcount_set(counter, value) (*(counter) = (value))
#define refcount_inc(counter) atomic_inc(counter)
#define refcount_dec(counter) atomic_dec(counter)
#define refcount_inc_not_zero(counter) atomic_inc_not_zero(counter)
#define refcount_dec_and_test(counter) atomic_dec_and_test(counter)

void atomic_dec(unsigned *counter) __atomic __counts(atomic)
{
	*counter -= 1;
}

void atomic_add(unsigned n, unsigned *counter) __atomic __counts(atomic)
{
	*counter += n;
}

void atomic_sub(unsigned n, unsigned *counter) __atomic __counts(atomic)
{
	*counter -= n;
}

int atomic_inc_return(unsigned *counter) __atomic __counts(atomic)
{
	*counter += 1;
	return *counter;
}

int atomic_dec_return(unsigned *counter) __atomic __counts(atomic)
{
	*counter -= 1;
	return *counter;
}

void clear_bit(enum mm_flag nr, bitset(enum mm_flag) *addr) __atomic __counts(atomic)
{
	*addr &= ~(1 << nr);
}

bool test_and_clear_bit(enum mm_flag nr, bitset(enum mm_flag) *addr) __atomic __counts(atomic)
{
	bool old = *addr & (1 << nr);

	*addr &= ~(1 << nr);
	return old;
}

/*
 * Spinlocks. An interrupt is a thread of its own here, which does not stop
 * the one it interrupts: that a lock is taken with interrupts on and in an
 * interrupt as well, on one CPU, is not found.
 */
struct spinlock {
	bool locked;
};

#define spin_lock_irqsave(lock, flags) spin_lock(lock)
#define spin_unlock_irqrestore(lock, flags) spin_unlock(lock)
#define spin_lock_irq(lock) spin_lock(lock)
#define spin_unlock_irq(lock) spin_unlock(lock)
#define spin_lock_bh(lock) spin_lock(lock)
#define spin_unlock_bh(lock) spin_unlock(lock)

void spin_lock(struct spinlock *lock) __atomic __acquires(lock) __strongly_fair __counts(atomic, lock)
{
	await(!lock->locked);
	lock->locked = true;
}

bool spin_trylock(struct spinlock *lock) __atomic __cond_acquires(lock) __counts(atomic)
{
	if (lock->locked)
		return false;
	lock->locked = true;
	return true;
}

void spin_unlock(struct spinlock *lock) __atomic __releases(lock)
{
	lock->locked = false;
}

/*
 * RCU. An object is gone as soon as it is freed here, so a reader has to
 * prove more than in the kernel, never less: a use after free that only a
 * grace period prevents is shown all the same. For that reason there is no
 * synchronize_rcu() and no kfree_rcu(): write what they wait for.
 */
void rcu_read_lock() __meaningless;
void rcu_read_unlock() __meaningless;
void preempt_disable() __meaningless;
void preempt_enable() __meaningless;

/*
 * task_lock() protects what is one step in the headers (exit.h, oom_kill.h).
 * In a body of several steps it excludes nobody.
 */
void task_lock() __meaningless;
void task_unlock() __meaningless;

/* The mmap lock, by its names since v5.8. A waiter that is killed goes on waiting. */
void mmap_read_lock(struct mm_struct *mm)
{
	down_read(&mm->mmap_sem);
}

int mmap_read_lock_killable(struct mm_struct *mm)
{
	down_read(&mm->mmap_sem);
	return 0;
}

void mmap_read_unlock(struct mm_struct *mm)
{
	up_read(&mm->mmap_sem);
}

void mmap_write_lock(struct mm_struct *mm)
{
	down_write(&mm->mmap_sem);
}

int mmap_write_lock_killable(struct mm_struct *mm)
{
	down_write(&mm->mmap_sem);
	return 0;
}

void mmap_write_unlock(struct mm_struct *mm)
{
	up_write(&mm->mmap_sem);
}

/* Loops. An iterator of vmas is a pointer to the address space here. */
#define for_each_vma(vmi, vma) for (vma = (vmi)->mmap; vma; vma = vma->vm_next)
#define for_each_process(p) for (p = next_process(NULL); p; p = next_process(p))

/* The next task on the process list, under RCU: one step. */
struct task_struct *next_process(struct task_struct *after) __atomic
{
	bool found = !after;
	u8 i;

	for (i = 0; i < NR_TASKS; i++) {
		if (found && !tasks[i]->released)
			return tasks[i];
		if (tasks[i] == after)
			found = true;
	}
	return NULL;
}

/* What warns goes on. */
#define VM_BUG_ON(condition) BUG_ON(condition)
#define VM_WARN_ON_ONCE(condition) WARN_ON(condition)
#define WARN_ON_ONCE(condition) WARN_ON(condition)

bool WARN_ON(bool condition)
{
	return condition;
}

/* What is printed, traced and counted. */
void printk() __meaningless;
void pr_emerg() __meaningless;
void pr_alert() __meaningless;
void pr_crit() __meaningless;
void pr_err() __meaningless;
void pr_warn() __meaningless;
void pr_warn_once() __meaningless;
void pr_notice() __meaningless;
void pr_info() __meaningless;
void pr_cont() __meaningless;
void pr_debug() __meaningless;
void dump_stack() __meaningless;
void sched_show_task() __meaningless;
void debug_show_all_locks() __meaningless;
void lockdep_assert_held() __meaningless;
void task_pid_nr() __meaningless;
void get_mm_counter() __meaningless;
void K() __meaningless;
void count_vm_event() __meaningless;
void trace_oom_score_adj_update() __meaningless;
void trace_mark_victim() __meaningless;
void trace_wake_reaper() __meaningless;
void trace_start_task_reaping() __meaningless;
void trace_finish_task_reaping() __meaningless;
void trace_skip_task_reaping() __meaningless;
void trace_exit_mmap() __meaningless;
void EXPORT_SYMBOL() __meaningless;
void EXPORT_SYMBOL_GPL() __meaningless;

/* A chance to run somebody else: there is one at every step. */
void cond_resched() __meaningless;
void might_sleep() __meaningless;
void cpu_relax() __meaningless;

/* The secondary MMU by the kernel's name; what it is told around a range of a vma is notifier.h's business. */
#define mmu_notifier_release(mm) release_secondary(mm)
void mmu_notifier_range_init() __meaningless;
void mmu_notifier_invalidate_range_end() __meaningless;

/* A sleep is no step: nothing changes but the time. */
void schedule_timeout_idle() __meaningless;

/*
 * Around the end of an address space: what touches neither its users, nor its
 * lock, nor its pages and page tables.
 */
void arch_exit_mmap() __meaningless;
void lru_add_drain() __meaningless;
void flush_cache_mm() __meaningless;
void tlb_gather_mmu() __meaningless;
void tlb_gather_mmu_fullmm() __meaningless;
void mt_clear_in_rcu() __meaningless;
void vma_iter_set() __meaningless;
void vm_unacct_memory() __meaningless;
void uprobe_clear_state() __meaningless;
void ksm_exit() __meaningless;
void khugepaged_exit() __meaningless;
void mm_put_huge_zero_page() __meaningless;
void mm_put_huge_zero_folio() __meaningless;
void set_mm_exe_file() __meaningless;
void module_put() __meaningless;
void lru_gen_del_mm() __meaningless;
