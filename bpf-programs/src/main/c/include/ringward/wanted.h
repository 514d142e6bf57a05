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
	struct dentry *mount_root;
	struct dentry *child; /* whose name is the last one that was passed */
	struct super_block *super; /* whose device this is */
	__u32 device;
	__u32 wish; /* mask of enum rw_file_wish */
	__u32 depth; /* how many names have been passed */
	__u32 limit; /* how many names it is enough to pass */
	__u32 wanted; /* the answer */
	__u32 zero;
};

/*
 * What is read of a dentry and of an inode lies close together in each, and a
 * probe read costs about as much as a look into a map: one read for all of it.
 */
#define RW_SPAN 8
#define RW_IS_CLOSE(type, from, field)                                              \
	(bpf_core_field_offset(type, field) >= bpf_core_field_offset(type, from) && \
	 bpf_core_field_offset(type, field) - bpf_core_field_offset(type, from) <=  \
		 (RW_SPAN - 1) * sizeof(__u64))

/* The distance is told to the compiler too late for it to subtract from the
 * stack's pointer. */
static __always_inline __u64 rw_word_at(const void *words, __u64 distance)
{
	asm volatile("" : "+r"(distance));
	return *(const __u64 *)((const char *)words + distance);
}

static __always_inline void rw_read_dentry(struct dentry *dentry, struct dentry **parent,
					   struct inode **inode)
{
	if (RW_IS_CLOSE(struct dentry, d_parent, d_inode)) {
		__u64 words[RW_SPAN] = {};

		bpf_probe_read_kernel(words, sizeof(words),
				      (char *)dentry +
					      bpf_core_field_offset(struct dentry, d_parent));
		*parent = (struct dentry *)words[0];
		*inode = (struct inode *)rw_word_at(
			words, bpf_core_field_offset(struct dentry, d_inode) -
				       bpf_core_field_offset(struct dentry, d_parent));
	} else {
		*parent = BPF_CORE_READ(dentry, d_parent);
		*inode = BPF_CORE_READ(dentry, d_inode);
	}
}

static __always_inline void rw_read_inode(struct rw_wanted_walk *walk, struct inode *inode,
					  struct rw_file_identity *file)
{
	struct super_block *super;

	if (RW_IS_CLOSE(struct inode, i_sb, i_ino)) {
		__u64 words[RW_SPAN] = {};

		bpf_probe_read_kernel(words, sizeof(words),
				      (char *)inode + bpf_core_field_offset(struct inode, i_sb));
		super = (struct super_block *)words[0];
		file->inode = rw_word_at(words, bpf_core_field_offset(struct inode, i_ino) -
							bpf_core_field_offset(struct inode, i_sb));
	} else {
		super = BPF_CORE_READ(inode, i_sb);
		file->inode = BPF_CORE_READ(inode, i_ino);
	}
	if (super != walk->super) {
		walk->super = super;
		walk->device = BPF_CORE_READ(super, s_dev);
	}
	file->device = walk->device;
	file->zero = 0;
}

/* Whether what was passed last is wanted by its name, or all that is below it.
 */
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
	struct dentry *dentry = walk->dentry, *parent;
	struct mount *mount = walk->mount;
	struct inode *inode;

	rw_read_dentry(dentry, &parent, &inode);
	if (inode) {
		const struct rw_wanted_directory *found;
		struct rw_file_identity file;

		rw_read_inode(walk, inode, &file);
		found = bpf_map_lookup_elem(&wanted_directory, &file);
		if (found && (found->below & walk->wish ||
			      (found->named & walk->wish && rw_is_wanted_name(&file, walk)))) {
			walk->wanted = 1;
			return 1;
		}
	}
	if (mount && dentry == walk->mount_root) {
		struct mount *above = BPF_CORE_READ(mount, mnt_parent);

		if (above == mount)
			return 1;
		walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
		walk->mount = above;
		walk->mount_root = BPF_CORE_READ(above, mnt.mnt_root);
		return 0;
	}
	if (dentry == parent || walk->depth >= walk->limit)
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
	struct rw_file_control control = rw_read_file_control();
	/*
	 * 0, which the verifier cannot know: before 6.7 it follows a loop's function
	 * once, and removes what could not be reached with the values of the first turn.
	 */
	__u32 nothing = control.names >> 31;
	struct rw_wanted_walk walk = {
		.dentry = dentry,
		.mount = rw_mount_of(visible),
		.wish = wish,
		.child = (struct dentry *)(__u64)nothing,
		.depth = nothing + (below ? below + 1 : 0), /* names in it: another's to look at */
		.limit = control.deep & wish ? RW_PATH_STEPS : control.names,
	};
	struct mount *mount = walk.mount;

	if (mount)
		walk.mount_root = BPF_CORE_READ(mount, mnt.mnt_root);

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
