/**
 * An eventpoll is freed by whoever drops the last reference, with its mutex
 * held until right before. mutex_unlock() is not the last access of its
 * caller: the owner goes, then it looks whether somebody has to be woken, in
 * memory that may be gone.
 *
 * @protocol ep-before
 * @breaks  NoUseAfterFree in closes: by mistake: fixed by 8c2e52ebbe88
 */
struct mutex {
	struct task_struct *owner;
	bool                waiters;
};

struct eventpoll {
	struct mutex mtx;
	unsigned     refcount : 2;
};

struct task_struct {
	bool idle;
};

void mutex_lock(struct mutex *lock) __atomic __strongly_fair
{
	await(!lock->owner);
	lock->owner = current;
}

void mutex_release(struct mutex *lock) __atomic
{
	lock->owner = NULL;
}

void mutex_unlock(struct mutex *lock)
{
	mutex_release(lock);
	if (lock->waiters)
		lock->waiters = false;
}

bool refcount_dec_and_test(unsigned *counter) __atomic
{
	*counter -= 1;
	return *counter == 0;
}

void ep_clear_and_put(struct eventpoll *ep)	/* close() of the epoll descriptor */
{
	bool dispose;

	mutex_lock(&ep->mtx);
	dispose = refcount_dec_and_test(&ep->refcount);
	mutex_unlock(&ep->mtx);
	if (dispose)
		kfree(ep);
}

void eventpoll_release_file(struct eventpoll *ep)	/* the last close() of a watched file */
{
	bool dispose;

	mutex_lock(&ep->mtx);
	dispose = refcount_dec_and_test(&ep->refcount);
	mutex_unlock(&ep->mtx);
	if (dispose)
		kfree(ep);
}
