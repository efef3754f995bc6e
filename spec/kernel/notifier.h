/*
 * spec/kernel/notifier.h: a secondary MMU that maps what an address space maps.
 *
 * A scenario asks for it (MMU_NOTIFIERS). Before a page is unmapped the
 * notifier's callback has to take it out of the secondary MMU; it may have to
 * wait. A page that is freed while it is mapped there breaks
 * NoStaleTranslation. Whoever unmaps an address space at its end releases the
 * notifier first; what a reaper does is the listings' business.
 *
 * Source: kernel-history G10, 3.3 step 1, 3.5.
 */
bool maps_secondary(struct mm_struct *mm) __atomic
{
	return mm->notifier != NULL;
}

bool mm_has_secondary(struct mm_struct *mm)
{
	return MMU_NOTIFIERS && maps_secondary(mm);
}

void invalidate_secondary(struct mm_struct *mm) __atomic
{
	await(!mm->notifier || !mm->notifier->busy);
	if (mm->notifier)
		mm->notifier->page->spte = false;
}

void release_secondary(struct mm_struct *mm)
{
	if (MMU_NOTIFIERS)
		invalidate_secondary(mm);
}

bool invalidate_if_idle(struct mm_struct *mm) __atomic
{
	if (!mm->notifier)
		return true;
	if (mm->notifier->busy)
		return false;
	mm->notifier->page->spte = false;
	return true;
}

/* False: the callback would have to wait. */
bool invalidate_secondary_nonblock(struct mm_struct *mm)
{
	return !MMU_NOTIFIERS || invalidate_if_idle(mm);
}
