/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a process runs: the file's identity, and what is odd about it. */
#ifndef RINGWARD_EXECUTABLE_H
#define RINGWARD_EXECUTABLE_H

#include "kernel_types.h"
#include "wire.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define OVERLAYFS_SUPER_MAGIC 0x794c7630 /* linux/magic.h */

static __always_inline void rw_read_file_identity(struct rw_file_identity *identity,
						  struct file *file)
{
	identity->inode = BPF_CORE_READ(file, f_inode, i_ino);
	identity->device = BPF_CORE_READ(file, f_inode, i_sb, s_dev);
	identity->zero = 0;
}

/*
 * Whether a file on overlayfs lives in the upper layer: its ovl_inode then has
 * an upper dentry (fs/overlayfs/util.c, ovl_dentry_upper).  The offsets come
 * from the kernel's BTF, or from the module's when it is loaded before us.
 * Where neither has struct ovl_inode, the pointer is where it has been since
 * 4.19: right behind the embedded VFS inode.
 */
static __always_inline bool rw_is_upper_layer(struct inode *inode)
{
	__u64 offset = bpf_core_type_size(struct inode);
	struct dentry *upper = 0;

	if (BPF_CORE_READ(inode, i_sb, s_magic) != OVERLAYFS_SUPER_MAGIC)
		return false;
	if (bpf_core_field_exists(struct ovl_inode, __upperdentry))
		offset = bpf_core_field_offset(struct ovl_inode, __upperdentry) -
			 bpf_core_field_offset(struct ovl_inode, vfs_inode);
	bpf_probe_read_kernel(&upper, sizeof(upper), (const char *)inode + offset);
	return upper;
}

/*
 * Whether the file never had a name on a mount: its dentry is its own parent and
 * not the root of its mount, as alloc_file_pseudo() makes them for memfd_create.
 */
static __always_inline bool rw_is_memfd(struct file *file)
{
	struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry);

	return BPF_CORE_READ(dentry, d_parent) == dentry &&
	       BPF_CORE_READ(file, f_path.mnt, mnt_root) != dentry &&
	       BPF_CORE_READ(file, f_inode, i_nlink) == 0;
}

/* The flags of enum rw_exec_flag that follow from the file alone. */
static __always_inline __u32 rw_read_file_flags(struct file *file)
{
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	__u32 flags = 0;

	if (rw_is_memfd(file))
		flags |= RW_EXEC_MEMFD;
	if (rw_is_upper_layer(inode))
		flags |= RW_EXEC_UPPER_LAYER;
	if (BPF_CORE_READ(inode, i_nlink) == 0)
		flags |= RW_EXEC_UNLINKED;
	return flags;
}

#endif
