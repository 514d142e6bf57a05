/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * exec and fork, refused before they happen.  Two programs for each: a hook of
 * the BPF security module, and, for kernels where "bpf" is missing from lsm=, one
 * that changes what the security_*() function around all modules returns.  The
 * loader takes the first pair that is seen to run; where the kernel allows
 * neither, none of this is loaded.
 *
 * All arguments come from the kernel: nothing here reads the caller's memory,
 * which another thread may be changing.
 */
#include "ringward/counters.h"
#include "ringward/executable.h"
#include "ringward/identity.h"
#include "ringward/inline.h"
#include "ringward/path.h"
#include "ringward/quota.h"
#include "ringward/refusal.h"
#include <bpf/bpf_tracing.h>

#define CLONE_THREAD 0x00010000 /* include/uapi/linux/sched.h */

extern const volatile __u32 quota_per_second;

/* What is known of a program before it runs; belongs to the path's scratch of the same index. */
struct rw_naming {
	struct rw_program program;
	struct rw_exec_event event; /* what is told if it is refused */
	char path[RW_PATH_SIZE];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, RW_PATH_SCRATCHES);
	__type(key, __u32);
	__type(value, struct rw_naming);
} namings SEC(".maps");

struct rw_last_part {
	const char *text; /* RW_PATH_SIZE bytes of a map's value */
	__u32 start;
};

static long find_last_part(__u32 index, struct rw_last_part *part)
{
	if (part->text[index & (RW_PATH_SIZE - 1)] == '/')
		part->start = index + 1;
	return 0;
}

/* The name that the process will have: fs/exec.c, begin_new_exec(), the last part of the path. */
static __always_inline void read_new_name(char name[RW_COMM_SIZE], struct rw_path_scratch *scratch,
					  struct linux_binprm *bprm)
{
	struct rw_last_part part = {.text = scratch->text};
	long length = bpf_probe_read_kernel_str(scratch->text, RW_PATH_SIZE,
						BPF_CORE_READ(bprm, filename));

	__builtin_memset(name, 0, RW_COMM_SIZE);
	if (length <= 1)
		return;
	if (!bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_loop))
		return;
	bpf_loop(length - 1, find_last_part, &part, 0);
	bpf_probe_read_kernel_str(name, RW_COMM_SIZE,
				  scratch->text + (part.start & (RW_PATH_SIZE - 1)));
}

/* Names the program that is to run.  Not inlined, for the sake of the stack. */
static __noinline void name_program(struct rw_naming *naming, __u32 slot, struct linux_binprm *bprm)
{
	struct rw_path_scratch *scratch = bpf_map_lookup_elem(&path_scratch, &slot);
	struct file *file = BPF_CORE_READ(bprm, file);
	__u32 start, end, length;

	if (!scratch)
		return;
	naming->program.inode = BPF_CORE_READ(file, f_inode, i_ino);
	naming->program.flags = rw_read_file_flags(file);
	read_new_name(naming->event.comm, scratch, bprm);
	naming->program.name = rw_hash_name(naming->event.comm);
	naming->event.path_length = 0;
	start = rw_name_dentry(slot, BPF_CORE_READ(file, f_path.mnt),
			       BPF_CORE_READ(file, f_path.dentry), &end);
	/* What hangs on no mount has the name that the caller wrote: not what is meant here. */
	if (end == RW_PATH_NOWHERE)
		naming->program.path = naming->program.folders = 0;
	else
		rw_hash_path(&naming->program, scratch->text, start, RW_PATH_SIZE - 1 - start);
	length = (RW_PATH_SIZE - 1 - start) & (RW_PATH_SIZE - 1);
	if (end != RW_PATH_NOWHERE &&
	    !bpf_probe_read_kernel(naming->path, length,
				   scratch->text + (start & (RW_PATH_SIZE - 1))))
		naming->event.path_length = length;
}

/*
 * Tells of a program that was not let start: no exec follows that anybody could see.  As what a
 * process asks of the network, within its quota; and on the ring of that, since who is refused can
 * try again at once.
 */
static __noinline void tell_refused(struct rw_naming *naming, const struct rw_trial *trial,
				    struct linux_binprm *bprm)
{
	struct rw_exec_event *event = &naming->event;
	struct task_struct *task = trial->actor.task;
	struct rw_process_key key = trial->actor.key;
	__u32 size = sizeof(*event) + (event->path_length & (RW_PATH_SIZE - 1));

