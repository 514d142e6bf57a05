/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a process has used by the time it ends. */
#ifndef RINGWARD_USAGE_H
#define RINGWARD_USAGE_H

#include "ringward/maps.h"
#include "ringward/task_clock.h"
#include <bpf/bpf_core_read.h>

/* Where the kernel keeps no account of I/O (CONFIG_TASK_IO_ACCOUNTING). */
#define RW_USAGE_UNKNOWN (~0ULL)

/*
 * The kernel's own sum, and ours: the one lacks what the last thread has run since its last tick,
 * the other what the process ran before Ringward did.  Neither is ever too much, so the larger one.
 */
static __always_inline __u64 rw_cpu_used(struct task_struct *task, const struct rw_process_key *key)
{
	const struct rw_cpu_account *account = bpf_map_lookup_elem(&process_cpu, key);
	struct rw_task_clock *clock = bpf_task_storage_get(&task_clock, task, 0, 0);
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);
	__u64 sum = BPF_CORE_READ(task, signal, sum_sched_runtime) +
		    BPF_CORE_READ(task, se.sum_exec_runtime);
	__u64 own = account ? account->on_cpu_nanos : 0;

	/* One that left before the others waits for the last to be reaped with it. */
	if (leader != task)
		sum += BPF_CORE_READ(leader, se.sum_exec_runtime);
	if (clock && clock->running_since)
		own += bpf_ktime_get_ns() - clock->running_since;
	return own > sum ? own : sum;
}

/* Bytes that storage gave and took; dirty pages count when they are made. */
static __always_inline void rw_read_io_used(struct task_struct *task, __u64 *read, __u64 *written)
{
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);

	*read = RW_USAGE_UNKNOWN;
	*written = RW_USAGE_UNKNOWN;
	if (!bpf_core_field_exists(task->ioac.read_bytes))
		return;
	*read = BPF_CORE_READ(task, signal, ioac.read_bytes) + BPF_CORE_READ(task, ioac.read_bytes);
	*written = BPF_CORE_READ(task, signal, ioac.write_bytes) +
		   BPF_CORE_READ(task, ioac.write_bytes);
	if (leader != task) {
		*read += BPF_CORE_READ(leader, ioac.read_bytes);
		*written += BPF_CORE_READ(leader, ioac.write_bytes);
	}
}

#endif
