/**
 * kref_get_unless_zero() alone does not help: the counter that it looks at
 * is in the object that may be gone. It needs RCU, or a lock.
 *
 * @protocol kref-unless-zero
 * @breaks  NoUseAfterFree in kref-users: by mistake: it looks at a counter
 *           that may be gone
 */
#include "before.c"

struct object *lookup(void)
{
	struct object *o = table;

	if (o && !atomic_inc_not_zero(&o->kref))
		return NULL;
	return o;
}
