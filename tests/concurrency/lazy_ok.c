/**
 * It is fine with either.
 *
 * @protocol lazy_ok
 */
#include "pthread.h"

struct pthread_mutex m;
unsigned data;
struct pthread main_thread = { .created = true };
struct pthread one;
struct pthread two;
struct pthread three;

void one_runs(void) __task(one)
{
	pthread_begin();
	pthread_mutex_lock(&m);
	data = data + 1;
	pthread_mutex_unlock(&m);
	pthread_exit();
}

void two_runs(void) __task(two)
{
	pthread_begin();
	pthread_mutex_lock(&m);
	data = data + 2;
	pthread_mutex_unlock(&m);
	pthread_exit();
}

void three_runs(void) __task(three)
{
	pthread_begin();
	pthread_mutex_lock(&m);
	BUG_ON(data > 3);
	pthread_mutex_unlock(&m);
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
