/**
 * The first reaper. It finds the mm through a thread of the victim that still
 * has one and pins it by mm_users, so that exit_mmap() cannot run. Its own
 * mmput() may be the last one then, and runs exit_aio() in the only reaper
 * there is.
 *
 * What the OOM killer waits for is TIF_MEMDIE, the victim's mark. The victim
 * clears it once its own mmput() is through, which is not the end if the
 * reaper has a reference; and the reaper clears it when it has unmapped the
 * memory, or else never: not if it gives up, finds no mm any more, or was
 * never told, as where the victim is the allocating task itself.
 *
 * For the properties only, signal->oom_mm remembers who was a victim, and
 * MMF_OOM_SKIP of the mm that its process was hidden, by OOM_SCORE_ADJ_MIN:
 * the one pins nothing, and nobody looks at either.
 *
 * More states than elsewhere: the reaper may run a whole exit.
 *
 * @protocol v4.6
 * @versions v4.6
 * @commit   aac453635549 ("mm, oom: introduce oom reaper")
 * @commit   36324a990cf5 ("oom: clear TIF_MEMDIE after oom_reaper managed to unmap the address space")
 * @source   kernel-history G1, 3.6 to 3.9
 * @breaks   SkipMeansGone in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   SkipMeansGone in writer-fault: by mistake: a fault maps the memory
 *           again (until v4.13)
 * @breaks   SkipMeansFree in aio-pinned: by design: a page under I/O is
 *           unmapped, and free later
 * @breaks   SkipMeansFree in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   SkipMeansFree in writer-fault: by mistake: a fault maps the memory
 *           again (until v4.13)
 * @breaks   NoZeroPage in writer-fault: by mistake, fixed by v4.13
 * @breaks   FutexWakeSurvives in robust-futex: by mistake: the reaper may take
 *           the list before the exit has walked it
 * @breaks   NoStaleTranslation in notifier: by mistake, fixed by v4.14
 * @breaks   NoPanic in aio-needs-memory, aio-never, aio-pinned, foreign-mmput,
 *           init-sharer, mlocked, quick-exit, released-victim, two-domains,
 *           two-threads: by mistake, fixed by v4.7 (the reaper holds no
 *           oom_lock: a scan after a stale look finds nobody and panics)
 * @breaks   NoPanic in aio-never-alone, alone, second-oom: by mistake:
 *           TIF_MEMDIE goes though nothing was freed
 * @breaks   NoNeedlessKill in aio-needs-memory, aio-never, aio-pinned,
 *           quick-exit, second-oom, two-threads: by mistake, fixed by v4.14
 *           (TIF_MEMDIE goes before the memory does)
 * @breaks   NoNeedlessKill in foreign-mmput, released-victim: by mistake:
 *           TIF_MEMDIE goes with the victim, whoever keeps its memory
 * @breaks   NoNeedlessKill in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   NoNeedlessKill in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   NoStaleKill in *: by design: memory is freed without oom_lock, so a
 *           look at the freelist may be stale
 * @breaks   NoStaleKill in group-kill: by mistake, fixed by v5.10.y (v5.9: who
 *           has waited for oom_lock looks again)
 * @breaks   ExitProgresses in lock-held, sibling-writer: by mistake, fixed by
 *           v4.8 (a mark that nobody clears holds every OOM killer back)
 * @breaks   OomResolves in aio-needs-memory, aio-never, aio-pinned: by mistake,
 *           fixed by v4.7 (TIF_MEMDIE stays where the reaper finds no mm)
 * @breaks   OomResolves in aio-never-alone, alone, second-oom: by mistake,
 *           fixed by v4.14 (TIF_MEMDIE goes before the memory does)
 * @breaks   OomResolves in foreign-mmput, init-sharer, mlocked,
 *           released-victim, two-domains, two-threads: by mistake, fixed by
 *           v4.7 (the reaper holds no oom_lock: a scan after a stale look finds
 *           nobody and panics)
 * @breaks   OomResolves in lock-held, sibling-writer: by mistake, fixed by v4.8
 *           (a mark that nobody clears holds every OOM killer back)
 * @breaks   MemoryReaped in aio-needs-memory: by mistake, fixed by v4.7
 *           (TIF_MEMDIE stays where the reaper finds no mm)
 * @breaks   MemoryReaped in aio-never-alone, aio-never, aio-pinned, alone,
 *           second-oom: by mistake, fixed by v4.14 (TIF_MEMDIE goes before the
 *           memory does)
 * @breaks   MemoryReaped in foreign-mmput, mlocked, two-domains, two-threads:
 *           by mistake, fixed by v4.7 (the reaper holds no oom_lock: a scan
 *           after a stale look finds nobody and panics)
 * @breaks   MemoryReaped in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   MemoryReaped in notifier: by mistake, fixed by v4.19 (TIF_MEMDIE
 *           goes before the memory does)
 * @breaks   MemoryReaped in released-victim: by mistake, fixed by v4.9 (the
 *           reaper finds the mm only through a thread that still has it)
 * @breaks   ReaperNeverStuck in aio-never-alone, aio-never, aio-pinned,
 *           second-oom: by mistake, fixed by v4.7 (the reaper runs exit_aio())
 * @breaks   Refines in aio-needs-memory, aio-never-alone, aio-never,
 *           aio-pinned, alone, quick-exit, second-oom, two-threads: by mistake,
 *           fixed by v4.14 (TIF_MEMDIE goes before the memory does)
 * @breaks   Refines in foreign-mmput, released-victim: by mistake: TIF_MEMDIE
 *           goes with the victim, whoever keeps its memory
 * @breaks   Refines in init-sharer: by design: what init lives in is not reaped
 * @breaks   Refines in lock-held, sibling-writer: by mistake, fixed by v4.8 (a
 *           mark that nobody clears holds every OOM killer back)
 * @breaks   Refines in mlocked: by design: locked memory is left to the exit
 *           (until v5.18)
 * @breaks   Refines in notifier: by mistake, fixed by v4.19 (TIF_MEMDIE goes
 *           before the memory does)
 * @breaks   Refines in two-domains: by mistake, fixed by v4.7 (the reaper holds
 *           no oom_lock: a scan after a stale look finds nobody and panics)
 * @breaks   Refines in writer-fault: by mistake: a fault maps the memory again
 *           (until v4.13)
 */
