/**
 * Gives way first and says only then that it wants to go in.
 *
 * @protocol hasty
 * @breaks MutualExclusion in two: by mistake
 */
#include "peterson.c"

void visit(struct side *other)
{
	turn = other;
	current->wants = true;
	await(!other->wants || turn == current);

	current->inside = true;
	current->inside = false;
	current->wants = false;
}
