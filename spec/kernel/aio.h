/*
 * spec/kernel/aio.h: asynchronous I/O of an address space.
 *
 * exit_aio() waits for every request in flight: uninterruptible, without a
 * timeout, not killable. A device that never completes keeps it for ever.
 * Pages under I/O are not pinned in this model.
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
}
