/**
 * Who has raised a flag and sees that of the other down is alone. Sequential consistency decides it.
 *
 * @protocol dekker_ok
 */
#include "pthread.h"

bool a, b;
unsigned inside;
struct pthread main_thread = { .created = true };
struct pthread one;
struct pthread two;

void one_runs(void) __task(one)
{
	pthread_begin();
	a = true;
	if (!b) {
		inside++;
		BUG_ON(inside > 1);
		inside--;
	}
	a = false;
	pthread_exit();
}

void two_runs(void) __task(two)
{
	pthread_begin();
	b = true;
	if (!a) {
		inside++;
		BUG_ON(inside > 1);
		inside--;
	}
	b = false;
	pthread_exit();
}

void main_runs(void) __task(main_thread)
{
	pthread_create(&one);
	pthread_create(&two);
	pthread_join(&one);
	pthread_join(&two);
}
