/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How long processes and cgroups run, how long they wait for a CPU, and who took
 * it from whom.  Sums and histograms in maps; nothing goes through a ring.  A task
 * that runs on and on without a switch is accounted when it is switched out.
 *
 * The scheduler's locks are held in the hooks of switch and wakeup, so nothing
 * is allocated there: a task's storage is made at its fork, or by an iterator
 * for those that are older than we are.
 */
#include "ringward/counters.h"
#include "ringward/histogram.h"
#include "ringward/identity.h"
#include "ringward/task_clock.h"
#include <bpf/bpf_tracing.h>

struct {
	__uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
	__uint(max_entries, 2048);
	__type(key, __u64);
	__type(value, struct rw_cpu_account);
} cgroup_cpu SEC(".maps");

/* Bounded pairs; the least recent ones are forgotten. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct rw_preemption_key);
	__type(value, __u64);
} preemption SEC(".maps");

static const struct rw_cpu_account empty_account = {};

static __always_inline void make_clock(struct task_struct *task)
{
	struct rw_task_clock *clock =
		bpf_task_storage_get(&task_clock, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (clock)
		rw_read_key(&clock->process, task);
	else
		rw_count_map_failure(RW_HOOK_SCHEDULE, RW_MAP_FAILURE_ACCOUNT);
}

static __always_inline struct rw_cpu_account *process_account(const struct rw_process_key *process)
{
	struct rw_cpu_account *account = bpf_map_lookup_elem(&process_cpu, process);

	if (account)
		return account;
	bpf_map_update_elem(&process_cpu, process, &empty_account, BPF_NOEXIST);
	return bpf_map_lookup_elem(&process_cpu, process);
}

static __always_inline struct rw_cpu_account *cgroup_account(__u64 cgroup_id)
{
	struct rw_cpu_account *account = bpf_map_lookup_elem(&cgroup_cpu, &cgroup_id);

	if (account)
		return account;
	bpf_map_update_elem(&cgroup_cpu, &cgroup_id, &empty_account, BPF_NOEXIST);
	return bpf_map_lookup_elem(&cgroup_cpu, &cgroup_id);
}

/* Threads of a process run on several CPUs at once: atomically. */
static __always_inline void add_shared(struct rw_cpu_account *account,
				       const struct rw_task_clock *clock, __u64 ran)
{
	__sync_fetch_and_add(&account->on_cpu_nanos, ran);
	__sync_fetch_and_add(&account->switches, 1);
	if (clock->waited_known) {
		__sync_fetch_and_add(&account->wait_nanos, clock->waited);
		__sync_fetch_and_add(&account->wait_histogram[rw_bucket(clock->waited)], 1);
	}
}

/* This CPU's own, and interrupts are off in the scheduler. */
static __always_inline void add_own(struct rw_cpu_account *account,
				    const struct rw_task_clock *clock, __u64 ran)
{
	account->on_cpu_nanos += ran;
	account->switches++;
	if (clock->waited_known) {
		account->wait_nanos += clock->waited;
		account->wait_histogram[rw_bucket(clock->waited)]++;
	}
}

static __always_inline void switched_out(struct task_struct *task, bool preempted, __u64 now)
{
	struct rw_task_clock *clock = bpf_task_storage_get(&task_clock, task, 0, 0);
	struct rw_cpu_account *account;
	__u64 ran;

	if (!clock)
		return;
	if (clock->running_since) {
		ran = now - clock->running_since;
		account = process_account(&clock->process);
		if (account)
			add_shared(account, clock, ran);
		else
			rw_count_map_failure(RW_HOOK_SCHEDULE, RW_MAP_FAILURE_ACCOUNT);
		account = cgroup_account(task->cgroups->dfl_cgrp->kn->id);
		if (account)
			add_own(account, clock, ran);
		else
			rw_count_map_failure(RW_HOOK_SCHEDULE, RW_MAP_FAILURE_ACCOUNT);
	}
	clock->running_since = 0;
	clock->runnable_since = preempted || task->__state == 0 ? now : 0;
}

static __always_inline void switched_in(struct task_struct *task, __u64 now)
{
	struct rw_task_clock *clock = bpf_task_storage_get(&task_clock, task, 0, 0);

	if (!clock)
		return;
	clock->waited_known = clock->runnable_since != 0;
	clock->waited = clock->waited_known ? now - clock->runnable_since : 0;
	clock->running_since = now;
	clock->runnable_since = 0;
}

static __always_inline void woken(struct task_struct *task)
{
	struct rw_task_clock *clock = bpf_task_storage_get(&task_clock, task, 0, 0);

	/* A task can be woken while it still runs: then it does not wait. */
	if (clock && !clock->running_since)
		clock->runnable_since = bpf_ktime_get_ns();
}

/* This CPU's own, and interrupts are off in the scheduler. */
static __always_inline void count_preemption(struct task_struct *before, struct task_struct *after)
{
	struct rw_preemption_key key = {
		.preempted = before->cgroups->dfl_cgrp->kn->id,
		.preempting = after->cgroups->dfl_cgrp->kn->id,
	};
	__u64 *times = bpf_map_lookup_elem(&preemption, &key), once = 1;

	if (times)
		(*times)++;
	else if (bpf_map_update_elem(&preemption, &key, &once, BPF_NOEXIST))
		rw_count_map_failure(RW_HOOK_SCHEDULE, RW_MAP_FAILURE_PERFORMANCE);
}

/* For threads, too: each has its own clock. */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(schedule_fork, struct task_struct *parent, struct task_struct *child)
{
	make_clock(child);
	return 0;
}

SEC("iter/task")
int adopt_tasks(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;

	if (task)
		make_clock(task);
	return 0;
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(schedule_wakeup, struct task_struct *task)
{
	woken(task);
	return 0;
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(schedule_wakeup_new, struct task_struct *task)
{
	woken(task);
	return 0;
}

/* The last argument, prev_state, came and moved with 5.18: the task itself is read instead. */
SEC("tp_btf/sched_switch")
int BPF_PROG(schedule_switch, bool preempted, struct task_struct *before, struct task_struct *after)
{
	__u64 now = bpf_ktime_get_ns();

	if (before->pid)
		switched_out(before, preempted, now);
	if (after->pid)
		switched_in(after, now);
	/* Who could run on was preempted: in the kernel, or on its way out of it. */
	if (before->pid && after->pid && (preempted || before->__state == 0))
		count_preemption(before, after);
	return 0;
}
