/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Whether anybody wants to know of an operation on a file: its directories are
 * looked up by inode, from the file upwards and across mounts, so that no other
 * name, link or bind mount leads past the filter.
 */
#ifndef RINGWARD_WANTED_H
#define RINGWARD_WANTED_H

#include "path.h"

struct rw_wanted_walk {
	struct dentry *dentry;
	struct mount *mount; /* null: not known, up to the root of the file system */
	struct dentry *child; /* whose name is the last one that was passed */
	__u32 wish; /* mask of enum rw_file_wish */
	__u32 depth; /* how many names have been passed */
	__u32 wanted; /* the answer */
	__u32 zero;
};

/* Whether what was passed last is wanted by its name, or all that is below it. */
static __always_inline bool rw_is_wanted_name(const struct rw_file_identity *directory,
					      const struct rw_wanted_walk *walk)
{
	struct rw_wanted_name key = {.inode = directory->inode, .device = directory->device};
	struct dentry *child = walk->child;
	const struct rw_wanted_directory *found;
	__u32 length;

	if (!child)
		return false;
	length = BPF_CORE_READ(child, d_name.len);
	if (length >= RW_WANTED_NAME_SIZE)
		return false;
	key.length = length;
	if (bpf_probe_read_kernel(key.name, length & (RW_WANTED_NAME_SIZE - 1),
				  BPF_CORE_READ(child, d_name.name)))
		return false;
	found = bpf_map_lookup_elem(&wanted_name, &key);
	return found &&
	       (found->below & walk->wish || (walk->depth == 1 && found->named & walk->wish));
}

/* One directory, and on to the next; 1 when there is no more to look at. */
static __always_inline long rw_climb_wanted(struct rw_wanted_walk *walk)
{
	struct dentry *dentry = walk->dentry, *parent = BPF_CORE_READ(dentry, d_parent);
	struct inode *inode = BPF_CORE_READ(dentry, d_inode);
	struct mount *mount = walk->mount;

	if (inode) {
		struct rw_file_identity file = {
			.inode = BPF_CORE_READ(inode, i_ino),
			.device = BPF_CORE_READ(inode, i_sb, s_dev),
		};
		const struct rw_wanted_directory *found =
			bpf_map_lookup_elem(&wanted_directory, &file);

		if (found && (found->below & walk->wish ||
			      (found->named & walk->wish && rw_is_wanted_name(&file, walk)))) {
			walk->wanted = 1;
			return 1;
		}
	}
	if (mount && dentry == BPF_CORE_READ(mount, mnt.mnt_root)) {
		struct mount *above = BPF_CORE_READ(mount, mnt_parent);

		if (above == mount)
			return 1;
		walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
		walk->mount = above;
		return 0;
	}
	if (dentry == parent)
		return 1;
	walk->child = dentry;
	walk->dentry = parent;
	walk->depth++;
	return 0;
}

static long rw_wanted_step(__u32 index, struct rw_wanted_walk *walk)
{
	return rw_climb_wanted(walk);
}

/* A global function, see rw_path_turn(). */
int rw_wanted_turn(struct rw_wanted_walk *walk);

/* What is wanted at all, and of that what is wanted wherever it happens. */
static __always_inline struct rw_file_control rw_read_file_control(void)
{
	struct rw_file_control nothing = {};
	__u32 first = 0;
	const struct rw_file_control *found = bpf_map_lookup_elem(&file_control, &first);

	return found ? *found : nothing;
}

/*
 * Whether a file is wanted by its place.
 *
 * below: how many names below dentry the file is; 0 when it is the dentry's own
 */
static __always_inline bool rw_is_wanted_place(struct vfsmount *visible, struct dentry *dentry,
					       __u32 wish, __u32 below)
{
	struct rw_wanted_walk walk = {
		.dentry = dentry,
		.mount = rw_mount_of(visible),
		.wish = wish,
		.depth = below ? below + 1 : 0, /* names in it are another's to look at */
	};

	if (rw_has_loop_helper()) {
		bpf_loop(RW_PATH_STEPS, rw_wanted_step, &walk, 0);
	} else {
		for (int step = 0; step < RW_PATH_STEPS; step++)
			if (rw_wanted_turn(&walk))
				break;
	}
	return walk.wanted;
}

#endif
