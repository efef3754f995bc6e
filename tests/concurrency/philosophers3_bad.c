/**
 * Each of 3 philosophers takes the left fork first.
 *
 * @protocol philosophers3_bad
 * @breaks   NoDeadlock in threads: by mistake
 */
#include "pthread.h"

struct pthread_mutex f0, f1, f2;
struct pthread main_thread = { .created = true };
struct pthread one;
struct pthread two;
struct pthread three;

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
	pthread_mutex_lock(&f2);
	pthread_mutex_unlock(&f2);
	pthread_mutex_unlock(&f1);
	pthread_exit();
}

void three_runs(void) __task(three)
{
	pthread_begin();
	pthread_mutex_lock(&f2);
	pthread_mutex_lock(&f0);
	pthread_mutex_unlock(&f0);
	pthread_mutex_unlock(&f2);
	pthread_exit();
}

void main_runs(void) __task(main_thread)
{
	pthread_create(&one);
	pthread_create(&two);
	pthread_create(&three);
	pthread_join(&one);
	pthread_join(&two);
	pthread_join(&three);
}
