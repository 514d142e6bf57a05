/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What makes a machine slow: block devices, memory, lost segments, interrupts.  Sums and histograms
 * in bounded maps; nothing goes through a ring.  Each hook is left out where the kernel does not
 * have it.
 */
#include "ringward/counters.h"
#include "ringward/histogram.h"
#include "ringward/identity.h"
#include <bpf/bpf_tracing.h>

#define CGROUPS 2048

static __always_inline void count_failure(void)
{
	rw_count_map_failure(RW_HOOK_PERFORMANCE, RW_MAP_FAILURE_PERFORMANCE);
}

/* ---- block devices ---------------------------------------------------------------- */

struct issued_request {
	struct rw_block_key key;
	__u64 issued_nanos;
	__u64 bytes;
};

/* Requests that a device works on. Each ends; what is full is counted. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, __u64); /* the address of the request */
	__type(value, struct issued_request);
} issued_request SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct rw_block_key);
	__type(value, struct rw_block_account);
} block_account SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, struct rw_block_queue);
} block_queue SEC(".maps");

static const struct rw_block_account empty_block_account = {};
static const struct rw_block_queue empty_block_queue = {};

#define REQUEST_OPERATION_MASK 0xff /* include/linux/blk_types.h, REQ_OP_MASK */
#define REQUEST_READ 0
#define REQUEST_WRITE 1

static __always_inline __u32 operation_of(struct request *request)
{
	__u32 operation = request->cmd_flags & REQUEST_OPERATION_MASK;

	if (operation == REQUEST_READ)
		return RW_BLOCK_READ;
	return operation == REQUEST_WRITE ? RW_BLOCK_WRITE : RW_BLOCK_OTHER;
}

/*
 * Whose data it is: the kernel keeps that by the hierarchy that has the io
 * controller.  Where that is one of version 1 its ids are not ours: then it is
 * who issues the request, which for data written back later is the kernel.
 */
static __always_inline __u64 owner_of(struct request *request)
{
	struct bio *bio = request->bio;
	struct task_struct *task = (void *)bpf_get_current_task_btf();
	struct cgroup *group = 0;

	if (bio && bpf_core_field_exists(bio->bi_blkg))
		group = BPF_CORE_READ(bio, bi_blkg, blkcg, css.cgroup);
	if (group && BPF_CORE_READ(group, root, hierarchy_id) == 0)
		return BPF_CORE_READ(group, kn, id);
	return rw_read_cgroup_id(task);
}

static __always_inline struct rw_block_queue *queue_of(__u32 device)
{
	struct rw_block_queue *queue = bpf_map_lookup_elem(&block_queue, &device);

	if (queue)
		return queue;
	bpf_map_update_elem(&block_queue, &device, &empty_block_queue, BPF_NOEXIST);
	return bpf_map_lookup_elem(&block_queue, &device);
}

/* block/blk-mq.c, blk_mq_start_request(): the request goes to the driver. */
SEC("tp_btf/block_rq_issue")
int BPF_PROG(performance_block_issue, struct request *request)
{
	struct gendisk *disk = request->q->disk;
	__u64 address = (__u64)request;
	struct issued_request issued = {};
	struct rw_block_queue *queue;
	__s64 depth;

	if (!disk)
		return 0;
	issued.key.cgroup_id = owner_of(request);
	issued.key.device = (__u32)disk->major << 20 | (__u32)disk->first_minor;
	issued.key.operation = operation_of(request);
	issued.bytes = request->__data_len;
	issued.issued_nanos = bpf_ktime_get_ns();
	/* Known already: it was put back and is issued again. */
	if (bpf_map_update_elem(&issued_request, &address, &issued, BPF_NOEXIST)) {
		if (!bpf_map_lookup_elem(&issued_request, &address))
			count_failure();
		return 0;
	}
	queue = queue_of(issued.key.device);
	if (!queue) {
		count_failure();
		return 0;
	}
	depth = __sync_fetch_and_add(&queue->in_flight, 1) + 1;
	__sync_fetch_and_add(&queue->arrivals, 1);
	__sync_fetch_and_add(&queue->depth_sum, depth);
	return 0;
}

/* block/blk-mq.c, blk_update_request(): all of it, or a part, is done. */
SEC("tp_btf/block_rq_complete")
int BPF_PROG(performance_block_complete, struct request *request)
{
	__u64 address = (__u64)request, nanos;
	struct issued_request *found = bpf_map_lookup_elem(&issued_request, &address);
	struct rw_block_account *account;
	struct rw_block_queue *queue;
	struct issued_request issued;

	if (!found)
		return 0;
	issued = *found;
	if (bpf_map_delete_elem(&issued_request, &address))
		return 0;
	queue = bpf_map_lookup_elem(&block_queue, &issued.key.device);
	if (queue)
		__sync_fetch_and_add(&queue->in_flight, -1);
	account = bpf_map_lookup_elem(&block_account, &issued.key);
	if (!account) {
		bpf_map_update_elem(&block_account, &issued.key, &empty_block_account, BPF_NOEXIST);
		account = bpf_map_lookup_elem(&block_account, &issued.key);
	}
	if (!account) {
		count_failure();
		return 0;
	}
	nanos = bpf_ktime_get_ns() - issued.issued_nanos;
	/* Comes in interrupts, too: atomically. */
	__sync_fetch_and_add(&account->requests, 1);
	__sync_fetch_and_add(&account->bytes, issued.bytes);
	__sync_fetch_and_add(&account->nanos, nanos);
	__sync_fetch_and_add(&account->histogram[rw_bucket(nanos)], 1);
	return 0;
}

