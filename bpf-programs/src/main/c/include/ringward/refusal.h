/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a hook that can refuse asks, and answers. */
#ifndef RINGWARD_REFUSAL_H
#define RINGWARD_REFUSAL_H

#include "identity.h"
#include "verdict.h"

static __always_inline void rw_count_refusal_run(enum rw_refusal_hook hook)
{
	__u32 index = hook;
	__u64 *runs = bpf_map_lookup_elem(&refusal_runs, &index);

	if (runs)
		__sync_fetch_and_add(runs, 1);
}

/* What the current task is about to do, where a hook can say no to it. */
static __always_inline void rw_begin_trial(struct rw_trial *trial, enum rw_hook hook,
					   enum rw_operation operation)
{
	*trial = (struct rw_trial){
		.now = bpf_ktime_get_boot_ns(),
		.hook = hook,
		.operation = operation,
		.least = RW_ACTION_THROTTLE,
		.retry_error = RW_EAGAIN,
		.refuse_error = RW_EPERM,
	};
	rw_read_actor(&trial->actor, (struct task_struct *)bpf_get_current_task());
}

/* What the caller gets to see: 0, or a negative error. */
static __always_inline int rw_answer(const struct rw_trial *trial)
{
	switch (rw_judge(trial)) {
	case RW_JUDGEMENT_ALLOW:
		return 0;
	case RW_JUDGEMENT_RETRY:
		return -RW_EAGAIN;
	case RW_JUDGEMENT_KILL:
		bpf_send_signal(9);
		return -RW_EPERM;
	default:
		return -RW_EPERM;
	}
}

#endif
