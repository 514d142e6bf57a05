/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the verdicts in force say about an operation: the question and the answer. */
#ifndef RINGWARD_VERDICT_H
#define RINGWARD_VERDICT_H

#include "identity.h"

#define RW_EPERM 1
#define RW_EAGAIN 11

/* What is to be done about an operation. */
enum rw_judgement {
	RW_JUDGEMENT_ALLOW = 0,
	RW_JUDGEMENT_RETRY = 1, /* refuse with EAGAIN: the bucket is empty */
	RW_JUDGEMENT_REFUSE = 2, /* refuse with EPERM */
	RW_JUDGEMENT_KILL = 3, /* the process is to die; refuse until it does */
};

/* An operation on trial. */
struct rw_trial {
	struct rw_actor actor;
	__u64 now; /* CLOCK_BOOTTIME */
	__u32 hook; /* enum rw_hook */
	__u32 operation; /* enum rw_operation, one bit */
	__u32 least; /* enum rw_action: milder ones cannot be done at this hook */
	__u16 retry_error; /* what the caller sees for RETRY */
	__u16 refuse_error; /* what he sees for REFUSE; 0: nothing, he gets a signal */
};

/* The strictest verdict found so far. */
struct rw_strictest {
	__u64 verdict_id; /* 0: none */
	__u64 interval_nanos;
	__u32 action;
	__u32 only_persistent; /* the agent is gone: what does not outlive it means nothing */
};

/* On the way from a cgroup up to the root. */
struct rw_cgroup_climb {
	struct cgroup_subsys_state *state;
};

#define RW_CGROUP_DEPTH 64 /* a verdict this many levels further up is not found */
#define RW_BUCKET_ATTEMPTS 8

static __always_inline bool rw_agent_lives(const struct rw_control *control, __u64 now)
{
	/* Signed: user space may read its clock a little ahead of ours. */
	return control->heartbeat_nanos &&
	       (__s64)(now - control->heartbeat_nanos) <= (__s64)RW_HEARTBEAT_LIMIT_NANOS;
}

/* Takes up what a process or cgroup refers to; a global function, as below. */
int rw_consider(struct rw_strictest *strictest, const struct rw_verdict_references *references,
		const struct rw_trial *trial);

/*
 * Judges, counts and reports; returns an enum rw_judgement.  A global function:
 * the verifier checks it once for each program, not once for each path to it.
 */
int rw_judge(const struct rw_trial *trial);

#endif
