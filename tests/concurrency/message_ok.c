/**
 * What is written before a flag is there when the flag is seen. Sequential consistency decides it; Arm and POWER need barriers.
 *
 * @protocol message_ok
 */
#include "pthread.h"

unsigned data;
bool flag;
struct pthread main_thread = { .created = true };
struct pthread one;
struct pthread two;

void one_runs(void) __task(one)
{
	pthread_begin();
	data = 1;
	flag = true;
	pthread_exit();
}

void two_runs(void) __task(two)
{
	pthread_begin();
	if (flag)
		BUG_ON(!data);
	pthread_exit();
}

void main_runs(void) __task(main_thread)
{
	pthread_create(&one);
	pthread_create(&two);
	pthread_join(&one);
	pthread_join(&two);
}
