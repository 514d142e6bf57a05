/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * connect and bind, seen and refused at the root of the cgroup hierarchy.  Up to
 * 6.12 these hooks may neither send signals nor use task storage; whoever has no
 * verdict gets exactly what he would get without us (return value 1: allowed,
 * and no other bit, since bind knows more of them).
 */
#include "ringward/endpoint.h"
#include "ringward/verdict.h"

#define VERDICT_REFUSE 0
#define VERDICT_ALLOW 1

/* Connect and bind events that one process may send in a second. */
const volatile __u32 quota_per_second = 5000;

/* Cleared by the loader where the helper exists but is not allowed here (5.18). */
const volatile bool use_set_retval = true;

static __always_inline bool can_say_retry(void)
{
	return use_set_retval && bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_set_retval);
}

static __always_inline void read_endpoint4(struct rw_endpoint *endpoint,
					   const struct bpf_sock_addr *context)
{
	endpoint->port = bpf_ntohs((__u16)context->user_port);
	rw_write_endpoint4(endpoint, context->user_ip4);
}

static __always_inline void read_endpoint6(struct rw_endpoint *endpoint,
					   const struct bpf_sock_addr *context)
{
	__u32 first = context->user_ip6[0], second = context->user_ip6[1];
	__u32 third = context->user_ip6[2], fourth = context->user_ip6[3];

	endpoint->port = bpf_ntohs((__u16)context->user_port);
	rw_write_endpoint6(endpoint, first, second, third, fourth);
}

static __always_inline int judge_and_tell(const struct bpf_sock_addr *context,
					  struct rw_endpoint *endpoint, enum rw_hook hook,
					  enum rw_operation operation, enum rw_event_kind kind)
{
	struct rw_trial trial = {
		.now = bpf_ktime_get_boot_ns(),
		.hook = hook,
		.operation = operation,
		.least = RW_ACTION_THROTTLE,
		.retry_error = can_say_retry() ? RW_EAGAIN : RW_EPERM,
		.refuse_error = RW_EPERM,
	};
	int judgement;

	endpoint->protocol = context->protocol;
	endpoint->type = context->type;
	rw_read_actor(&trial.actor, (struct task_struct *)bpf_get_current_task());
	judgement = rw_judge(&trial);
	if (judgement == RW_JUDGEMENT_ALLOW && rw_inline_wants(operation))
		judgement = rw_judge_endpoint(endpoint, &trial);
	switch (judgement) {
	case RW_JUDGEMENT_ALLOW:
		rw_tell_endpoint(&trial, kind, RW_DECISION_ALLOWED, endpoint);
		return VERDICT_ALLOW;
	case RW_JUDGEMENT_RETRY:
		rw_tell_endpoint(&trial, kind, RW_DECISION_THROTTLED, endpoint);
		if (can_say_retry())
			bpf_set_retval(-RW_EAGAIN);
		return VERDICT_REFUSE;
	default:
		rw_tell_endpoint(&trial, kind, RW_DECISION_BLOCKED, endpoint);
		return VERDICT_REFUSE;
	}
}

SEC("cgroup/connect4")
int network_connect4(struct bpf_sock_addr *context)
{
	struct rw_endpoint endpoint;

	read_endpoint4(&endpoint, context);
	return judge_and_tell(context, &endpoint, RW_HOOK_CONNECT4, RW_OPERATION_CONNECT,
			      RW_EVENT_CONNECT);
}

SEC("cgroup/connect6")
int network_connect6(struct bpf_sock_addr *context)
{
	struct rw_endpoint endpoint;

	read_endpoint6(&endpoint, context);
	return judge_and_tell(context, &endpoint, RW_HOOK_CONNECT6, RW_OPERATION_CONNECT,
			      RW_EVENT_CONNECT);
}

SEC("cgroup/bind4")
int network_bind4(struct bpf_sock_addr *context)
{
	struct rw_endpoint endpoint;

	read_endpoint4(&endpoint, context);
	return judge_and_tell(context, &endpoint, RW_HOOK_BIND4, RW_OPERATION_BIND, RW_EVENT_BIND);
}

SEC("cgroup/bind6")
int network_bind6(struct bpf_sock_addr *context)
{
	struct rw_endpoint endpoint;

	read_endpoint6(&endpoint, context);
	return judge_and_tell(context, &endpoint, RW_HOOK_BIND6, RW_OPERATION_BIND, RW_EVENT_BIND);
}
