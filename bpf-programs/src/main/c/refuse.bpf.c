/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * exec and fork, refused before they happen.  Two programs for each: a hook of
 * the BPF security module, and, for kernels where "bpf" is missing from lsm=, one
 * that changes what the security_*() function around all modules returns.  The
 * loader takes the first pair that is seen to run; where the kernel allows
 * neither, none of this is loaded.
 *
 * All arguments come from the kernel: nothing here reads the caller's memory,
 * which another thread may be changing.
 */
#include "ringward/identity.h"
#include "ringward/verdict.h"
#include <bpf/bpf_tracing.h>

#define CLONE_THREAD 0x00010000 /* include/uapi/linux/sched.h */

static __always_inline void count_run(enum rw_refusal_hook hook)
{
	__u32 index = hook;
	__u64 *runs = bpf_map_lookup_elem(&refusal_runs, &index);

	if (runs)
		__sync_fetch_and_add(runs, 1);
}

/* What the caller gets to see: 0, or a negative error. */
static __always_inline int answer(enum rw_hook hook, enum rw_operation operation)
{
	struct rw_trial trial = {
		.now = bpf_ktime_get_boot_ns(),
		.hook = hook,
		.operation = operation,
		.least = RW_ACTION_THROTTLE,
		.retry_error = RW_EAGAIN,
		.refuse_error = RW_EPERM,
	};

	rw_read_actor(&trial.actor, (struct task_struct *)bpf_get_current_task());
	switch (rw_judge(&trial)) {
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

/* fs/exec.c, bprm_execve(): once for each exec, before any interpreter is looked for. */
static __always_inline int judge_exec(int decided)
{
	count_run(RW_REFUSAL_EXEC);
	return decided ?: answer(RW_HOOK_EXEC, RW_OPERATION_EXEC);
}

/* kernel/fork.c, copy_process(): in the parent.  A new thread is not a new process. */
static __always_inline int judge_fork(unsigned long clone_flags, int decided)
{
	if (clone_flags & CLONE_THREAD)
		return decided;
	count_run(RW_REFUSAL_FORK);
	return decided ?: answer(RW_HOOK_FORK, RW_OPERATION_FORK);
}

SEC("lsm/bprm_creds_for_exec")
int BPF_PROG(lsm_exec, struct linux_binprm *bprm, int decided)
{
	return judge_exec(decided);
}

SEC("lsm/task_alloc")
int BPF_PROG(lsm_fork, struct task_struct *child, unsigned long clone_flags, int decided)
{
	return judge_fork(clone_flags, decided);
}

SEC("fmod_ret/security_bprm_creds_for_exec")
int BPF_PROG(modify_exec, struct linux_binprm *bprm, int decided)
{
	return judge_exec(decided);
}

SEC("fmod_ret/security_task_alloc")
int BPF_PROG(modify_fork, struct task_struct *child, unsigned long clone_flags, int decided)
{
	return judge_fork(clone_flags, decided);
}
