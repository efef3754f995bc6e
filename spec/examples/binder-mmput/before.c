/**
 * A binder client may drop the last reference to the address space of a
 * server that dies. The release of the binder file is then the client's own
 * task work, for which it waits itself.
 *
 * @protocol binder-mmput
 * @breaks  NoDeadlock in ipc: by mistake: fixed by 9a9ab0d96362
 */
#include "v6.1.c"
#include "binder.h"

void binder_mmput(struct mm_struct *mm)
{
	mmput(mm);
}
