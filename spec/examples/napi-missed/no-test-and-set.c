/**
 * test_bit(), then set_bit(), where napi_schedule_prep() has one
 * test_and_set_bit(): the poll is queued twice.
 *
 * @protocol napi-no-tas
 * @breaks  NoBug in two-irqs: by mistake: queued twice
 * @breaks  Received in two-irqs: by mistake: the second one is lost
 */
#include "after.c"

bool napi_schedule_prep(struct napi_struct *n)
{
	if (n->sched) {
		n->missed = true;
		return false;
	}
	n->sched = true;
	return true;
}
