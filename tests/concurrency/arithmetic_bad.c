/**
 * Two threads add to one number without a lock.
 *
 * @protocol arithmetic_bad
 * @breaks   NoBug in threads: by mistake
 */
#include "pthread.h"

unsigned sum;
struct pthread main_thread = { .created = true };
struct pthread one;
struct pthread two;

void one_runs(void) __task(one)
{
	unsigned i;

	pthread_begin();
	for (i = 0; i < 2; i++)
		sum = sum + 1;
	pthread_exit();
}

void two_runs(void) __task(two)
{
	unsigned i;

	pthread_begin();
	for (i = 0; i < 2; i++)
		sum = sum + 1;
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
