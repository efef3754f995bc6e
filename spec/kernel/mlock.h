/*
 * spec/kernel/mlock.h: munlocking an address space that goes away (until v5.17).
 *
 * munlock_vma_pages_all() first clears VM_LOCKED, then walks the pages. The
 * walk finds the pmd present and reads it again to lock its table. Whoever
 * clears a huge pmd in between leaves it with a NULL table: the oops of
 * CVE-2018-1000200. PTE zaps leave the pmd alone, so they are no danger.
 *
 * Source: kernel-history 3.3 step 2, G11 "The race".
 */

void munlock_pages(struct vm_area_struct *vma) __atomic __breaks(NoMunlockRace)
{
	struct page_table *table = vma->pmd;	/* the second look */
	u8 i;

	for (i = 0; i < NR_PTES; i++)
		if (table->pte[i])
			BUG_ON(table->pte[i]->mapcount == 0);
}

void munlock_vma_pages_all(struct vm_area_struct *vma)
{
	vma->vm_locked = false;
	if (vma->pmd)				/* the first look */
		munlock_pages(vma);
}

struct vm_area_struct *locked_vma(struct mm_struct *mm) __atomic
{
	struct vm_area_struct *vma = mm->mmap;
	u8 i;

	for (i = 0; i < NR_VMAS; i++) {
		if (!vma || vma->vm_locked)
			return vma;
		vma = vma->vm_next;
	}
	return NULL;
}

void munlock_all(struct mm_struct *mm)
{
	struct vm_area_struct *vma;

	for (vma = locked_vma(mm); vma; vma = locked_vma(mm))
		munlock_vma_pages_all(vma);
}
