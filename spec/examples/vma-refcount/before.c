/**
 * A fault meets, under RCU, a vma that has been freed and is another
 * process's by now. It drops its count again, and wakes a writer through
 * vma->vm_mm: the count was what kept that alive.
 *
 * @protocol vma-start-read
 * @breaks  NoUseAfterFree in reuse: by mistake: fixed by 9bbffee67ffd
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
		vma_refcount_put(vma, other);
		return;
	}
	vma_refcount_put(vma, mm);
}
