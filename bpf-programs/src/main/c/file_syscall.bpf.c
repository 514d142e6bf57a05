/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Operations on files where no hook of the kernel may be used: what the system
 * calls have done, seen as they return.  An open file is read from the kernel's
 * own objects.  Of what is only named, the directory that the name starts from
 * is the kernel's, and the rest is what the caller wrote, read after the call
 * since it is in memory then.  One program for all calls: what it is attached
 * to comes with a cookie that says what the arguments mean.
 *
 * Not seen: 32-bit calls on a 64-bit kernel, and io_uring.
 */
#include "ringward/file_event.h"
#include "ringward/wanted.h"

#define AT_FDCWD -100
#define ERROR_LIMIT -4095

#define FMODE_READ 0x1 /* include/linux/fs.h */
#define FMODE_WRITE 0x2
#define FMODE_PATH 0x4000
#define FMODE_CREATED 0x100000
#define O_TRUNC 01000
#define AT_REMOVEDIR 0x200

/* Of which argument a call says something; NONE: of none. */
#define ARGUMENT_NONE 15

/* What a cookie says, four bits each; io.ringward.loader.FileSyscall writes it.
 */
struct shape {
	__u32 operation; /* enum rw_file_operation */
	__u32 directory; /* descriptor that the path starts from, or is */
	__u32 path;
	__u32 target_directory;
	__u32 target;
	__u32 mode;
	__u32 owner; /* and group behind it */
	__u32 flags; /* open: O_*; unlink: AT_*; 14: of a directory in any case */
};
#define FLAGS_REMOVE_DIRECTORY 14

/* Of the saved registers of the caller: the kernel's copy. */
struct arguments {
	__u64 value[6];
};

/* kernel/trace/trace_syscalls.c, struct syscall_trace_exit */
struct syscall_exit {
	__u64 common;
	__s64 number;
	__s64 result;
};

static __always_inline void read_arguments(struct arguments *arguments)
{
	void *registers = (void *)bpf_task_pt_regs(bpf_get_current_task_btf());

	if (bpf_core_field_exists(struct pt_regs___x86, di)) {
		struct pt_regs___x86 *x86 = registers;

		arguments->value[0] = BPF_CORE_READ(x86, di);
		arguments->value[1] = BPF_CORE_READ(x86, si);
		arguments->value[2] = BPF_CORE_READ(x86, dx);
		arguments->value[3] = BPF_CORE_READ(x86, r10);
		arguments->value[4] = BPF_CORE_READ(x86, r8);
		arguments->value[5] = BPF_CORE_READ(x86, r9);
	} else if (bpf_core_field_exists(struct pt_regs___arm64, orig_x0)) {
		struct pt_regs___arm64 *arm64 = registers;

		arguments->value[0] = BPF_CORE_READ(arm64, orig_x0);
		arguments->value[1] = BPF_CORE_READ(arm64, regs[1]);
		arguments->value[2] = BPF_CORE_READ(arm64, regs[2]);
		arguments->value[3] = BPF_CORE_READ(arm64, regs[3]);
		arguments->value[4] = BPF_CORE_READ(arm64, regs[4]);
		arguments->value[5] = BPF_CORE_READ(arm64, regs[5]);
	}
}

static __always_inline __u64 argument(const struct arguments *arguments, __u32 index)
{
	switch (index) {
	case 0:
		return arguments->value[0];
	case 1:
		return arguments->value[1];
	case 2:
		return arguments->value[2];
	case 3:
		return arguments->value[3];
	case 4:
		return arguments->value[4];
	case 5:
		return arguments->value[5];
	default:
		return 0;
	}
}

static __always_inline void read_shape(struct shape *shape, __u64 cookie)
{
	shape->operation = cookie & 15;
	shape->directory = cookie >> 4 & 15;
	shape->path = cookie >> 8 & 15;
	shape->target_directory = cookie >> 12 & 15;
	shape->target = cookie >> 16 & 15;
	shape->mode = cookie >> 20 & 15;
	shape->owner = cookie >> 24 & 15;
	shape->flags = cookie >> 28 & 15;
}

/* The open file behind a descriptor; null when there is none. */
static __always_inline struct file *open_file(struct task_struct *task, __u32 descriptor)
{
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **slots = BPF_CORE_READ(table, fd);
	struct file *file = 0;

	if (descriptor < BPF_CORE_READ(table, max_fds))
		bpf_probe_read_kernel(&file, sizeof(file), slots + descriptor);
	return file;
}

static __always_inline void stand_at_file(struct rw_place *place, struct file *file)
{
	place->mount = BPF_CORE_READ(file, f_path.mnt);
	place->dentry = BPF_CORE_READ(file, f_path.dentry);
}

/* Where the caller's name begins: at his root, where he is, or at a descriptor
 * of his. */
static __always_inline void place_given(struct rw_place *place, struct task_struct *task,
					const struct arguments *arguments, __u32 directory,
					__u32 path)
{
	const char *text = (const char *)argument(arguments, path);
	int descriptor = directory == ARGUMENT_NONE ? AT_FDCWD
						    : (int)argument(arguments, directory);
	char first = 0;

	if (!text || bpf_probe_read_user(&first, 1, text) || !first) {
		struct file *file = descriptor == AT_FDCWD ? 0 : open_file(task, descriptor);

		if (file) /* AT_EMPTY_PATH, and the calls that take a descriptor */
			stand_at_file(place, file);
		return;
	}
	place->text = text;
	place->from_user = 1;
	place->relative = first != '/';
	if (!place->relative) {
		place->mount = BPF_CORE_READ(task, fs, root.mnt);
		place->dentry = BPF_CORE_READ(task, fs, root.dentry);
	} else if (descriptor == AT_FDCWD) {
		place->mount = BPF_CORE_READ(task, fs, pwd.mnt);
		place->dentry = BPF_CORE_READ(task, fs, pwd.dentry);
	} else {
		struct file *file = open_file(task, descriptor);

		if (file)
			stand_at_file(place, file);
	}
}

