/**
 * A producer and a consumer wait for each other, and look again when they are woken.
 *
 * @protocol sync_ok
 */
#include "pthread.h"

struct pthread_mutex m;
struct pthread_cond empty, full;
unsigned n;
struct pthread main_thread = { .created = true };
struct pthread one;
struct pthread two;

void one_runs(void) __task(one)
{
	pthread_begin();
	pthread_mutex_lock(&m);
	while (n > 0)
		pthread_cond_wait(&empty, &m);
	n++;
	pthread_cond_signal(&full);
	pthread_mutex_unlock(&m);
	pthread_exit();
}

void two_runs(void) __task(two)
{
	pthread_begin();
	pthread_mutex_lock(&m);
	while (n == 0)
		pthread_cond_wait(&full, &m);
	n--;
	pthread_cond_signal(&empty);
	pthread_mutex_unlock(&m);
	pthread_exit();
}

void main_runs(void) __task(main_thread)
{
	pthread_create(&one);
	pthread_create(&two);
	pthread_join(&one);
	pthread_join(&two);
	BUG_ON(n);
}
