/**
 * A value and what follows from it are written under two locks, one after the other.
 *
 * @protocol twostage_bad
 * @breaks   NoBug in threads: by mistake
 */
#include "pthread.h"

struct pthread_mutex m, n;
unsigned data, twice;
struct pthread main_thread = { .created = true };
struct pthread one;
struct pthread two;

void one_runs(void) __task(one)
{
	pthread_begin();
	pthread_mutex_lock(&m);
	data = 1;
	pthread_mutex_unlock(&m);
	pthread_mutex_lock(&n);
	twice = data + 1;
	pthread_mutex_unlock(&n);
	pthread_exit();
}

void two_runs(void) __task(two)
{
	unsigned seen = 0;
	bool any = false;

	pthread_begin();
	pthread_mutex_lock(&m);
	if (data) {
		seen = data;
		any = true;
	}
	pthread_mutex_unlock(&m);
	pthread_mutex_lock(&n);
	if (any)
		BUG_ON(twice != seen + 1);
	pthread_mutex_unlock(&n);
	pthread_exit();
}

void main_runs(void) __task(main_thread)
{
	pthread_create(&one);
	pthread_create(&two);
	pthread_join(&one);
	pthread_join(&two);
}
