/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Operations on files where the kernel lets programs into its hooks: refused before
 * they happen, and told from the kernel's own objects.  Two programs for each, as in
 * refuse.bpf.c: a hook of the BPF security module, and one that changes what the
 * security_*() function around all modules returns.  A program whose predecessor
 * has refused does not run, so what was decided before is always 0.
 *
 * No user memory is read.
 */
#include "ringward/file_event.h"
#include "ringward/inline.h"
#include "ringward/refusal.h"
#include "ringward/wanted.h"
#include <bpf/bpf_tracing.h>

#define FMODE_READ 0x1 /* include/linux/fs.h */
#define FMODE_WRITE 0x2
#define FMODE_EXEC 0x20 /* in f_flags: opened to be run */
#define FMODE_CREATED 0x100000
#define FMODE_NOACCOUNT 0x20000000 /* opened by the kernel itself: the file behind an overlay's */
#define O_TRUNC 01000

static __always_inline void set_kernel_place(struct rw_place *place, const struct path *directory,
					     struct dentry *dentry)
{
	place->mount = BPF_CORE_READ(directory, mnt);
	place->dentry = dentry;
}

static __always_inline void set_kernel_path(struct rw_place *place, const struct path *path)
{
	place->mount = BPF_CORE_READ(path, mnt);
	place->dentry = BPF_CORE_READ(path, dentry);
}

/* Whether somebody wants to know; the wish is where the operation belongs. */
static __always_inline bool is_wanted(const struct rw_file_act *act)
{
	struct rw_file_control control = rw_read_file_control();

	rw_count_file(act->operation, false);
	if (control.wanted & act->wish &&
	    (control.everywhere & act->wish || rw_is_wanted(&act->path, act->wish) ||
	     rw_is_wanted(&act->target, act->wish)))
		return true;
	rw_count_file(act->operation, true);
	return false;
}

/* Tells what somebody wants to know. */
static __always_inline void tell(const struct rw_file_act *act)
{
	if (is_wanted(act))
		rw_tell_file(act);
}

static __always_inline void set_inode(struct rw_file_act *act, struct dentry *dentry)
{
	act->inode = BPF_CORE_READ(dentry, d_inode);
}

/* ---- what can be refused ------------------------------------------------------ */

static __always_inline void set_decision(struct rw_file_act *act, int answer)
{
	if (answer == -RW_EAGAIN)
		act->decision = RW_DECISION_THROTTLED;
	else if (answer)
		act->decision = RW_DECISION_BLOCKED;
}

/*
 * What the verdicts say, and then, of what somebody wants to know, the rules in the kernel's
 * tables: every rule about files has told where it wants to know of them.
 */
static __always_inline int judge_and_tell(struct rw_file_act *act, enum rw_hook hook,
					  enum rw_operation operation, enum rw_refusal_hook refusal)
{
	int answer;
	bool wanted;

	rw_count_refusal_run(refusal);
	answer = rw_is_judged(operation) ? rw_ask_verdicts(hook, operation) : 0;
	wanted = is_wanted(act);
	if (wanted && !answer && rw_inline_wants(operation))
		answer = rw_answer_file(act, hook, operation) ? -RW_EPERM : 0;
	set_decision(act, answer);
	if (wanted)
		rw_tell_file(act);
	return answer;
}

/* The same of mounts, about which the tables have nothing to say. */
static __always_inline int judge_and_tell_mount(struct rw_file_act *act)
{
	int answer;

	rw_count_refusal_run(RW_REFUSAL_MOUNT);
	answer = rw_is_judged(RW_OPERATION_MOUNT)
			 ? rw_ask_verdicts(RW_HOOK_MOUNT, RW_OPERATION_MOUNT)
			 : 0;
	set_decision(act, answer);
	tell(act);
	return answer;
}

