/*
 * spec/kernel/mutex.h: a sleeping lock with an owner.
 *
 * mutex_lock() is strongly fair: a mutex hands over to a waiter that keeps
 * losing. mutex_trylock() has no fairness.
 *
 * mutex_unlock() is not one step: the owner goes, then it looks whether
 * somebody waits, in a mutex that another task may have taken, dropped and
 * freed by then. The kernel promises nothing else: an object with a mutex in
 * it must not be freed by whoever takes the mutex next. Where no mutex is
 * ever freed, the look costs nothing.
 *
 * Source: kernel-history 14.7.
 */
struct mutex {
	struct task_struct *owner;
	bool                waiters;	/* what the second half looks at */
};

void mutex_lock(struct mutex *lock) __atomic __acquires(lock) __strongly_fair __counts(atomic, lock)
{
	await(!lock->owner);
	lock->owner = current;
}

bool mutex_trylock(struct mutex *lock) __atomic __cond_acquires(lock) __counts(atomic)
{
	if (lock->owner)
		return false;
	lock->owner = current;
	return true;
}

void mutex_drop_owner(struct mutex *lock) __atomic __releases(lock) __counts(atomic)
{
	lock->owner = NULL;
}

void mutex_unlock(struct mutex *lock)
{
	mutex_drop_owner(lock);
	if (lock->waiters)
		lock->waiters = false;
}
