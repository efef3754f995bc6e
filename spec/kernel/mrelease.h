/*
 * spec/kernel/mrelease.h: process_mrelease(2), which reaps a dying process for
 * user space.
 *
 * It finds the mm through the task, so it cannot help a process whose threads
 * have left it. It waits for the mmap lock, killable, where the reaper only
 * tries, and it sets no flag.
 *
 * Until v5.15 there is no such call.
 *
 * Source: kernel-history G13.
 */
void process_mrelease(struct task_struct *tsk)
{
}
