/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From a pid as the caller writes it, in his pid namespace, to the task: what
 * find_vpid() does (kernel/pid.c), by the namespace's tree of pids (an idr, so an
 * xarray: lib/xarray.c, xas_load()).  No lock is taken, so that a pid that is
 * given back at this very moment may be missed; a wrong one is not taken, since
 * what is found is asked for its number.
 */
#ifndef RINGWARD_TARGET_H
#define RINGWARD_TARGET_H

#include "identity.h"

#define RW_XARRAY_LEVELS 6
#define RW_XARRAY_SHIFT 6 /* XA_CHUNK_SHIFT */

static __always_inline struct pid *rw_find_in_tree(struct pid_namespace *namespace, __u32 number)
{
	void *entry = BPF_CORE_READ(namespace, idr.idr_rt.xa_head);

#pragma unroll
	for (int level = 0; level < RW_XARRAY_LEVELS; level++) {
		struct xa_node *node = entry - 2; /* xa_to_node() */
		__u32 slot;

		if (((__u64)entry & 3) != 2) /* xa_is_node(): a pointer with a mark */
			return entry;
		slot = number >> (BPF_CORE_READ(node, shift) & 31);
		if (slot >> RW_XARRAY_SHIFT && level == 0)
			return 0;
		slot &= (1 << RW_XARRAY_SHIFT) - 1;
		if (bpf_probe_read_kernel(&entry, sizeof(entry),
					  (void *)node + bpf_core_field_offset(node->slots) +
						  slot * sizeof(void *)))
			return 0;
	}
	return 0;
}

/* The number of a pid at a level: 0 is the initial namespace. */
static __always_inline int rw_pid_number(struct pid *pid, __u32 level)
{
	int number = 0;

	bpf_probe_read_kernel(&number, sizeof(number),
			      (void *)pid + bpf_core_field_offset(pid->numbers) +
				      level * bpf_core_type_size(struct upid) +
				      bpf_core_field_offset(struct upid, nr));
	return number;
}

static __always_inline struct task_struct *rw_task_of_pid(struct pid *pid)
{
	struct hlist_node *node = BPF_CORE_READ(pid, tasks[0].first);

	return node ? (void *)node - bpf_core_field_offset(struct task_struct, pid_links) : 0;
}

/* The task of a pid in the namespace of the current task, or NULL. */
static __always_inline struct task_struct *rw_find_task(int number)
{
	struct task_struct *current = (struct task_struct *)bpf_get_current_task();
	struct pid *own = BPF_CORE_READ(current, thread_pid), *found;
	__u32 level = BPF_CORE_READ(own, level);
	struct pid_namespace *namespace = 0;

	if (number <= 0 || level > 32)
		return 0;
	bpf_probe_read_kernel(&namespace, sizeof(namespace),
			      (void *)own + bpf_core_field_offset(own->numbers) +
				      level * bpf_core_type_size(struct upid) +
				      bpf_core_field_offset(struct upid, ns));
	if (!namespace)
		return 0;
	found = rw_find_in_tree(namespace, number);
	if (!found || rw_pid_number(found, level) != number)
		return 0;
	return rw_task_of_pid(found);
}

#endif
