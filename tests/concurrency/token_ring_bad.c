/**
 * Each takes the number of the one before it, in an order that nobody keeps.
 *
 * @protocol token_ring_bad
 * @breaks   NoBug in threads: by mistake
 */
#include "pthread.h"

unsigned x1 = 1, x2 = 2, x3 = 3;
struct pthread main_thread = { .created = true };
struct pthread one;
struct pthread two;
struct pthread three;

void one_runs(void) __task(one)
{
	pthread_begin();
	x1 = (x3 + 1) % 4;
	pthread_exit();
}

void two_runs(void) __task(two)
{
	pthread_begin();
	x2 = x1;
	pthread_exit();
}

void three_runs(void) __task(three)
{
	pthread_begin();
	x3 = x2;
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
	BUG_ON(!(x1 == x2 && x2 == x3));
}
