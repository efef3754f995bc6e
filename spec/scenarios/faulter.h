/* The faulter: a page fault that ran out of memory calls the OOM killer, once. */
#define FAULTER_STARVED false

struct signal_struct faulter_signal;
struct task_struct   faulter = { .signal = &faulter_signal, .starved = FAULTER_STARVED };

void faulter_runs(void) __task(faulter)
{
	pagefault_out_of_memory();
}
