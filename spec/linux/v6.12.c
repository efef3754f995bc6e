/**
 * As v6.1 but for an address space that maps nothing, such as a fork leaves
 * that failed at its first vma: exit_mmap() takes the lock for writing before
 * it destroys the tree, and still sets no MMF_OOM_SKIP there.
 *
 * A fork that fails later sets the flag itself (v6.14, and 6.12.y by
 * backport), which no scenario here does.
 *
 * @protocol v6.12
 * @versions v6.8 to v6.17, 6.12.1 on
 * @commit   d24062914837 ("fork: use __mt_dup() to duplicate maple tree in dup_mmap()")
 * @commit   64c37e134b12 ("kernel: be more careful about dup_mmap() failures and uprobe registering")
 * @source   kernel-history G15, G17; the bodies are of Debian 6.12.117
 * @body     exit_mmap in mm/mmap.c: 393537af368fa6f6
 * @body     __oom_reap_task_mm in mm/oom_kill.c: 831b3c25c4dd5f28
 * @body     oom_reap_task_mm in mm/oom_kill.c: a6a6b679acb57ea2
 * @body     oom_reap_task in mm/oom_kill.c: 9603911acac6156b
 * @body     queue_oom_reaper in mm/oom_kill.c: d34dbda198910f1b
 * @body     wake_oom_reaper in mm/oom_kill.c: 1e616c7ab2521737
 * @body     mark_oom_victim in mm/oom_kill.c: 1abddf627749753e
 * @body     __oom_kill_process in mm/oom_kill.c: 6facb28802d56737
 * @body     out_of_memory in mm/oom_kill.c: 16349cbddf48200f
 * @body     process_mrelease in mm/oom_kill.c: 478e7180a085c131
 * @body     exit_aio in fs/aio.c: 2288e8e32ca42e52
 * @body     mmput in kernel/fork.c: 805fd9b53bfdc25a
 * @body     __mmput in kernel/fork.c: bf776642b1e33f88
 * @breaks   SkipMeansGone in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansFree in aio-never-alone, aio-never, alone, foreign-mmput,
 *           mlocked, mrelease-oom, notifier, quick-exit, robust-futex,
 *           second-oom, sharer, starved-killer, two-threads, writer-fault: by
 *           mistake, as in v6.1 (MMF_OOM_SKIP before the gather is finished)
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
#include "v6.1.c"

void exit_mmap(struct mm_struct *mm)
{
	release_secondary(mm);
	down_read(&mm->mmap_lock);
	if (!mm->mmap) {
		up_read(&mm->mmap_lock);
		down_write(&mm->mmap_lock);
		up_write(&mm->mmap_lock);
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
