/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Telling of an act: what is counted, who may tell, what goes into the ring.  A
 * sensor on system calls is one program that is attached to the exits of several
 * of them; the cookie of each attachment says which act it is (5.15).
 *
 * A system call's arguments are read back from the registers that the kernel
 * saved when it was entered, so that the exit alone tells both what was asked and
 * what came of it.  What they point to is the caller's memory, which another
 * thread may change: nothing here follows them, unless a comment says why.
 */
#ifndef RINGWARD_ACT_H
#define RINGWARD_ACT_H

#include "counters.h"
#include "identity.h"
#include "quota.h"
#include "wakeup.h"

/* The agent, whose own acts are not told. */
extern const volatile __u32 own_tgid;

/* Acts that one process may tell in a second, beside its connects and binds. */
#define RW_ACTS_PER_SECOND 500

/* What a tracepoint "syscalls:sys_exit_*" hands over. */
struct rw_syscall_exit {
	__u64 common;
	long number;
	long result;
};

static __always_inline struct rw_act_runs *rw_runs_of(enum rw_act act)
{
	__u32 index = act;

	return bpf_map_lookup_elem(&act_runs, &index);
}

static __always_inline void rw_count_seen(enum rw_act act)
{
	struct rw_act_runs *runs = rw_runs_of(act);

	if (runs)
		__sync_fetch_and_add(&runs->seen, 1);
}

static __always_inline void rw_count_filtered(enum rw_act act)
{
	struct rw_act_runs *runs = rw_runs_of(act);

	if (runs)
		__sync_fetch_and_add(&runs->filtered, 1);
}

/* An argument of the system call that the current task is in: 0 to 4. */
static __always_inline __u64 rw_syscall_argument(int index)
{
	void *registers = (void *)bpf_task_pt_regs(bpf_get_current_task_btf());

	if (bpf_core_field_exists(struct pt_regs___x86, di)) {
		struct pt_regs___x86 *x86 = registers;

		switch (index) {
		case 0:
			return BPF_CORE_READ(x86, di);
		case 1:
			return BPF_CORE_READ(x86, si);
		case 2:
			return BPF_CORE_READ(x86, dx);
		case 3:
			return BPF_CORE_READ(x86, r10);
		default:
			return BPF_CORE_READ(x86, r8);
		}
	} else {
		struct pt_regs___arm64 *arm64 = registers;

		return index == 0 ? BPF_CORE_READ(arm64, orig_x0)
				  : BPF_CORE_READ(arm64, regs[index]);
	}
}

/* Who acts; false: the agent itself or a thread of the kernel, and it is counted as filtered. */
static __always_inline bool rw_begin_act(struct rw_actor *actor, enum rw_act act)
{
	rw_read_actor(actor, (struct task_struct *)bpf_get_current_task());
	if (actor->key.tgid == own_tgid || actor->flags & PF_KTHREAD) {
		rw_count_filtered(act);
		return false;
	}
	return true;
}

/* Whether the process has acts left to tell in this second; counts it as produced, or as dropped.
 */
static __always_inline bool rw_may_tell(enum rw_hook hook, const struct rw_actor *actor)
{
	struct rw_process_key key = actor->key;

	key.zero = 1; /* a quota of its own: a flood of connects must not hide an act */
	rw_count_produced(hook);
	if (rw_quota_take(&key, bpf_ktime_get_boot_ns(), RW_ACTS_PER_SECOND, hook))
		return true;
	rw_count_dropped(hook, RW_DROP_QUOTA);
	return false;
}

/*
 * No room in the ring.  Where the reservation is tested, and nowhere else: up to
 * 6.1 the verifier forgets that a record is not NULL when it is asked again.
 */
static __always_inline int rw_lose_act(enum rw_hook hook)
{
	rw_count_dropped(hook, RW_DROP_RING_FULL);
	return 0;
}

static __always_inline void rw_fill_act(struct rw_act_event *event, enum rw_hook hook,
					enum rw_act act, const struct rw_actor *actor, long result)
{
	rw_fill_header(&event->header, RW_EVENT_ACT, hook, sizeof(*event), actor);
	event->act = act;
	event->text_length = 0;
	event->result = result;
	__builtin_memset(&event->target, 0, sizeof(event->target));
	__builtin_memset(event->arguments, 0, sizeof(event->arguments));
	rw_read_comm(event->comm, actor->task);
}

#endif
