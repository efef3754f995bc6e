/*
 * spec/kernel/memcg.h: a task whose memory cgroup has reached its limit.
 *
 * A memory cgroup is a domain here, as a node is: a charge takes a page of its
 * own, and a scan looks at its own tasks. Who charges waits for oom_lock,
 * where the allocator only tries. Nobody to kill is no reason to panic.
 *
 * With memory.oom.group (v4.19) all of the cgroup's processes are killed, the
 * victim among them a second time; a scenario asks for it (OOM_GROUP).
 *
 * Source: kernel-history 3.6, 9, 14.5.
 */
bool can_charge(void) __atomic
{
	u8 i;

	for (i = 0; i < NR_PAGES; i++)
		if (pages[i].on_freelist && in_zonelist(&pages[i]))
			return true;
	return false;
}

void memcg_out_of_memory(void)
{
	mutex_lock(&oom_lock);
	out_of_memory();
	mutex_unlock(&oom_lock);
}

void charge_page(void)
{
	current->allocating = true;
	while (!get_page_from_freelist())
		memcg_out_of_memory();
}
