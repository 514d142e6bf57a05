/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The name of a file as its mounts have it, whatever way the caller took there:
 * relative, through links, with "..".  Written from the end, name by name, up to
 * the root of the mount namespace (as fs/d_path.c does it).  The walk takes no
 * lock: a rename on the way may give a mixture of the old and the new name, so
 * it is evidence, never identity.
 */
#ifndef RINGWARD_PATH_H
#define RINGWARD_PATH_H

#include "maps.h"
#include <bpf/bpf_core_read.h>

#define RW_PATH_STEPS 64 /* names and mounts */
#define RW_NAME_MASK 255 /* NAME_MAX */

/* Tests clear it, to walk without bpf_loop where the kernel has it (5.17). */
extern const volatile bool use_loop_helper;

/* Where a path is put together: it ends at RW_PATH_SIZE - 1; the rest is room for the verifier. */
struct rw_path_scratch {
	__u64 taken;
	char text[2 * RW_PATH_SIZE];
};

/*
 * Programs of a trampoline may be preempted by others on the same CPU, so each
 * takes one of these and gives it back.
 */
#define RW_PATH_SCRATCHES 4
struct rw_path_scratch_map {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, RW_PATH_SCRATCHES);
	__type(key, __u32);
	__type(value, struct rw_path_scratch);
};
extern struct rw_path_scratch_map path_scratch SEC(".maps");

struct rw_path_walk {
	struct dentry *dentry;
	struct mount *mount; /* null: not known, up to the root of the file system */
	__u32 slot; /* of path_scratch */
	__u32 start; /* of what is written so far */
	__u32 end; /* enum rw_path_end */
	__u32 zero;
};

enum rw_path_end {
	RW_PATH_RUNNING = 0, /* the steps were used up */
	RW_PATH_ROOT = 1, /* whole */
	RW_PATH_NOWHERE = 2, /* the file hangs on no mount: memfd, or unmounted */
	RW_PATH_FULL = 3, /* longer than we carry: its end is there */
};

/* The slot that was taken, or RW_PATH_SCRATCHES: all are in use. */
static __always_inline __u32 rw_take_path_scratch(void)
{
	for (__u32 slot = 0; slot < RW_PATH_SCRATCHES; slot++) {
		__u32 key = slot;
		struct rw_path_scratch *scratch = bpf_map_lookup_elem(&path_scratch, &key);

		if (scratch && __sync_val_compare_and_swap(&scratch->taken, 0, 1) == 0)
			return slot;
	}
	return RW_PATH_SCRATCHES;
}

static __always_inline void rw_give_path_scratch(__u32 slot)
{
	struct rw_path_scratch *scratch = bpf_map_lookup_elem(&path_scratch, &slot);

	if (scratch)
		scratch->taken = 0;
}

/*
 * Walks up and writes.  A global function: the verifier checks it once for each program, not once
 * for each way to it.
 */
int rw_walk_path(struct rw_path_walk *walk);

static __always_inline bool rw_has_loop_helper(void)
{
	return use_loop_helper && bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_loop);
}

static __always_inline struct mount *rw_mount_of(struct vfsmount *visible)
{
	return visible ? (void *)visible - bpf_core_field_offset(struct mount, mnt) : 0;
}

/*
 * Writes the path of a dentry to the text of a scratch; returns where it starts
 * there, it ends before RW_PATH_SIZE - 1.  RW_PATH_SIZE - 1 and not "whole":
 * nothing is known.
 */
static __always_inline __u32 rw_name_dentry(__u32 slot, struct vfsmount *visible,
					    struct dentry *dentry, __u32 *end)
{
	struct rw_path_walk walk = {
		.dentry = dentry,
		.mount = rw_mount_of(visible),
		.slot = slot,
		.start = RW_PATH_SIZE - 1,
		.end = RW_PATH_RUNNING,
	};

	rw_walk_path(&walk);
	*end = walk.end;
	return walk.start;
}

#endif
