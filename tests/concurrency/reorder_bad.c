/**
 * Two numbers that belong together are set one after the other.
 *
 * @protocol reorder_bad
 * @breaks   NoBug in threads: by mistake
 */
#include "pthread.h"

unsigned a, b;
struct pthread main_thread = { .created = true };
struct pthread one;
struct pthread two;
struct pthread three;

void one_runs(void) __task(one)
{
	pthread_begin();
	a = 1;
	b = 2;
	pthread_exit();
}

void two_runs(void) __task(two)
{
	pthread_begin();
	a = 1;
	b = 2;
	pthread_exit();
}

void three_runs(void) __task(three)
{
	unsigned x, y;

	pthread_begin();
	x = a;
	y = b;
	BUG_ON(!(x == 0 && y == 0) && !(x == 1 && y == 2));
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
