/*
 * spec/kernel/rwsem.h: the mmap lock.
 *
 * A writer queues in one step and owns the lock in a later one; as soon as
 * it is queued, down_read_trylock() fails and new readers wait behind it.
 * A reader that waits is not counted as queued: the writer that it waits for
 * makes a trylock fail anyway, and wakes it when it leaves.
 *
 * up_read() and up_write() are two steps when a writer is queued: they drop
 * the lock, then they look at the queue to wake the first. The kernel does
 * not promise that the semaphore is still there by then: its address space
 * has to be pinned by whoever drops the lock.
 *
 * Blocking acquisitions are strongly fair, trylocks are not; nobody steals.
 *
 * Source: kernel-history 6, "rwsem trylock vs waiting writer", "Fairness".
 */
#define RWSEM_BITS 2		/* of the number of readers, and of writers that wait */
struct rw_semaphore {
	unsigned            readers : RWSEM_BITS;
	unsigned            queued  : RWSEM_BITS;
	struct task_struct *owner;	/* the writer */
};

void down_read(struct rw_semaphore *sem) __atomic __acquires_shared(sem) __strongly_fair __counts(atomic, lock)
{
	await(!sem->owner && !sem->queued);
	sem->readers++;
}

bool down_read_trylock(struct rw_semaphore *sem) __atomic __cond_acquires_shared(sem) __counts(atomic)
{
	if (sem->owner || sem->queued)
		return false;
	sem->readers++;
	return true;
}

bool rwsem_drop_reader(struct rw_semaphore *sem) __atomic __releases(sem) __counts(atomic)
{
	sem->readers--;
	return sem->queued;
}

bool rwsem_drop_writer(struct rw_semaphore *sem) __atomic __releases(sem) __counts(atomic)
{
	sem->owner = NULL;
	return sem->queued;
}

void rwsem_wake(struct rw_semaphore *sem) __atomic	/* who waits is awake: only the look matters */
{
	bool queued = sem->queued;
}

void up_read(struct rw_semaphore *sem)
{
	if (rwsem_drop_reader(sem))
		rwsem_wake(sem);
}

void rwsem_queue(struct rw_semaphore *sem) __atomic
{
	sem->queued++;
	current->queued_on = sem;
}

void rwsem_own(struct rw_semaphore *sem) __atomic __acquires(sem) __strongly_fair __counts(atomic, lock)
{
	await(!sem->owner && !sem->readers);
	sem->queued--;
	sem->owner = current;
	current->queued_on = NULL;
}

void down_write(struct rw_semaphore *sem)
{
	rwsem_queue(sem);
	rwsem_own(sem);
}

void up_write(struct rw_semaphore *sem)
{
	if (rwsem_drop_writer(sem))
		rwsem_wake(sem);
}