/* ---- memory and network, by cgroup ---------------------------------------------- */

struct {
	__uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
	__uint(max_entries, CGROUPS);
	__type(key, __u64);
	__type(value, struct rw_pressure_account);
} cgroup_pressure SEC(".maps");

/* When a thread began to reclaim, CLOCK_MONOTONIC nanoseconds; key: its number. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, __u64);
} reclaiming SEC(".maps");

static const struct rw_pressure_account empty_pressure = {};

static __always_inline struct rw_pressure_account *pressure_of(__u64 cgroup_id)
{
	struct rw_pressure_account *account = bpf_map_lookup_elem(&cgroup_pressure, &cgroup_id);

	if (account)
		return account;
	bpf_map_update_elem(&cgroup_pressure, &cgroup_id, &empty_pressure, BPF_NOEXIST);
	account = bpf_map_lookup_elem(&cgroup_pressure, &cgroup_id);
	if (!account)
		count_failure();
	return account;
}

static __always_inline struct rw_pressure_account *own_pressure(void)
{
	struct task_struct *task = (void *)bpf_get_current_task_btf();

	return pressure_of(task->cgroups->dfl_cgrp->kn->id);
}

/* arch/x86/mm/fault.c; other architectures have no such hook. */
SEC("tp_btf/page_fault_user")
int BPF_PROG(performance_fault_user)
{
	struct rw_pressure_account *account = own_pressure();

	if (account)
		__sync_fetch_and_add(&account->user_faults, 1);
	return 0;
}

SEC("tp_btf/page_fault_kernel")
int BPF_PROG(performance_fault_kernel)
{
	struct rw_pressure_account *account = own_pressure();

	if (account)
		__sync_fetch_and_add(&account->kernel_faults, 1);
	return 0;
}

static __always_inline void reclaim_begins(void)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	__u64 now = bpf_ktime_get_ns();

	if (bpf_map_update_elem(&reclaiming, &tid, &now, BPF_ANY))
		count_failure();
}

static __always_inline void reclaim_ends(void)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	__u64 *began = bpf_map_lookup_elem(&reclaiming, &tid), nanos;
	struct rw_pressure_account *account;

	if (!began)
		return;
	nanos = bpf_ktime_get_ns() - *began;
	bpf_map_delete_elem(&reclaiming, &tid);
	account = own_pressure();
	if (!account)
		return;
	__sync_fetch_and_add(&account->reclaims, 1);
	__sync_fetch_and_add(&account->reclaim_nanos, nanos);
}

/* mm/vmscan.c: the machine has no free memory. */
SEC("tp_btf/mm_vmscan_direct_reclaim_begin")
int BPF_PROG(performance_reclaim_begin)
{
	reclaim_begins();
	return 0;
}

SEC("tp_btf/mm_vmscan_direct_reclaim_end")
int BPF_PROG(performance_reclaim_end)
{
	reclaim_ends();
	return 0;
}

/* mm/vmscan.c: the cgroup has none. */
SEC("tp_btf/mm_vmscan_memcg_reclaim_begin")
int BPF_PROG(performance_group_reclaim_begin)
{
	reclaim_begins();
	return 0;
}

SEC("tp_btf/mm_vmscan_memcg_reclaim_end")
int BPF_PROG(performance_group_reclaim_end)
{
	reclaim_ends();
	return 0;
}

/*
 * mm/oom_kill.c: where the hook does not have the victim it is charged to the
 * group of who asked for memory; for a cgroup's own limit that is the same.
 */
SEC("tp_btf/mark_victim")
int performance_oom(__u64 *context)
{
	struct task_struct *victim;
	struct rw_pressure_account *account;

	if (bpf_core_field_exists(struct trace_event_raw_mark_victim, uid)) {
		victim = (void *)context[0];
		account = pressure_of(rw_read_cgroup_id(victim));
	} else {
		account = own_pressure();
	}
	if (account)
		__sync_fetch_and_add(&account->oom_kills, 1);
	return 0;
}

/* net/ipv4/tcp_output.c, __tcp_retransmit_skb(); mostly in a timer: the socket's group, not ours.
 */
SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(performance_retransmit, struct sock *socket)
{
	struct rw_pressure_account *account =
		pressure_of(BPF_CORE_READ(socket, sk_cgrp_data.cgroup, kn, id));

	if (account)
		__sync_fetch_and_add(&account->tcp_retransmits, 1);
	return 0;
}

/* ---- interrupts ------------------------------------------------------------------- */

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, RW_SOFTIRQ_VECTORS);
	__type(key, __u32);
	__type(value, struct rw_softirq_account);
} softirq_account SEC(".maps");

/* kernel/softirq.c, handle_softirqs(): they do not nest on a CPU. */
SEC("tp_btf/softirq_entry")
int BPF_PROG(performance_softirq_entry, __u32 vector)
{
	struct rw_softirq_account *account = bpf_map_lookup_elem(&softirq_account, &vector);

	if (account)
		account->entered_nanos = bpf_ktime_get_ns();
	return 0;
}

SEC("tp_btf/softirq_exit")
int BPF_PROG(performance_softirq_exit, __u32 vector)
{
	struct rw_softirq_account *account = bpf_map_lookup_elem(&softirq_account, &vector);

	if (!account || !account->entered_nanos)
		return 0;
	account->runs++;
	account->nanos += bpf_ktime_get_ns() - account->entered_nanos;
	account->entered_nanos = 0;
	return 0;
}
