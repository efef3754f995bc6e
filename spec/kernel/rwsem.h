/*
 * spec/kernel/rwsem.h: the mmap lock.
 *
 * A writer queues in one step and owns the lock in a later one; as soon as
 * it is queued, down_read_trylock() fails and new readers wait behind it.
 * A reader that waits is not counted as queued: the writer that it waits for
 * makes a trylock fail anyway, and wakes it when it leaves.
 *
 * Blocking acquisitions are strongly fair, trylocks have no fairness.
 * Stealing by optimistic spinning is not modelled.
 *
 * Source: kernel-history 6, "rwsem trylock vs waiting writer", "Fairness".
 */
struct rw_semaphore {
	unsigned readers : 2;
	unsigned queued  : 2;
	bool     writer;
};

void down_read(struct rw_semaphore *sem) __atomic __acquires(sem) __strongly_fair
{
	await(!sem->writer && !sem->queued);
	sem->readers++;
}

bool down_read_trylock(struct rw_semaphore *sem) __atomic __cond_acquires(sem)
{
	if (sem->writer || sem->queued)
		return false;
	sem->readers++;
	return true;
}

void up_read(struct rw_semaphore *sem) __atomic __releases(sem)
{
	sem->readers--;
}

void rwsem_queue(struct rw_semaphore *sem) __atomic
{
	sem->queued++;
}

void rwsem_own(struct rw_semaphore *sem) __atomic __acquires(sem) __strongly_fair
{
	await(!sem->writer && !sem->readers);
	sem->queued--;
	sem->writer = true;
}

void down_write(struct rw_semaphore *sem)
{
	rwsem_queue(sem);
	rwsem_own(sem);
}

void up_write(struct rw_semaphore *sem) __atomic __releases(sem)
{
	sem->writer = false;
}
