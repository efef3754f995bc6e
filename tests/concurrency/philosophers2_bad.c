/**
 * Each of 2 philosophers takes the left fork first.
 *
 * @protocol philosophers2_bad
 * @breaks   NoDeadlock in threads: by mistake
 */
#include "pthread.h"

struct pthread_mutex f0, f1;
struct pthread main_thread = { .created = true };
struct pthread one;
struct pthread two;

void one_runs(void) __task(one)
{
	pthread_begin();
	pthread_mutex_lock(&f0);
	pthread_mutex_lock(&f1);
	pthread_mutex_unlock(&f1);
	pthread_mutex_unlock(&f0);
	pthread_exit();
}

void two_runs(void) __task(two)
{
	pthread_begin();
	pthread_mutex_lock(&f1);
	pthread_mutex_lock(&f0);
	pthread_mutex_unlock(&f0);
	pthread_mutex_unlock(&f1);
	pthread_exit();
}

void main_runs(void) __task(main_thread)
{
	pthread_create(&one);
	pthread_create(&two);
	pthread_join(&one);
	pthread_join(&two);
}
