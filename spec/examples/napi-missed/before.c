/**
 * napi_schedule() does nothing while the poll is scheduled, and
 * napi_complete() forgets that somebody asked: a packet that comes between
 * the last look at the ring and the end of the poll stays there.
 *
 * @protocol napi-before
 * @breaks  Received in two-irqs: by mistake: fixed by 39e6c8208d7b
 */
struct task_struct {
	bool idle;
};

struct napi_struct {
	bool     sched;		/* NAPI_STATE_SCHED */
	bool     missed;	/* NAPI_STATE_MISSED */
	unsigned on_poll_list : 2;
};

struct ring {
	unsigned packets : 2;
};

struct napi_struct napi;
struct ring        ring;
struct task_struct softirq;

bool napi_schedule_prep(struct napi_struct *n) __atomic
{
	if (n->sched)
		return false;
	n->sched = true;
	return true;
}

bool napi_complete_done(struct napi_struct *n) __atomic
{
	n->sched = false;
	return true;
}

void list_add_poll(struct napi_struct *n) __atomic
{
	n->on_poll_list++;
	BUG_ON(n->on_poll_list > 1);		/* queued twice */
}

void napi_schedule(struct napi_struct *n)
{
	if (napi_schedule_prep(n))
		list_add_poll(n);
}

void next_on_poll_list(void) __atomic
{
	await(napi.on_poll_list);
	napi.on_poll_list--;
}

bool clean_one(void) __atomic
{
	if (ring.packets == 0)
		return false;
	ring.packets--;
	return true;
}

void net_rx_action(void) __daemon(softirq)
{
	for (;;) {
		next_on_poll_list();
		while (clean_one())
			;
		if (!napi_complete_done(&napi))
			list_add_poll(&napi);
	}
}

void receive(void) __atomic			/* the device's DMA */
{
	ring.packets++;
}

void irq_handler(void)
{
	napi_schedule(&napi);
}
