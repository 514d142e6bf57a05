/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Bytes that leave, held to a rate.  A packet is often sent by whoever happens to
 * run when an acknowledgement comes in, so the current task says nothing: whose a
 * socket is, is written into the socket.  Its opener is noted as it is opened; of
 * sockets that were there before, all that have them open are looked at, and a
 * socket that somebody outside of a verdict holds too is left alone.  Of verdicts
 * on cgroups the packet knows enough by itself.
 *
 * Attached while a verdict in force covers sends, and only then.  Not seen: packets
 * that are written below IP (AF_PACKET, XDP), and those that are only forwarded.
 */
#include "ringward/hit.h"
#include "ringward/identity.h"
#include "ringward/protection.h"
#include "ringward/verdict.h"
#include "ringward/wakeup.h"

#define AF_INET 2
#define AF_INET6 10
#define IPPROTO_TCP 6
#define ENOBUFS 105

/* include/linux/bpf-cgroup.h, BPF_PROG_CGROUP_INET_EGRESS_RUN_ARRAY() */
#define LEAVE 1
#define REFUSE 0 /* EPERM */
#define CONGESTED 2 /* dropped as by a full queue: TCP slows down and sends it again */

#define MOST_DEVICES 64 /* more are not listed */
#define UNIT_SHIFT 10 /* interval_nanos is for 1024 bytes */

/* A packet waits no longer than this for its time; fq itself drops what waits for 10 s. */
#define HORIZON_NANOS 2000000000ULL

extern const volatile __u32 own_tgid;

/* Whose a socket is. */
struct sender {
	struct rw_event_header owner; /* as events name him */
	struct rw_verdict_references settled; /* what he is under, by the looks before */
	struct rw_verdict_references found; /* by the latest */
	__u64 look; /* which it is; 0: known since the socket was opened */
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE); /* what a listener accepts is his */
	__type(key, int);
	__type(value, struct sender);
} senders SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, RW_SEND_OUTCOME_COUNT);
	__type(key, __u32);
	__type(value, struct rw_send_count);
} send_counts SEC(".maps");

volatile __u64 sender_look = 0; /* the look under way, or the last */
volatile __u64 sender_looked = 0; /* the last that has ended */

static __always_inline void count(enum rw_send_outcome outcome, __u32 bytes)
{
	__u32 index = outcome;
	struct rw_send_count *count = bpf_map_lookup_elem(&send_counts, &index);

	if (count) {
		__sync_fetch_and_add(&count->packets, 1);
		__sync_fetch_and_add(&count->bytes, bytes);
	}
}

/* ---- whose a socket is ---------------------------------------------------------- */

static __always_inline void write_owner(struct sender *sender, const struct rw_actor *actor)
{
	rw_fill_header(&sender->owner, RW_EVENT_ENFORCEMENT, RW_HOOK_ENFORCEMENT,
		       sizeof(struct rw_enforcement_event), actor);
}

/* Whether anybody could be under a verdict for a socket of his. */
static __always_inline bool has_cgroup_verdicts(void)
{
	__u32 first = 0;
	const struct rw_control *controls = bpf_map_lookup_elem(&control, &first);

	return controls && controls->cgroup_verdicts;
}

SEC("cgroup/sock_create")
int own_socket(struct bpf_sock *context)
{
	const struct rw_verdict_references *references;
	struct rw_actor actor;
	struct sender *sender;

	if (context->family != AF_INET && context->family != AF_INET6)
		return 1;
	rw_read_actor(&actor, (struct task_struct *)bpf_get_current_task());
	references = bpf_map_lookup_elem(&process_verdict, &actor.key);
	if (!references && !has_cgroup_verdicts())
		return 1;
	sender = bpf_sk_storage_get(&senders, context, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!sender) {
		rw_count_map_failure(RW_HOOK_SEND, RW_MAP_FAILURE_ACCOUNT);
		return 1;
	}
	if (references)
		sender->found = *references;
	write_owner(sender, &actor);
	return 1;
}

/* The socket behind an open file, or null. */
static __always_inline struct sock *socket_of(struct file *file)
{
	struct socket *socket = bpf_sock_from_file(file);

	return socket ? socket->sk : 0;
}

/* Notes for each socket of the internet that a process has open what he is under. */
SEC("iter/task_file")
int find_senders(struct bpf_iter__task_file *context)
{
	struct task_struct *task = context->task;
	struct file *file = context->file;
	const struct rw_verdict_references *references;
	struct rw_actor actor;
	struct sender *sender;
	struct sock *sk;

	if (!task || !file)
		return 0;
	sk = socket_of(file);
	if (!sk)
		return 0;
	if (sk->__sk_common.skc_family != AF_INET && sk->__sk_common.skc_family != AF_INET6)
		return 0;
	rw_read_actor(&actor, task);
	references = bpf_map_lookup_elem(&process_verdict, &actor.key);
	if (!references && !has_cgroup_verdicts())
		return 0;
	sender = bpf_sk_storage_get(&senders, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!sender) {
		rw_count_map_failure(RW_HOOK_SEND, RW_MAP_FAILURE_ACCOUNT);
		return 0;
	}
	if (sender->look != sender_look) {
		sender->settled = sender->found;
		sender->look = sender_look;
	}
	if (references) {
		sender->found = *references;
		write_owner(sender, &actor);
	} else if (!sender->owner.process.tgid) {
		write_owner(sender, &actor);
	}
	return 0;
}

