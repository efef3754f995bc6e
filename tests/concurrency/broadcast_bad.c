/**
 * Two wait, and one of them is woken.
 *
 * @protocol broadcast_bad
 * @breaks   NoDeadlock in threads: by mistake
 */
#include "pthread.h"

struct pthread_mutex m;
struct pthread_cond go;
bool ready;
unsigned n;
struct pthread main_thread = { .created = true };
struct pthread one;
struct pthread two;
struct pthread three;

void one_runs(void) __task(one)
{
	pthread_begin();
	pthread_mutex_lock(&m);
	while (!ready)
		pthread_cond_wait(&go, &m);
	n++;
	pthread_mutex_unlock(&m);
	pthread_exit();
}

void two_runs(void) __task(two)
{
	pthread_begin();
	pthread_mutex_lock(&m);
	while (!ready)
		pthread_cond_wait(&go, &m);
	n++;
	pthread_mutex_unlock(&m);
	pthread_exit();
}

void three_runs(void) __task(three)
{
	pthread_begin();
	pthread_mutex_lock(&m);
	ready = true;
	pthread_cond_signal(&go);
	pthread_mutex_unlock(&m);
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
