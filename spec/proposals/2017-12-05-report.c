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
 * @breaks   NoDoubleUnmap in quick-exit, two-threads, foreign-mmput, aio-never,
 *           aio-never-alone, aio-needs-memory: by design: the page-table lock
 *           is ignored
 * @breaks   NoUseAfterFree in foreign-mmput: by mistake, fixed by v4.15
 * @breaks   NoMunlockRace in mlocked: by mistake, fixed by v4.17
 *           (CVE-2018-1000200)
 * @breaks   NoStaleKill in quick-exit, two-threads, foreign-mmput, mlocked,
 *           aio-never, aio-needs-memory: by design: the exit frees memory
 *           without oom_lock
 * @breaks   OomResolves in aio-never-alone: by design: the exit frees memory
 *           without oom_lock, and a stale look with nobody left to kill panics
 * @breaks   Refines in aio-needs-memory, aio-never-alone, aio-never,
 *           foreign-mmput, lock-held, mlocked, quick-exit, two-threads: by
 *           mistake: without the page-table lock a page is unmapped in several
 *           steps, or twice
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
