/**
 * Each writes one flag and reads the other: not both read what was there before. Sequential consistency decides it; with store buffers, as x86 has them, both may.
 *
 * @protocol store_buffer_ok
 */
#include "pthread.h"

bool a, b, x, y;
struct pthread main_thread = { .created = true };
struct pthread one;
struct pthread two;

void one_runs(void) __task(one)
{
	pthread_begin();
	a = true;
	x = b;
	pthread_exit();
}

void two_runs(void) __task(two)
{
	pthread_begin();
	b = true;
	y = a;
	pthread_exit();
}

void main_runs(void) __task(main_thread)
{
	pthread_create(&one);
	pthread_create(&two);
	pthread_join(&one);
	pthread_join(&two);
	BUG_ON(!x && !y);
}
