/**
 * The oom_reaper against exit_mmap(), as small as it gets: for comparing model checkers.
 *
 * @protocol reaper
 */
#include "mm.h"

struct task_struct oom_killer_task, io_task, reaper_task;

void oom_killer(void) __daemon(oom_killer_task)
{
	mm.oom_victim = true;
	mm.sigkill = true;
	mm.on_reaper_list = true;
}

void io(void) __daemon(io_task) { mm.io_done = true; }

void wait_for_victim(void) __atomic { await(mm.on_reaper_list); }

void try_again(void) __atomic { }

void walk(void) __atomic
{
	if (mm.torn_down)
		mm.used_after_free = true;
}

bool reaper_looks(u8 page) __atomic
{
	walk();
	return is_mapped(page);
}

void reaper_unmaps(u8 page, bool was_mapped) __atomic
{
	walk();
	unmap(page, was_mapped);
}

void oom_reaper(void) __daemon(reaper_task)
{
	u8 attempt;
	u8 page;
	bool was_mapped;

	wait_for_victim();
	for (attempt = 0; attempt < 3; attempt++) {
		if (down_read_trylock())
			goto reap;
		try_again();
	}
	mm.oom_skip = true;
	return;
reap:
	if (mm.oom_skip) {
		up_read();
		return;
	}
	mm.unstable = true;
	for (page = 0; page < NR_PAGES; page++) {
		was_mapped = reaper_looks(page);
		reaper_unmaps(page, was_mapped);
	}
	up_read();
	mm.oom_skip = true;
}

void wait_for_sigkill(void) __atomic { await(mm.sigkill); }

void wait_for_io(void) __atomic { await(mm.io_done); }

bool mmput(void) __atomic
{
	mm.mm_users--;
	return mm.mm_users == 0;
}

void exit_mm(void)
{
	u8 page;
	bool was_mapped;

	wait_for_sigkill();
	if (!mmput())
		return;
	wait_for_io();
	for (page = 0; page < NR_PAGES; page++) {
		was_mapped = is_mapped(page);
		unmap(page, was_mapped);
	}
	mm.oom_skip = true;
	if (mm.oom_victim) {
		down_write();
		mm.write_locked = false;
	}
	mm.torn_down = true;
}

/* What a fault read is its own until it gives the lock back. */
void fault_ends(bool unstable) __atomic
{
	if (unstable)
		mm.read_locks--;
	else
		mm.read_locks--;
}

void page_fault(void)
{
	u8 fault;
	bool unstable;

	for (fault = 0; fault < 2; fault++) {
		down_read();
		unstable = mm.unstable;
		fault_ends(unstable);
	}
}
