/**
 * Lookup and last put exclude each other (kref_put_lock()).
 *
 * @protocol kref-locked
 */
#include "before.c"

struct object *lookup(void) __atomic
{
	struct object *o = table;

	if (o)
		atomic_inc(&o->kref);
	return o;
}

bool drop_last(struct object *o) __atomic	/* kref_put_lock() */
{
	if (!atomic_dec_and_test(&o->kref))
		return false;
	table = NULL;
	return true;
}

void put(struct object *o)
{
	if (drop_last(o))
		kfree(o);
}
