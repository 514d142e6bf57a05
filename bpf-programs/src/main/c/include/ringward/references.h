/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * References from a process to the verdicts that it is under.  A verdict ends by
 * leaving the map "verdict"; references to it then mean nothing, and their slots
 * are free.
 */
#ifndef RINGWARD_REFERENCES_H
#define RINGWARD_REFERENCES_H

#include "counters.h"

static __always_inline bool rw_is_live(__u64 verdict_id)
{
	return verdict_id && bpf_map_lookup_elem(&verdict, &verdict_id);
}

static __always_inline bool rw_has_live_reference(const struct rw_process_key *key)
{
	const struct rw_verdict_references *have = bpf_map_lookup_elem(&process_verdict, key);

	if (!have)
		return false;
	for (int i = 0; i < RW_VERDICT_SLOTS; i++)
		if (rw_is_live(have->verdict_id[i]))
			return true;
	return false;
}

/*
 * Puts a reference into a free slot.  The same verdict may be put twice by two
 * CPUs at once; that costs a slot until the verdict ends, and nothing else.
 */
static __always_inline enum rw_mark rw_put_reference(struct rw_verdict_references *references,
						     __u64 verdict_id)
{
	for (int i = 0; i < RW_VERDICT_SLOTS; i++)
		if (references->verdict_id[i] == verdict_id)
			return RW_MARK_PRESENT;
	for (int i = 0; i < RW_VERDICT_SLOTS; i++) {
		__u64 seen = references->verdict_id[i];

		if (!rw_is_live(seen) && __sync_val_compare_and_swap(&references->verdict_id[i],
								     seen, verdict_id) == seen)
			return RW_MARK_NEW;
	}
	return RW_MARK_NO_SLOT;
}

/* Puts a process under a verdict. */
static __always_inline enum rw_mark rw_mark_process(const struct rw_process_key *key,
						    __u64 verdict_id)
{
	struct rw_verdict_references fresh = {.verdict_id = {verdict_id}};
	struct rw_verdict_references *have = bpf_map_lookup_elem(&process_verdict, key);

	if (!have) {
		if (!bpf_map_update_elem(&process_verdict, key, &fresh, BPF_NOEXIST))
			return RW_MARK_NEW;
		/* Full, or a fork or another iterator has just made the entry. */
		have = bpf_map_lookup_elem(&process_verdict, key);
		if (!have)
			return RW_MARK_MAP_FULL;
	}
	return rw_put_reference(have, verdict_id);
}

/*
 * At fork: the child gets references, never copies, so that forking draws from
 * one bucket.  Runs before the child does.
 */
static __always_inline void rw_inherit(const struct rw_process_key *parent,
				       const struct rw_process_key *child)
{
	const struct rw_verdict_references *have = bpf_map_lookup_elem(&process_verdict, parent);

	if (!have)
		return;
	for (int i = 0; i < RW_VERDICT_SLOTS; i++) {
		__u64 verdict_id = have->verdict_id[i];

		if (rw_is_live(verdict_id) && rw_mark_process(child, verdict_id) >= RW_MARK_NO_SLOT)
			rw_count_map_failure(RW_HOOK_FORK, RW_MAP_FAILURE_INHERIT);
	}
}

#endif
