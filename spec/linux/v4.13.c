/**
 * The reaper pins the address space by mm_users. Once the last user is gone
 * it finds nothing to pin, stops trying and lets MMF_OOM_SKIP be set, though
 * nothing was freed: exit_mmap() may be at work, or exit_aio() may never let
 * it begin. The OOM killer moves on and kills another.
 *
 * As v4.9 to v4.12, which differ in page faults and tracepoints only.
 *
 * @protocol v4.13
 * @commit   26db62f179d1 ("oom: keep mm of the killed task available")
 * @source   kernel-history G3b, G4, 3.2, 3.3, 3.5
 * @breaks   NoNeedlessKill in quick-exit, two-threads, foreign-mmput,
 *           aio-never, aio-needs-memory: by mistake, fixed by v4.14
 * @breaks   SkipMeansGone in quick-exit, two-threads, foreign-mmput, aio-never,
 *           aio-never-alone, aio-needs-memory: by mistake, fixed by v4.14
 * @breaks   MemoryReaped in aio-never, aio-never-alone: by mistake, fixed by
 *           v4.14
 * @breaks   OomResolves in aio-never-alone: by mistake, fixed by v4.14 (panics
 *           with a victim's memory unreaped)
 * @breaks   NoStaleKill in quick-exit, two-threads, foreign-mmput, mlocked,
 *           aio-never: by design: the exit frees memory without oom_lock
 * @breaks   Refines in aio-needs-memory, aio-never, foreign-mmput, quick-exit,
 *           two-threads: by mistake, fixed by v4.14
 * @breaks   Refines in aio-never-alone: by mistake, fixed by v4.14 (panics with
 *           a victim's memory unreaped)
 */
#include "mm_types.h"
#include "bitops.h"
#include "atomic.h"
#include "rwsem.h"
#include "mutex.h"
#include "aio.h"
#include "memory.h"
#include "mlock.h"
#include "mm.h"
#include "exit.h"
#include "page_alloc.h"
#include "oom_kill.h"
#include "oom_reaper.h"

void exit_mmap(struct mm_struct *mm)		/* no lock: the last user is alone */
{
	munlock_all(mm);
	unmap_vmas(mm);
	free_pgtables(mm);
	remove_vmas(mm);
}

void __mmput(struct mm_struct *mm)
{
	exit_aio(mm);
	exit_mmap(mm);
	set_bit(MMF_OOM_SKIP, &mm->flags);	/* victim or not */
	mmdrop(mm);
}

bool reapable_vma(struct vm_area_struct *vma) __atomic
{
	return !vma->vm_locked && !vma->vm_shared;
}

bool __oom_reap_task_mm(struct mm_struct *mm, bool last)
{
	if (!down_read_trylock(&mm->mmap_sem)) {
		if (last)
			mm->gave_up = true;
		return false;
	}
	if (!mmget_not_zero(mm)) {
		up_read(&mm->mmap_sem);
		return true;			/* stop trying; nothing was reaped */
	}
	oom_reap_vmas(mm);
	up_read(&mm->mmap_sem);
	mmput_async(mm);			/* the last one must not run exit_aio() here */
	return true;
}

bool oom_reap_task_mm(struct mm_struct *mm, bool last)
{
	bool done;

	mutex_lock(&oom_lock);
	done = __oom_reap_task_mm(mm, last);
	mutex_unlock(&oom_lock);
	return done;
}
