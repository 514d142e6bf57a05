/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a hook that can refuse asks, and answers. */
#ifndef RINGWARD_REFUSAL_H
#define RINGWARD_REFUSAL_H

#include "identity.h"
#include "verdict.h"

#define PTRACE_MODE_ATTACH 0x2 /* include/linux/ptrace.h */

/* A hook of the security module, and the function around all modules with the same arguments. */
#define RW_BOTH(hook, name, call, ...)           \
	SEC("lsm/" #hook)                        \
	int BPF_PROG(lsm_##name, __VA_ARGS__)    \
	{                                        \
		return call;                     \
	}                                        \
	SEC("fmod_ret/security_" #hook)          \
	int BPF_PROG(modify_##name, __VA_ARGS__) \
	{                                        \
		return call;                     \
	}

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

/* Whether any verdict in force names the operation: what a hot hook asks first. */
static __always_inline bool rw_is_judged(enum rw_operation operation)
{
	__u32 first = 0;
	const struct rw_control *controls = bpf_map_lookup_elem(&control, &first);

	return controls && controls->judged_operations & operation;
}

/* Not inlined: what it needs of the stack is not needed together with what comes after it. */
static __noinline __attribute__((unused)) int rw_ask_verdicts(enum rw_hook hook,
							      enum rw_operation operation)
{
	struct rw_trial trial;

	rw_begin_trial(&trial, hook, operation);
	return rw_answer(&trial);
}

#endif
