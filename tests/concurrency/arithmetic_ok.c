/**
 * They add under a lock.
 *
 * @protocol arithmetic_ok
 */
#include "pthread.h"

struct pthread_mutex m;
unsigned sum;
struct pthread main_thread = { .created = true };
struct pthread one;
struct pthread two;

void one_runs(void) __task(one)
{
	unsigned i;

	pthread_begin();
	for (i = 0; i < 2; i++) {
		pthread_mutex_lock(&m);
		sum = sum + 1;
		pthread_mutex_unlock(&m);
	}
	pthread_exit();
}

void two_runs(void) __task(two)
{
	unsigned i;

	pthread_begin();
	for (i = 0; i < 2; i++) {
		pthread_mutex_lock(&m);
		sum = sum + 1;
		pthread_mutex_unlock(&m);
	}
	pthread_exit();
}

void main_runs(void) __task(main_thread)
{
	pthread_create(&one);
	pthread_create(&two);
	pthread_join(&one);
	pthread_join(&two);
	BUG_ON(sum != 4);
}
