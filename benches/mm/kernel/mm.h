/* What the tasks share. A plain access is a step, and so is a call of an __atomic function. */
enum pte { MAPPED, UNMAPPED, UNMAPPED_TWICE };

struct mm_struct {
	bool oom_victim, sigkill, on_reaper_list, oom_skip, unstable, torn_down, io_done, used_after_free;
	bool     write_locked;
	unsigned read_locks : 3;
	unsigned mm_users   : 2;
	enum pte ptes[NR_PAGES];
};

struct task_struct { bool killable; };

extern struct mm_struct mm;

void down_read(void) __atomic
{
	await(!mm.write_locked);
	mm.read_locks++;
}

bool down_read_trylock(void) __atomic
{
	if (mm.write_locked)
		return false;
	mm.read_locks++;
	return true;
}

void up_read(void) __atomic { mm.read_locks--; }

void down_write(void) __atomic
{
	await(!mm.write_locked && mm.read_locks == 0);
	mm.write_locked = true;
}

bool is_mapped(u8 page) __atomic { return mm.ptes[page] == MAPPED; }

void unmap(u8 page, bool was_mapped) __atomic
{
	if (was_mapped)
		mm.ptes[page] = mm.ptes[page] == MAPPED ? UNMAPPED : UNMAPPED_TWICE;
}
