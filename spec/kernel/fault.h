/*
 * spec/kernel/fault.h: a page fault of a task whose address space is reaped.
 *
 * A scenario asks for it (PAGE_FAULTS). A fault on an anonymous page that is
 * gone gets a page of zeros. Where the reaper took the old one, those zeros
 * must not get anywhere: the reaper first marks the address space unstable,
 * and a fault looks at that under the page-table lock, right before it
 * installs the page (v4.9 to v4.12: only a kernel thread's does).
 *
 * The page comes out of the reserves: a fault does not wait for memory here.
 *
 * Source: kernel-history G4.
 */

/* Under the page-table lock. False: SIGBUS. */
bool map_zeroed_page(struct vm_area_struct *vma) __atomic
{
	if (vma->pmd->pte[0])
		return true;
	if (vma->vm_mm->unstable)
		return false;
	vma->pmd->pte[0] = vma->zeroed;
	vma->zeroed->mapcount = 1;
	return true;
}

bool fault_first_page(struct mm_struct *mm)
{
	bool mapped;

	down_read(&mm->mmap_sem);
	mapped = map_zeroed_page(mm->mmap);
	up_read(&mm->mmap_sem);
	return mapped;
}

void copy_to_file(struct vm_area_struct *vma) __atomic
{
	BUG_ON(vma->pmd->pte[0] == vma->zeroed, NoZeroPage);
}

/* As write() does with the first page; what has vanished under the copy faults again. */
void write_to_file(struct mm_struct *mm)
{
	if (fault_first_page(mm))
		copy_to_file(mm->mmap);
}
