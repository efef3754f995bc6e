/**
 * The address space is pinned before the count is dropped.
 *
 * @protocol vma-start-read-fixed
 * @commit  9bbffee67ffd ("mm: fix a UAF when vma->mm is freed after
 *           vma->vm_refcnt got dropped")
 */
#include "v6.1.c"
#include "vmalock.h"

void vma_start_read(struct vm_area_struct *vma, struct mm_struct *mm)
{
	struct mm_struct *other;

	if (!vma_get())
		return;
	other = vm_mm_of(vma);
	if (other != mm) {
		mmgrab(other);
		vma_refcount_put(vma, other);
		mmdrop(other);
		return;
	}
	vma_refcount_put(vma, mm);
}
