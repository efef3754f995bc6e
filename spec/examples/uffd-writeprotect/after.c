/**
 * It takes a user of the address space, or gives up.
 *
 * @protocol uffd-wp-fixed
 * @commit  cb185d5f1ebf ("userfaultfd: fix a race between writeprotect and
 *           exit_mmap()")
 */
#include "before.c"

void userfaultfd_writeprotect(struct mm_struct *mm)
{
	if (!mmget_not_zero(mm))
		return;				/* -ESRCH */
	mwriteprotect_range(mm);
	mmput(mm);
}
