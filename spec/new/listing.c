/**
 * What NAME does: an object is found in a table and counted; whoever drops the
 * last reference takes it out of the table and frees it, under one lock.
 *
 * @protocol NAME
 */
#include "compat.h"

struct task_struct {
	bool idle;
};

struct object {
	refcount_t refs;
};

struct object   obj = { .refs = 1 };
struct object  *table = &obj;
struct spinlock table_lock;

struct object *get(void)
{
	struct object *o;

	spin_lock(&table_lock);
	o = READ_ONCE(table);
	if (o)
		refcount_inc(&o->refs);
	spin_unlock(&table_lock);
	return o;
}

void put(struct object *o)
{
	bool last;

	spin_lock(&table_lock);
	last = refcount_dec_and_test(&o->refs);
	if (last)
		table = NULL;
	spin_unlock(&table_lock);
	if (last)
		kfree(o);
}