#include "skeleton.h"

bool memdie[NR_TASKS];			/* TIF_MEMDIE, a flag of each thread */
bool hidden[NR_TASKS];			/* the process has OOM_SCORE_ADJ_MIN: not chosen again */

bool test_memdie(struct task_struct *tsk) __atomic
{
	u8 i;

	for (i = 0; i < NR_TASKS; i++)
		if (tasks[i] == tsk)
			return memdie[i];
	return false;
}

void set_memdie(struct task_struct *tsk, bool value) __atomic
{
	u8 i;

	for (i = 0; i < NR_TASKS; i++)
		if (tasks[i] == tsk)
			memdie[i] = value;
}

void mark_oom_victim(struct task_struct *tsk) __atomic
{
	set_memdie(tsk, true);
	if (!tsk->signal->oom_mm)
		tsk->signal->oom_mm = tsk->mm;
}

void put_signal_struct(struct signal_struct *signal) __atomic	/* it holds no mm_count */
{
}

void exit_mm(void)
{
	struct mm_struct *mm = current->mm;

	if (!mm)
		return;
	if (COREDUMP)
		wait_for_dump();
	if (ROBUST_FUTEX)
		walk_robust_list();
	down_read(&mm->mmap_sem);
	leave_mm();
	up_read(&mm->mmap_sem);
	mmput(mm);
	set_memdie(current, false);	/* exit_oom_victim() */
	mmdrop(mm);
}

