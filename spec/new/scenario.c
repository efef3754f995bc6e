/** @scenario NAME-users: one drops the last reference while another looks the object up */
struct task_struct owner;
struct task_struct user;

void owner_runs(void) __task(owner)
{
	put(&obj);
}

void user_runs(void) __task(user)
{
	struct object *o = get();

	if (o)
		put(o);
}
