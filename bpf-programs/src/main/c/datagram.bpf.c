/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Datagrams that go to a peer without a connect, told when the peer is new; and
 * what name servers are asked.  Attached only while somebody wants to know.
 */
#include "ringward/act.h"
#include "ringward/descriptor.h"

#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86DD
#define IPPROTO_UDP 17
#define DNS_PORT 53
#define DNS_HEADER 12
#define UDP_HEADER 8
#define IPV6_HEADER 40
#define LET_THROUGH 1

/* A peer that a process has sent to is new again after this. */
#define PEER_NANOS 60000000000ULL

struct peer {
	struct rw_process_key process;
	__u64 address[2];
	__u64 ports; /* as in the act, without the local port */
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct peer);
	__type(value, __u64);
} recent_peers SEC(".maps");

static __always_inline bool is_new_peer(const struct peer *peer, __u64 now)
{
	__u64 *last = bpf_map_lookup_elem(&recent_peers, peer);

	if (last && now - *last < PEER_NANOS)
		return false;
	if (bpf_map_update_elem(&recent_peers, peer, &now, BPF_ANY))
		rw_count_map_failure(RW_HOOK_DATAGRAM, RW_MAP_FAILURE_ACCOUNT);
	return true;
}

static __always_inline int tell_send(struct peer *peer)
{
	struct rw_act_event *event;
	struct rw_actor actor;

	rw_count_seen(RW_ACT_SEND);
	if (!rw_begin_act(&actor, RW_ACT_SEND))
		return LET_THROUGH;
	peer->process = actor.key;
	if (!is_new_peer(peer, bpf_ktime_get_boot_ns())) {
		rw_count_filtered(RW_ACT_SEND);
		return LET_THROUGH;
	}
	if (!rw_may_tell(RW_HOOK_DATAGRAM, &actor))
		return LET_THROUGH;
	event = bpf_ringbuf_reserve(&activity_ring, sizeof(*event), 0);
	if (!event) {
		rw_lose_act(RW_HOOK_DATAGRAM);
		return LET_THROUGH;
	}
	rw_fill_act(event, RW_HOOK_DATAGRAM, RW_ACT_SEND, &actor, 0);
	event->arguments[0] = peer->address[0];
	event->arguments[1] = peer->address[1];
	event->arguments[2] = peer->ports;
	bpf_ringbuf_submit(event, rw_wakeup_flags());
	return LET_THROUGH;
}

SEC("cgroup/sendmsg4")
int tell_send4(struct bpf_sock_addr *context)
{
	struct peer peer = {};

	rw_write_ipv4(peer.address, context->user_ip4);
	peer.ports = rw_ports(bpf_ntohs((__u16)context->user_port), 0, AF_INET, context->protocol);
	return tell_send(&peer);
}

SEC("cgroup/sendmsg6")
int tell_send6(struct bpf_sock_addr *context)
{
	struct peer peer = {};
	__u32 first = context->user_ip6[0], second = context->user_ip6[1];
	__u32 third = context->user_ip6[2], fourth = context->user_ip6[3];

	peer.address[0] = first | (__u64)second << 32;
	peer.address[1] = third | (__u64)fourth << 32;
	peer.ports = rw_ports(bpf_ntohs((__u16)context->user_port), 0, AF_INET6, context->protocol);
	return tell_send(&peer);
}

/* ---- name servers ------------------------------------------------------------- */

struct addresses {
	__u64 destination[2];
	__u16 family;
	__u32 udp; /* where the UDP header begins */
};

/* Where a datagram goes; false: it is none, or no plain one. */
static __always_inline bool read_addresses(struct __sk_buff *packet, struct addresses *addresses)
{
	if (packet->protocol == bpf_htons(ETH_P_IP)) {
		__u8 first = 0, protocol = 0;
		__u32 destination = 0;

		if (bpf_skb_load_bytes(packet, 9, &protocol, 1) || protocol != IPPROTO_UDP ||
		    bpf_skb_load_bytes(packet, 0, &first, 1) ||
		    bpf_skb_load_bytes(packet, 16, &destination, 4))
			return false;
		rw_write_ipv4(addresses->destination, destination);
		addresses->family = AF_INET;
		addresses->udp = (first & 0xf) * 4;
		return true;
	}
	if (packet->protocol == bpf_htons(ETH_P_IPV6)) {
		__u8 next = 0;

		if (bpf_skb_load_bytes(packet, 6, &next, 1) || next != IPPROTO_UDP ||
		    bpf_skb_load_bytes(packet, 24, addresses->destination, 16))
			return false;
		addresses->family = AF_INET6;
		addresses->udp = IPV6_HEADER;
		return true;
	}
	return false;
}

/*
 * Sees each packet that leaves, in the name of its sender: a datagram is sent in
 * its system call.  Where the packet's cgroup is not the task's, it was not, and
 * nobody is blamed.
 */
SEC("cgroup_skb/egress")
int tell_question(struct __sk_buff *packet)
{
	struct addresses addresses = {};
	struct rw_act_event *event;
	struct rw_actor actor;
	__u16 ports[2] = {};
	__u32 length;

	if (!read_addresses(packet, &addresses) ||
	    bpf_skb_load_bytes(packet, addresses.udp, ports, sizeof(ports)) ||
	    ports[1] != bpf_htons(DNS_PORT))
		return LET_THROUGH;
	rw_count_seen(RW_ACT_DNS);
	length = packet->len - addresses.udp - UDP_HEADER;
	if (length < DNS_HEADER || length > 0xffff) {
		rw_count_filtered(RW_ACT_DNS);
		return LET_THROUGH;
	}
	if (length > RW_ACT_TEXT_SIZE)
		length = RW_ACT_TEXT_SIZE;
	if (!rw_begin_act(&actor, RW_ACT_DNS))
		return LET_THROUGH;
	if (bpf_skb_cgroup_id(packet) != rw_read_cgroup_id(actor.task)) {
		rw_count_filtered(RW_ACT_DNS);
		return LET_THROUGH;
	}
	if (!rw_may_tell(RW_HOOK_DATAGRAM, &actor))
		return LET_THROUGH;
	event = bpf_ringbuf_reserve(&activity_ring, sizeof(*event) + RW_ACT_TEXT_SIZE, 0);
	if (!event) {
		rw_lose_act(RW_HOOK_DATAGRAM);
		return LET_THROUGH;
	}
	rw_fill_act(event, RW_HOOK_DATAGRAM, RW_ACT_DNS, &actor, 0);
	event->arguments[0] = addresses.destination[0];
	event->arguments[1] = addresses.destination[1];
	event->arguments[2] =
		rw_ports(DNS_PORT, bpf_ntohs(ports[0]), addresses.family, IPPROTO_UDP);
	if (bpf_skb_load_bytes(packet, addresses.udp + UDP_HEADER, event + 1, length) == 0) {
		event->text_length = length;
		event->header.size = sizeof(*event) + length;
	}
	bpf_ringbuf_submit(event, rw_wakeup_flags());
	return LET_THROUGH;
}
