/** @scenario kref-users: one drops the last reference while another looks the object up */
struct task_struct a;
struct task_struct b;

void a_runs(void) __task(a)
{
	put(&obj);
}

void b_runs(void) __task(b)
{
	struct object *o = lookup();

	if (o)
		put(o);
}