void __mmput(struct mm_struct *mm)
{
	exit_aio(mm);
	exit_mmap(mm);
	mmdrop(mm);
}

struct task_struct *select_bad_process(void) __atomic
{
	struct task_struct *chosen = NULL;
	struct task_struct *p;
	u8 i;

	for (i = 0; i < NR_TASKS; i++) {
		p = tasks[i];
		if (p->released || p->is_global_init || !oom_eligible(p))
			continue;
		if (memdie[i])
			return &scan_aborted;
		if (!chosen && p->mm && !hidden[i])
			chosen = p;
	}
	if (chosen)
		chosen->chosen = true;
	return chosen;
}

void spare_victim(struct task_struct *victim)	/* its TIF_MEMDIE stays */
{
	put_task_struct(victim);
}

/* The allocating task is dying: it gets the mark, and the reaper is not told. */
bool oom_kill_self(void) __atomic
{
	if (!current->mm || !current->killed)
		return false;
	mark_oom_victim(current);
	return true;
}

void out_of_memory(void)
{
	struct task_struct *chosen;

	if (oom_kill_self())
		return;
	chosen = select_bad_process();
	if (chosen == &scan_aborted)
		return;
	if (!chosen)
		panic();
	oom_kill_process(chosen);
	schedule_timeout_killable();
}

void memcg_out_of_memory(void)		/* a scan of its own (until v4.8), and no sleep */
{
	struct task_struct *chosen;

	mutex_lock(&oom_lock);
	if (!oom_kill_self()) {
		chosen = select_bad_process();
		if (chosen && chosen != &scan_aborted)
			oom_kill_process(chosen);
	}
	mutex_unlock(&oom_lock);
}

void set_mm_unstable(struct mm_struct *mm)	/* there is no such flag */
{
}

void unlink_victim(struct task_struct *tsk) __atomic	/* its link stays as it was */
{
	tsk->queued--;
}

/* Some thread of the process that has not left its mm. */
struct task_struct *find_lock_task_mm(struct task_struct *tsk) __atomic
{
	u8 i;

	for (i = 0; i < NR_TASKS; i++)
		if (tasks[i]->signal == tsk->signal && tasks[i]->mm)
			return tasks[i];
	return NULL;
}

struct mm_struct *get_victim_mm(struct task_struct *tsk) __atomic	/* under task_lock() */
{
	struct task_struct *p = find_lock_task_mm(tsk);

	if (!p || !mmget_not_zero(p->mm))
		return NULL;
	return p->mm;
}

/* Hidden, then unmarked: as long as the mark is there nobody looks whether it is hidden. */
void hide_and_unmark(struct task_struct *tsk, struct mm_struct *mm) __atomic
{
	u8 i;

	for (i = 0; i < NR_TASKS; i++)
		if (tasks[i]->signal == tsk->signal)
			hidden[i] = true;
	set_bit(MMF_OOM_SKIP, &mm->flags);
	set_memdie(tsk, false);
}

bool __oom_reap_task(struct task_struct *tsk, bool last)
{
	struct mm_struct *mm = get_victim_mm(tsk);

	if (!mm)
		return true;			/* stop trying; nothing was reaped */
	if (!mmap_read_trylock(mm, last)) {
		mmput(mm);			/* here, all of it if it is the last */
		return false;
	}
	oom_reap_vmas(mm);
	up_read(&mm->mmap_sem);
	hide_and_unmark(tsk, mm);
	mmput(mm);
	return true;
}

void oom_reap_task(struct task_struct *tsk)
{
	u8 i;

	for (i = 0; i < MAX_OOM_REAP_RETRIES; i++) {
		if (__oom_reap_task(tsk, i == MAX_OOM_REAP_RETRIES - 1))
			break;
		schedule_timeout();
	}
	unlink_victim(tsk);
	put_task_struct(tsk);
}
