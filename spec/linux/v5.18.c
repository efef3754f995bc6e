/**
 * The reaper leaves a victim two seconds to exit by itself, so that it can
 * let its robust futexes go. Locked memory is reaped like any other: munlock
 * has become a part of unmapping a page, and has left exit_mmap().
 *
 * Interpolated: read in v5.17-rc5 and v5.19. As v5.18 to v6.0.
 *
 * @protocol v5.18
 * @versions v5.18 to v6.0, 5.17.5 on
 * @commit   e4a38402c36e ("oom_kill.c: futex: delay the OOM reaper to allow time for proper futex cleanup")
 * @commit   a213e5cf71cb ("mm/munlock: delete munlock_vma_pages_all(), allow oomreap")
 * @source   kernel-history G14
 * @breaks   SkipMeansGone in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansFree in aio-never-alone, aio-never, alone, foreign-mmput,
 *           mlocked, mrelease-oom, notifier, quick-exit, robust-futex,
 *           second-oom, sharer, starved-killer, two-threads, writer-fault: by
 *           mistake, as in v4.19 (MMF_OOM_SKIP while pages wait in the other's
 *           gather)
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
#include "v5.17.c"
#include "reap_delay.h"

void exit_mmap(struct mm_struct *mm)
{
	release_secondary(mm);
	if (test_bit(MMF_OOM_VICTIM, &mm->flags)) {
		oom_reap_vmas(mm);
		set_bit(MMF_OOM_SKIP, &mm->flags);
	}
	down_write(&mm->mmap_lock);
	unmap_vmas(mm);
	free_pgtables(mm);
	remove_vmas(mm);
	mm->mmap = NULL;
	up_write(&mm->mmap_lock);
}

bool reapable_vma(struct vm_area_struct *vma) __atomic
{
	return !vma->vm_shared;
}
