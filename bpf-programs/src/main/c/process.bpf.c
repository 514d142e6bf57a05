/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Life of processes: exec, fork and exit, what is inherited, and what ends. */
#include "ringward/counters.h"
#include "ringward/executable.h"
#include "ringward/identity.h"
#include "ringward/inline.h"
#include "ringward/path.h"
#include "ringward/protection.h"
#include "ringward/references.h"
#include "ringward/usage.h"
#include "ringward/verdict.h"
#include "ringward/wakeup.h"
#include <bpf/bpf_tracing.h>

/* Where the working directory may begin: behind the path and the arguments. */
#define RW_TAIL_MASK 1023
_Static_assert(RW_PATH_SIZE + RW_ARGUMENTS_SIZE <= RW_TAIL_MASK, "a mask bounds it");

/* An exec event with room for its tail, too big for the stack. */
struct exec_scratch {
	struct rw_exec_event event;
	char tail[RW_TAIL_MASK + 1 + RW_PATH_SIZE];
	struct rw_program program;
};

/* Safe per CPU: the kernel does not run one tracing program twice on a CPU at once. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct exec_scratch);
} exec_scratch SEC(".maps");

/* Which exits of multi-threaded processes have been told, so that two last threads tell once. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct rw_process_key);
	__type(value, __u8);
} exit_told SEC(".maps");

/* Whether this kernel has no hook that could refuse the operation, so that a signal stands in. */
static __always_inline bool is_refused_by_signal(enum rw_operation operation)
{
	__u32 first = 0;
	const struct rw_control *controls = bpf_map_lookup_elem(&control, &first);

	return controls && controls->signal_operations & operation;
}

/* Where no hook refuses an exec, the new program dies before its first instruction. */
static __always_inline void signal_inline(const struct rw_trial *trial,
					  const struct rw_program *program)
{
	struct rw_inline_facts facts;

	rw_read_inline_facts(&facts, &trial->actor, trial->operation);
	if (rw_inline_judge(trial, &facts, program, 0) != RW_JUDGEMENT_ALLOW)
		bpf_send_signal(9);
}

/*
 * A process under a kill verdict that still runs: the backstop behind user space's signals. And,
 * on the last rung of the ladder, one that may not do what it has just done.
 */
static __always_inline void kill_if_condemned(const struct rw_actor *actor, enum rw_hook hook,
					      enum rw_operation operation,
					      const struct rw_program *program)
{
	struct rw_trial trial = {
		.actor = *actor,
		.now = bpf_ktime_get_boot_ns(),
		.hook = hook,
		.operation = operation,
		.least = is_refused_by_signal(operation) ? RW_ACTION_BLOCK : RW_ACTION_KILL,
	};

	if (rw_judge(&trial) != RW_JUDGEMENT_ALLOW)
		bpf_send_signal(9);
	else if (program && trial.least == RW_ACTION_BLOCK && rw_inline_wants(operation))
		signal_inline(&trial, program);
}

/* ---- exec ------------------------------------------------------------------- */

static __always_inline void fill_exec(struct rw_exec_event *event, struct task_struct *task,
				      struct linux_binprm *bprm)
{
	struct file *file = BPF_CORE_READ(bprm, file);
	const struct cred *cred = BPF_CORE_READ(task, cred);
	__u32 gid = BPF_CORE_READ(cred, egid.val);
	__u64 capabilities = 0;

	event->inode = BPF_CORE_READ(file, f_inode, i_ino);
	event->device = BPF_CORE_READ(file, f_inode, i_sb, s_dev);
	event->flags = rw_read_file_flags(file);
	event->gid = gid;
	event->argument_count = BPF_CORE_READ(bprm, argc);
	event->directory_length = 0;
	event->zero = 0;
	if (BPF_CORE_READ(cred, uid.val) != BPF_CORE_READ(cred, euid.val) ||
	    BPF_CORE_READ(cred, gid.val) != gid)
		event->flags |= RW_EXEC_SETID;
	bpf_core_read(&capabilities, sizeof(capabilities), &cred->cap_effective);
	if (capabilities && BPF_CORE_READ(cred, euid.val))
		event->flags |= RW_EXEC_CAPABILITIES;
	/* binfmt_script and binfmt_misc set another interpreter name and swap the file. */
	if (BPF_CORE_READ(bprm, interp) != BPF_CORE_READ(bprm, filename))
		event->flags |= RW_EXEC_INTERPRETER;
	rw_read_comm(event->comm, task);
}

