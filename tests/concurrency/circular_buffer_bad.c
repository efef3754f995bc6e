/**
 * Both sides of a buffer change the count of its elements, without a lock.
 *
 * @protocol circular_buffer_bad
 * @breaks   NoBug in threads: by mistake
 * @breaks   NoDeadlock in threads: by mistake
 */
#include "pthread.h"

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
		buffer[next] = i + 1;
		next = (next + 1) % SIZE;
		count = count + 1;
	}
	pthread_exit();
}

void two_runs(void) __task(two)
{
	unsigned i;

	pthread_begin();
	for (i = 0; i < 2; i++) {
		await(count);
		BUG_ON(buffer[first] != i + 1);
		first = (first + 1) % SIZE;
		count = count - 1;
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