/* fs/open.c, do_dentry_open() */
static __always_inline int on_open(struct file *file)
{
	__u32 mode = BPF_CORE_READ(file, f_mode), flags = BPF_CORE_READ(file, f_flags);
	struct rw_file_act act = {.operation = RW_FILE_OPERATION_OPEN};

	if (mode & FMODE_NOACCOUNT || flags & FMODE_EXEC)
		return 0;
	if (mode & FMODE_READ) {
		act.flags |= RW_FILE_FLAG_READ;
		act.wish |= RW_FILE_WISH_READ;
	}
	if (mode & FMODE_WRITE)
		act.flags |= RW_FILE_FLAG_WRITE;
	if (mode & FMODE_CREATED)
		act.flags |= RW_FILE_FLAG_CREATE;
	if (flags & O_TRUNC)
		act.flags |= RW_FILE_FLAG_TRUNCATE;
	if (act.flags & ~RW_FILE_FLAG_READ)
		act.wish |= RW_FILE_WISH_WRITE;
	act.inode = BPF_CORE_READ(file, f_inode);
	act.path.mount = BPF_CORE_READ(file, f_path.mnt);
	act.path.dentry = BPF_CORE_READ(file, f_path.dentry);
	return judge_and_tell(&act, RW_HOOK_FILE_OPEN, RW_OPERATION_OPEN, RW_REFUSAL_OPEN);
}

/* fs/namei.c, do_unlinkat() and do_rmdir() */
static __always_inline int on_unlink(const struct path *directory, struct dentry *dentry,
				     __u32 flags)
{
	struct rw_file_act act = {
		.operation = RW_FILE_OPERATION_UNLINK,
		.wish = RW_FILE_WISH_NAME,
		.flags = flags,
	};

	set_kernel_place(&act.path, directory, dentry);
	set_inode(&act, dentry);
	return judge_and_tell(&act, RW_HOOK_FILE_NAME, RW_OPERATION_UNLINK, RW_REFUSAL_UNLINK);
}

/* fs/namei.c, do_renameat2() */
static __always_inline int on_rename(const struct path *old_directory, struct dentry *old_dentry,
				     const struct path *new_directory, struct dentry *new_dentry)
{
	struct rw_file_act act = {
		.operation = RW_FILE_OPERATION_RENAME,
		.wish = RW_FILE_WISH_NAME,
	};

	set_kernel_place(&act.path, old_directory, old_dentry);
	set_kernel_place(&act.target, new_directory, new_dentry);
	set_inode(&act, old_dentry);
	return judge_and_tell(&act, RW_HOOK_FILE_NAME, RW_OPERATION_RENAME, RW_REFUSAL_RENAME);
}

/* fs/namespace.c, path_mount() */
static __always_inline int on_mount(const char *what, const struct path *path, __u32 flags)
{
	struct rw_file_act act = {
		.operation = RW_FILE_OPERATION_MOUNT,
		.wish = RW_FILE_WISH_MOUNT,
		.mode = flags,
	};

	set_kernel_path(&act.path, path);
	set_inode(&act, act.path.dentry);
	act.target.text = what;
	return judge_and_tell_mount(&act);
}

/* fs/namespace.c, move_mount(2): what comes of fsopen, or was mounted elsewhere. */
static __always_inline int on_move_mount(const struct path *from, const struct path *to)
{
	struct rw_file_act act = {
		.operation = RW_FILE_OPERATION_MOUNT,
		.wish = RW_FILE_WISH_MOUNT,
	};

	set_kernel_path(&act.path, to);
	set_kernel_path(&act.target, from);
	set_inode(&act, act.path.dentry);
	return judge_and_tell_mount(&act);
}

/* fs/namespace.c, do_umount() */
static __always_inline int on_umount(struct vfsmount *mount, __u32 flags)
{
	struct rw_file_act act = {
		.operation = RW_FILE_OPERATION_UMOUNT,
		.wish = RW_FILE_WISH_MOUNT,
		.mode = flags,
	};

	act.path.mount = mount;
	act.path.dentry = BPF_CORE_READ(mount, mnt_root);
	set_inode(&act, act.path.dentry);
	return judge_and_tell_mount(&act);
}

/* fs/namespace.c, pivot_root(2) */
static __always_inline int on_pivot_root(const struct path *old_path, const struct path *new_path)
{
	struct rw_file_act act = {
		.operation = RW_FILE_OPERATION_PIVOT_ROOT,
		.wish = RW_FILE_WISH_MOUNT,
	};

	set_kernel_path(&act.path, new_path);
	set_kernel_path(&act.target, old_path);
	set_inode(&act, act.path.dentry);
	return judge_and_tell_mount(&act);
}

