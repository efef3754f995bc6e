/**
 * They change it under a lock.
 *
 * @protocol circular_buffer_ok
 */
#include "pthread.h"

struct pthread_mutex m;
#define SIZE 2
u8 buffer[SIZE];
unsigned first, next, count;
struct pthread main_thread = { .created = true };
struct pthread one;
struct pthread two;

void one_runs(void) __task(one)
{
	unsigned i;

	pthread_begin();
	for (i = 0; i < 2; i++) {
		pthread_mutex_lock(&m);
		buffer[next] = i + 1;
		next = (next + 1) % SIZE;
		count = count + 1;
		pthread_mutex_unlock(&m);
	}
	pthread_exit();
}

void two_runs(void) __task(two)
{
	unsigned i;

	pthread_begin();
	for (i = 0; i < 2; i++) {
		await(count);
		pthread_mutex_lock(&m);
		BUG_ON(buffer[first] != i + 1);
		first = (first + 1) % SIZE;
		count = count - 1;
		pthread_mutex_unlock(&m);
	}
	pthread_exit();
}

void main_runs(void) __task(main_thread)
{
	pthread_create(&one);
	pthread_create(&two);
	pthread_join(&one);
	pthread_join(&two);
	BUG_ON(count);
}
