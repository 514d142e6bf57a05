/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How often a verdict has acted: counted exactly, told now and then. */
#ifndef RINGWARD_HIT_H
#define RINGWARD_HIT_H

#include "counters.h"

#define RW_REPORT_NANOS 1000000000ULL /* between two events of one verdict */

/*
 * Counts a hit.  Returns an event to fill and submit when it is the first, or the
 * first for a second; without header, operation, error, shadow and hook.
 */
static __always_inline struct rw_enforcement_event *rw_count_hit(struct rw_verdict *verdict,
								 __u64 verdict_id, __u64 now)
{
	__u64 hits = __sync_fetch_and_add(&verdict->hits, 1) + 1;
	__u64 last = *(volatile __u64 *)&verdict->last_report_nanos;
	struct rw_enforcement_event *event;

	if (last && now - last < RW_REPORT_NANOS)
		return 0;
	if (__sync_val_compare_and_swap(&verdict->last_report_nanos, last, now) != last)
		return 0;
	rw_count_produced(RW_HOOK_ENFORCEMENT);
	event = bpf_ringbuf_reserve(&lifecycle_ring, sizeof(*event), 0);
	if (!event) {
		rw_count_dropped(RW_HOOK_ENFORCEMENT, RW_DROP_RING_FULL);
		return 0;
	}
	event->verdict_id = verdict_id;
	event->hits = hits;
	event->action = verdict->action;
	return event;
}

#endif
