/**
 * The stable tree 5.4.y: what v5.0 does, with the reaper's delay of v5.18.
 *
 * @protocol v5.4.y
 * @versions 5.4.191 on
 * @after    v5.0
 * @commit   e4a38402c36e ("oom_kill.c: futex: delay the OOM reaper to allow time for proper futex cleanup")
 * @source   kernel-history G12, G14
 * @breaks   SkipMeansGone in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansGone in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   SkipMeansFree in aio-never-alone, aio-never, alone, foreign-mmput,
 *           mrelease-oom, notifier, quick-exit, robust-futex, second-oom,
 *           sharer, starved-killer, two-threads, writer-fault: by mistake, as
 *           in v4.19 (MMF_OOM_SKIP while pages wait in the other's gather)
 * @breaks   SkipMeansFree in aio-pinned: by design: a page under I/O is
 *           unmapped, and free later
 * @breaks   SkipMeansFree in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   SkipMeansFree in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   FutexWakeSurvives in *: by design: two seconds are not always
 *           enough
 * @breaks   NoPanic in *: by design: a scan after a stale look finds nobody and
 *           panics
 * @breaks   NoPanic in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list, and one that finds
 *           nobody panics
 * @breaks   NoNeedlessKill in foreign-mmput, released-victim: by mistake: no
 *           scan meets a victim that has left the process list
 * @breaks   NoNeedlessKill in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   NoNeedlessKill in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   NoStaleKill in *: by design: memory is freed without oom_lock, so a
 *           look at the freelist may be stale
 * @breaks   OomResolves in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list, and one that finds
 *           nobody panics
 * @breaks   OomResolves in init-sharer, sibling-writer, two-domains: by design:
 *           a scan after a stale look finds nobody and panics
 * @breaks   OomResolves in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   MemoryReaped in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list, and one that finds
 *           nobody panics
 * @breaks   MemoryReaped in init-sharer: by design: what init lives in is not
 *           reaped
 * @breaks   MemoryReaped in mlocked: by design: locked memory is left to the
 *           exit (until v5.18)
 * @breaks   MemoryReaped in two-domains: by design: a scan after a stale look
 *           finds nobody and panics
 * @breaks   Refines in foreign-mmput, released-victim: by mistake: no scan
 *           meets a victim that has left the process list
 * @breaks   Refines in init-sharer: by design: what init lives in is not reaped
 * @breaks   Refines in mlocked: by design: locked memory is left to the exit
 *           (until v5.18)
 * @breaks   Refines in sibling-writer, two-domains: by design: a scan after a
 *           stale look finds nobody and panics
 */
#include "v5.0.c"
#include "reap_delay.h"
