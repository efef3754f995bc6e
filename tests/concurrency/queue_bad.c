/**
 * A flag says that the queue is filled before it is.
 *
 * @protocol queue_bad
 * @breaks   NoBug in threads: by mistake
 */
#include "pthread.h"

struct pthread_mutex m;
u8 items[2];
unsigned amount;
bool filled;
struct pthread main_thread = { .created = true };
struct pthread one;
struct pthread two;

void one_runs(void) __task(one)
{
	pthread_begin();
	filled = true;
	pthread_mutex_lock(&m);
	items[amount] = 7;
	amount++;
	pthread_mutex_unlock(&m);
	pthread_exit();
}

void two_runs(void) __task(two)
{
	bool ready = filled;

	pthread_begin();
	pthread_mutex_lock(&m);
	if (ready)
		BUG_ON(!amount);
	pthread_mutex_unlock(&m);
	pthread_exit();
}

void main_runs(void) __task(main_thread)
{
	pthread_create(&one);
	pthread_create(&two);
	pthread_join(&one);
	pthread_join(&two);
}