/* ---- what is only told -------------------------------------------------------- */

/* fs/namei.c, do_linkat(): both names are in one file system, and on one mount. */
static __always_inline int on_link(struct dentry *old_dentry, const struct path *directory,
				   struct dentry *new_dentry)
{
	struct rw_file_act act = {
		.operation = RW_FILE_OPERATION_LINK,
		.wish = RW_FILE_WISH_NAME,
	};

	set_kernel_place(&act.path, directory, old_dentry);
	set_kernel_place(&act.target, directory, new_dentry);
	set_inode(&act, old_dentry);
	tell(&act);
	return 0;
}

/* fs/namei.c, do_symlinkat() */
static __always_inline int on_symlink(const struct path *directory, struct dentry *dentry,
				      const char *says)
{
	struct rw_file_act act = {
		.operation = RW_FILE_OPERATION_SYMLINK,
		.wish = RW_FILE_WISH_NAME,
	};

	set_kernel_place(&act.path, directory, dentry);
	act.target.text = says;
	tell(&act);
	return 0;
}

/* fs/open.c, chmod_common() */
static __always_inline int on_chmod(const struct path *path, __u32 mode)
{
	struct rw_file_act act = {
		.operation = RW_FILE_OPERATION_CHMOD,
		.wish = RW_FILE_WISH_ATTRIBUTE,
		.mode = mode,
	};

	set_kernel_path(&act.path, path);
	set_inode(&act, act.path.dentry);
	tell(&act);
	return 0;
}

/* fs/open.c, chown_common() */
static __always_inline int on_chown(const struct path *path, __u32 owner, __u32 group)
{
	struct rw_file_act act = {
		.operation = RW_FILE_OPERATION_CHOWN,
		.wish = RW_FILE_WISH_ATTRIBUTE,
		.owner = owner,
		.group = group,
	};

	set_kernel_path(&act.path, path);
	set_inode(&act, act.path.dentry);
	tell(&act);
	return 0;
}

/* fs/xattr.c, vfs_setxattr(): the hook knows no mount. */
static __always_inline int on_setxattr(struct dentry *dentry, const char *name)
{
	struct rw_file_act act = {
		.operation = RW_FILE_OPERATION_SETXATTR,
		.wish = RW_FILE_WISH_ATTRIBUTE,
	};

	act.path.dentry = dentry;
	act.target.text = name;
	set_inode(&act, dentry);
	tell(&act);
	return 0;
}

RW_BOTH(file_open, open, on_open(file), struct file *file)
RW_BOTH(path_unlink, unlink, on_unlink(directory, dentry, 0), const struct path *directory,
	struct dentry *dentry)
RW_BOTH(path_rmdir, rmdir, on_unlink(directory, dentry, RW_FILE_FLAG_DIRECTORY),
	const struct path *directory, struct dentry *dentry)
RW_BOTH(path_rename, rename, on_rename(old_directory, old_dentry, new_directory, new_dentry),
	const struct path *old_directory, struct dentry *old_dentry,
	const struct path *new_directory, struct dentry *new_dentry)
RW_BOTH(path_link, link, on_link(old_dentry, directory, new_dentry), struct dentry *old_dentry,
	const struct path *directory, struct dentry *new_dentry)
RW_BOTH(path_symlink, symlink, on_symlink(directory, dentry, says), const struct path *directory,
	struct dentry *dentry, const char *says)
RW_BOTH(path_chmod, chmod, on_chmod(path, mode), const struct path *path, __u64 mode)
RW_BOTH(path_chown, chown, on_chown(path, owner, group), const struct path *path, __u64 owner,
	__u64 group)
RW_BOTH(inode_setxattr, setxattr, on_setxattr(dentry, name), void *mapping, struct dentry *dentry,
	const char *name)
RW_BOTH(sb_mount, mount, on_mount(what, path, flags), const char *what, const struct path *path,
	const char *type, unsigned long flags)
RW_BOTH(move_mount, move_mount, on_move_mount(from, to), const struct path *from,
	const struct path *to)
RW_BOTH(sb_umount, umount, on_umount(mount, flags), struct vfsmount *mount, int flags)
RW_BOTH(sb_pivotroot, pivot_root, on_pivot_root(old_path, new_path), const struct path *old_path,
	const struct path *new_path)
