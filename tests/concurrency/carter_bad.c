/**
 * Two groups let the first in lock for the whole group; the groups lock in different orders.
 *
 * @protocol carter_bad
 * @breaks   NoDeadlock in threads: by mistake
 */
#include "pthread.h"

struct pthread_mutex m, n;
unsigned in_a, in_b;
struct pthread main_thread = { .created = true };
struct pthread one;
struct pthread two;

void one_runs(void) __task(one)
{
	pthread_begin();
	pthread_mutex_lock(&m);
	in_a++;
	if (in_a == 1)
		pthread_mutex_lock(&n);
	pthread_mutex_unlock(&m);
	pthread_mutex_lock(&m);
	in_a--;
	if (in_a == 0)
		pthread_mutex_unlock(&n);
	pthread_mutex_unlock(&m);
	pthread_exit();
}

void two_runs(void) __task(two)
{
	pthread_begin();
	pthread_mutex_lock(&n);
	in_b++;
	pthread_mutex_lock(&m);
	pthread_mutex_unlock(&m);
	in_b--;
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
