/**
 * A lookup counts the object that it finds, but takes no lock: kref_put()
 * may drop the last reference and free it in between.
 *
 * @protocol kref-before
 * @breaks  NoUseAfterFree in kref-users: by mistake: found, and freed
 *           before it is counted
 */
#include "atomic.h"

struct task_struct {
	bool idle;
};

struct object {
	unsigned kref : 2;
};

struct object  obj = { .kref = 1 };
struct object *table = &obj;

struct object *lookup(void)
{
	struct object *o = table;

	if (o)
		atomic_inc(&o->kref);
	return o;
}

void put(struct object *o)
{
	if (atomic_dec_and_test(&o->kref)) {
		table = NULL;
		kfree(o);
	}
}
