/*
 * spec/kernel/pthread.h: POSIX threads, for small programs.
 *
 * A thread is an object, and the function that runs as it (`__task(t)`) begins
 * with pthread_begin() and ends with pthread_exit(). Whoever may be created
 * later is declared all the same.
 *
 * A signal of a condition wakes one that waits, if anybody does, and one that
 * begins to wait later may take it: a program has to look again, as POSIX asks
 * for anyway. That nobody is woken without a signal is more than POSIX
 * promises.
 */
#define COND_BITS 2

struct pthread {
	bool created;
	bool done;
};

struct pthread_mutex {
	bool locked;
};

struct pthread_cond {
	unsigned waiting : COND_BITS;
	unsigned woken   : COND_BITS;
};

void pthread_create(struct pthread *thread) __atomic
{
	thread->created = true;
}

void pthread_join(struct pthread *thread) __atomic
{
	await(thread->done);
}

void pthread_begin(void) __atomic
{
	await(current->created);
}

void pthread_exit(void) __atomic
{
	current->done = true;
}

void pthread_mutex_lock(struct pthread_mutex *mutex) __atomic __acquires(mutex) __strongly_fair
{
	await(!mutex->locked);
	mutex->locked = true;
}

bool pthread_mutex_trylock(struct pthread_mutex *mutex) __atomic __cond_acquires(mutex)	/* true: taken */
{
	if (mutex->locked)
		return false;
	mutex->locked = true;
	return true;
}

void pthread_mutex_unlock(struct pthread_mutex *mutex) __atomic __releases(mutex)
{
	mutex->locked = false;
}

void cond_sleep(struct pthread_cond *cond, struct pthread_mutex *mutex) __atomic __releases(mutex)
{
	mutex->locked = false;
	cond->waiting++;
}

void cond_woken(struct pthread_cond *cond) __atomic __strongly_fair
{
	await(cond->woken);
	cond->woken--;
}

void pthread_cond_wait(struct pthread_cond *cond, struct pthread_mutex *mutex)
{
	cond_sleep(cond, mutex);
	cond_woken(cond);
	pthread_mutex_lock(mutex);
}

void pthread_cond_signal(struct pthread_cond *cond) __atomic
{
	if (!cond->waiting)
		return;
	cond->waiting--;
	cond->woken++;
}

void pthread_cond_broadcast(struct pthread_cond *cond) __atomic
{
	cond->woken += cond->waiting;
	cond->waiting = 0;
}
