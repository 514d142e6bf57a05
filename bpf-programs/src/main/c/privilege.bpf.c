/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who becomes whom, and who lays hands on another process.  What changed is told,
 * not what was asked for: the credentials before and after.
 */
#include "ringward/act.h"
#include "ringward/descriptor.h"
#include "ringward/target.h"
#include <bpf/bpf_tracing.h>

#define RW_IDS 6

/* Credentials when a system call was entered, by thread. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, __u64[RW_IDS / 2]);
} identity_before SEC(".maps");

static __always_inline void read_identity(__u64 ids[RW_IDS / 2], enum rw_act act)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	const struct cred *cred = BPF_CORE_READ(task, cred);

	switch (act) {
	case RW_ACT_SETUID:
		ids[0] = BPF_CORE_READ(cred, uid.val);
		ids[1] = BPF_CORE_READ(cred, euid.val);
		ids[2] = BPF_CORE_READ(cred, suid.val);
		break;
	case RW_ACT_SETGID:
		ids[0] = BPF_CORE_READ(cred, gid.val);
		ids[1] = BPF_CORE_READ(cred, egid.val);
		ids[2] = BPF_CORE_READ(cred, sgid.val);
		break;
	default:
		bpf_core_read(&ids[0], sizeof(__u64), &cred->cap_effective);
		bpf_core_read(&ids[1], sizeof(__u64), &cred->cap_permitted);
		bpf_core_read(&ids[2], sizeof(__u64), &cred->cap_inheritable);
	}
}

/* Entry of set*id() and capset(). */
SEC("tp")
int remember_identity(void *context)
{
	__u64 thread = bpf_get_current_pid_tgid(), before[RW_IDS / 2] = {};

	read_identity(before, bpf_get_attach_cookie(context));
	if (bpf_map_update_elem(&identity_before, &thread, before, BPF_ANY))
		rw_count_map_failure(RW_HOOK_IDENTITY, RW_MAP_FAILURE_ACCOUNT);
	return 0;
}

/* Exit of set*id() and capset(): told when something changed, or was refused. */
SEC("tp")
int tell_identity(struct rw_syscall_exit *context)
{
	enum rw_act act = bpf_get_attach_cookie(context);
	__u64 thread = bpf_get_current_pid_tgid(), after[RW_IDS / 2] = {}, was[RW_IDS / 2], *before;
	struct rw_act_event *event;
	struct rw_actor actor;
	bool unchanged;

	rw_count_seen(act);
	if (!rw_begin_act(&actor, act))
		return 0;
	before = bpf_map_lookup_elem(&identity_before, &thread);
	if (!before) {
		/* It was entered before we were here, or more threads than we follow are in. */
		rw_count_filtered(act);
		return 0;
	}
	read_identity(after, act);
	unchanged = before[0] == after[0] && before[1] == after[1] && before[2] == after[2];
	was[0] = before[0];
	was[1] = before[1];
	was[2] = before[2];
	bpf_map_delete_elem(&identity_before, &thread);
	if (unchanged && context->result >= 0) {
		rw_count_filtered(act);
		return 0;
	}
	if (!rw_may_tell(RW_HOOK_IDENTITY, &actor))
		return 0;
	event = bpf_ringbuf_reserve(&lifecycle_ring, sizeof(*event), 0);
	if (!event)
		return rw_lose_act(RW_HOOK_IDENTITY);
	rw_fill_act(event, RW_HOOK_IDENTITY, act, &actor, context->result);
#pragma unroll
	for (int i = 0; i < RW_IDS / 2; i++) {
		event->arguments[i] = was[i];
		event->arguments[RW_IDS / 2 + i] = after[i];
	}
	bpf_ringbuf_submit(event, rw_wakeup_flags());
	return 0;
}

/* ---- another process ---------------------------------------------------------- */

static __always_inline void write_target(struct rw_act_event *event, struct task_struct *task)
{
	if (!task)
		return;
	rw_read_key(&event->target, task);
	event->arguments[1] = BPF_CORE_READ(task, cred, euid.val);
}

/* What begins tracing or changes the traced; looking at it and letting it run are left out. */
static __always_inline bool is_telling(__u64 request)
{
	switch (request) {
	case 0: /* PTRACE_TRACEME */
	case 4: /* PTRACE_POKETEXT */
	case 5: /* PTRACE_POKEDATA */
	case 6: /* PTRACE_POKEUSR */
	case 13: /* PTRACE_SETREGS */
	case 15: /* PTRACE_SETFPREGS */
	case 16: /* PTRACE_ATTACH */
	case 0x4205: /* PTRACE_SETREGSET */
	case 0x4206: /* PTRACE_SEIZE */
		return true;
	default:
		return false;
	}
}