/* The kernel's own copy of what the caller wrote: user memory may have changed since. */
static __always_inline __u32 fill_given_path(struct exec_scratch *scratch,
					     struct linux_binprm *bprm)
{
	long length = bpf_probe_read_kernel_str(scratch->tail, RW_PATH_SIZE,
						BPF_CORE_READ(bprm, filename));

	scratch->event.flags |= RW_EXEC_PATH_GIVEN;
	if (length <= 0)
		return 0;
	if (length == RW_PATH_SIZE)
		scratch->event.flags |= RW_EXEC_PATH_TRUNCATED;
	return (length - 1) & (RW_PATH_SIZE - 1);
}

/*
 * Where the file really is.  For a script, whose file is its interpreter, and for
 * a file that hangs on no mount: what the caller wrote.
 */
static __always_inline __u32 fill_path(struct exec_scratch *scratch, struct linux_binprm *bprm)
{
	__u32 start, end, length, slot;
	struct rw_path_scratch *path;

	if (scratch->event.flags & RW_EXEC_INTERPRETER)
		return fill_given_path(scratch, bprm);
	slot = rw_take_path_scratch();
	path = bpf_map_lookup_elem(&path_scratch, &slot);
	if (!path)
		return fill_given_path(scratch, bprm);
	start = rw_name_dentry(slot, BPF_CORE_READ(bprm, file, f_path.mnt),
			       BPF_CORE_READ(bprm, file, f_path.dentry), &end);
	length = (RW_PATH_SIZE - 1 - start) & (RW_PATH_SIZE - 1);
	if (end != RW_PATH_NOWHERE && length)
		bpf_probe_read_kernel(scratch->tail, length,
				      path->text + (start & (RW_PATH_SIZE - 1)));
	rw_give_path_scratch(slot);
	if (end == RW_PATH_NOWHERE || length == 0)
		return fill_given_path(scratch, bprm);
	if (end != RW_PATH_ROOT)
		scratch->event.flags |= RW_EXEC_PATH_TRUNCATED;
	return length;
}

/*
 * Argv as exec has just laid it out on the new stack: present, and not yet
 * reachable by any other thread of the new program.
 */
static __always_inline __u32 fill_arguments(struct exec_scratch *scratch, __u32 at,
					    struct task_struct *task)
{
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	__u64 start = BPF_CORE_READ(mm, arg_start);
	__u64 length = BPF_CORE_READ(mm, arg_end) - start;

	if (length == 0)
		return 0;
	if (length > RW_ARGUMENTS_SIZE) {
		length = RW_ARGUMENTS_SIZE;
		scratch->event.flags |= RW_EXEC_ARGUMENTS_TRUNCATED;
	}
	if (at >= RW_PATH_SIZE)
		return 0;
	if (bpf_probe_read_user(scratch->tail + at, length, (const void *)start)) {
		scratch->event.flags |= RW_EXEC_ARGUMENTS_TRUNCATED;
		return 0;
	}
	/* The last NUL is not carried. */
	if (scratch->tail[at + length - 1] == 0)
		length--;
	return length;
}

/*
 * Names the program, and notes by hashes of the same texts as the event's what later operations of
 * the process are judged by.  Not inlined, for the sake of the stack.  Returns the path's length.
 */
static __noinline __u32 name_program(struct exec_scratch *scratch, struct linux_binprm *bprm)
{
	struct rw_program *ran = &scratch->program;
	__u32 path_length = fill_path(scratch, bprm);

	ran->inode = scratch->event.inode;
	ran->flags = scratch->event.flags;
	ran->name = rw_hash_name(scratch->event.comm);
	rw_hash_path(ran, scratch->tail, 0, path_length);
	return path_length;
}

/*
 * Where the process works, as its mounts have it: what a relative path in its arguments starts
 * from.  One that is longer than we carry is left out.  Not inlined, for the sake of the stack.
 */
static __noinline __u32 fill_directory(struct exec_scratch *scratch, __u32 at,
				       struct task_struct *task)
{
	__u32 start, end, length = 0, slot = rw_take_path_scratch();
	struct rw_path_scratch *path = bpf_map_lookup_elem(&path_scratch, &slot);

