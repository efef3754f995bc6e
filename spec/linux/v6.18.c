/**
 * The reaper walks the vmas from the last to the first, exit_mmap() from the
 * first to the last: they meet once, and seldom wait for the same page-table
 * lock. A victim's frozen threads are thawed all, which no scenario here
 * asks for.
 *
 * @protocol v6.18
 * @versions v6.18 to v6.19, 6.18.1 on
 * @source   kernel-history 3.5, G17
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
#include "v6.12.c"

/* The vma in front of this one, the last one if it is NULL. */
struct vm_area_struct *vma_before(struct mm_struct *mm, struct vm_area_struct *end) __atomic
{
	struct vm_area_struct *before = NULL;
	struct vm_area_struct *vma = mm->mmap;
	u8 i;

	for (i = 0; i < NR_VMAS; i++) {
		if (!vma || vma == end)
			return before;
		before = vma;
		vma = vma->vm_next;
	}
	return before;
}

void oom_reap_vmas(struct mm_struct *mm)
{
	struct vm_area_struct *vma;

	set_mm_unstable(mm);
	for (vma = vma_before(mm, NULL); vma; vma = vma_before(mm, vma))
		if (reapable_vma(vma)) {
			unmap_page_range(vma);
			tlb_finish_mmu();
		}
}
