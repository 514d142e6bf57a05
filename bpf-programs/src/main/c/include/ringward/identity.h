/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who acts.  Everything is read by probe reads, so that the same code serves
 * tracepoints (where the pointer is trusted) and cgroup hooks (where it is not).
 * BPF_CORE_READ relocates every struct in its expression: it gets a task from a
 * local variable, never through a struct of ours.
 */
#ifndef RINGWARD_IDENTITY_H
#define RINGWARD_IDENTITY_H

#include "maps.h"
#include <bpf/bpf_core_read.h>

static __always_inline void rw_read_key(struct rw_process_key *key, struct task_struct *task)
{
	key->start_boottime_nanos = BPF_CORE_READ(task, group_leader, start_boottime);
	key->tgid = BPF_CORE_READ(task, tgid);
	key->zero = 0;
}

/* Who forked the process; what the kernel calls its parent now, when that is not known. */
static __always_inline void rw_read_parent(struct rw_process_key *parent,
					   const struct rw_process_key *key,
					   struct task_struct *task)
{
	const struct rw_process_key *found = bpf_map_lookup_elem(&lineage, key);

	if (!found)
		found = bpf_map_lookup_elem(&ancestor, key);
	if (found)
		*parent = *found;
	else
		rw_read_key(parent, BPF_CORE_READ(task, real_parent));
}

static __always_inline __u64 rw_read_cgroup_id(struct task_struct *task)
{
	return BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
}

static __always_inline void rw_read_comm(char comm[RW_COMM_SIZE], struct task_struct *task)
{
	if (bpf_core_read_str(comm, RW_COMM_SIZE, &task->comm) < 0)
		comm[0] = 0;
}

/* The process in whose name a hook runs. */
struct rw_actor {
	struct task_struct *task;
	struct rw_process_key key;
	__u32 uid; /* effective */
	__u32 flags; /* PF_* */
};

static __always_inline void rw_read_actor(struct rw_actor *actor, struct task_struct *task)
{
	actor->task = task;
	rw_read_key(&actor->key, task);
	actor->uid = BPF_CORE_READ(task, cred, euid.val);
	actor->flags = BPF_CORE_READ(task, flags);
}

static __always_inline void rw_fill_header(struct rw_event_header *header, enum rw_event_kind kind,
					   enum rw_hook hook, __u32 size,
					   const struct rw_actor *actor)
{
	struct task_struct *task = actor->task;

	header->kind = kind;
	header->hook = hook;
	header->size = size;
	header->kernel_time_nanos = bpf_ktime_get_boot_ns();
	header->process = actor->key;
	rw_read_parent(&header->parent, &actor->key, task);
	header->tid = BPF_CORE_READ(task, pid);
	header->uid = actor->uid;
	header->cgroup_id = rw_read_cgroup_id(task);
}

#endif
