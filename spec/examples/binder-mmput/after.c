/**
 * A worker drops the last reference.
 *
 * @protocol binder-mmput-async
 * @commit  9a9ab0d96362 ("binder: fix race between mmput() and do_exit()")
 */
#include "v6.1.c"
#include "binder.h"

void binder_mmput(struct mm_struct *mm)
{
	mmput_async(mm);
}
