/*
 * The protocol of linux/reaper.c in Promela, step by step: each statement, or d_step, is a step there.
 * Nothing ends (the last statement of a process is never executable), so that no states of dead processes are added; locals
 * that are not read again are 0.
 */
#define PAGES 3
#define MAPPED 0
#define UNMAPPED 1
#define UNMAPPED_TWICE 2

bool oom_victim, sigkill, on_reaper_list, oom_skip, unstable, torn_down, io_done, used_after_free, write_locked;
byte read_locks;
byte mm_users = 2;
byte ptes[PAGES];

inline walk() {
	if
	:: torn_down -> used_after_free = 1
	:: else
	fi
}

inline unmap() {
	if
	:: was_mapped && ptes[pg] == MAPPED -> ptes[pg] = UNMAPPED
	:: was_mapped && ptes[pg] != MAPPED -> ptes[pg] = UNMAPPED_TWICE
	:: else
	fi;
	was_mapped = 0;
	pg++
}

active proctype oom_killer() {
	oom_victim = 1;
	sigkill = 1;
	on_reaper_list = 1;
end:	false
}

active proctype io() {
	io_done = 1;
end:	false
}

active proctype oom_reaper() {
	byte pg, attempt;
	bool was_mapped;

	on_reaper_list;
again:
	if
	:: d_step { !write_locked -> read_locks++; attempt = 0 }
	:: write_locked ->
		if
		:: d_step { attempt < 2 -> attempt++ } -> goto again
		:: d_step { attempt == 2 -> attempt = 0 } -> goto skip_it
		fi
	fi;
	if
	:: oom_skip -> read_locks--; goto end
	:: !oom_skip
	fi;
	unstable = 1;
	do
	:: d_step { pg < PAGES -> was_mapped = (ptes[pg] == MAPPED); walk() };
	   d_step { unmap(); walk() }
	:: d_step { pg == PAGES -> read_locks--; pg = 0 } -> break
	od;
skip_it:
	oom_skip = 1;
end:	false
}

active [2] proctype exiting() {
	byte pg;
	bool was_mapped;

	sigkill;
	if
	:: d_step { mm_users > 1 -> mm_users-- } -> goto end
	:: d_step { mm_users == 1 -> mm_users-- }
	fi;
	io_done;
	do
	:: d_step { pg < PAGES -> was_mapped = (ptes[pg] == MAPPED) };
	   d_step { unmap() }
	:: d_step { pg == PAGES -> oom_skip = 1; pg = 0 } -> break
	od;
	if
	:: oom_victim ->
		d_step { !write_locked && read_locks == 0 -> write_locked = 1 };
		write_locked = 0
	:: !oom_victim
	fi;
	torn_down = 1;
end:	false
}

active [4] proctype faulting() {
	bool seen;

	d_step { !write_locked -> read_locks++ };
	seen = unstable;
	d_step { read_locks--; seen = 0 };
	d_step { !write_locked -> read_locks++ };
	seen = unstable;
	d_step { read_locks--; seen = 0 };
end:	false
}
