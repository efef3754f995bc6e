/**
 * exit_mmap() has no OOM code left: it unmaps under the mmap lock held for
 * reading, beside the reaper perhaps, sets MMF_OOM_SKIP on every mm, victim
 * or not, and frees page tables and vmas under the lock held for writing.
 * Nobody asks for MMF_OOM_VICTIM any more.
 *
 * What exit_mmap() has unmapped waits in its gather when it sets the flag,
 * and is free only after it has the lock for writing.
 *
 * @protocol v6.1
 * @versions v6.1 to v6.7, 6.1.1 on, 6.6.1 on
 * @commit   bf3980c85212 ("mm: drop oom code from exit_mmap")
 * @commit   b3541d912a84 ("mm: delete unused MMF_OOM_VICTIM flag")
 * @source   kernel-history G15, 14.2; the bodies are of Debian 6.1.192
 * @body     exit_mmap in mm/mmap.c: 651881aac4a16795
 * @body     __oom_reap_task_mm in mm/oom_kill.c: f90099a2ba0dfb03
 * @body     oom_reap_task_mm in mm/oom_kill.c: a6a6b679acb57ea2
 * @body     oom_reap_task in mm/oom_kill.c: 9603911acac6156b
 * @body     queue_oom_reaper in mm/oom_kill.c: d34dbda198910f1b
 * @body     wake_oom_reaper in mm/oom_kill.c: 1e616c7ab2521737
 * @body     mark_oom_victim in mm/oom_kill.c: 1abddf627749753e
 * @body     __oom_kill_process in mm/oom_kill.c: 6facb28802d56737
 * @body     out_of_memory in mm/oom_kill.c: 28620866478fd79b
 * @body     process_mrelease in mm/oom_kill.c: 478e7180a085c131
 * @body     exit_aio in fs/aio.c: 2288e8e32ca42e52
 * @body     mmput in kernel/fork.c: 805fd9b53bfdc25a
 * @body     __mmput in kernel/fork.c: f856b8de9807871f
 * @breaks   SkipMeansGone in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansFree in aio-never-alone, aio-never, alone, foreign-mmput,
 *           mlocked, mrelease-oom, notifier, quick-exit, robust-futex,
 *           second-oom, sharer, starved-killer, two-threads, writer-fault: by
 *           mistake, as in v4.15 (MMF_OOM_SKIP before the gather is finished)
 * @breaks   SkipMeansFree in aio-pinned: by design: a page under I/O is
 *           unmapped, and free later
 * @breaks   SkipMeansFree in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   FutexWakeSurvives in *: by design: two seconds are not always
 *           enough
 * @breaks   NoPanic in *: by design: a scan after a stale look finds nobody and
 *           panics
 * @breaks   NoPanic in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list, and one that finds
 *           nobody panics
 * @breaks   NoNeedlessKill in foreign-mmput, released-victim: by mistake: no
 *           scan meets a victim that has left the process list
 * @breaks   NoNeedlessKill in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   NoStaleKill in *: by design: memory is freed without oom_lock, so a
 *           look at the freelist may be stale
 * @breaks   OomResolves in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list, and one that finds
 *           nobody panics
 * @breaks   OomResolves in init-sharer, sibling-writer, two-domains: by design:
 *           a scan after a stale look finds nobody and panics
 * @breaks   MemoryReaped in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list, and one that finds
 *           nobody panics
 * @breaks   MemoryReaped in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   MemoryReaped in two-domains: by design: a scan after a stale look
 *           finds nobody and panics
 * @breaks   Refines in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list
 * @breaks   Refines in init-sharer: by design: what init lives in is not reaped
 * @breaks   Refines in sibling-writer, two-domains: by design: a scan after a
 *           stale look finds nobody and panics
 */
#include "v5.18.c"

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

void mark_oom_victim(struct task_struct *tsk)	/* without MMF_OOM_VICTIM */
{
	if (tsk->signal->oom_mm)
		return;
	mmgrab(tsk->mm);
	tsk->signal->oom_mm = tsk->mm;
}