/* Leaves alone what somebody has open who is not under the verdict; writes how many those are. */
SEC("iter/task_file")
int spare_senders(struct bpf_iter__task_file *context)
{
	struct task_struct *task = context->task;
	struct file *file = context->file;
	const struct rw_verdict_references *references;
	struct rw_process_key key;
	struct sender *sender;
	__u64 spared = 0;
	struct sock *sk;

	if (!task || !file)
		return 0;
	sk = socket_of(file);
	if (!sk)
		return 0;
	sender = bpf_sk_storage_get(&senders, sk, 0, 0);
	if (!sender)
		return 0;
	rw_read_key(&key, task);
	references = bpf_map_lookup_elem(&process_verdict, &key);
	for (int i = 0; i < RW_VERDICT_SLOTS; i++) {
		__u64 verdict_id = sender->found.verdict_id[i];
		bool his = false;

		if (!rw_is_live(verdict_id))
			continue;
		for (int slot = 0; references && slot < RW_VERDICT_SLOTS; slot++)
			his |= references->verdict_id[slot] == verdict_id;
		if (his)
			continue;
		sender->found.verdict_id[i] = 0;
		spared = verdict_id;
	}
	if (spared)
		bpf_seq_write(context->meta->seq, &spared, sizeof(spared));
	return 0;
}

/* ---- what obeys a time of departure ------------------------------------------------ */

/* fq itself, or fq below mq: then each queue has one, and the first stands for all. */
static __always_inline void read_discipline(char id[16], struct net_device *device)
{
	const struct Qdisc_ops *ops = BPF_CORE_READ(device, _tx, qdisc, ops);

	if (bpf_probe_read_kernel(id, 16, &ops->id))
		id[0] = 0;
}

SEC("iter/task")
int list_devices(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;
	struct list_head *head, *entry;
	struct net *net;

	if (!task || (__u32)BPF_CORE_READ(task, pid) != own_tgid)
		return 0;
	net = BPF_CORE_READ(task, nsproxy, net_ns);
	head = (struct list_head *)((void *)net + bpf_core_field_offset(net->dev_base_head));
	entry = BPF_CORE_READ(head, next);
	for (int i = 0; i < MOST_DEVICES && entry && entry != head; i++) {
		struct rw_device_record record = {};
		struct net_device *device;

		device = (void *)entry - bpf_core_field_offset(struct net_device, dev_list);
		bpf_core_read_str(record.name, sizeof(record.name), &device->name);
		read_discipline(record.discipline, device);
		bpf_seq_write(context->meta->seq, &record, sizeof(record));
		entry = BPF_CORE_READ(entry, next);
	}
	return 0;
}

/* ---- what leaves ---------------------------------------------------------------- */

static __always_inline bool waits_for_time(struct __sk_buff *packet)
{
	struct sk_buff *skb = (struct sk_buff *)packet; /* the context is one */
	char id[16];

	read_discipline(id, BPF_CORE_READ(skb, dev));
	return id[0] == 'f' && id[1] == 'q' && !id[2];
}

/* Nobody's turn: the bucket is empty, and waiting for it is no use. */
#define NO_TURN (~0ULL)

/*
 * GCRA, as for other operations, but counting bytes: nanoseconds from now until a
 * packet's turn.  One packet may overdraw the bucket, since it can be larger than
 * any burst; the next waits for it.
 */
static __always_inline __u64 turn_of(struct rw_verdict *verdict, __u32 bytes, __u64 patience,
				     __u64 now)
{
	__u64 cost = (__u64)bytes * verdict->interval_nanos >> UNIT_SHIFT;

	for (int attempt = 0; attempt < RW_BUCKET_ATTEMPTS; attempt++) {
		__u64 seen = *(volatile __u64 *)&verdict->theoretical_arrival_nanos;
		__u64 arrival = seen > now ? seen : now;
		__u64 ahead = arrival - now;

		if (ahead > verdict->burst_nanos + patience)
			return NO_TURN;
		if (__sync_val_compare_and_swap(&verdict->theoretical_arrival_nanos, seen,
						arrival + cost) == seen)
			return ahead > verdict->burst_nanos ? ahead - verdict->burst_nanos : 0;
	}
	return NO_TURN;
}

