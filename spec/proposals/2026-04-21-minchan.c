/**
 * A process_mrelease() that kills. The process may be alive when it finds the
 * mm, so it cannot come too late; others that share the mm have to be dying.
 * It becomes a user of the mm, and so keeps the victim's exit from it.
 *
 * Its own mmput() may be the last one then, as in v5.15, and runs the exit of
 * the other process, exit_aio() and all.
 *
 * The text of the mail says that MMF_UNSTABLE is set before SIGKILL is sent.
 * Its diff leaves that to the reaping, and so does this.
 *
 * @protocol 2026-04-21-minchan
 * @after    v7.3
 * @source   kernel-history 15.2; the mail of 2026-04-21, 3/3
 * @breaks   SkipMeansGone in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansFree in aio-never-alone, aio-never, alone, foreign-mmput,
 *           mlocked, mrelease-oom, notifier, quick-exit, robust-futex,
 *           second-oom, sharer, starved-killer, two-threads, writer-fault: by
 *           mistake, as in v6.1 (MMF_OOM_SKIP before the gather is finished)
 * @breaks   SkipMeansFree in aio-pinned: by design: a page under I/O is
 *           unmapped, and free later
 * @breaks   SkipMeansFree in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   FutexWakeSurvives in *: by design: two seconds are not always
 *           enough
 * @breaks   NoPanic in *: by design: a scan after a stale look finds nobody and
 *           panics
 * @breaks   NoPanic in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list, and one that finds
 *           nobody panics
 * @breaks   NoNeedlessKill in foreign-mmput, released-victim: by mistake: no
 *           scan meets a victim that has left the process list
 * @breaks   NoNeedlessKill in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   NoStaleKill in *: by design: memory is freed without oom_lock, so a
 *           look at the freelist may be stale
 * @breaks   OomResolves in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list, and one that finds
 *           nobody panics
 * @breaks   OomResolves in init-sharer, sibling-writer, two-domains: by design:
 *           a scan after a stale look finds nobody and panics
 * @breaks   MemoryReaped in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list, and one that finds
 *           nobody panics
 * @breaks   MemoryReaped in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   MemoryReaped in two-domains: by design: a scan after a stale look
 *           finds nobody and panics
 * @breaks   Refines in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list
 * @breaks   Refines in init-sharer: by design: what init lives in is not reaped
 * @breaks   Refines in sibling-writer, two-domains: by design: a scan after a
 *           stale look finds nobody and panics
 */
#include "v7.3.c"

bool others_die(struct task_struct *tsk) __atomic
{
	u8 i;

	for (i = 0; i < NR_TASKS; i++)
		if (tasks[i]->mm == tsk->mm && tasks[i]->signal != tsk->signal && !tasks[i]->killed)
			return false;
	return true;
}

struct mm_struct *pin_mm_to_kill(struct task_struct *tsk) __atomic	/* under task_lock() */
{
	if (!tsk->mm || tsk->signal->coredump || test_bit(MMF_OOM_SKIP, &tsk->mm->flags) || !others_die(tsk))
		return NULL;				/* -ESRCH, -EINVAL */
	if (!mmget_not_zero(tsk->mm))
		return NULL;
	return tsk->mm;
}

void kill_process(struct task_struct *tsk) __atomic
{
	u8 i;

	for (i = 0; i < NR_TASKS; i++)
		if (tasks[i]->signal == tsk->signal)
			tasks[i]->killed = true;
}

void process_mrelease(struct task_struct *tsk)
{
	struct mm_struct *mm = pin_mm_to_kill(tsk);

	if (!mm)
		return;
	kill_process(tsk);
	down_read(&mm->mmap_lock);
	if (!test_bit(MMF_OOM_SKIP, &mm->flags))
		reap_nonblock(mm);
	up_read(&mm->mmap_lock);
	mmput(mm);
}
