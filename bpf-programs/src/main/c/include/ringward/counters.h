/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The balance of losses: for each hook
 *     produced = delivered + in flight + dropped
 * holds exactly, so each is added atomically: cgroup hooks may be preempted
 * between a load and a store, on the same CPU.
 */
#ifndef RINGWARD_COUNTERS_H
#define RINGWARD_COUNTERS_H

#include "maps.h"

static __always_inline struct rw_hook_counters *rw_counters(enum rw_hook hook)
{
	__u32 index = hook;

	return bpf_map_lookup_elem(&hook_counters, &index);
}

static __always_inline void rw_count_produced(enum rw_hook hook)
{
	struct rw_hook_counters *counters = rw_counters(hook);

	if (counters)
		__sync_fetch_and_add(&counters->produced, 1);
}

static __always_inline void rw_count_dropped(enum rw_hook hook, enum rw_drop_cause cause)
{
	struct rw_hook_counters *counters = rw_counters(hook);

	if (counters)
		__sync_fetch_and_add(&counters->dropped[cause], 1);
}

static __always_inline void rw_count_map_failure(enum rw_hook hook, enum rw_map_failure which)
{
	struct rw_hook_counters *counters = rw_counters(hook);

	if (counters)
		__sync_fetch_and_add(&counters->map_failures[which], 1);
}

#endif
