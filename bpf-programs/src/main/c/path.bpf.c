/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The walk up a path, see path.h. */
#include "ringward/path.h"

const volatile bool use_loop_helper = true;

/* One name or one mount upwards; 1 when there is no more. */
static __always_inline long climb(struct rw_path_walk *walk)
{
	struct dentry *dentry = walk->dentry, *parent = BPF_CORE_READ(dentry, d_parent);
	struct mount *mount = walk->mount;
	__u32 length, slot = walk->slot, start = walk->start;
	struct rw_path_scratch *scratch = bpf_map_lookup_elem(&path_scratch, &slot);

	if (!scratch)
		return 1;
	if (mount && dentry == BPF_CORE_READ(mount, mnt.mnt_root)) {
		struct mount *above = BPF_CORE_READ(mount, mnt_parent);

		if (above == mount) {
			walk->end = RW_PATH_ROOT;
			return 1;
		}
		walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
		walk->mount = above;
		return 0;
	}
	if (dentry == parent) {
		walk->end = RW_PATH_NOWHERE;
		return 1;
	}
	length = BPF_CORE_READ(dentry, d_name.len) & RW_NAME_MASK;
	if (length + 1 > start) {
		walk->end = RW_PATH_FULL;
		return 1;
	}
	start = (start - length) & (RW_PATH_SIZE - 1);
	if (bpf_probe_read_kernel(scratch->text + start, length,
				  BPF_CORE_READ(dentry, d_name.name))) {
		walk->end = RW_PATH_NOWHERE;
		return 1;
	}
	start = (start - 1) & (RW_PATH_SIZE - 1);
	scratch->text[start] = '/';
	walk->start = start;
	walk->dentry = parent;
	return 0;
}

/* A turn of bpf_loop. */
static long step_up(__u32 index, struct rw_path_walk *walk)
{
	return climb(walk);
}

/* Where the kernel has no bpf_loop: the verifier checks it once, and not for each turn. */
__noinline int rw_path_turn(struct rw_path_walk *walk)
{
	return walk ? climb(walk) : 1;
}

__noinline int rw_walk_path(struct rw_path_walk *walk)
{
	if (!walk)
		return 0;
	if (rw_has_loop_helper()) {
		struct rw_path_walk here = *walk; /* it takes a context on the stack alone */

		bpf_loop(RW_PATH_STEPS, step_up, &here, 0);
		*walk = here;
	} else {
		for (int turn = 0; turn < RW_PATH_STEPS; turn++)
			if (rw_path_turn(walk))
				break;
	}
	return 0;
}
