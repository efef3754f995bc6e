/**
 * What the report believed of v4.14: that unmap_page_range() and
 * unmap_vmas(), racing, call page_remove_rmap() twice on one page. They would
 * if there were no page-table lock: here two zaps of one PTE interleave.
 *
 * The crashes it reports have another cause, which v4.14 has as well and this
 * inherits.
 *
 * @protocol 2017-12-05-report
 * @after    v4.14
 * @source   kernel-history 1 (third and second row), 12 "double unmap mutant"; the mail of 2017-12-05
 * @breaks   NoUseAfterFree in foreign-mmput, sharer: by mistake, fixed by v4.15
 * @breaks   NoDoubleUnmap in aio-never-alone, aio-never, aio-pinned, alone,
 *           foreign-mmput, mrelease-oom, quick-exit, robust-futex, second-oom,
 *           sharer, starved-killer, two-threads, writer-fault: by design: the
 *           page-table lock is ignored
 * @breaks   NoMunlockRace in mlocked: by mistake, fixed by v4.17
 *           (CVE-2018-1000200)
 * @breaks   SkipMeansGone in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansGone in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   SkipMeansGone in notifier: by design: what has mmu notifiers is not
 *           reaped (until v4.19)
 * @breaks   SkipMeansFree in aio-never-alone, aio-never, alone, foreign-mmput,
 *           mrelease-oom, quick-exit, robust-futex, second-oom, sharer,
 *           starved-killer, two-threads, writer-fault: by mistake, as in v4.14
 *           (MMF_OOM_SKIP before the gather is finished)
 * @breaks   SkipMeansFree in aio-pinned: by design: a page under I/O is
 *           unmapped, and free later
 * @breaks   SkipMeansFree in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansFree in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   SkipMeansFree in notifier: by design: what has mmu notifiers is not
 *           reaped (until v4.19)
 * @breaks   FutexWakeSurvives in robust-futex: by mistake: the reaper may take
 *           the list before the exit has walked it
 * @breaks   NoPanic in *: by design: a scan after a stale look finds nobody and
 *           panics
 * @breaks   QueuedOnce in sibling-writer: by mistake, as in v4.13
 * @breaks   NoNeedlessKill in foreign-mmput, released-victim: by mistake: no
 *           scan meets a victim that has left the process list
 * @breaks   NoNeedlessKill in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   NoNeedlessKill in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   NoStaleKill in *: by design: memory is freed without oom_lock, so a
 *           look at the freelist may be stale
 * @breaks   NoStaleKill in group-kill: by mistake, as in v4.13
 * @breaks   MemoryReaped in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   MemoryReaped in notifier: by design: what has mmu notifiers is not
 *           reaped (until v4.19)
 * @breaks   ReaperNeverStuck in starved-killer: by mistake, as in v4.13
 *           (oom_lock)
 * @breaks   Refines in aio-needs-memory, aio-never-alone, aio-never,
 *           aio-pinned, alone, coredump, foreign-mmput, group-kill, lock-held,
 *           mlocked, mrelease-oom, mrelease, notifier, quick-exit,
 *           released-victim, robust-futex, second-oom, sharer, sibling-writer,
 *           starved-killer, two-domains, two-threads, writer-fault: by mistake:
 *           without the page-table lock a page is unmapped in several steps, or
 *           twice
 * @breaks   Refines in init-sharer: by design: what init lives in is not reaped
 */
#include "v4.14.c"

void zap_pte(struct page_table *table, u8 i)	/* read, clear and unmap: three steps */
{
	struct page *page = table->pte[i];

	if (!page)
		return;
	table->pte[i] = NULL;
	page_remove_rmap(page);
}
