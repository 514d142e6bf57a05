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

/* Where the path is put together: it ends at RW_PATH_SIZE - 1; the rest is room for the verifier.
 */
struct rw_path_scratch {
	char text[2 * RW_PATH_SIZE];
};

struct rw_path_walk {
	struct rw_path_scratch *scratch;
	struct dentry *dentry;
	struct mount *mount;
	__u32 start; /* of what is written so far */
	__u32 end; /* enum rw_path_end */
};

enum rw_path_end {
	RW_PATH_RUNNING = 0, /* the steps were used up */
	RW_PATH_ROOT = 1, /* whole */
	RW_PATH_NOWHERE = 2, /* the file hangs on no mount: memfd, or unmounted */
	RW_PATH_FULL = 3, /* longer than we carry: its end is there */
};

static long rw_path_step(__u32 index, struct rw_path_walk *walk)
{
	struct dentry *dentry = walk->dentry, *parent = BPF_CORE_READ(dentry, d_parent);
	struct mount *mount = walk->mount, *above = BPF_CORE_READ(mount, mnt_parent);
	__u32 length, start = walk->start;

	if (dentry == BPF_CORE_READ(mount, mnt.mnt_root)) {
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
	if (bpf_probe_read_kernel(walk->scratch->text + start, length,
				  BPF_CORE_READ(dentry, d_name.name))) {
		walk->end = RW_PATH_NOWHERE;
		return 1;
	}
	start = (start - 1) & (RW_PATH_SIZE - 1);
	walk->scratch->text[start] = '/';
	walk->start = start;
	walk->dentry = parent;
	return 0;
}

static __always_inline bool rw_can_name_files(void)
{
	return bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_loop); /* 5.17 */
}

/*
 * Writes the path of a file to scratch->text; returns where it starts there, it
 * ends before RW_PATH_SIZE - 1.  RW_PATH_SIZE - 1 and not "whole": nothing is known.
 */
static __always_inline __u32 rw_name_file(struct rw_path_scratch *scratch, struct file *file,
					  __u32 *end)
{
	struct vfsmount *visible = BPF_CORE_READ(file, f_path.mnt);
	struct rw_path_walk walk = {
		.scratch = scratch,
		.dentry = BPF_CORE_READ(file, f_path.dentry),
		.mount = (void *)visible - bpf_core_field_offset(struct mount, mnt),
		.start = RW_PATH_SIZE - 1,
		.end = RW_PATH_RUNNING,
	};

	bpf_loop(RW_PATH_STEPS, rw_path_step, &walk, 0);
	*end = walk.end;
	return walk.start;
}

#endif
