/**
 * v5.14: exit_mmap() takes the mmap lock for OOM victims only, and
 * userfaultfd_writeprotect() holds mm_count alone, which keeps the struct
 * and not what it maps.
 *
 * @protocol uffd-wp
 * @breaks  NoUseAfterFree in monitor: by mistake: fixed by cb185d5f1ebf
 */
#include "v4.17.c"

void exit_mmap(struct mm_struct *mm)
{
	if (test_bit(MMF_OOM_VICTIM, &mm->flags)) {
		oom_reap_vmas(mm);
		set_bit(MMF_OOM_SKIP, &mm->flags);
		down_write(&mm->mmap_sem);
		up_write(&mm->mmap_sem);
	}
	munlock_all(mm);
	unmap_vmas(mm);
	free_pgtables(mm);
	remove_vmas(mm);
}

struct page_table *wp_look(struct vm_area_struct *vma) __atomic
{
	return vma->pmd;
}

void wp_pte(struct page_table *table) __atomic
{
	if (table->pte[0])
		BUG_ON(table->pte[0]->mapcount == 0);
}

void mwriteprotect_range(struct mm_struct *mm)
{
	struct vm_area_struct *vma;
	struct page_table *table;

	down_read(&mm->mmap_sem);
	for (vma = mm->mmap; vma; vma = vma->vm_next) {
		table = wp_look(vma);
		if (table)
			wp_pte(table);
	}
	up_read(&mm->mmap_sem);
}

void userfaultfd_writeprotect(struct mm_struct *mm)
{
	mwriteprotect_range(mm);
}
