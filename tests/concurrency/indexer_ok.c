/**
 * Each takes a free place with compare and swap, and goes on to the next if it is taken.
 *
 * @protocol indexer_ok
 */
#include "pthread.h"

unsigned table[3];
struct pthread main_thread = { .created = true };
struct pthread one;
struct pthread two;

void one_runs(void) __task(one)
{
	u8 i;

	pthread_begin();
	for (i = 0; i < 3; i++)
		if (!compare_and_swap(&table[i], 0, 1))
			break;
	pthread_exit();
}

void two_runs(void) __task(two)
{
	u8 i;

	pthread_begin();
	for (i = 0; i < 3; i++)
		if (!compare_and_swap(&table[i], 0, 2))
			break;
	pthread_exit();
}

void main_runs(void) __task(main_thread)
{
	pthread_create(&one);
	pthread_create(&two);
	pthread_join(&one);
	pthread_join(&two);
	BUG_ON(!table[0] || !table[1] || table[2] || table[0] == table[1]);
}
