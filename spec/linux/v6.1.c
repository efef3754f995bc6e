/**
 * exit_mmap() has no OOM code left: it unmaps under the mmap lock held for
 * reading, beside the reaper perhaps, sets MMF_OOM_SKIP on every mm, victim
 * or not, and frees page tables and vmas under the lock held for writing.
 * The reaper leaves a victim two seconds to exit by itself, and holds no
 * oom_lock.
 *
 * From v4.17 to here: no oom_lock in the reaper (v4.19), MMF_OOM_REAP_QUEUED
 * (v5.0), VM_LOCKED vmas are reaped and munlock has left exit_mmap(), the
 * reaper's timer (v5.18), MMF_OOM_VICTIM is gone (v6.1).
 *
 * @protocol v6.1
 * @commit   bf3980c85212 ("mm: drop oom code from exit_mmap")
 * @commit   b3541d912a84 ("mm: delete unused MMF_OOM_VICTIM flag")
 * @source   kernel-history G12 to G15, 3.9
 * @breaks   SkipMeansGone in init-sharer: by design: what init lives in is
 *           not reaped
 * @breaks   SkipMeansFree in aio-never-alone, aio-never, alone,
 *           foreign-mmput, mlocked, mrelease-oom, notifier, quick-exit,
 *           robust-futex, second-oom, sharer, starved-killer, two-threads,
 *           writer-fault: by mistake, as in v4.15 (MMF_OOM_SKIP before the
 *           gather is finished)
 * @breaks   SkipMeansFree in aio-pinned: by design: a page under I/O is
 *           unmapped, and free later
 * @breaks   SkipMeansFree in init-sharer: by design: what init lives in is
 *           not reaped
 * @breaks   FutexWakeSurvives in robust-futex: by design: two seconds are not
 *           always enough
 * @breaks   NoPanic in aio-never-alone, aio-never, aio-pinned, alone,
 *           coredump, init-sharer, mlocked, quick-exit, second-oom,
 *           sibling-writer, two-domains, two-threads: by design: a scan after
 *           a stale look finds nobody and panics
 * @breaks   NoPanic in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list, and one that finds
 *           nobody panics
 * @breaks   NoNeedlessKill in foreign-mmput, released-victim: by mistake: no
 *           scan meets a victim that has left the process list
 * @breaks   NoNeedlessKill in init-sharer: by design: what init lives in is
 *           not reaped
 * @breaks   NoStaleKill in aio-needs-memory, aio-never, aio-pinned,
 *           foreign-mmput, lock-held, mlocked, quick-exit, released-victim,
 *           second-oom, two-threads: by design: memory is freed without
 *           oom_lock, so a look at the freelist may be stale
 * @breaks   OomResolves in foreign-mmput, released-victim: by mistake: no
 *           scan meets a victim that has left the process list, and one that
 *           finds nobody panics
 * @breaks   OomResolves in init-sharer, sibling-writer, two-domains: by
 *           design: a scan after a stale look finds nobody and panics
 * @breaks   MemoryReaped in foreign-mmput, released-victim: by mistake: no
 *           scan meets a victim that has left the process list, and one that
 *           finds nobody panics
 * @breaks   MemoryReaped in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   MemoryReaped in two-domains: by design: a scan after a stale look
 *           finds nobody and panics
 * @breaks   Refines in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list
 * @breaks   Refines in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   Refines in sibling-writer, two-domains: by design: a scan after a
 *           stale look finds nobody and panics
 */
#include "v4.17.c"

#define mmap_lock mmap_sem			/* its name since v5.8 */

struct task_struct softirq = { .signal = &kernel_signal };

void exit_mmap(struct mm_struct *mm)
{
	release_secondary(mm);
	down_read(&mm->mmap_lock);
	if (!mm->mmap) {
		up_read(&mm->mmap_lock);
		return;				/* without MMF_OOM_SKIP */
	}
	unmap_vmas(mm);
	up_read(&mm->mmap_lock);
	set_bit(MMF_OOM_SKIP, &mm->flags);
	down_write(&mm->mmap_lock);
	free_pgtables(mm);
	remove_vmas(mm);
	mm->mmap = NULL;
	up_write(&mm->mmap_lock);
}

void mark_oom_victim(struct task_struct *tsk)
{
	if (tsk->signal->oom_mm)
		return;
	mmgrab(tsk->mm);
	tsk->signal->oom_mm = tsk->mm;
}

bool reapable_vma(struct vm_area_struct *vma) __atomic
{
	return !vma->vm_shared;
}

/* False: a notifier's callback would have to wait, and what it is for is left (v4.19). */
bool reap_nonblock(struct mm_struct *mm)
{
	if (!invalidate_secondary_nonblock(mm))
		return false;
	oom_reap_vmas(mm);
	return true;
}

bool oom_reap_task_mm(struct mm_struct *mm, bool last)
{
	bool done = true;

	if (!mmap_read_trylock(mm, last))
		return false;
	if (!test_bit(MMF_OOM_SKIP, &mm->flags))
		done = reap_nonblock(mm);
	up_read(&mm->mmap_lock);
	return done;
}

void __oom_kill_process(struct task_struct *victim)
{
	struct mm_struct *mm = kill_and_mark(victim);

	if (!mm)
		return;
	if (kill_sharers(mm))
		queue_oom_reaper(victim);
	else
		spare_victim(victim);
	mmdrop(mm);
}

void kill_whole_group(struct task_struct *victim)		/* v4.19 */
{
	u8 i;

	for (i = 0; i < NR_TASKS; i++)
		if (tasks[i]->node == victim->node)
			__oom_kill_process(tasks[i]);
}

void oom_kill_process(struct task_struct *victim)
{
	__oom_kill_process(victim);
	if (OOM_GROUP)
		kill_whole_group(victim);
}

void out_of_memory(void)
{
	struct task_struct *chosen;

	chosen = select_bad_process();
	if (chosen == &scan_aborted)
		return;
	if (!chosen) {
		if (current->memcg)
			return;
		panic();
	}
	oom_kill_process(chosen);
}

void memcg_out_of_memory(void)		/* looks again, with oom_lock held */
{
	mutex_lock(&oom_lock);
	if (!can_charge())
		out_of_memory();
	mutex_unlock(&oom_lock);
}

void queue_oom_reaper(struct task_struct *tsk) __atomic
{
	if (test_and_set_bit(MMF_OOM_REAP_QUEUED, &tsk->signal->oom_mm->flags))
		put_task_struct(tsk);
	else
		tsk->timer_armed = true;
}

bool timer_pending(void) __atomic
{
	u8 i;

	for (i = 0; i < NR_TASKS; i++)
		if (tasks[i]->timer_armed)
			return true;
	return false;
}

/* Two seconds have passed for a victim, the one that was killed first. */
void timer_expires(void) __atomic
{
	struct task_struct *tsk = NULL;
	u8 i;

	await(timer_pending());
	for (i = 0; i < NR_TASKS; i++)
		if (!tsk && tasks[i]->timer_armed)
			tsk = tasks[i];
	tsk->timer_armed = false;
	if (test_bit(MMF_OOM_SKIP, &tsk->signal->oom_mm->flags))
		put_task_struct(tsk);		/* it has exited by itself */
	else
		push_victim(tsk);
}

void oom_reaper_timer(void) __daemon(softirq)
{
	for (;;)
		timer_expires();
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
	if (!test_bit(MMF_OOM_SKIP, &mm->flags))	/* else exit_mmap() has unmapped it all */
		reap_nonblock(mm);			/* or -EAGAIN */
	up_read(&mm->mmap_lock);
	mmdrop(mm);
}
