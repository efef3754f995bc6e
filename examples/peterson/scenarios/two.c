/** @scenario two: both sides come again and again */
struct side left;
struct side right;

void left_runs(void) __task(left)
{
	while (true)
		visit(&right);
}

void right_runs(void) __task(right)
{
	while (true)
		visit(&left);
}
