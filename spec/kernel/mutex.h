/*
 * spec/kernel/mutex.h: a sleeping lock with an owner.
 *
 * mutex_lock() is strongly fair: a mutex hands over to a waiter that keeps
 * losing. mutex_trylock() has no fairness.
 */
struct mutex {
	struct task_struct *owner;
};

void mutex_lock(struct mutex *lock) __atomic __acquires(lock) __strongly_fair
{
	await(!lock->owner);
	lock->owner = current;
}

bool mutex_trylock(struct mutex *lock) __atomic __cond_acquires(lock)
{
	if (lock->owner)
		return false;
	lock->owner = current;
	return true;
}

void mutex_unlock(struct mutex *lock) __atomic __releases(lock)
{
	lock->owner = NULL;
}
