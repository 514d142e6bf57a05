/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What went through a TCP connection, told once, at its end.  Whose it is: who
 * asked for it, or, of one that was accepted, who ends it; both happen in the name
 * of a process.  Attached only while somebody wants to know.
 */
#include "ringward/act.h"
#include "ringward/descriptor.h"
#include <bpf/bpf_tracing.h>

#define IPPROTO_TCP 6

/* include/net/tcp_states.h */
#define TCP_ESTABLISHED 1
#define TCP_SYN_SENT 2
#define TCP_SYN_RECV 3
#define TCP_FIN_WAIT1 4
#define TCP_CLOSE 7
#define TCP_LAST_ACK 9

struct flow {
	struct rw_event_header owner; /* zero while it is not known */
	char comm[RW_COMM_SIZE];
	__u64 start_nanos;
	__u32 accepted;
	__u32 local_port; /* gone from the socket when it ends */
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __u64); /* the socket's address */
	__type(value, struct flow);
} flows SEC(".maps");

static __always_inline void write_owner(struct flow *flow)
{
	struct rw_actor actor;

	rw_read_actor(&actor, (struct task_struct *)bpf_get_current_task());
	rw_fill_header(&flow->owner, RW_EVENT_ACT, RW_HOOK_FLOW, sizeof(struct rw_act_event),
		       &actor);
	rw_read_comm(flow->comm, actor.task);
}

static __always_inline void begin_flow(__u64 key, bool accepted)
{
	struct flow flow = {
		.start_nanos = bpf_ktime_get_boot_ns(),
		.accepted = accepted,
	};

	if (!accepted)
		write_owner(&flow);
	if (bpf_map_update_elem(&flows, &key, &flow, BPF_ANY))
		rw_count_map_failure(RW_HOOK_FLOW, RW_MAP_FAILURE_ACCOUNT);
}

static __always_inline int end_flow(__u64 key, struct sock *sk)
{
	struct tcp_sock *tcp = (struct tcp_sock *)sk;
	struct flow *flow = bpf_map_lookup_elem(&flows, &key);
	struct rw_act_event *event;
	struct rw_actor actor = {};

	if (!flow)
		return 0;
	rw_count_seen(RW_ACT_FLOW);
	actor.key = flow->owner.process;
	if (!actor.key.tgid || actor.key.tgid == own_tgid) {
		rw_count_filtered(RW_ACT_FLOW);
		bpf_map_delete_elem(&flows, &key);
		return 0;
	}
	if (!rw_may_tell(RW_HOOK_FLOW, &actor)) {
		bpf_map_delete_elem(&flows, &key);
		return 0;
	}
	event = bpf_ringbuf_reserve(&activity_ring, sizeof(*event), 0);
	if (!event) {
		bpf_map_delete_elem(&flows, &key);
		return rw_lose_act(RW_HOOK_FLOW);
	}
	event->header = flow->owner;
	event->header.kernel_time_nanos = bpf_ktime_get_boot_ns();
	event->act = RW_ACT_FLOW;
	event->text_length = 0;
	event->result = 0;
	__builtin_memset(&event->target, 0, sizeof(event->target));
	__builtin_memcpy(event->comm, flow->comm, sizeof(event->comm));
	rw_write_socket(event->arguments, sk, false);
	event->arguments[2] &= ~0xffff0000ULL;
	event->arguments[2] |= (__u64)(flow->local_port & 0xffff) << 16;
	event->arguments[3] = BPF_CORE_READ(tcp, bytes_sent) - BPF_CORE_READ(tcp, bytes_retrans);
	event->arguments[4] = BPF_CORE_READ(tcp, bytes_received);
	event->arguments[5] = BPF_CORE_READ(tcp, segs_out) | (__u64)BPF_CORE_READ(tcp, segs_in)
								     << 32;
	event->arguments[6] = event->header.kernel_time_nanos - flow->start_nanos;
	event->arguments[7] = BPF_CORE_READ(tcp, total_retrans) | (flow->accepted ? 1ULL << 63 : 0);
	bpf_ringbuf_submit(event, rw_wakeup_flags());
	bpf_map_delete_elem(&flows, &key);
	return 0;
}

/* net/ipv4/af_inet.c, inet_sk_set_state() and inet_sk_state_store(). */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(tell_flow, struct sock *sk, int before, int after)
{
	__u64 key = (__u64)sk;
	struct flow *flow;

	if (BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP)
		return 0;
	switch (after) {
	case TCP_SYN_SENT:
		begin_flow(key, false);
		return 0;
	case TCP_ESTABLISHED:
		if (before == TCP_SYN_RECV)
			begin_flow(key, true);
		flow = bpf_map_lookup_elem(&flows, &key);
		if (flow)
			flow->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
		return 0;
	case TCP_FIN_WAIT1:
	case TCP_LAST_ACK:
		flow = bpf_map_lookup_elem(&flows, &key);
		if (flow && !flow->owner.process.tgid)
			write_owner(flow);
		return 0;
	case TCP_CLOSE:
		return end_flow(key, sk);
	default:
		return 0;
	}
}
