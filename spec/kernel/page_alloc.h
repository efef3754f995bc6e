/*
 * spec/kernel/page_alloc.h: the allocator's slow path.
 *
 * An allocation that finds the freelist empty tries to become the OOM
 * killer; if somebody else is, it sleeps a tick. With oom_lock held it looks
 * at the freelist a last time. That look and the OOM killer's scan are two
 * steps: memory freed in between is not noticed.
 *
 * Source: kernel-history 3.6, 11 (b).
 */
extern struct page pages[NR_PAGES];	/* all the memory there is */

bool freelist_empty(void) __atomic
{
	u8 i;

	for (i = 0; i < NR_PAGES; i++)
		if (pages[i].on_freelist)
			return false;
	return true;
}

bool in_zonelist(struct page *page) __atomic	/* may current use it? */
{
	return !current->node || !page->node || current->node == page->node;
}

struct page *get_page_from_freelist(void) __atomic
{
	u8 i;

	for (i = 0; i < NR_PAGES; i++)
		if (pages[i].on_freelist && in_zonelist(&pages[i])) {
			pages[i].on_freelist = false;
			current->allocating = false;
			return &pages[i];
		}
	return NULL;
}

void schedule_timeout(void)		/* sleeps a while: no step, nothing changes but the time */
{
}

void schedule_timeout_killable(void)
{
	await(!current->starved);
}

struct page *alloc_page(void)
{
	struct page *page;

	current->allocating = true;
	for (;;) {
		page = get_page_from_freelist();
		if (page)
			return page;
		if (!mutex_trylock(&oom_lock)) {
			schedule_timeout();
			continue;
		}
		page = get_page_from_freelist();
		if (!page)
			out_of_memory();
		mutex_unlock(&oom_lock);
		if (page)
			return page;
	}
}

void pagefault_out_of_memory(void)	/* until v5.15; the fault is tried again */
{
	if (!mutex_trylock(&oom_lock))
		return;
	out_of_memory();
	mutex_unlock(&oom_lock);
}
