/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * connect and bind, seen and refused at the root of the cgroup hierarchy.  Up to
 * 6.12 these hooks may neither send signals nor use task storage; whoever has no
 * verdict gets exactly what he would get without us (return value 1: allowed,
 * and no other bit, since bind knows more of them).
 */
#include "ringward/counters.h"
#include "ringward/identity.h"
#include "ringward/inline.h"
#include "ringward/quota.h"
#include "ringward/verdict.h"
#include "ringward/wakeup.h"
#include <bpf/bpf_endian.h>

#define AF_INET 2
#define AF_INET6 10

#define VERDICT_REFUSE 0
#define VERDICT_ALLOW 1

/* Connect and bind events that one process may send in a second. */
const volatile __u32 quota_per_second = 5000;

/* Cleared by the loader where the helper exists but is not allowed here (5.18). */
const volatile bool use_set_retval = true;

/* A local or remote address, as the event carries it. */
struct endpoint {
	__u16 family;
	__u16 port; /* host byte order */
	__u8 flags;
	__u32 address[4]; /* network byte order */
};

static __always_inline bool can_say_retry(void)
{
	return use_set_retval && bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_set_retval);
}

static __always_inline void read_endpoint4(struct endpoint *endpoint,
					   const struct bpf_sock_addr *context)
{
	endpoint->family = AF_INET;
	endpoint->port = bpf_ntohs((__u16)context->user_port);
	endpoint->flags = 0;
	endpoint->address[0] = context->user_ip4;
	endpoint->address[1] = endpoint->address[2] = endpoint->address[3] = 0;
}

/* ::ffff:a.b.c.d is IPv4 on the wire, and is what Java's sockets use: say so. */
static __always_inline void read_endpoint6(struct endpoint *endpoint,
					   const struct bpf_sock_addr *context)
{
	__u32 first = context->user_ip6[0], second = context->user_ip6[1];
	__u32 third = context->user_ip6[2], fourth = context->user_ip6[3];

	endpoint->port = bpf_ntohs((__u16)context->user_port);
	if (!first && !second && third == bpf_htonl(0xffff)) {
		endpoint->family = AF_INET;
		endpoint->flags = RW_SOCKET_MAPPED;
		endpoint->address[0] = fourth;
		endpoint->address[1] = endpoint->address[2] = endpoint->address[3] = 0;
	} else {
		endpoint->family = AF_INET6;
		endpoint->flags = 0;
		endpoint->address[0] = first;
		endpoint->address[1] = second;
		endpoint->address[2] = third;
		endpoint->address[3] = fourth;
	}
}

static __always_inline void send_socket(const struct rw_trial *trial, enum rw_event_kind kind,
					enum rw_decision decision, const struct endpoint *endpoint,
					const struct bpf_sock_addr *context)
{
	struct rw_socket_event *event;

	rw_count_produced(trial->hook);
	if (!rw_quota_take(&trial->actor.key, trial->now, quota_per_second, trial->hook)) {
		rw_count_dropped(trial->hook, RW_DROP_QUOTA);
		return;
	}
	event = bpf_ringbuf_reserve(&activity_ring, sizeof(*event), 0);
	if (!event) {
		rw_count_dropped(trial->hook, RW_DROP_RING_FULL);
		return;
	}
	rw_fill_header(&event->header, kind, trial->hook, sizeof(*event), &trial->actor);
	event->family = endpoint->family;
	event->port = endpoint->port;
	event->protocol = context->protocol;
	event->type = context->type;
	event->decision = decision;
	event->flags = endpoint->flags;
	__builtin_memcpy(event->address, endpoint->address, sizeof(event->address));
	rw_read_comm(event->comm, trial->actor.task);
	bpf_ringbuf_submit(event, rw_wakeup_flags());
}

/* What the rules in the kernel's tables say of it. */
static __always_inline int judge_inline(const struct bpf_sock_addr *context,
					const struct endpoint *endpoint,
					const struct rw_trial *trial)
{
	struct rw_inline_facts facts;

	rw_read_inline_facts(&facts, &trial->actor, trial->operation);
	if (endpoint->family == AF_INET) {
		facts.address_low = 0xffff00000000ULL | bpf_ntohl(endpoint->address[0]);
	} else {
		facts.address_high = (__u64)bpf_ntohl(endpoint->address[0]) << 32 |
				     bpf_ntohl(endpoint->address[1]);
		facts.address_low = (__u64)bpf_ntohl(endpoint->address[2]) << 32 |
				    bpf_ntohl(endpoint->address[3]);
	}
	facts.port = endpoint->port;
	facts.protocol = context->protocol;
	return rw_inline_judge(trial, &facts, bpf_map_lookup_elem(&program, &trial->actor.key), 0);
}

static __always_inline int judge_and_tell(const struct bpf_sock_addr *context,
					  const struct endpoint *endpoint, enum rw_hook hook,
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

	rw_read_actor(&trial.actor, (struct task_struct *)bpf_get_current_task());
	judgement = rw_judge(&trial);
	if (judgement == RW_JUDGEMENT_ALLOW && rw_inline_wants(operation))
		judgement = judge_inline(context, endpoint, &trial);
	switch (judgement) {
	case RW_JUDGEMENT_ALLOW:
		send_socket(&trial, kind, RW_DECISION_ALLOWED, endpoint, context);
		return VERDICT_ALLOW;
	case RW_JUDGEMENT_RETRY:
		send_socket(&trial, kind, RW_DECISION_THROTTLED, endpoint, context);
		if (can_say_retry())
			bpf_set_retval(-RW_EAGAIN);
		return VERDICT_REFUSE;
	default:
		send_socket(&trial, kind, RW_DECISION_BLOCKED, endpoint, context);
		return VERDICT_REFUSE;
	}
}

SEC("cgroup/connect4")
int network_connect4(struct bpf_sock_addr *context)
{
	struct endpoint endpoint;

	read_endpoint4(&endpoint, context);
	return judge_and_tell(context, &endpoint, RW_HOOK_CONNECT4, RW_OPERATION_CONNECT,
			      RW_EVENT_CONNECT);
}

SEC("cgroup/connect6")
int network_connect6(struct bpf_sock_addr *context)
{
	struct endpoint endpoint;

	read_endpoint6(&endpoint, context);
	return judge_and_tell(context, &endpoint, RW_HOOK_CONNECT6, RW_OPERATION_CONNECT,
			      RW_EVENT_CONNECT);
}

SEC("cgroup/bind4")
int network_bind4(struct bpf_sock_addr *context)
{
	struct endpoint endpoint;

	read_endpoint4(&endpoint, context);
	return judge_and_tell(context, &endpoint, RW_HOOK_BIND4, RW_OPERATION_BIND, RW_EVENT_BIND);
}

SEC("cgroup/bind6")
int network_bind6(struct bpf_sock_addr *context)
{
	struct endpoint endpoint;

	read_endpoint6(&endpoint, context);
	return judge_and_tell(context, &endpoint, RW_HOOK_BIND6, RW_OPERATION_BIND, RW_EVENT_BIND);
}
