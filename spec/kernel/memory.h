/*
 * spec/kernel/memory.h: unmapping pages and freeing what mapped them.
 *
 * Zapping one PTE happens under its page-table lock: one step, so that two
 * zappers of one table never unmap a page twice. Finding the table is a step
 * of its own: between the two the table can be freed. A huge pmd is found
 * and cleared under the pmd's lock in one step.
 *
 * Unmapping and freeing are two things. A zap that takes the last mapping
 * puts the page into the gather of the task that zaps; it is free when the
 * gather is finished, or full, and when nobody else pins it.
 *
 * free_pgtables() and remove_vmas() are a step each: they run at the end of
 * an address space. Every kernel finishes the gather right after it has freed
 * the page tables, and nothing else comes in between that another thread
 * could see: so free_pgtables() finishes it.
 *
 * Source: kernel-history 3.3, 3.5, 14.2.
 */

void put_page(struct page *page) __atomic __counts(atomic)
{
	page->refcount--;
	if (page->refcount || page->mapcount)
		return;
	BUG_ON(MMU_NOTIFIERS && page->spte, NoStaleTranslation);
	page->on_freelist = true;
}

/* Frees what has been gathered, and what nobody else pins. */
void tlb_finish_mmu(void) __atomic
{
	u8 i;

	for (i = 0; i < NR_GATHER; i++)
		if (current->tlb.pages[i]) {
			put_page(current->tlb.pages[i]);
			current->tlb.pages[i] = NULL;
		}
	current->tlb.mm = NULL;
}

void tlb_remove_page(struct page *page) __atomic
{
	u8 i;

	page->refcount++;
	for (i = 0; i < NR_GATHER; i++)
		if (!current->tlb.pages[i]) {
			current->tlb.pages[i] = page;
			return;
		}
	tlb_finish_mmu();		/* it is full */
	current->tlb.pages[0] = page;
}

void page_remove_rmap(struct page *page) __atomic
{
	BUG_ON(page->mapcount == 0, NoDoubleUnmap);
	page->mapcount--;
	if (page->mapcount == 0)
		tlb_remove_page(page);
}

void zap_pte(struct page_table *table, u8 i) __atomic __counts(atomic)
{
	struct page *page = table->pte[i];

	if (!page)
		return;
	table->pte[i] = NULL;
	page_remove_rmap(page);
}

/* The table whose PTEs are still to be zapped; NULL if none, or if a huge pmd went. */
struct page_table *zap_pmd(struct vm_area_struct *vma) __atomic
{
	struct page_table *table = vma->pmd;
	u8 i;

	if (table)
		current->tlb.mm = vma->vm_mm;
	if (!table || !vma->huge)
		return table;
	vma->pmd = NULL;
	for (i = 0; i < NR_PTES; i++)
		zap_pte(table, i);
	return NULL;
}

void unmap_page_range(struct vm_area_struct *vma)
{
	struct page_table *table = zap_pmd(vma);
	u8 i;

	if (!table)
		return;
	for (i = 0; i < NR_PTES; i++)
		zap_pte(table, i);
}

void unmap_vmas(struct mm_struct *mm)
{
	struct vm_area_struct *vma;

	for (vma = mm->mmap; vma; vma = vma->vm_next)
		unmap_page_range(vma);
}

void free_pgtables(struct mm_struct *mm) __atomic
{
	struct vm_area_struct *vma = mm->mmap;
	u8 i;

	for (i = 0; i < NR_VMAS; i++) {
		if (!vma)
			break;
		kfree(vma->pmd);
		vma->pmd = NULL;
		vma = vma->vm_next;
	}
	tlb_finish_mmu();
}

void remove_vmas(struct mm_struct *mm) __atomic		/* remove_vma() on each */
{
	struct vm_area_struct *vma = mm->mmap;
	u8 i;

	for (i = 0; i < NR_VMAS; i++) {
		struct vm_area_struct *next;

		if (!vma)
			break;
		next = vma->vm_next;
		kfree(vma);
		vma = next;
	}
}
