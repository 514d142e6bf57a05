/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where a socket is to be connected or bound to: told, and judged by the rules in the kernel. */
#ifndef RINGWARD_ENDPOINT_H
#define RINGWARD_ENDPOINT_H

#include "counters.h"
#include "identity.h"
#include "inline.h"
#include "quota.h"
#include "wakeup.h"
#include <bpf/bpf_endian.h>

#define AF_INET 2
#define AF_INET6 10

/* Connect and bind events that one process may send in a second; in network.bpf.c. */
extern const volatile __u32 quota_per_second;

/* A local or remote address, as the event carries it. */
struct rw_endpoint {
	__u16 family;
	__u16 port; /* host byte order */
	__u8 flags;
	__u8 protocol; /* IPPROTO_* */
	__u8 type; /* SOCK_* */
	__u32 address[4]; /* network byte order */
};

static __always_inline void rw_write_endpoint4(struct rw_endpoint *endpoint, __u32 address)
{
	endpoint->family = AF_INET;
	endpoint->flags = 0;
	endpoint->address[0] = address;
	endpoint->address[1] = endpoint->address[2] = endpoint->address[3] = 0;
}

/* ::ffff:a.b.c.d is IPv4 on the wire, and is what Java's sockets use: say so. */
static __always_inline void rw_write_endpoint6(struct rw_endpoint *endpoint, __u32 first,
					       __u32 second, __u32 third, __u32 fourth)
{
	if (!first && !second && third == bpf_htonl(0xffff)) {
		rw_write_endpoint4(endpoint, fourth);
		endpoint->flags = RW_SOCKET_MAPPED;
		return;
	}
	endpoint->family = AF_INET6;
	endpoint->flags = 0;
	endpoint->address[0] = first;
	endpoint->address[1] = second;
	endpoint->address[2] = third;
	endpoint->address[3] = fourth;
}

static __always_inline void rw_tell_endpoint(const struct rw_trial *trial, enum rw_event_kind kind,
					     enum rw_decision decision,
					     const struct rw_endpoint *endpoint)
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
	event->protocol = endpoint->protocol;
	event->type = endpoint->type;
	event->decision = decision;
	event->flags = endpoint->flags;
	__builtin_memcpy(event->address, endpoint->address, sizeof(event->address));
	rw_read_comm(event->comm, trial->actor.task);
	bpf_ringbuf_submit(event, rw_wakeup_flags());
}

/* What the rules in the kernel's tables say of it. */
static __always_inline int rw_judge_endpoint(const struct rw_endpoint *endpoint,
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
	facts.protocol = endpoint->protocol;
	return rw_inline_judge(trial, &facts, bpf_map_lookup_elem(&program, &trial->actor.key), 0);
}

#endif
