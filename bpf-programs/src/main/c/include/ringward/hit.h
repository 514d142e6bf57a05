/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How often a verdict, or a row of the tables, has acted: counted exactly, told now and then. */
#ifndef RINGWARD_HIT_H
#define RINGWARD_HIT_H

#include "counters.h"

#define RW_REPORT_NANOS 1000000000ULL /* between two events of one verdict or row */

/*
 * An event to fill and submit when none has been told for a second, which is then noted; null
 * otherwise.  Without header, operation, error, shadow and hook.
 */
static __always_inline struct rw_enforcement_event *
rw_begin_report(__u64 *last_report_nanos, __u64 now, __u64 verdict_id, __u64 hits, __u8 action)
{
	__u64 last = *(volatile __u64 *)last_report_nanos;
	struct rw_enforcement_event *event;

	if (last && now - last < RW_REPORT_NANOS)
		return 0;
	/* Of several that come here at once, one tells. */
	if (__sync_val_compare_and_swap(last_report_nanos, last, now) != last)
		return 0;
	rw_count_produced(RW_HOOK_ENFORCEMENT);
	event = bpf_ringbuf_reserve(&lifecycle_ring, sizeof(*event), 0);
	if (!event) {
		rw_count_dropped(RW_HOOK_ENFORCEMENT, RW_DROP_RING_FULL);
		return 0;
	}
	event->verdict_id = verdict_id;
	event->hits = hits;
	event->action = action;
	return event;
}

/* Counts a verdict's hit; gives what rw_begin_report() does. */
static __always_inline struct rw_enforcement_event *rw_count_hit(struct rw_verdict *verdict,
								 __u64 verdict_id, __u64 now)
{
	__u64 hits = __sync_fetch_and_add(&verdict->hits, 1) + 1;

	return rw_begin_report(&verdict->last_report_nanos, now, verdict_id, hits, verdict->action);
}

#endif