	if (!path)
		return 0;
	start = rw_name_dentry(slot, BPF_CORE_READ(task, fs, pwd.mnt),
			       BPF_CORE_READ(task, fs, pwd.dentry), &end);
	/* This changes nothing, but the verifier of 6.1 forgets what a number was compared to. */
	at &= RW_TAIL_MASK;
	if (end == RW_PATH_ROOT) {
		length = (RW_PATH_SIZE - 1 - start) & (RW_PATH_SIZE - 1);
		if (length)
			bpf_probe_read_kernel(scratch->tail + at, length,
					      path->text + (start & (RW_PATH_SIZE - 1)));
		else
			scratch->tail[at] = '/';
	}
	rw_give_path_scratch(slot);
	return end == RW_PATH_ROOT && !length ? 1 : length;
}

static __always_inline void send_exec(const struct rw_actor *actor, struct linux_binprm *bprm,
				      struct exec_scratch *scratch, __u32 path_length)
{
	__u32 arguments_length, directory_length, size;

	arguments_length = fill_arguments(scratch, path_length, actor->task);
	directory_length = fill_directory(scratch, path_length + arguments_length, actor->task) &
			   (RW_PATH_SIZE - 1);
	scratch->event.path_length = path_length;
	scratch->event.arguments_length = arguments_length;
	scratch->event.directory_length = directory_length;
	size = sizeof(scratch->event) + path_length + arguments_length + directory_length;
	rw_fill_header(&scratch->event.header, RW_EVENT_EXEC, RW_HOOK_EXEC, size, actor);
	if (size > sizeof(scratch->event) + sizeof(scratch->tail) ||
	    bpf_ringbuf_output(&lifecycle_ring, scratch, size, 0))
		rw_count_dropped(RW_HOOK_EXEC, RW_DROP_RING_FULL);
}

/* fs/exec.c, exec_binprm(): the new program is in place and has not run yet. */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(process_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	struct rw_file_identity file;
	struct exec_scratch *scratch;
	__u32 zero = 0, path_length;
	struct rw_actor actor;

	rw_read_actor(&actor, task);
	rw_read_file_identity(&file, BPF_CORE_READ(bprm, file));
	rw_protect_at_exec(&actor, &file);
	rw_count_produced(RW_HOOK_EXEC);
	scratch = bpf_map_lookup_elem(&exec_scratch, &zero);
	if (!scratch || !actor.key.tgid) {
		kill_if_condemned(&actor, RW_HOOK_EXEC, RW_OPERATION_EXEC, 0);
		rw_count_dropped(RW_HOOK_EXEC, RW_DROP_READ_FAULT);
		return 0;
	}
	fill_exec(&scratch->event, task, bprm);
	path_length = name_program(scratch, bprm) & (RW_PATH_SIZE - 1);
	if (bpf_map_update_elem(&program, &actor.key, &scratch->program, BPF_ANY))
		rw_count_map_failure(RW_HOOK_EXEC, RW_MAP_FAILURE_PROGRAM);
	kill_if_condemned(&actor, RW_HOOK_EXEC, RW_OPERATION_EXEC, &scratch->program);
	send_exec(&actor, bprm, scratch, path_length);
	return 0;
}

/* ---- fork ------------------------------------------------------------------- */

/* The child runs what its parent runs, until it execs. */
static __always_inline void inherit_program(const struct rw_process_key *parent,
					    const struct rw_process_key *child)
{
	const struct rw_program *ran = bpf_map_lookup_elem(&program, parent);

	if (ran && bpf_map_update_elem(&program, child, ran, BPF_ANY))
		rw_count_map_failure(RW_HOOK_FORK, RW_MAP_FAILURE_PROGRAM);
}

/* kernel/fork.c, kernel_clone(): the child is complete and has not run yet. */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(process_fork, struct task_struct *parent, struct task_struct *child)
{
	struct rw_fork_event *event;
	struct rw_process_key child_key;
	struct rw_actor actor;

	if (BPF_CORE_READ(parent, tgid) == BPF_CORE_READ(child, tgid))
		return 0; /* a thread */
	rw_read_actor(&actor, parent);
	rw_read_key(&child_key, child);
	if (bpf_map_update_elem(&lineage, &child_key, &actor.key, BPF_ANY))
		rw_count_map_failure(RW_HOOK_FORK, RW_MAP_FAILURE_LINEAGE);
	rw_protect_at_fork(&actor.key, &child_key);
	rw_inherit(&actor.key, &child_key);
	inherit_program(&actor.key, &child_key);
	kill_if_condemned(&actor, RW_HOOK_FORK, RW_OPERATION_FORK, 0);

	rw_count_produced(RW_HOOK_FORK);
	event = bpf_ringbuf_reserve(&lifecycle_ring, sizeof(*event), 0);
	if (!event) {
		rw_count_dropped(RW_HOOK_FORK, RW_DROP_RING_FULL);
		return 0;
	}
	rw_fill_header(&event->header, RW_EVENT_FORK, RW_HOOK_FORK, sizeof(*event), &actor);
	event->child = child_key;
	rw_read_comm(event->comm, parent);
	bpf_ringbuf_submit(event, rw_wakeup_flags());
	return 0;
}

