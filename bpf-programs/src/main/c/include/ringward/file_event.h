/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An operation on a file: whether it is told, and how. */
#ifndef RINGWARD_FILE_EVENT_H
#define RINGWARD_FILE_EVENT_H

#include "identity.h"
#include "path.h"

/* A file event with room for its tail, and for the verifier. */
struct rw_file_scratch {
	__u64 taken;
	struct rw_wanted_prefix prefix;
	struct rw_file_event event;
	char tail[2 * RW_FILE_TEXT_SIZE];
};

/* Taken and given back as a path's scratch is. */
#define RW_FILE_SCRATCHES 4
struct rw_file_scratch_map {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, RW_FILE_SCRATCHES);
	__type(key, __u32);
	__type(value, struct rw_file_scratch);
};
extern struct rw_file_scratch_map file_scratch SEC(".maps");

/* Where a name is: at a dentry of the kernel, and perhaps a text of the caller's behind it. */
struct rw_place {
	struct vfsmount *mount;
	struct dentry *dentry; /* null: nowhere, the text alone */
	const char *text; /* null: the dentry is the file itself */
	__u32 from_user; /* the text is in the caller's memory */
	__u32 relative; /* the text begins with a name, not with a slash */
};

/* What is to be told. */
struct rw_file_act {
	struct rw_place path;
	struct rw_place target;
	struct inode *inode; /* null: not known */
	__u32 operation; /* enum rw_file_operation */
	__u32 flags; /* enum rw_file_flag */
	__u32 decision; /* enum rw_decision */
	__u32 wish; /* enum rw_file_wish: under which it is wanted */
	__u32 mode;
	__u32 owner;
	__u32 group;
	__u32 undecided; /* no inode tells whether it is wanted: its path has to */
};

static __always_inline void rw_count_file(__u32 operation, bool filtered)
{
	struct rw_file_runs *runs = bpf_map_lookup_elem(&file_runs, &operation);

	if (!runs)
		return;
	if (filtered)
		__sync_fetch_and_add(&runs->filtered, 1);
	else
		__sync_fetch_and_add(&runs->seen, 1);
}

/*
 * Tells an operation that somebody wants to know of.  A global function, see
 * rw_judge(); so are the parts of it.
 */
int rw_tell_file(const struct rw_file_act *act);

/*
 * What the rules in the kernel's tables say of an operation on a file: 0, or a
 * negative error.
 *
 * operation: enum rw_operation, one bit
 */
int rw_answer_file(const struct rw_file_act *act, __u32 hook, __u32 operation);

/*
 * Writes a place behind what the tail of a file's scratch holds up to "at"; returns
 * its length, and in the bits from 16 on enum rw_file_flag.
 */
int rw_write_place(const struct rw_place *place, __u32 slot, __u32 at);

/* Whether a path in the tail of a file's scratch begins with a wanted prefix, or may. */
int rw_is_wanted_text(__u32 slot, __u32 at, __u32 length, __u32 wish);

/* Whether somebody wants an operation at a place of the kernel, see rw_is_wanted_place(). */
int rw_is_wanted(const struct rw_place *place, __u32 wish);

#endif