/* The file that a call has opened: the kernel has just put it into the table,
 * which never shrinks. */
static __always_inline struct file *opened_file(__s64 descriptor)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct file **slots = task->files->fdt->fd, *file = 0;

	bpf_probe_read_kernel(&file, sizeof(file), slots + (__u32)descriptor);
	return file;
}

/* What a file was opened for; false when nothing can be read or written through
 * it. */
static __always_inline bool read_intent(struct rw_file_act *act, struct file *file)
{
	__u32 mode = BPF_CORE_READ(file, f_mode);

	if (mode & FMODE_READ)
		act->flags |= RW_FILE_FLAG_READ;
	if (mode & FMODE_WRITE)
		act->flags |= RW_FILE_FLAG_WRITE;
	if (mode & FMODE_CREATED)
		act->flags |= RW_FILE_FLAG_CREATE;
	return !(mode & FMODE_PATH);
}

/* The rest of an open that somebody wants. */
static __always_inline void finish_open(struct rw_file_act *act, struct file *file,
					const struct shape *shape)
{
	struct arguments arguments = {};

	act->inode = BPF_CORE_READ(file, f_inode);
	if (shape->flags == ARGUMENT_NONE)
		return;
	/* The file does not keep O_TRUNC: fs/open.c, do_dentry_open(). */
	read_arguments(&arguments);
	if (argument(&arguments, shape->flags) & O_TRUNC)
		act->flags |= RW_FILE_FLAG_TRUNCATE;
}

static __always_inline __u32 wish_of(const struct rw_file_act *act)
{
	switch (act->operation) {
	case RW_FILE_OPERATION_OPEN:
		return (act->flags & RW_FILE_FLAG_READ ? RW_FILE_WISH_READ : 0) |
		       (act->flags & ~RW_FILE_FLAG_READ ? RW_FILE_WISH_WRITE : 0);
	case RW_FILE_OPERATION_CHMOD:
	case RW_FILE_OPERATION_CHOWN:
	case RW_FILE_OPERATION_SETXATTR:
		return RW_FILE_WISH_ATTRIBUTE;
	case RW_FILE_OPERATION_MOUNT:
	case RW_FILE_OPERATION_UMOUNT:
	case RW_FILE_OPERATION_PIVOT_ROOT:
		return RW_FILE_WISH_MOUNT;
	default:
		return RW_FILE_WISH_NAME;
	}
}

static __always_inline void read_named(struct rw_file_act *act, struct task_struct *task,
				       const struct arguments *arguments, const struct shape *shape)
{
	place_given(&act->path, task, arguments, shape->directory, shape->path);
	if (act->path.dentry && !act->path.text) {
		struct dentry *dentry = act->path.dentry;

		act->inode = BPF_CORE_READ(dentry, d_inode);
	}
	if (act->operation == RW_FILE_OPERATION_SETXATTR ||
	    act->operation == RW_FILE_OPERATION_SYMLINK) {
		act->target.text = (const char *)argument(arguments, shape->target);
		act->target.from_user = 1;
	} else if (shape->target != ARGUMENT_NONE) {
		place_given(&act->target, task, arguments, shape->target_directory, shape->target);
	}
	act->mode = argument(arguments, shape->mode);
	act->owner = argument(arguments, shape->owner);
	act->group = shape->owner == ARGUMENT_NONE ? 0 : argument(arguments, shape->owner + 1);
	if (act->operation == RW_FILE_OPERATION_UNLINK &&
	    (shape->flags == FLAGS_REMOVE_DIRECTORY ||
	     argument(arguments, shape->flags) & AT_REMOVEDIR))
		act->flags |= RW_FILE_FLAG_DIRECTORY;
}

SEC("tracepoint")
int file_syscall(struct syscall_exit *context)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct rw_file_control control = rw_read_file_control();
	struct rw_file_act act = {};
	struct file *file = 0;
	struct shape shape;

	if (context->result < 0)
		return 0;
	read_shape(&shape, bpf_get_attach_cookie(context));
	act.operation = shape.operation;
	rw_count_file(act.operation, false);
	if (!control.wanted)
		goto filtered;
	if (act.operation == RW_FILE_OPERATION_OPEN) {
		file = opened_file(context->result);
		if (!file || !read_intent(&act, file))
			goto filtered; /* another thread has closed it; or O_PATH */
	}
	act.wish = wish_of(&act);
	if (!(control.wanted & act.wish))
		goto filtered;
	if (file) {
		stand_at_file(&act.path, file);
	} else {
		struct arguments arguments = {};

		read_arguments(&arguments);
		read_named(&act, task, &arguments, &shape);
	}
	if (!(control.everywhere & act.wish) && !rw_is_wanted(&act.path, act.wish) &&
	    (file || !rw_is_wanted(&act.target, act.wish))) {
		if (!act.path.text && !act.target.text)
			goto filtered;
		act.undecided = 1;
	}
	if (file)
		finish_open(&act, file, &shape);
	rw_tell_file(&act);
	return 0;
filtered:
	rw_count_file(act.operation, true);
	return 0;
}
