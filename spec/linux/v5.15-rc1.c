/**
 * process_mrelease(2): user space may reap a process that it has killed. The
 * call pins the mm by mm_count alone and takes the mmap lock for reading. But
 * exit_mmap() waits for a walker only if the mm is that of an OOM victim, and
 * the call does not look at MMF_OOM_SKIP once it has the lock: page tables
 * and vmas go while it walks them.
 *
 * As v5.15-rc1 to -rc7; no release has it. Who has waited for oom_lock in a
 * memory cgroup looks again whether it can charge (v5.9).
 *
 * @protocol v5.15-rc1
 * @versions v5.15-rc1 to v5.15-rc7
 * @after    v5.0
 * @commit   884a7e5964e0 ("mm: introduce process_mrelease system call")
 * @commit   1378b37d03e8 ("memcg, oom: check memcg margin for parallel oom")
 * @source   kernel-history G13a, 3.6
 * @breaks   NoUseAfterFree in mrelease-oom, mrelease: by mistake, fixed by
 *           v5.15
 * @breaks   SkipMeansGone in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansGone in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   SkipMeansFree in aio-never-alone, aio-never, alone, foreign-mmput,
 *           mrelease-oom, notifier, quick-exit, robust-futex, second-oom,
 *           sharer, starved-killer, two-threads, writer-fault: by mistake, as
 *           in v4.19 (MMF_OOM_SKIP while pages wait in the other's gather)
 * @breaks   SkipMeansFree in aio-pinned: by design: a page under I/O is
 *           unmapped, and free later
 * @breaks   SkipMeansFree in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansFree in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   FutexWakeSurvives in robust-futex: by mistake: the reaper may take
 *           the list before the exit has walked it
 * @breaks   NoPanic in *: by design: a scan after a stale look finds nobody and
 *           panics
 * @breaks   NoPanic in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list, and one that finds
 *           nobody panics
 * @breaks   NoNeedlessKill in foreign-mmput, released-victim: by mistake: no
 *           scan meets a victim that has left the process list
 * @breaks   NoNeedlessKill in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   NoNeedlessKill in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   NoStaleKill in *: by design: memory is freed without oom_lock, so a
 *           look at the freelist may be stale
 * @breaks   OomResolves in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list, and one that finds
 *           nobody panics
 * @breaks   OomResolves in init-sharer, sibling-writer, two-domains: by design:
 *           a scan after a stale look finds nobody and panics
 * @breaks   OomResolves in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   MemoryReaped in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list, and one that finds
 *           nobody panics
 * @breaks   MemoryReaped in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   MemoryReaped in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   MemoryReaped in two-domains: by design: a scan after a stale look
 *           finds nobody and panics
 * @breaks   Refines in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list
 * @breaks   Refines in init-sharer: by design: what init lives in is not reaped
 * @breaks   Refines in mlocked: by design: locked memory is left to the exit
 *           (until v5.18)
 * @breaks   Refines in sibling-writer, two-domains: by design: a scan after a
 *           stale look finds nobody and panics
 */
#include "v5.0.c"

#define mmap_lock mmap_sem			/* its name since v5.8 */

void memcg_out_of_memory(void)			/* looks again, with oom_lock held */
{
	mutex_lock(&oom_lock);
	if (!can_charge())
		out_of_memory();
	mutex_unlock(&oom_lock);
}

struct mm_struct *pin_dying_mm(struct task_struct *tsk) __atomic	/* under task_lock() */
{
	if (!tsk->mm || !task_will_free_mem(tsk))
		return NULL;			/* -ESRCH, -EINVAL */
	mmgrab(tsk->mm);
	return tsk->mm;
}

void process_mrelease(struct task_struct *tsk)
{
	struct mm_struct *mm = pin_dying_mm(tsk);

	if (!mm)
		return;
	down_read(&mm->mmap_lock);
	reap_nonblock(mm);			/* or -EAGAIN */
	up_read(&mm->mmap_lock);
	mmdrop(mm);
}
