/**
 * A withdrawal looks at the balance under the lock, and takes the money under it again: two may look before one takes.
 *
 * @protocol account_bad
 * @breaks   NoOverflow in threads: by mistake
 */
#include "pthread.h"

struct pthread_mutex m;
unsigned balance = 1;
struct pthread main_thread = { .created = true };
struct pthread one;
struct pthread two;

void one_runs(void) __task(one)
{
	bool enough;

	pthread_begin();
	pthread_mutex_lock(&m);
	enough = balance >= 1;
	pthread_mutex_unlock(&m);
	pthread_mutex_lock(&m);
	if (enough)
		balance -= 1;
	pthread_mutex_unlock(&m);
	pthread_exit();
}

void two_runs(void) __task(two)
{
	bool enough;

	pthread_begin();
	pthread_mutex_lock(&m);
	enough = balance >= 1;
	pthread_mutex_unlock(&m);
	pthread_mutex_lock(&m);
	if (enough)
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
}
