/**
 * Neither the reaper nor exit_mmap() takes oom_lock any more, and who has
 * killed does not sleep with it held. So the reaper and the exit of a victim
 * may reap one mm at the same time, and both may free memory and set
 * MMF_OOM_SKIP between the OOM killer's last look at the freelist and its
 * scan.
 *
 * What has mmu notifiers is reaped as well, unless a callback would have to
 * wait: then that vma is left and the reaper tries again. A memory cgroup can
 * be killed as a whole.
 *
 * Neither knows what the other has unmapped and not freed yet: each sets
 * MMF_OOM_SKIP while pages wait in the gather of the other. That stays, until
 * exit_mmap() has no OOM code any more.
 *
 * @protocol v4.19
 * @versions v4.19 to v4.20
 * @commit   af5679fbc669 ("mm, oom: remove oom_lock from oom_reaper")
 * @commit   9bfe5ded054b ("mm, oom: remove sleep from under oom_lock")
 * @commit   93065ac753e4 ("mm, oom: distinguish blockable mode for mmu notifiers")
 * @commit   3d8b38eb81ca ("mm, oom: introduce memory.oom.group")
 * @source   kernel-history G10, G12, 3.7 step 8, 9
 * @breaks   SkipMeansGone in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansGone in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   SkipMeansFree in aio-never-alone, aio-never, alone, foreign-mmput,
 *           mrelease-oom, notifier, quick-exit, robust-futex, second-oom,
 *           sharer, starved-killer, two-threads, writer-fault: by mistake
 *           (MMF_OOM_SKIP while pages wait in the other's gather)
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
 * @breaks   QueuedOnce in group-kill, sibling-writer: by mistake, fixed by v5.0
 *           (one that was the tail, or was being reaped, passed for not queued)
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
#include "v4.17.c"

void exit_mmap(struct mm_struct *mm)
{
	release_secondary(mm);
	if (test_bit(MMF_OOM_VICTIM, &mm->flags)) {
		oom_reap_vmas(mm);		/* no mmap lock, and no oom_lock either */
		set_bit(MMF_OOM_SKIP, &mm->flags);
		down_write(&mm->mmap_sem);
		up_write(&mm->mmap_sem);
	}
	munlock_all(mm);
	unmap_vmas(mm);
	free_pgtables(mm);
	remove_vmas(mm);
}

/* False: a notifier's callback would have to wait, and what it is for is left. */
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
	up_read(&mm->mmap_sem);
	return done;
}

void __oom_kill_process(struct task_struct *victim)
{
	struct mm_struct *mm = kill_and_mark(victim);

	if (!mm)
		return;
	if (kill_sharers(mm))
		wake_oom_reaper(victim);
	else
		spare_victim(victim);
	mmdrop(mm);
}

void kill_whole_group(struct task_struct *victim)
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

void out_of_memory(void)			/* without a sleep at the end */
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