/* ---- exit ------------------------------------------------------------------- */

/* As wait(2) will report it: kernel/exit.c, wait_task_zombie(). */
static __always_inline __u32 read_exit_code(struct task_struct *task)
{
	struct signal_struct *signal = BPF_CORE_READ(task, signal);

	if (BPF_CORE_READ(signal, flags) & SIGNAL_GROUP_EXIT)
		return BPF_CORE_READ(signal, group_exit_code);
	return BPF_CORE_READ(task, group_leader, exit_code);
}

/*
 * signal->live is already 0 when the hook of the last thread runs, but it may be
 * 0 for two: both have left before either came here.
 */
static __always_inline bool is_last_thread(struct task_struct *task,
					   const struct rw_process_key *key)
{
	__u8 told = 1;

	if (BPF_CORE_READ(task, signal, live.counter) != 0)
		return false;
	/* Alone now: another may have been here while there were two, and is gone since. */
	if (BPF_CORE_READ(task, signal, nr_threads) == 1)
		return !bpf_map_lookup_elem(&exit_told, key);
	return bpf_map_update_elem(&exit_told, key, &told, BPF_NOEXIST) != -17 /* EEXIST */;
}

/* Children of other threads may not have been handed over yet, hence the thread count. */
static __always_inline bool may_have_children(struct task_struct *task)
{
	return BPF_CORE_READ(task, signal, nr_threads) > 1 ||
	       BPF_CORE_READ(task, children.next) != &task->children;
}

static __always_inline void forget(struct task_struct *task, const struct rw_process_key *key,
				   __u64 now)
{
	const struct rw_process_key *parent = bpf_map_lookup_elem(&lineage, key);
	struct rw_cpu_account *account = bpf_map_lookup_elem(&process_cpu, key);

	if (parent && may_have_children(task)) {
		struct rw_process_key kept = *parent;

		if (bpf_map_update_elem(&ancestor, key, &kept, BPF_ANY))
			rw_count_map_failure(RW_HOOK_EXIT, RW_MAP_FAILURE_LINEAGE);
	}
	bpf_map_delete_elem(&lineage, key);
	bpf_map_delete_elem(&process_verdict, key);
	bpf_map_delete_elem(&protected_process, key);
	bpf_map_delete_elem(&quota, key);
	bpf_map_delete_elem(&program, key);
	if (account)
		account->exit_nanos = now;
}

/* kernel/exit.c, do_exit(): called by each thread that leaves. */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(process_exit, struct task_struct *task)
{
	__u64 now = bpf_ktime_get_boot_ns(), cpu, read, written;
	struct rw_exit_event *event;
	struct rw_actor actor;

	rw_read_actor(&actor, task);
	if (!is_last_thread(task, &actor.key))
		return 0;
	cpu = rw_cpu_used(task, &actor.key);
	rw_read_io_used(task, &read, &written);
	rw_count_produced(RW_HOOK_EXIT);
	event = bpf_ringbuf_reserve(&lifecycle_ring, sizeof(*event), 0);
	if (!event) {
		rw_count_dropped(RW_HOOK_EXIT, RW_DROP_RING_FULL);
	} else {
		rw_fill_header(&event->header, RW_EVENT_EXIT, RW_HOOK_EXIT, sizeof(*event), &actor);
		event->exit_code = read_exit_code(task);
		event->zero = 0;
		event->lifetime_nanos = now - actor.key.start_boottime_nanos;
		event->cpu_nanos = cpu;
		event->read_bytes = read;
		event->written_bytes = written;
		rw_read_comm(event->comm, task);
		bpf_ringbuf_submit(event, rw_wakeup_flags());
	}
	forget(task, &actor.key, now);
	return 0;
}