	rw_count_produced(RW_HOOK_EXEC);
	if (!rw_quota_take(&key, trial->now, quota_per_second, RW_HOOK_EXEC)) {
		rw_count_dropped(RW_HOOK_EXEC, RW_DROP_QUOTA);
		return;
	}
	event->inode = naming->program.inode;
	event->device = BPF_CORE_READ(bprm, file, f_inode, i_sb, s_dev);
	event->flags = naming->program.flags | RW_EXEC_REFUSED | RW_EXEC_ARGUMENTS_TRUNCATED;
	event->gid = BPF_CORE_READ(task, cred, egid.val);
	event->argument_count = BPF_CORE_READ(bprm, argc);
	event->arguments_length = 0;
	event->directory_length = 0;
	event->zero = 0;
	rw_fill_header(&event->header, RW_EVENT_EXEC, RW_HOOK_EXEC, size, &trial->actor);
	if (bpf_ringbuf_output(&activity_ring, event, size, 0))
		rw_count_dropped(RW_HOOK_EXEC, RW_DROP_RING_FULL);
}

/* What the rules in the kernel's tables say about the program that is to run. */
static __always_inline int answer_inline(const struct rw_trial *trial, struct linux_binprm *bprm)
{
	__u32 slot = rw_take_path_scratch();
	struct rw_naming *naming = bpf_map_lookup_elem(&namings, &slot);
	struct rw_inline_facts facts;
	int judgement;

	if (!naming) {
		rw_count_map_failure(RW_HOOK_EXEC, RW_MAP_FAILURE_PROGRAM);
		return 0;
	}
	rw_read_inline_facts(&facts, &trial->actor, trial->operation);
	name_program(naming, slot, bprm);
	judgement = rw_inline_judge(trial, &facts, &naming->program, 0);
	if (judgement != RW_JUDGEMENT_ALLOW)
		tell_refused(naming, trial, bprm);
	rw_give_path_scratch(slot);
	return judgement == RW_JUDGEMENT_ALLOW ? 0 : -RW_EPERM;
}

/* What the caller gets to see: 0, or a negative error.  bprm is NULL unless it is an exec. */
static __always_inline int answer(enum rw_hook hook, enum rw_operation operation,
				  struct linux_binprm *bprm)
{
	struct rw_trial trial;
	int error;

	rw_begin_trial(&trial, hook, operation);
	error = rw_answer(&trial);
	if (!error && bprm && rw_inline_wants(operation))
		error = answer_inline(&trial, bprm);
	return error;
}

/* fs/exec.c, bprm_execve(): once for each exec, before any interpreter is looked for. */
static __always_inline int judge_exec(struct linux_binprm *bprm, int decided)
{
	rw_count_refusal_run(RW_REFUSAL_EXEC);
	return decided ?: answer(RW_HOOK_EXEC, RW_OPERATION_EXEC, bprm);
}

/* kernel/fork.c, copy_process(): in the parent.  A new thread is not a new process. */
static __always_inline int judge_fork(unsigned long clone_flags, int decided)
{
	if (clone_flags & CLONE_THREAD)
		return decided;
	rw_count_refusal_run(RW_REFUSAL_FORK);
	return decided ?: answer(RW_HOOK_FORK, RW_OPERATION_FORK, 0);
}

SEC("lsm/bprm_creds_for_exec")
int BPF_PROG(lsm_exec, struct linux_binprm *bprm, int decided)
{
	return judge_exec(bprm, decided);
}

SEC("lsm/task_alloc")
int BPF_PROG(lsm_fork, struct task_struct *child, unsigned long clone_flags, int decided)
{
	return judge_fork(clone_flags, decided);
}

SEC("fmod_ret/security_bprm_creds_for_exec")
int BPF_PROG(modify_exec, struct linux_binprm *bprm, int decided)
{
	return judge_exec(bprm, decided);
}

SEC("fmod_ret/security_task_alloc")
int BPF_PROG(modify_fork, struct task_struct *child, unsigned long clone_flags, int decided)
{
	return judge_fork(clone_flags, decided);
}
