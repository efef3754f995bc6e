/**
 * It looks and takes under one lock.
 *
 * @protocol account_ok
 */
#include "pthread.h"

struct pthread_mutex m;
unsigned balance = 1;
struct pthread main_thread = { .created = true };
struct pthread one;
struct pthread two;

void one_runs(void) __task(one)
{
	pthread_begin();
	pthread_mutex_lock(&m);
	if (balance >= 1)
		balance -= 1;
	pthread_mutex_unlock(&m);
	pthread_exit();
}

void two_runs(void) __task(two)
{
	pthread_begin();
	pthread_mutex_lock(&m);
	if (balance >= 1)
		balance -= 1;
	pthread_mutex_unlock(&m);
	pthread_exit();
}

void main_runs(void) __task(main_thread)
{
	pthread_create(&one);
	pthread_create(&two);
	pthread_join(&one);
	pthread_join(&two);
	BUG_ON(balance);
}
