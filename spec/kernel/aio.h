/*
 * spec/kernel/aio.h: asynchronous I/O of an address space.
 *
 * exit_aio() waits for every request in flight: uninterruptible, without a
 * timeout, not killable. A device that never completes keeps it for ever.
 * The page that a request reads into is pinned until it completes: it can be
 * unmapped, and is not free before.
 *
 * The last request to complete wakes the waiter under the completion's own
 * lock, which the kernel promises not to touch once the waiter has returned:
 * complete() is one step.
 *
 * Source: kernel-history 7.
 */

void exit_aio(struct mm_struct *mm) __atomic
{
	await(!mm->ioctx || !mm->ioctx->inflight);
}

void complete_io(struct kioctx *ctx) __atomic	/* by the device, when it pleases */
{
	await(ctx->inflight);
	ctx->inflight--;
	if (!ctx->inflight && ctx->page)
		put_page(ctx->page);
}