/* Exit of ptrace(request, pid, address, data). */
SEC("tp")
int tell_ptrace(struct rw_syscall_exit *context)
{
	__u64 request = rw_syscall_argument(0);
	struct rw_act_event *event;
	struct rw_actor actor;

	rw_count_seen(RW_ACT_PTRACE);
	if (!is_telling(request)) {
		rw_count_filtered(RW_ACT_PTRACE);
		return 0;
	}
	if (!rw_begin_act(&actor, RW_ACT_PTRACE))
		return 0;
	if (!rw_may_tell(RW_HOOK_INTRUSION, &actor))
		return 0;
	event = bpf_ringbuf_reserve(&lifecycle_ring, sizeof(*event), 0);
	if (!event)
		return rw_lose_act(RW_HOOK_INTRUSION);
	rw_fill_act(event, RW_HOOK_INTRUSION, RW_ACT_PTRACE, &actor, context->result);
	event->arguments[0] = request;
	if (request)
		write_target(event, rw_find_task(rw_syscall_argument(1)));
	event->arguments[2] = rw_syscall_argument(2);
	event->arguments[3] = rw_syscall_argument(3);
	bpf_ringbuf_submit(event, rw_wakeup_flags());
	return 0;
}

/* Exit of process_vm_writev(pid, …). */
SEC("tp")
int tell_memory_write(struct rw_syscall_exit *context)
{
	struct rw_act_event *event;
	struct rw_actor actor;

	rw_count_seen(RW_ACT_PROCESS_VM_WRITEV);
	if (!rw_begin_act(&actor, RW_ACT_PROCESS_VM_WRITEV))
		return 0;
	if (!rw_may_tell(RW_HOOK_INTRUSION, &actor))
		return 0;
	event = bpf_ringbuf_reserve(&lifecycle_ring, sizeof(*event), 0);
	if (!event)
		return rw_lose_act(RW_HOOK_INTRUSION);
	rw_fill_act(event, RW_HOOK_INTRUSION, RW_ACT_PROCESS_VM_WRITEV, &actor, context->result);
	event->arguments[0] = context->result > 0 ? context->result : 0;
	write_target(event, rw_find_task(rw_syscall_argument(0)));
	bpf_ringbuf_submit(event, rw_wakeup_flags());
	return 0;
}

/*
 * The task of a pidfd: struct pid is the file's private data up to 6.8, then that
 * of its inode (fs/pidfs.c).  What is one is known by the task that points back.
 */
static __always_inline struct task_struct *task_of_pidfd(int descriptor)
{
	struct file *file = rw_file_of(descriptor);
	struct pid *pid = BPF_CORE_READ(file, private_data);
	struct task_struct *task;

	if (!file)
		return 0;
	task = rw_task_of_pid(pid);
	if (task && BPF_CORE_READ(task, thread_pid) == pid)
		return task;
	pid = BPF_CORE_READ(file, f_inode, i_private);
	task = rw_task_of_pid(pid);
	return task && BPF_CORE_READ(task, thread_pid) == pid ? task : 0;
}

/* Exit of pidfd_getfd(pidfd, descriptor, flags). */
SEC("tp")
int tell_stolen_descriptor(struct rw_syscall_exit *context)
{
	struct rw_act_event *event;
	struct rw_actor actor;

	rw_count_seen(RW_ACT_PIDFD_GETFD);
	if (!rw_begin_act(&actor, RW_ACT_PIDFD_GETFD))
		return 0;
	if (!rw_may_tell(RW_HOOK_INTRUSION, &actor))
		return 0;
	event = bpf_ringbuf_reserve(&lifecycle_ring, sizeof(*event), 0);
	if (!event)
		return rw_lose_act(RW_HOOK_INTRUSION);
	rw_fill_act(event, RW_HOOK_INTRUSION, RW_ACT_PIDFD_GETFD, &actor, context->result);
	event->arguments[0] = rw_syscall_argument(1);
	write_target(event, task_of_pidfd(rw_syscall_argument(0)));
	bpf_ringbuf_submit(event, rw_wakeup_flags());
	return 0;
}

/* Whether a process sent it, by kill, sigqueue or tgkill: include/uapi/asm-generic/siginfo.h. */
static __always_inline bool is_sent(struct kernel_siginfo *info, int *code)
{
	if ((__u64)info <= 1) /* SEND_SIG_NOINFO, SEND_SIG_PRIV: the kernel's own */
		return false;
	*code = BPF_CORE_READ(info, si_code);
	return *code == 0 || *code == -1 || *code == -6;
}

/* kernel/signal.c, __send_signal_locked(): to a process of another user. */
SEC("tp_btf/signal_generate")
int BPF_PROG(tell_signal, int number, struct kernel_siginfo *info, struct task_struct *task,
	     int group, int outcome)
{
	struct rw_act_event *event;
	struct rw_actor actor;
	int code = 0;

	rw_count_seen(RW_ACT_SIGNAL);
	if (!is_sent(info, &code)) {
		rw_count_filtered(RW_ACT_SIGNAL);
		return 0;
	}
	if (!rw_begin_act(&actor, RW_ACT_SIGNAL))
		return 0;
	if (actor.uid == BPF_CORE_READ(task, cred, euid.val)) {
		rw_count_filtered(RW_ACT_SIGNAL);
		return 0;
	}
	if (!rw_may_tell(RW_HOOK_INTRUSION, &actor))
		return 0;
	event = bpf_ringbuf_reserve(&lifecycle_ring, sizeof(*event), 0);
	if (!event)
		return rw_lose_act(RW_HOOK_INTRUSION);
	rw_fill_act(event, RW_HOOK_INTRUSION, RW_ACT_SIGNAL, &actor, 0);
	event->arguments[0] = number;
	write_target(event, task);
	event->arguments[2] = (__u32)code;
	bpf_ringbuf_submit(event, rw_wakeup_flags());
	return 0;
}
