/**
 * The reference is dropped behind mutex_unlock().
 *
 * @protocol ep-after
 * @commit  8c2e52ebbe88 ("eventpoll: don't decrement ep refcount while
 *           still holding the ep mutex")
 */
#include "before.c"

void ep_clear_and_put(struct eventpoll *ep)
{
	mutex_lock(&ep->mtx);
	mutex_unlock(&ep->mtx);
	if (refcount_dec_and_test(&ep->refcount))
		kfree(ep);
}

void eventpoll_release_file(struct eventpoll *ep)
{
	mutex_lock(&ep->mtx);
	mutex_unlock(&ep->mtx);
	if (refcount_dec_and_test(&ep->refcount))
		kfree(ep);
}
