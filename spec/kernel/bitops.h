/*
 * spec/kernel/bitops.h: atomic bit operations, one step each.
 *
 * Source: kernel-history 6, "Bit operations". Memory is sequentially
 * consistent here, so what each orders makes no difference.
 */

bool test_bit(enum mm_flag nr, bitset(enum mm_flag) *addr) __atomic
{
	return *addr & (1 << nr);
}

void set_bit(enum mm_flag nr, bitset(enum mm_flag) *addr) __atomic __counts(atomic)
{
	*addr |= 1 << nr;
}

bool test_and_set_bit(enum mm_flag nr, bitset(enum mm_flag) *addr) __atomic __counts(atomic)
{
	bool old = *addr & (1 << nr);

	*addr |= 1 << nr;
	return old;
}
