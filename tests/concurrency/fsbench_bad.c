/**
 * Two threads take the last block: each looks, then takes.
 *
 * @protocol fsbench_bad
 * @breaks   NoBug in threads: by mistake
 */
#include "pthread.h"

bool busy[1];
unsigned used;
unsigned owner;
struct pthread main_thread = { .created = true };
struct pthread one;
struct pthread two;

void one_runs(void) __task(one)
{
	pthread_begin();
	if (!busy[0]) {
		busy[0] = true;
		used = used + 1;
		owner = 1;
	}
	pthread_exit();
}

void two_runs(void) __task(two)
{
	pthread_begin();
	if (!busy[0]) {
		busy[0] = true;
		used = used + 1;
		owner = 2;
	}
	BUG_ON(used > 1);
	pthread_exit();
}

void main_runs(void) __task(main_thread)
{
	pthread_create(&one);
	pthread_create(&two);
	pthread_join(&one);
	pthread_join(&two);
	BUG_ON(used != 1);
}
