/**
 * A request looks whether the driver stops, and then says that it is there.
 *
 * @protocol bluetooth_bad
 * @breaks   NoBug in threads: by mistake
 */
#include "pthread.h"

struct driver { unsigned pending; bool stopping; bool stopped; bool event; };
struct driver d = { .pending = 1 };
void enter(void) __atomic { d.pending++; }
void leave(void) __atomic
{
	d.pending--;
	if (!d.pending)
		d.event = true;
}
struct pthread main_thread = { .created = true };
struct pthread one;
struct pthread two;

void one_runs(void) __task(one)
{
	pthread_begin();
	if (!d.stopping) {
		enter();
		BUG_ON(d.stopped);
		leave();
	}
	pthread_exit();
}

void two_runs(void) __task(two)
{
	pthread_begin();
	d.stopping = true;
	leave();
	await(d.event);
	d.stopped = true;
	pthread_exit();
}

void main_runs(void) __task(main_thread)
{
	pthread_create(&one);
	pthread_create(&two);
	pthread_join(&one);
	pthread_join(&two);
}
