/**
 * The one who finds the poll scheduled leaves a mark, and the poll goes on.
 *
 * @protocol napi-after
 * @commit  39e6c8208d7b ("net: solve a NAPI race")
 */
#include "before.c"

bool napi_schedule_prep(struct napi_struct *n) __atomic
{
	if (n->sched) {
		n->missed = true;
		return false;
	}
	n->sched = true;
	return true;
}

bool napi_complete_done(struct napi_struct *n) __atomic
{
	if (n->missed) {
		n->missed = false;
		return false;			/* stays scheduled: poll again */
	}
	n->sched = false;
	return true;
}