static __always_inline void report(struct rw_verdict *verdict, const struct rw_trial *trial,
				   __u64 verdict_id, const struct sender *sender, __u64 cgroup_id,
				   __u16 error, bool shadow)
{
	struct rw_enforcement_event *event = rw_count_hit(verdict, verdict_id, trial->now);

	if (!event)
		return;
	if (sender) {
		event->header = sender->owner;
	} else {
		__builtin_memset(&event->header, 0, sizeof(event->header));
		event->header.kind = RW_EVENT_ENFORCEMENT;
		event->header.hook = RW_HOOK_ENFORCEMENT;
		event->header.size = sizeof(*event);
		event->header.cgroup_id = cgroup_id;
	}
	event->header.kernel_time_nanos = trial->now;
	event->operation = trial->operation;
	event->error = error;
	event->shadow = shadow;
	event->hook = trial->hook;
	bpf_ringbuf_submit(event, rw_wakeup_flags());
}

/* What the packet's cgroup and the cgroups above it are under. */
static __always_inline void consider_cgroups(struct rw_strictest *strictest,
					     const struct rw_trial *trial, struct __sk_buff *packet)
{
	for (int level = 0; level < RW_CGROUP_DEPTH; level++) {
		__u64 cgroup_id = bpf_skb_ancestor_cgroup_id(packet, level);
		const struct rw_verdict_references *references;

		if (!cgroup_id)
			return;
		references = bpf_map_lookup_elem(&cgroup_verdict, &cgroup_id);
		if (references)
			rw_consider(strictest, references, trial);
	}
}

static __always_inline int obey(struct rw_verdict *verdict, __u64 verdict_id, bool shadow,
				const struct rw_trial *trial, const struct sender *sender,
				struct bpf_sock *sk, struct __sk_buff *packet)
{
	__u32 bytes = packet->len;
	bool paced = false;
	__u64 turn;

	switch (verdict->action) {
	case RW_ACTION_THROTTLE:
		paced = waits_for_time(packet);
		turn = turn_of(verdict, bytes, paced ? HORIZON_NANOS : 0, trial->now);
		break;
	case RW_ACTION_BLOCK:
		turn = NO_TURN;
		break;
	default:
		turn = 0; /* the process itself is stopped, by other means */
	}
	if (!turn) {
		count(RW_SEND_PASSED, bytes);
		return LEAVE;
	}
	if (turn != NO_TURN) {
		__u64 departure = bpf_ktime_get_ns() + turn; /* the clock of fq */

		report(verdict, trial, verdict_id, sender, bpf_skb_cgroup_id(packet), 0, shadow);
		count(shadow ? RW_SEND_PASSED : RW_SEND_PACED, bytes);
		if (!shadow && packet->tstamp < departure)
			packet->tstamp = departure;
		return LEAVE;
	}
	report(verdict, trial, verdict_id, sender, bpf_skb_cgroup_id(packet),
	       verdict->action == RW_ACTION_BLOCK ? RW_EPERM : ENOBUFS, shadow);
	count(shadow ? RW_SEND_PASSED : RW_SEND_DROPPED, bytes);
	if (shadow)
		return LEAVE;
	/* TCP gives up on a connection of which it is told that it may not send. */
	if (verdict->action == RW_ACTION_BLOCK && sk->protocol != IPPROTO_TCP)
		return REFUSE;
	return CONGESTED;
}

SEC("cgroup_skb/egress")
int limit_sends(struct __sk_buff *packet)
{
	struct rw_trial trial = {
		.now = bpf_ktime_get_boot_ns(),
		.hook = RW_HOOK_SEND,
		.operation = RW_OPERATION_SEND,
		.least = RW_ACTION_THROTTLE,
	};
	struct rw_strictest strictest = {};
	const struct rw_control *controls;
	struct rw_verdict *found;
	struct sender *sender;
	struct bpf_sock *sk;
	__u32 first = 0;

	count(RW_SEND_SEEN, packet->len);
	controls = bpf_map_lookup_elem(&control, &first);
	if (!controls || !(controls->judged_operations & RW_OPERATION_SEND))
		return LEAVE;
	strictest.only_persistent = !rw_agent_lives(controls, trial.now);
	sk = packet->sk;
	if (!sk)
		return LEAVE;
	sk = bpf_sk_fullsock(sk);
	if (!sk)
		return LEAVE; /* of a connection that is not there yet, or no more */
	sender = bpf_sk_storage_get(&senders, sk, 0, 0);
	if (sender)
		rw_consider(&strictest,
			    sender->look > sender_looked ? &sender->settled : &sender->found,
			    &trial);
	if (controls->cgroup_verdicts)
		consider_cgroups(&strictest, &trial, packet);
	if (!strictest.verdict_id ||
	    (sender && rw_is_protected(&sender->owner.process, 0, sender->owner.uid)))
		return LEAVE;
	found = bpf_map_lookup_elem(&verdict, &strictest.verdict_id);
	if (!found)
		return LEAVE;
	return obey(found, strictest.verdict_id,
		    !controls->enforce || found->flags & RW_VERDICT_SHADOW, &trial, sender, sk,
		    packet);
}
