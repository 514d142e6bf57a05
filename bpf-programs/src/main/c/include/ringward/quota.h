/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How many activity events one process may send in a second, so that a noisy
 * one cannot blind the rest.
 */
#ifndef RINGWARD_QUOTA_H
#define RINGWARD_QUOTA_H

#include "counters.h"

#define RW_QUOTA_ATTEMPTS 4

/*
 * Takes one event out of the process's quota of this second.  Second and count
 * share one word, so that a new second begins with one compare-and-exchange.
 * Who loses all races in a row, or finds no room in the map, may send: the quota
 * is exact to the number of CPUs.
 */
static __always_inline bool rw_quota_take(const struct rw_process_key *key, __u64 now,
					  __u32 per_second, enum rw_hook hook)
{
	__u64 second = (now / 1000000000ULL) << 32;
	__u64 first = second | 1;
	__u64 *word = bpf_map_lookup_elem(&quota, key);

	if (!word) {
		if (bpf_map_update_elem(&quota, key, &first, BPF_ANY))
			rw_count_map_failure(hook, RW_MAP_FAILURE_QUOTA);
		return per_second > 0;
	}
#pragma unroll
	for (int attempt = 0; attempt < RW_QUOTA_ATTEMPTS; attempt++) {
		__u64 seen = *(volatile __u64 *)word;
		__u64 next = seen >> 32 == second >> 32 ? seen + 1 : first;

		if ((next & 0xffffffff) > per_second)
			return false;
		if (__sync_val_compare_and_swap(word, seen, next) == seen)
			return true;
	}
	return true;
}

#endif
