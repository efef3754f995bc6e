/**
 * Two threads keep out of each other's way with three variables, and without
 * any instruction that is atomic: who wants to go in lets the other one first.
 *
 * @protocol peterson
 */
struct side {
	bool wants;
	bool inside;
};

struct side *turn;

void visit(struct side *other)
{
	current->wants = true;
	turn = other;
	await(!other->wants || turn == current);

	current->inside = true;
	current->inside = false;
	current->wants = false;
}
