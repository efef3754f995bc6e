//! Listings of Linux 6.1 with one deliberate fault each.

/// What is wrong, and the functions that are.
pub(super) const FAULTS: [(&str, &str); 12] = [
    (
        "the flag before the unmapping",
        "void exit_mmap(struct mm_struct *mm)
{
	down_read(&mm->mmap_sem);
	set_bit(MMF_OOM_SKIP, &mm->flags);
	unmap_vmas(mm);
	up_read(&mm->mmap_sem);
	down_write(&mm->mmap_sem);
	free_pgtables(mm);
	remove_vmas(mm);
	mm->mmap = NULL;
	up_write(&mm->mmap_sem);
}",
    ),
    (
        "no flag at all",
        "void exit_mmap(struct mm_struct *mm)
{
	down_read(&mm->mmap_sem);
	unmap_vmas(mm);
	up_read(&mm->mmap_sem);
	down_write(&mm->mmap_sem);
	free_pgtables(mm);
	remove_vmas(mm);
	mm->mmap = NULL;
	up_write(&mm->mmap_sem);
}",
    ),
    (
        "page tables freed with the lock held for reading",
        "void exit_mmap(struct mm_struct *mm)
{
	down_read(&mm->mmap_sem);
	unmap_vmas(mm);
	set_bit(MMF_OOM_SKIP, &mm->flags);
	free_pgtables(mm);
	remove_vmas(mm);
	mm->mmap = NULL;
	up_read(&mm->mmap_sem);
}",
    ),
    (
        "one lock for writing over all of it",
        "void exit_mmap(struct mm_struct *mm)
{
	down_write(&mm->mmap_sem);
	unmap_vmas(mm);
	set_bit(MMF_OOM_SKIP, &mm->flags);
	free_pgtables(mm);
	remove_vmas(mm);
	mm->mmap = NULL;
	up_write(&mm->mmap_sem);
}",
    ),
    (
        "the tables before the lock",
        "void exit_mmap(struct mm_struct *mm)
{
	down_read(&mm->mmap_sem);
	unmap_vmas(mm);
	up_read(&mm->mmap_sem);
	set_bit(MMF_OOM_SKIP, &mm->flags);
	free_pgtables(mm);
	down_write(&mm->mmap_sem);
	remove_vmas(mm);
	mm->mmap = NULL;
	up_write(&mm->mmap_sem);
}",
    ),
    (
        "a handshake in the place of the write lock",
        "void exit_mmap(struct mm_struct *mm)
{
	down_read(&mm->mmap_sem);
	unmap_vmas(mm);
	up_read(&mm->mmap_sem);
	set_bit(MMF_OOM_SKIP, &mm->flags);
	down_write(&mm->mmap_sem);
	up_write(&mm->mmap_sem);
	free_pgtables(mm);
	remove_vmas(mm);
}",
    ),
    (
        "exit_aio() after the memory is gone",
        "void __mmput(struct mm_struct *mm)
{
	exit_mmap(mm);
	exit_aio(mm);
	mmdrop(mm);
}",
    ),
    (
        "no delay",
        "void queue_oom_reaper(struct task_struct *tsk) __atomic
{
	if (test_and_set_bit(MMF_OOM_REAP_QUEUED, &tsk->signal->oom_mm->flags))
		put_task_struct(tsk);
	else
		push_victim(tsk);
}",
    ),
    (
        "the reaper keeps the lock until the flag is set",
        "bool oom_reap_task_mm(struct mm_struct *mm, bool last)
{
	bool done = true;

	if (!mmap_read_trylock(mm, last))
		return false;
	if (!test_bit(MMF_OOM_SKIP, &mm->flags))
		done = reap_nonblock(mm);
	set_bit(MMF_OOM_SKIP, &mm->flags);
	up_read(&mm->mmap_sem);
	return done;
}",
    ),
    (
        "the reaper waits for the lock",
        "bool oom_reap_task_mm(struct mm_struct *mm, bool last)
{
	bool done = true;

	down_read(&mm->mmap_sem);
	if (!test_bit(MMF_OOM_SKIP, &mm->flags))
		done = reap_nonblock(mm);
	up_read(&mm->mmap_sem);
	return done;
}",
    ),
    (
        "the victim is not queued",
        "void __oom_kill_process(struct task_struct *victim)
{
	struct mm_struct *mm = kill_and_mark(victim);

	if (!mm)
		return;
	if (!kill_sharers(mm))
		spare_victim(victim);
	mmdrop(mm);
}",
    ),
    (
        "the exit drops its user with the lock held",
        "void exit_mm(void)
{
	struct mm_struct *mm = current->mm;

	if (!mm)
		return;
	down_read(&mm->mmap_sem);
	leave_mm();
	mmput(mm);
	up_read(&mm->mmap_sem);
	mmdrop(mm);
}",
    ),
];
